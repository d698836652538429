"""The fields of messages of OCPP 1.6 that hold an identifier (a CiString), and what it identifies."""

FIELDS = frozenset({"idTag", "parentIdTag", "key"})
"""The fields that hold an identifier: its case does not matter (OCPP 1.6, 7.28; configuration keys: 7.17)."""

TOKENS = frozenset({"idTag", "parentIdTag"})
"""Those with a token of a person, which no text for others repeats."""
