"""The HTTP API: the table of endpoints, and the router and the documents that are made from it."""
