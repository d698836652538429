"""The answers of other platforms that stations get: about tokens, and the cost by a tariff (--ocpi)."""

from collections.abc import Callable
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class Partners(Record):
    """The questions of templates to other platforms; both get the identity of the station and its payload."""

    info: Callable[[str, Any], Json | None]
    """Returns the answer about the token in a call; None if no other platform knows the token."""
    price: Callable[[str, Any], float | None]
    """Returns the cost so far of the transaction in a call; None if it is not known."""
