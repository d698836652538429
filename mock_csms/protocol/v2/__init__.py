"""What only OCPP 2.x says: a table of actions for each version, identifiers, names of certificates."""
