"""The fields of messages of OCPP 2.x that hold an identifierString, by the kind of object that it identifies."""

from collections.abc import Sequence

FIELDS = frozenset({"transactionId", "idToken", "additionalIdToken", "name", "instance", "checksum"})
"""The fields that hold an identifierString, or the object that contains one."""

CUSTOM = "customData"
"""The property for the vendor, which any object may have."""

TRANSACTION_IDS = ("transactionId",)
"""The fields with the id of a transaction."""

VARIABLE_NAMES = ("name", "instance")
"""The fields with the name of a component, of a variable, or of an instance of these."""

TOKENS = frozenset({"idToken"})
"""The fields with a token of a person; texts for other people do not repeat it."""

TOKEN_TYPES_OF_21 = ("DirectPayment", "EVCCID", "VIN")
"""The types of tokens that OCPP 2.1 has added (its Part 2, appendix); there a type is any text."""

SECRETS = frozenset({"apnPassword", "simPin", "password", "key"})
"""The fields with a secret (SetNetworkProfile); no text repeats it."""


def is_of_vendor(path: Sequence[str]) -> bool:
    """Return whether a path leads into the data of a DataTransfer or customData, whose content no schema defines."""
    return path[0] == "data" or CUSTOM in path
