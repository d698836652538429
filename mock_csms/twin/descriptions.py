"""How to read, for output, the device and the transactions of a station in each version of OCPP."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import V16, V21, V201, Version
from mock_csms.twin.v2 import device as v2
from mock_csms.twin.v2.transactions import ENDING, reason_of_end
from mock_csms.twin.v16 import device as v16
from mock_csms.twin.v16 import transactions
from mock_csms.twin.variables import Name


class Description(Record):
    """Functions that read the device of a station in one version of OCPP."""

    maker_of: Callable[[Any], tuple[str | None, str | None]]
    """Returns the vendor and the model from the payload of a BootNotification, which may have any shape."""
    firmware_of: Callable[[Any], str | None]
    """Returns the firmware version from the payload of a BootNotification."""
    as_results: Callable[[Iterable[tuple[Name, str]]], list[Json]]
    """Returns variables with their values in the form of messages, so that secrets in them can be masked."""
    values_in: Callable[[Sequence[Json]], list[str]]
    """Returns the values from that form."""


_OF_V2 = Description(v2.maker_of, v2.firmware_of, v2.as_results, v2.values_in)
_OF_V16 = Description(v16.maker_of, v16.firmware_of, v16.as_results, v16.values_in)
_DESCRIPTIONS: Mapping[Version, Description] = {V201: _OF_V2, V21: _OF_V2, V16: _OF_V16}


def description_of(version: Version) -> Description:
    """Return the functions of a version; those of 2.0.1 for a version without its own."""
    return _DESCRIPTIONS.get(version, _OF_V2)


END_REASONS: Mapping[str, Callable[[Call], str | None]] = {
    ENDING: reason_of_end,
    transactions.ENDING: transactions.reason_of_end,
}
"""By the action of the calls that end transactions: returns the reason in such a call, or None if it ends none.

The payload of the call may have any shape.
"""
