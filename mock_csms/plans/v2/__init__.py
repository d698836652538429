"""What only test plans of OCPP 2.x need: states, variables, reports, features, network profiles, certificates."""
