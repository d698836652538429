"""Plays the examples of `mock-csms explain` as events of a station: frames, handshakes and waits."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import orjson

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call, Error, ErrorCode, Malformed, Message, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.tls import SUITES, VERSIONS, Agreement, Offer
from mock_csms.protocol.versions import V21, V201, Version
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.pki.making import Wish, certificate, certificate_pem, new_ec
from mock_csms.twin.events import Connected, Disconnected, Event, Knocked, Received, Refused, Sent, Spoiled, Unanswered
from tests.conformance.story import PATIENCE, Story, came, sent, variable
from tests.conformance.test_certificates import first
from tests.conformance.test_security import csr
from tests.conformance.witness import STATION, inspect
from tests.station.bench import NOW
from tests.station.play import default_answer

_THRESHOLD = variable("OCPPCommCtrlr", "OfflineThreshold", dataType="integer", minLimit=10, maxLimit=600)
_REPORTED = {"V04", "V08"}
"""The checks whose examples need a variable that the station has reported before."""
_HASH = '"issuerNameHash":"...","issuerKeyHash":"...","serialNumber":"..."'
PLACEHOLDERS: Mapping[str, Callable[[], str]] = {
    "-----BEGIN CERTIFICATE REQUEST-----...": lambda: _escaped(csr()),
    "-----BEGIN CERTIFICATE-----...": lambda: _escaped(first().root),
    _HASH: lambda: ",".join(f'"{k}":"{v}"' for k, v in first().hash_data().items() if k != "hashAlgorithm"),
}
"""The shortened texts in examples, with the full texts that replace them when an example is played."""


def found(check: str, given: Mapping[str, str], lines: Sequence[str], silence: float) -> list[str]:
    """Return what a check reports for an example, and for the silence after it."""
    player = played(check, given, lines)
    findings = inspect(player.events, player.now + silence)
    return [finding.problem for finding in findings if finding.check == check]


def played(check: str, given: Mapping[str, str], lines: Sequence[str]) -> "Player":
    """Return the player of an example, after its last line."""
    version = V21 if CHECKS[check].versions == (V21.name,) else V201
    player = Player(lines, as_of(version, _before(check, given)), version)
    for number in range(len(player.lines)):
        player.play(number)
    return player


def _before(check: str, given: Mapping[str, str]) -> list[Event]:
    """Return the events before an example: the station boots, and reports the variables that the example needs."""
    story = Story(-60.0).connect().boot()
    for name, value in given.items():
        story.get(*name.split(".", 1), attributeValue=value)
    return (story.report(_THRESHOLD) if check in _REPORTED else story).events


def as_of(version: Version, events: Iterable[Event]) -> list[Event]:
    """Return the same events of a station of another version."""
    kinds = Received | Sent | Connected
    return [replace(event, version=version) if isinstance(event, kinds) else event for event in events]


def _escaped(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


def _whole(line: str) -> str:
    """Return a line with its placeholders replaced."""
    for short, long in PLACEHOLDERS.items():
        line = line.replace(short, long()) if short in line else line
    return line


class Player:
    """Makes an event from each line. If an example starts with a handshake, there are no events before it."""

    def __init__(self, lines: Sequence[str], before: list[Event], version: Version) -> None:
        self.version = version
        self.now, self.lines = NOW, [_whole(line) for line in lines]
        self.events = [] if lines[0].startswith(("GET ", "-- TLS")) else before
        self._calls: dict[str, Call] = {}
        self._is_binary = False
        self._tls: Agreement | None = None

    def play(self, number: int) -> None:
        """Add the events of one line."""
        line, rest = self.lines[number], self.lines[number + 1 :]
        mark, _, text = line.partition(" ")
        match mark:
            case "GET":
                self._knock(text, rest)
            case ">":
                self._receive(text, rest)
            case "<":
                self._send(text)
            case "--":
                self._happen(text)
            case _:
                assert mark == "#", line

    def _add(self, *events: Event) -> None:
        self.events += events

    def _knock(self, text: str, rest: Sequence[str]) -> None:
        path, *headers = text.split(" | ")
        result = dict(header.split(": ", 1) for header in headers)
        offered = result.get("Sec-WebSocket-Protocol", "").split(", ")
        upgrade, extensions = result.get("Upgrade", "websocket"), result.get("Sec-WebSocket-Extensions", "")
        problem = "" if upgrade == "websocket" else f"invalid Upgrade header: {upgrade}"
        visitor = Visitor(
            path, [*filter(None, offered)], result.get("Authorization"), extensions, problem, tls=self._tls
        )
        self._add(Knocked(self.now, STATION, visitor))
        if "ocpp2.0.1" in offered and not problem and rest[:1] != ["-- connection refused"]:
            self._add(Connected(self.now, STATION, "ocpp2.0.1", tuple(offered)))

    def _receive(self, text: str, rest: Sequence[str]) -> None:
        message = decode(text.encode(), self.version.framing)
        answers = self._calls.pop(message.id, None) if not isinstance(message, Call) else None
        event = came(self.now, text.encode(), answers, self.version)
        self._add(replace(event, binary=True) if self._is_binary else event)
        self._is_binary = False
        if type(message) is Call and not any(_is_answer(line, message.id) for line in rest):
            self._answer(message, refused=event.is_refused)
        if isinstance(message, Call):
            self._calls[message.id] = message

    def _answer(self, call: Call, *, refused: bool) -> None:
        """Give the usual answer of the mock to a call that the example does not answer."""
        if refused:
            answer: Message = Error(call.id, ErrorCode.FormatViolation, "")
        else:
            usual = default_answer(call.action, call.payload)
            usual |= {"currentTime": Story(self.now - NOW).at()} if "currentTime" in usual else {}
            answer = Result(call.id, usual)
        self._add(sent(self.now, answer, call, version=self.version))

    def _send(self, text: str) -> None:
        number, id_, *rest = orjson.loads(text)
        if number not in (2, 3, 4):  # a fault changed the type of this command
            self._calls[id_] = call = Call(id_, *rest)
            event = replace(sent(self.now, call, None, "unknown-type"), text=text.encode())
            self._add(Spoiled(self.now, STATION, "unknown-type", call, None), event)
            return
        message = decode(text.encode())
        assert not isinstance(message, Malformed)
        answers = None if isinstance(message, Call) else self._calls[message.id]
        self._add(sent(self.now, message, answers, version=self.version))
        if isinstance(message, Call):
            self._calls[message.id] = message

    def _happen(self, text: str) -> None:
        if text.startswith("TLSv1."):
            self._tls = agreement(text)
        elif later := re.match(r"(\d+) s later", text):
            self.now += float(later[1])
        elif text == "as a binary frame":
            self._is_binary = True
        else:
            self._add(_HAPPENINGS[text](self))

    @property
    def last_command(self) -> Call:
        """The last command that was sent to the station."""
        return [call for id_, call in self._calls.items() if id_.startswith("c")][-1]


_HAPPENINGS: Mapping[str, Callable[[Player], Event]] = {
    "connection lost": lambda it: Disconnected(it.now, STATION, 1006, "the connection ended without a close frame"),
    "connection refused": lambda it: Refused(it.now, STATION, "503: no"),
    "the station closes the connection (1000)": lambda it: Disconnected(it.now, STATION, 1000, "bye"),
    "no answer came": lambda it: Unanswered(it.now, STATION, it.last_command, f"no answer within {PATIENCE:g} s"),
}


_TLS = re.compile(
    r"(?P<version>\S+) with (?P<suite>[^, ]+)(, offered: (?P<offered>.*))?(, and the certificate (?P<subject>.*))?"
    r"( after --tls-fault (?P<fault>.*))?( after it refused --tls-fault (?P<refused>.*))?"
)


def agreement(text: str) -> Agreement:
    """Return the TLS handshake in a line of an example: `TLSv1.2 with SUITE, offered: SUITE, SUITE`."""
    found = _TLS.fullmatch(text)
    assert found, text
    numbers = {name: number for number, name in SUITES.items()}
    versions = tuple(number for number, name in VERSIONS.items() if name == found["version"])
    names = found["offered"].split(", ") if found["offered"] else [name for name in SUITES.values() if "GCM" in name]
    compressions = (1, 0) if "compression" in names else (0,)
    offer = Offer(versions, tuple(numbers[name] for name in names if name != "compression"), compressions)
    subject = dict(part.split("=") for part in (found["subject"] or "").split(",") if part)
    certificate_, fault = client_certificate(**subject), found["fault"] or ""
    refused = tuple(filter(None, [found["refused"]]))
    return Agreement(found["version"], found["suite"], offer, certificate=certificate_, fault=fault, refused=refused)


def client_certificate(CN: str = "", O: str = "") -> str:  # noqa: N803, E741 - the names are those of a certificate's subject
    """Return a station's certificate with this subject in PEM, or "" if the subject is empty."""
    if not CN:
        return ""
    wish = Wish(common_name=CN, organization=O, times=(NOW - 1000.0, NOW + 1000.0))
    return certificate_pem(certificate(wish, new_ec()))


def _is_answer(line: str, id_: str) -> bool:
    return line.startswith((f'< [3,"{id_}"', f'< [4,"{id_}"'))


def is_seen_in_bytes(check: str) -> bool:
    """Whether a check looks at bytes below the level of messages; `handmade.py` sends these."""
    return {kind for kind, _ in CHECKS[check].on} == {"breached"}
