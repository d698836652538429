"""The mock eMSP: receives what a CPO pushes, pulls lists, sends commands, authorizes as told, and checks the CPO."""
