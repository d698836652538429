"""What one action of OCPP is: who may send it, and a valid example of its request and of its response.

Each version of OCPP is a table of these rows (`v201.py`), keyed by the name of the action. Everything that can be said
about an action once is said in its row; commands, default answers, the README and the schema tests derive from it.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeAlias

from mock_csms.protocol.records import Record, field

Json: TypeAlias = dict[str, Any]
"""A JSON object with the property names of the specification, as it goes over the wire."""

BOOT = "BootNotification"
"""The action by which a station registers, in every version of OCPP; so are `status` and `interval` of its answer."""


class Sender(Enum):
    """Who may send the CALL of an action."""

    STATION = "station"
    CSMS = "csms"
    EITHER = "either"


class Action(Record):
    """One row: the CALL's sender, and templates of both payloads.

    A template is a payload in which strings may hold placeholders such as `{{now}}` (`behavior/templates.py`).
    `request` is what the sender sends when nothing else is asked for, `response` what the receiver answers.
    """

    sender: Sender
    request: Json = field(default_factory=dict)
    response: Json = field(default_factory=dict)

    def sent_by(self, sender: Sender) -> bool:
        """Whether `sender` may send the CALL of this action."""
        return self.sender in (sender, Sender.EITHER)


Actions: TypeAlias = Mapping[str, Action]
"""The table of one version, by the action's name."""
