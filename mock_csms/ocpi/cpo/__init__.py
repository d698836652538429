"""The mock as a CPO: the modules that it serves, what it pushes, and its commands to stations. Pure."""
