"""What the mock would have seen of a station on the stage: the transcript as events, and what checks find in them."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import count
from typing import Any

from mock_csms.behavior import events
from mock_csms.behavior.admission import Visitor
from mock_csms.behavior.emissions import Close, Emission
from mock_csms.behavior.events import Event, Finding
from mock_csms.behavior.templates import rfc3339
from mock_csms.conformance import CHECKS
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.known import Terms
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, decode, encode
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201, refusal
from mock_csms.station import reports
from mock_csms.station.cues import Send
from mock_csms.station.device import Moment
from tests.station.bench import NOW
from tests.station.play import default_answer
from tests.station.stage import Entry, Stage

STATION = "CS"
_TICKS = 20
"""How often a deadline may be put off in the silence at the end."""
OLD = "the-old-password-1"
"""The password that the station came with."""
TERMS = Terms(passwords={STATION: OLD})


def findings(stage: Stage, checks: Collection[str] = tuple(CHECKS)) -> list[Finding]:
    """Return what the checks find out about a station, in the order in which they do."""
    return inspect(Witness(stage).events(), stage.now, checks)


def inspect(seen: Sequence[Event], end: float, checks: Collection[str] = tuple(CHECKS)) -> list[Finding]:
    """Return what the checks find in events, and in the silence until the end.

    A thorough inspector, whose checks look at steady values too, finds the same, and knows the same after that.
    """
    inspectors = inspectors_with(tuple(checks))
    for inspector in inspectors:
        inspector.known.clear()
    found, same = [[finding for event in seen for finding in each.look_at(event)] for each in inspectors]
    assert found == same
    assert inspectors[0].known == inspectors[1].known
    return found + [finding for _ in range(_TICKS) for finding in inspectors[0].tick(end)]


@cache
def inspectors_with(checks: tuple[str, ...]) -> list[Inspector]:
    """Return an inspector and a thorough one, the same for all: who looks at what takes long to find."""
    return [Inspector([CHECKS[id_] for id_ in checks], TERMS, is_thorough=each) for each in (False, True)]


class Witness:
    """Makes the events out of one transcript."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._numbers = count(1)
        self._is_open = False
        self._line: Any = None
        self._closes: tuple[float, int] | None = None
        """When the station closes the connection, and with which code."""
        self._hung_up_at = float("inf")
        """When the station closed the connection itself; the stage goes on as if it had come back at once."""
        self._has_learned = False
        self._held: list[Entry] = []
        """The calls that wait for their turn."""
        self._waiting: list[tuple[str, str, Any]] = []
        """The calls of the transcript that were not answered yet: id, action and payload as they were meant."""
        self._open: dict[str, Call] = {}
        """The calls as they came."""

    def events(self) -> list[Event]:
        """Return what happened, in the order of time."""
        seen = [event for entry in self._stage.log for event in self._events(entry)]
        seen += self._hung_up(self._stage.now)
        return sorted(seen, key=lambda event: event.at)

    def _events(self, entry: Entry) -> Iterator[Event]:
        at = NOW + entry.at
        yield from self._hung_up(at)
        if at > self._hung_up_at and entry.kind in ("call", "answer", "refusal"):
            yield from self._opened(at, self._line)
        match entry.kind, entry.name:
            case "line", "open":
                yield from self._opened(at, entry.what)
            case "line", "lost":
                yield from self._lost(at, 1006)
            case "door", _:
                yield from self._refused(at, entry.what)
            case "call", _:
                self._held.append(entry)
                yield from self._called(at)
            case "response", action:
                yield from self._responses(at, action, entry)
                yield from self._called(at)
            case "answer", action:
                call = Call(f"command-{next(self._numbers)}", action, entry.given)
                yield from self._commanded(at, call, entry, fault="")
            case "refusal", action:
                call = Call(f"command-{next(self._numbers)}", action, entry.given)
                yield from self._commanded(at, call, entry, fault="invalid")

    def _called(self, at: float) -> Iterator[Event]:
        """Let the next call go out when the last one was answered, as the session does it."""
        if self._held and not self._waiting:
            entry = self._held.pop(0)
            self._waiting.append((entry.given, entry.name, entry.what))
            yield from self._frames(at, entry, None)

    def _opened(self, at: float, line: Any) -> Iterator[Event]:
        path = "/" + line.url.removeprefix("ws://").partition("/")[2]
        self._line, self._hung_up_at = line, float("inf")
        yield events.Knocked(at, STATION, Visitor(path, line.subprotocols, line.authorization))
        if not self._is_open:
            self._is_open = True
            yield events.Connected(at, STATION, "ocpp2.0.1", tuple(line.subprotocols))

    def _refused(self, at: float, line: Any) -> Iterator[Event]:
        """Knock in vain."""
        knocked = next(iter(self._opened(at, line)))
        yield knocked
        yield events.Refused(at, STATION, "503: not now")

    def _hung_up(self, now: float) -> Iterator[Event]:
        """Close the connection where the station has done so by now."""
        if self._closes and self._closes[0] <= now:
            (at, code), self._closes = self._closes, None
            yield from self._lost(at, code)

    def _lost(self, at: float, code: int) -> Iterator[Event]:
        if self._is_open:
            self._is_open = False
            self._hung_up_at = float("inf") if code == 1006 else at
            self._waiting.clear()
            self._held.clear()
            self._open.clear()
            yield events.Disconnected(at, STATION, code, "")

    def _frames(self, at: float, entry: Entry, answers: Call | None) -> Iterator[Event]:
        """Yield what comes of an entry's acts; the first answer to a command ends it."""
        for act in entry.acts:
            if isinstance(act, Close):
                self._closes = at + act.after, act.code
            elif isinstance(act, Emission):
                text = encode(act.message) if act.text is None else act.text
                message = decode(text)
                mine = answers if answers and message.is_answer and message.id == answers.id else None
                answers = None if mine else answers
                yield from self._received(at + act.after, text, message, mine, binary=act.binary)

    def _received(
        self, at: float, text: bytes, message: Message | Malformed, answers: Call | None, *, binary: bool
    ) -> Iterator[Event]:
        violations: Sequence[Any] = ()
        if isinstance(message, Call):
            self._open[message.id] = message
            violations = V201.call_violations(message, Sender.STATION)
        elif isinstance(message, Result) and answers:
            violations = V201.result_violations(answers, message.payload)
        is_refused = bool(violations) or isinstance(message, Malformed)
        yield events.Received(at, STATION, text, message, violations, answers, binary, is_refused)
        if isinstance(message, Malformed) and not message.is_answer:
            yield self._sent(at, Error(message.id, message.code, message.problem), None)
        elif isinstance(message, Call) and violations:
            del self._open[message.id]
            yield self._sent(at, refusal(message, violations), message)

    def _responses(self, at: float, action: str, entry: Entry) -> Iterator[Event]:
        """Answer the call, and those that came besides."""
        meant = next((one for one in self._waiting if one[1:] == (action, entry.given)), None)
        if meant is None:
            return
        self._waiting.remove(meant)
        waiting = {id_ for id_, *_ in self._waiting}
        for id_, call in list(self._open.items()):
            is_same = id_ not in waiting and (call.action, call.payload) == (action, entry.given)
            if id_ == meant[0] or is_same:
                yield self._sent(at, self._answer(at, id_, entry.what), call)
                yield from self._inventory(at, call, entry.what)
            elif id_ not in waiting:
                yield self._sent(at, self._answer(at, id_, default_answer(call.action, call.payload)), call)
            else:
                continue
            del self._open[id_]

    def _answer(self, at: float, id_: str, what: Any) -> Message:
        """Return what the mock says, with its own clock."""
        if isinstance(what, str):
            code, _, description = what.partition(": ")
            return Error(id_, code, description)
        return Result(id_, what | {"currentTime": rfc3339(at)} if "currentTime" in what else what)

    def _commanded(self, at: float, call: Call, entry: Entry, *, fault: str) -> Iterator[Event]:
        yield self._sent(at, call, None, fault)
        acts = tuple(_named(act, call.id) if isinstance(act, Emission) else act for act in entry.acts)
        if not any(isinstance(act, Emission) for act in acts):
            yield events.Unanswered(at + TERMS.patience, STATION, call, "no answer within 30 s")
        yield from self._frames(at, replace(entry, acts=acts), call)

    def _sent(self, at: float, message: Message, answers: Call | None, fault: str = "") -> Event:
        violations: Sequence[Any] = ()
        if isinstance(message, Call) and fault:
            violations = V201.schemas.request_violations(message.action, message.payload)
        return events.Sent(at, STATION, encode(message), message, violations, answers, "", fault)

    def _inventory(self, at: float, boot: Call, answer: Any) -> Iterator[Event]:
        """Let the mock learn the device model when the station is accepted, as `--learn` does; all of it at once."""
        is_boot = boot.action == "BootNotification" and not isinstance(answer, str) and answer["status"] == "Accepted"
        if self._has_learned or self._stage.accepted is None or not is_boot:
            return
        self._has_learned = True
        call = Call("learning", "GetBaseReport", {"requestId": 4242, "reportBase": "FullInventory"})
        device, moment = replace(self._stage.accepted, habits=()), Moment(at, self._stage.world)
        _, status, acts = reports.base_report(device, call.payload, moment)
        yield self._sent(at, call, None)
        result = Result(call.id, status)
        yield events.Received(at, STATION, encode(result), result, (), call, binary=False, is_refused=False)
        for number, act in enumerate(act for act in acts if isinstance(act, Send)):
            part = Call(f"learning-{number}", "NotifyReport", act.payload)
            yield events.Received(at, STATION, encode(part), part, (), None, binary=False, is_refused=False)
            yield self._sent(at, Result(part.id, {}), part)


def _named(act: Emission, id_: str) -> Emission:
    """Give an answer the id of its command, where it has the one of the stage."""
    text = None if act.text is None else act.text.replace(b'"call"', f'"{id_}"'.encode())
    message = replace(act.message, id=id_) if act.message.id == "call" else act.message
    return replace(act, message=message, text=text)
