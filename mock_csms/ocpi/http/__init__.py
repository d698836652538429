"""The HTTP server of the OCPI side, and what performs the work that handlers only describe."""
