"""The fields of OCPP 1.6 with an identifier (a CiString)."""

FIELDS = frozenset({"idTag", "parentIdTag", "key"})
"""The fields with an identifier; its case does not matter (OCPP 1.6, 7.28; configuration keys: 7.17)."""

TOKENS = frozenset({"idTag", "parentIdTag"})
"""The fields with a token of a person; --redact masks their values."""
