"""The subcommands that drive a running mock over its HTTP API. They import only what they use."""
