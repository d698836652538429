"""What OCPI adds to the HTTP API and its page."""
