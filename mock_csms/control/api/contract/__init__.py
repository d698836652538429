"""The input and output of the HTTP API, by subject: types of queries, bodies and answers, and the rows of endpoints."""
