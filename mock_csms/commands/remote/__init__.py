"""The sub-commands that drive a running mock over its HTTP API. They load nothing that they do not need."""
