"""What work of OCPI may wait for. A generator yields one of these, and gets its result when it is there."""

from collections.abc import Mapping
from typing import Any

from mock_csms.behavior.commands import Step
from mock_csms.ocpi.envelope import SUCCESS, Steps
from mock_csms.protocol.records import UNSET, Record

__all__ = ["Fetch", "Fetched", "Pause", "StationAnswer", "StationCommand", "Steps", "until_done"]


class Fetch(Record, kw_only=True):
    """A request to another party. Its result is `Fetched`."""

    url: str
    token: str
    """The credentials token to send."""
    method: str = "GET"
    body: Any = UNSET
    """The body: any JSON value."""
    headers: Mapping[str, str] = {}
    """Further headers, such as those of routing."""
    correlation_id: str = ""
    """The X-Correlation-ID; empty to make a new one."""
    is_raw: bool = False
    """Whether the token is sent as it is, not in Base64."""
    timeout: float = 0.0
    """After how many seconds to give up; 0 for the usual limit."""


class Fetched(Record, kw_only=True):
    """What came back for a request."""

    status: int = 0
    """The HTTP status; 0 if there was no answer."""
    headers: Mapping[str, str] = {}
    """The headers, by names in lower case."""
    code: int = 0
    """The status code of OCPI; 0 if the answer has no envelope."""
    message: str = ""
    data: Any = None
    problem: str = ""
    """Why there is no answer, or no envelope."""

    @property
    def is_fine(self) -> bool:
        """Whether the other party has done what it was asked for."""
        return 200 <= self.status < 300 and SUCCESS <= self.code < 2000

    @property
    def reason(self) -> str:
        """Why it is not fine, in one line."""
        if self.problem and not self.status:
            return self.problem
        told = self.problem or (f"{self.code} {self.message}" if self.code else "")
        return f"HTTP {self.status}{', ' if told else ''}{told}".strip()


class StationCommand(Record):
    """A command to a station. Its result is `StationAnswer`."""

    identity: str
    step: Step


class StationAnswer(Record, kw_only=True):
    """What a station answered to a command."""

    payload: Any = None
    """The payload of the result; None if there was none."""
    code: str = ""
    """The code of a CALLERROR."""
    is_late: bool = False
    """Whether no answer came in time."""
    reason: str = ""
    """Why there is no result."""


class Pause(Record):
    """A number of seconds to wait. Its result is None."""

    seconds: float


def until_done(steps: Steps, results: "Mapping[type, Any] | None" = None) -> Any:
    """Run work that waits for nothing, or only for kinds of `results`, and return its result."""
    result: Any = None
    try:
        while True:
            wanted = steps.send(result)
            result = (results or {})[type(wanted)]
    except StopIteration as end:
        return end.value
