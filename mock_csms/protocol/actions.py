"""The row of an action of OCPP: its sender, and valid examples of its request and its response.

Each version of OCPP is a table of these rows (`v2/v201.py`), by the name of the action. Commands, default answers, the
tables of the docs and the schema tests are all made from these rows.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

from mock_csms.protocol.records import Record, field

Json: TypeAlias = dict[str, Any]
"""A JSON object with the property names of the specification, as it is sent."""

BOOT = "BootNotification"
"""The action by which a station registers, in every version of OCPP. Its answer has `status` and `interval`."""
HEARTBEAT = "Heartbeat"
"""The action of a heartbeat, in every version."""


class Sender(Enum):
    """The side that may send the CALL of an action."""

    STATION = "station"
    CSMS = "csms"
    EITHER = "either"


class Action(Record):
    """One row of the table. Both payloads are templates: their strings may contain placeholders such as `{{now}}`.

    `behavior/templates.py` has the placeholders.
    """

    sender: Sender
    """Who may send the CALL."""
    request: Json = field(default_factory=dict)
    """The payload of the CALL, unless a user gives another."""
    response: Json = field(default_factory=dict)
    """The payload of the CALLRESULT, unless a rule gives another."""
    gist: str = ""
    """The fields of the request that are shown first to people, in this order, separated by spaces.

    `seqNo:seq` puts the word `seq` before the value; `idToken.idToken` is a field of an object, or of each item of a
    list. Empty to show the request as JSON only.
    """
    answer_gist: str = "status"
    """The fields of the response that are shown first, as in `gist`."""
    is_send: bool = False
    """Whether it is sent as a SEND, which has no response (OCPP 2.1, Part 4, 4.2)."""

    def sent_by(self, sender: Sender) -> bool:
        """Return whether `sender` may send the CALL of this action."""
        return self.sender in (sender, Sender.EITHER)


Actions: TypeAlias = Mapping[str, Action]
"""The table of one version, by the action's name."""
