"""What is known of the boots of a station, of how they were answered, and of what it was asked for before."""

from collections.abc import Mapping
from math import inf
from typing import TYPE_CHECKING, Any

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, command, refusal, response, result, when
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Mutable, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

BOOTS = Subject("boots")
UNKNOWN = ""
"""The status of a boot to which the mock gave no sound answer: what the station makes of that is its own affair."""

REFUSED = "refused"
"""The status of a boot that got a CALLERROR: the station is not accepted (B01.FR.08)."""

_WANTED: Mapping[str, set[str]] = {
    "SignChargingStationCertificate": {"SignCertificate"},
    "SignV2GCertificate": {"SignCertificate"},
    "SignCombinedCertificate": {"SignCertificate"},
    "StatusNotification": {"StatusNotification", "NotifyEvent"},
}
"""The actions of messages that are triggered under another name, or may have another form (G01.FR.07)."""
_MOST_COMMANDS = 100


class Boots(Mutable):
    """The last BootNotification and its answer.

    status: how it was answered, None as long as it was not; REFUSED for a CALLERROR. interval: the one of the answer,
    in seconds. asked: what the station sent. accepted_at: when it was accepted last; None before the first time.
    before: how the boot before was answered, None where there was none. is_new: whether it surely came up with the last
    boot, or was not accepted before it: a boot that was triggered, or tells nothing new, tells of no start (T13).
    up_at: when the last boot that is new was accepted.

    due: why the next call has to be a boot: `first`, as it is the first of all; `reset`; `late`, as another call came
    first. is_triggered: whether a boot was triggered that has not come. wanted: the actions that were asked for while
    it was not accepted. commanded: the status in which each open command found the station. heartbeat: the
    interval of heartbeats that it was given last. beat_at: when the last one came. beats: how many since it was
    accepted. hasty_beats: how many came too soon one after the other. pace: the shortest pause between two that nobody
    asked for.
    """

    count: int = 0
    asked: Any = None
    asked_at: float = 0.0
    status: str | None = None
    interval: float = 0.0
    answered_at: float = 0.0
    accepted_at: float | None = None
    up_at: float = 0.0
    before: str | None = None
    is_new: bool = True
    due: str = ""
    is_triggered: bool = False
    wanted: set[str] = field(default_factory=set)
    commanded: dict[str, str | None] = field(default_factory=dict)
    heartbeat: float | None = None
    beat_at: float = 0.0
    beats: int = 0
    hasty_beats: int = 0
    pace: float = inf

    @property
    def is_accepted(self) -> bool:
        """Whether the last boot was answered with Accepted."""
        return self.status == "Accepted"

    @property
    def is_in_doubt(self) -> bool:
        """Whether its boot was refused, or answered otherwise than with a status: it may have to keep silent."""
        return self.status not in (None, "Accepted", "Pending", "Rejected")

    @property
    def is_kept_out(self) -> bool:
        """Whether it was not accepted, as far as the mock knows, and so may not send what it is asked for."""
        return not self.is_accepted and (self.count > 0 or self.is_in_doubt)

    @property
    def is_repeated(self) -> bool:
        """Whether the last boot is one of a station that was accepted already."""
        return self.before == "Accepted"

    def is_hasty(self, pause: float) -> bool:
        """Whether a heartbeat comes far too soon after the one before."""
        return pause < (self.heartbeat or 0.0) / 2


@BOOTS.learn(when("connected"))
def connected(_: Seen, known: "Known") -> None:
    """A boot is due on the first connection, and on the one after a reset."""
    boots = known.boots
    boots.commanded.clear()
    boots.due = "first" if known.line.opened == 1 else "reset" if known.resets.is_under_way else ""


@BOOTS.learn(call(), any_payload=True)
def called(seen: Seen, known: "Known") -> None:
    """The first call came."""
    if known.boots.due:
        is_late = known.boots.due == "first" and seen.action != "BootNotification"
        known.boots.due = "late" if is_late or (known.boots.due == "late" and seen.action != "BootNotification") else ""


@BOOTS.learn(call("BootNotification"))
def asked(seen: Seen, known: "Known") -> None:
    """It boots."""
    boots = known.boots
    boots.before = boots.before if boots.status is None else boots.status
    is_other = bool(known.resets.status) or (seen.payload["reason"] != "Triggered" and seen.payload != boots.asked)
    boots.is_new = not boots.is_repeated or is_other
    boots.count, boots.asked, boots.asked_at, boots.status = boots.count + 1, seen.payload, seen.at, None
    boots.is_triggered = False
    if boots.is_repeated:
        boots.wanted.clear()


@BOOTS.learn(response("BootNotification"), any_payload=True)
def answered(seen: Seen, known: "Known") -> None:
    """It was told how that was taken, be it that it asked wrongly."""
    boots = known.boots
    if not boots.count:
        return
    boots.answered_at = seen.at
    boots.status, boots.interval = seen.payload["status"], seen.payload["interval"]
    if boots.is_accepted:
        boots.accepted_at, boots.beats = seen.at, 0
        boots.up_at = seen.at if boots.is_new else boots.up_at
        boots.heartbeat = boots.interval if boots.interval > 0 else None
        boots.wanted.clear()


@BOOTS.learn(refusal("BootNotification"), any_payload=True)
def refused(_: Seen, known: "Known") -> None:
    """It was refused; one that was accepted before and tells nothing new may take itself to be so still."""
    boots = known.boots
    is_still = boots.is_accepted or (boots.is_repeated and not boots.is_new)
    boots.status = UNKNOWN if is_still else REFUSED


@BOOTS.learn(when("spoiled"), any_payload=True)
def confused(seen: Seen, known: "Known") -> None:
    """It was told nonsense."""
    if seen.action == "BootNotification":
        known.boots.status = UNKNOWN


@BOOTS.learn(when("malformed"), any_payload=True)
def unread(_: Seen, known: "Known") -> None:
    """What cannot be read may be the boot, where nothing came before it."""
    if known.boots.due == "first":
        known.boots.status = UNKNOWN


@BOOTS.learn(command(), when("spoiled"), any_payload=True)
def commanded(seen: Seen, known: "Known") -> None:
    """A command was sent, which may ask for messages; what a spoiled one asks for counts too."""
    message, boots = getattr(seen.event, "message", None), known.boots
    if not isinstance(message, Call) or not isinstance(message.payload, dict):
        return
    if len(boots.commanded) < _MOST_COMMANDS:
        boots.commanded[message.id] = boots.status
    if message.action in ("GetBaseReport", "GetReport"):
        boots.wanted.add("NotifyReport")
    elif message.action == "TriggerMessage":
        wanted = str(message.payload.get("requestedMessage"))
        boots.is_triggered |= wanted == "BootNotification"
        boots.wanted |= _WANTED.get(wanted, {wanted})


@BOOTS.learn(when("result", "error", "unanswered"), any_payload=True)
def obeyed(seen: Seen, known: "Known") -> None:
    """A command has ended."""
    known.boots.commanded.pop(seen.id, None)


@BOOTS.learn(result("SetVariables"))
def was_set(seen: Seen, known: "Known") -> None:
    """It was given another interval of heartbeats."""
    for asked_, told in zip(seen.request["setVariableData"], seen.payload["setVariableResult"], strict=False):
        if (asked_["component"]["name"], asked_["variable"]["name"]) == ("OCPPCommCtrlr", "HeartbeatInterval"):
            try:
                seconds = float(asked_["attributeValue"])
            except ValueError:
                seconds = 0.0
            if told["attributeStatus"] == "Accepted" and seconds > 0:
                known.boots.heartbeat = seconds


@BOOTS.learn(call("Heartbeat"))
def beat(seen: Seen, known: "Known") -> None:
    """A heartbeat came; the hasty ones in a row are counted, but for those asked for, or sent in another call (R06)."""
    boots = known.boots
    if "Heartbeat" in boots.wanted:
        boots.wanted.discard("Heartbeat")
    elif len(known.line.calls) == 1:
        boots.hasty_beats = boots.hasty_beats + 1 if boots.is_hasty(seen.at - boots.beat_at) else 0
        boots.pace = min(boots.pace, seen.at - boots.beat_at)
    boots.beat_at, boots.beats = seen.at, boots.beats + 1
