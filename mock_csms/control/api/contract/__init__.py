"""What the HTTP API takes and answers, by subject: types of queries, bodies and answers, and the rows of endpoints."""
