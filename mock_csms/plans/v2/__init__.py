"""The parts of test plans for OCPP 2.x only: states, variables, reports, features, network profiles, certificates."""
