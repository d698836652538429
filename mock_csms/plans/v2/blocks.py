"""The functional blocks of OCPP 2.x: the second part of the id of a case is the letter of its block."""

import re
from collections.abc import Mapping

BLOCKS: Mapping[str, str] = {
    "A": "Security",
    "B": "Provisioning",
    "C": "Authorization",
    "D": "Local authorization list",
    "E": "Transactions",
    "F": "Remote control",
    "G": "Availability",
    "H": "Reservation",
    "I": "Tariff and cost",
    "J": "Meter values",
    "K": "Smart charging",
    "L": "Firmware management",
    "M": "Certificate management",
    "N": "Diagnostics",
    "O": "Display message",
    "P": "Data transfer",
}
OTHER = "Other cases"


def block_of(id_: str) -> str:
    """Return the block of a case, as `B Provisioning`."""
    found = re.match(r"TC[_-]([A-P])(?=[_\d-])", id_)
    return f"{found[1]} {BLOCKS[found[1]]}" if found else OTHER


def order_of(block: str) -> tuple[bool, str]:
    """Return the key to sort blocks with: the other cases come last."""
    return block == OTHER, block
