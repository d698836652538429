"""The HTTP API: the table of endpoints, and what is made from it."""
