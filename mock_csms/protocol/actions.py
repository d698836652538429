"""What is said about one action of OCPP: who may send it, and a valid example of its request and of its response.

Each version of OCPP is a table of these rows (`v2/v201.py`), by the name of the action. Commands, default answers, the
tables of the docs and the schema tests are all made from these rows.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

from mock_csms.protocol.records import Record, field

Json: TypeAlias = dict[str, Any]
"""A JSON object with the property names of the specification, as it goes over the wire."""

BOOT = "BootNotification"
"""The action by which a station registers, in every version of OCPP; so are `status` and `interval` of its answer."""
HEARTBEAT = "Heartbeat"
"""The action of a heartbeat, in every version."""


class Sender(Enum):
    """Who may send the CALL of an action."""

    STATION = "station"
    CSMS = "csms"
    EITHER = "either"


class Action(Record):
    """One row of the table.

    Both payloads are templates: their strings may hold placeholders such as `{{now}}` (`behavior/templates.py`).
    """

    sender: Sender
    """Who may send the CALL."""
    request: Json = field(default_factory=dict)
    """The payload of the CALL, unless a user gives another."""
    response: Json = field(default_factory=dict)
    """The payload of the CALLRESULT, unless a rule gives another."""
    gist: str = ""
    """The fields of the request that a line for people begins with, in this order, separated by spaces.

    `seqNo:seq` puts the word `seq` before the value; `idToken.idToken` is a field of an object, or of each item of a
    list. Empty for a request that is shown as JSON only.
    """
    answer_gist: str = "status"
    """The same for the response."""
    is_send: bool = False
    """Whether it is sent as a SEND (OCPP 2.1), which has no response."""

    def sent_by(self, sender: Sender) -> bool:
        """Return whether `sender` may send the CALL of this action."""
        return self.sender in (sender, Sender.EITHER)


Actions: TypeAlias = Mapping[str, Action]
"""The table of one version, by the action's name."""
