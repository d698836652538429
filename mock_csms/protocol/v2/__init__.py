"""What OCPP 2.x says: a table of actions for each version, and where its identifiers are."""
