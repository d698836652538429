"""What other platforms have to say about answers to stations: about tokens, and the cost by a tariff (--ocpi)."""

from collections.abc import Callable
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class Partners(Record):
    """What templates ask. Both functions get the identity of the station and the payload of its call."""

    info: Callable[[str, Any], Json | None]
    """Returns what is answered about the token in a call; None if no other platform has a say."""
    price: Callable[[str, Any], float | None]
    """Returns the cost so far of the transaction that a call is about; None if it is not known."""
