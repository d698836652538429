"""What is known of the boots of a station, and of how they were answered."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, response
from mock_csms.protocol.records import Mutable

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

BOOTS = Subject("boots")


class Boots(Mutable):
    """The last BootNotification and its answer.

    status: how it was answered, None as long as it was not. interval: the one of the answer, in seconds. asked: what
    the station sent. accepted_at: when it was accepted last; None before the first time.
    """

    count: int = 0
    asked: Any = None
    asked_at: float = 0.0
    status: str | None = None
    interval: float = 0.0
    answered_at: float = 0.0
    accepted_at: float | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the last boot was answered with Accepted."""
        return self.status == "Accepted"


@BOOTS.learn(call("BootNotification"))
def asked(seen: Seen, known: "Known") -> None:
    """It boots."""
    boots = known.boots
    boots.count, boots.asked, boots.asked_at, boots.status = boots.count + 1, seen.payload, seen.at, None


@BOOTS.learn(response("BootNotification"))
def answered(seen: Seen, known: "Known") -> None:
    """It was told how that was taken."""
    boots = known.boots
    boots.status, boots.interval, boots.answered_at = seen.payload["status"], seen.payload["interval"], seen.at
    if boots.is_accepted:
        boots.accepted_at = seen.at
