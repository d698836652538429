"""The fields of messages of OCPP 2.x that hold an identifierString, and what it identifies."""

FIELDS = frozenset({"transactionId", "idToken", "additionalIdToken", "name", "instance", "checksum"})
"""The fields that hold an identifierString, or the object that it stands in."""

TRANSACTION_IDS = ("transactionId",)
"""Those with the id of a transaction."""

VARIABLE_NAMES = ("name", "instance")
"""Those with the name of a component or of a variable, or of an instance of one."""

TOKENS = frozenset({"idToken"})
"""Those with a token of a person, which no text for others repeats."""
