"""A made-up version of OCPP: only a table, schemas, and a row in the table of versions.

`python -m tests.toy_version --port 0` starts the mock with that version.
"""

import sys
from collections.abc import Mapping

from mock_csms.commands.cli import main
from mock_csms.protocol.actions import Action, Actions, Json, Sender
from mock_csms.protocol.messages import ErrorCode, Framing
from mock_csms.protocol.schemas import Schemas
from mock_csms.protocol.versions import SUBPROTOCOLS, Version

NAME, SUBPROTOCOL = "0.9", "ocpp0.9"

ACTIONS: Actions = {
    "Ring": Action(Sender.STATION, {"tone": "high"}, {"heardAt": "{{now}}"}),
    "Blink": Action(Sender.CSMS, {"times": 3}, {"done": True}),
    "Nap": Action(Sender.EITHER),
}
"""The last action has no schema: its messages cause an internal error."""

SCHEMAS: Mapping[str, Json] = {
    "RingRequest": {"properties": {"tone": {"type": "string", "enum": ["high", "low"]}}, "required": ["tone"]},
    "RingResponse": {"properties": {"heardAt": {"type": "string"}}, "required": ["heardAt"]},
    "BlinkRequest": {"properties": {"times": {"type": "integer"}}, "required": ["times"]},
    "BlinkResponse": {"properties": {"done": {"type": "boolean"}}, "required": ["done"]},
}


class Toys(Schemas):
    """Schemas that are not read from files."""

    def schema(self, name: str) -> Json:
        """Return a schema; raise FileNotFoundError if there is none."""
        if name not in SCHEMAS:
            raise FileNotFoundError(2, "there is no such schema", name)
        return {"type": "object", "additionalProperties": False, **SCHEMAS[name]}


FRAMING = Framing(
    unknown_type=None,
    unreadable_id=None,
    codes=("FormationViolation", "Weary"),
    spellings={ErrorCode.FormatViolation: "FormationViolation", ErrorCode.NotImplemented: "Weary"},
)
TOY = Version(NAME, ACTIONS, Toys(NAME), FRAMING)

if __name__ == "__main__":
    SUBPROTOCOLS[SUBPROTOCOL] = TOY
    sys.exit(main())
