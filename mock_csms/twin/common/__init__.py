"""Updates of the twin that are the same in every version of OCPP."""
