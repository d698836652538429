"""What test plans of OCPP 2.x are written with: states, variables, reports and features."""
