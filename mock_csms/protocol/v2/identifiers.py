"""The fields of messages of OCPP 2.x that hold an identifierString, and what it identifies."""

from collections.abc import Sequence

FIELDS = frozenset({"transactionId", "idToken", "additionalIdToken", "name", "instance", "checksum"})
"""The fields that hold an identifierString, or the object that it stands in."""

CUSTOM = "customData"
"""The property that any object may have besides its own, for the vendor."""

TRANSACTION_IDS = ("transactionId",)
"""Those with the id of a transaction."""

VARIABLE_NAMES = ("name", "instance")
"""Those with the name of a component or of a variable, or of an instance of one."""

TOKENS = frozenset({"idToken"})
"""Those with a token of a person, which no text for others repeats."""

TOKEN_TYPES_OF_21 = ("DirectPayment", "EVCCID", "VIN")
"""The types of tokens that OCPP 2.1 has added (its Part 2, appendix); there a type is any text."""

SECRETS = frozenset({"apnPassword", "simPin", "password", "key"})
"""Those with a secret (SetNetworkProfile), which no text repeats either."""


def is_of_vendor(path: Sequence[str]) -> bool:
    """Return whether a path leads into a DataTransfer's data or customData, which have no types in a schema."""
    return path[0] == "data" or CUSTOM in path
