"""Faults change an answer of the eMSP before it is sent: late, lost, broken, or with a wrong envelope.

A fault only has its effect; the rule around it (`--fault MATCH FAULT`) decides when it is used. Each is a class, as in
`behavior/faults.py`: flags and docs take its name from `OCPI_FAULTS`, and its attributes from its fields.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson

from mock_csms.behavior.conditions import condition
from mock_csms.behavior.faults import attribute
from mock_csms.behavior.matching import Condition
from mock_csms.behavior.notation import parse_fault_of, parse_tail, split
from mock_csms.behavior.rules import ANY
from mock_csms.ocpi.delivery import Delivery
from mock_csms.ocpi.emsp.happenings import described_request
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import Mutable, Record, field, replace

_LINK, _COUNTS = "Link", ("X-Total-Count", "X-Limit")
_IDS = ("x-request-id", "x-correlation-id")


class OcpiFault(Protocol):
    """A change of an answer."""

    def spoil(self, delivery: Delivery, chance: Callable[[], float], /) -> Delivery:
        """Return the answer as it is sent."""


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """Answers late."""

    seconds: float = attribute("delay in seconds")
    jitter: float = attribute("up to this many more seconds, at random", default=0.0)

    def spoil(self, delivery: Delivery, chance: Callable[[], float]) -> Delivery:
        """Add to its delay."""
        return replace(delivery, delay=delivery.delay + self.seconds + self.jitter * chance())


@dataclass(frozen=True, slots=True)
class DroppedAnswer:
    """Closes the connection without an answer; the request was handled."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Drop it."""
        return replace(delivery, is_dropped=True)


@dataclass(frozen=True, slots=True)
class HttpStatus:
    """Answers with another HTTP status, and an error in the envelope; the request was handled."""

    code: int = attribute("the HTTP status, such as 500 or 429", minimum=200)
    after: int = attribute("the seconds in a Retry-After header; 0 for none", default=0)

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Change its status."""
        envelope = _envelope(delivery)
        envelope.pop("data", None)
        envelope |= {"status_code": 2000 if self.code < 500 else 3000, "status_message": f"fault: HTTP {self.code}"}
        more = {"Retry-After": str(self.after)} if self.after else {}
        changed = replace(delivery, status=self.code, headers={**delivery.headers, **more})
        return _with(changed, envelope)


@dataclass(frozen=True, slots=True)
class OcpiCode:
    """Answers with another status_code of OCPI, and without data."""

    value: int = attribute("the code, such as 2001 or 3000", minimum=1000)

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Change its code."""
        envelope = _envelope(delivery)
        envelope.pop("data", None)
        return _with(delivery, envelope | {"status_code": self.value, "status_message": "fault"})


@dataclass(frozen=True, slots=True)
class MalformedAnswer:
    """Answers with a text of the same length that is not JSON."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Replace the first brace by a bracket."""
        return replace(delivery, content=b"[" + delivery.content[1:])


@dataclass(frozen=True, slots=True)
class TruncatedAnswer:
    """Answers with the first half of the text only."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Cut its text."""
        return replace(delivery, content=delivery.content[: len(delivery.content) // 2])


@dataclass(frozen=True, slots=True)
class WrongEnvelope:
    """Answers with the data alone, without the envelope of OCPI."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Remove the envelope."""
        return replace(delivery, content=orjson.dumps(_envelope(delivery).get("data")))


@dataclass(frozen=True, slots=True)
class HtmlAnswer:
    """Answers with a web page, as a proxy does."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Replace it."""
        page = b"<html><body>502 Bad Gateway</body></html>"
        return replace(delivery, status=502, headers={"content-type": "text/html"}, content=page)


@dataclass(frozen=True, slots=True)
class LostIds:
    """Answers without X-Request-ID and X-Correlation-ID."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Remove the headers."""
        return _without(delivery, _IDS)


@dataclass(frozen=True, slots=True)
class LostCounts:
    """Answers a list without X-Total-Count and X-Limit."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Remove the headers."""
        return _without(delivery, _COUNTS)


@dataclass(frozen=True, slots=True)
class LinkLoop:
    """Answers a list with a Link that leads to the same page again and again."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Let the page link to its own list."""
        query = urlencode({"offset": 0, "limit": 50})
        return replace(delivery, headers={**delivery.headers, _LINK: f'<{delivery.url}?{query}>; rel="next"'})


@dataclass(frozen=True, slots=True)
class OtherToken:
    """Answers an authorization with another token than the one that was asked for."""

    def spoil(self, delivery: Delivery, _: Callable[[], float]) -> Delivery:
        """Change the uid in the answer."""
        envelope = _envelope(delivery)
        data = envelope.get("data")
        if isinstance(data, dict) and isinstance(data.get("token"), dict):
            return _with(delivery, {**envelope, "data": {**data, "token": {**data["token"], "uid": "OTHER"}}})
        return delivery


OCPI_FAULTS: Mapping[str, Any] = {
    "delay": LateAnswer,
    "drop": DroppedAnswer,
    "status": HttpStatus,
    "code": OcpiCode,
    "malformed": MalformedAnswer,
    "truncate": TruncatedAnswer,
    "wrong-envelope": WrongEnvelope,
    "html": HtmlAnswer,
    "no-ids": LostIds,
    "no-counts": LostCounts,
    "link-loop": LinkLoop,
    "other-token": OtherToken,
}
"""Every fault by the name that people write."""


def _envelope(delivery: Delivery) -> dict[str, Any]:
    """Return the envelope; empty if another fault has broken it."""
    try:
        value = orjson.loads(delivery.content)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _with(delivery: Delivery, envelope: Mapping[str, Any]) -> Delivery:
    return replace(delivery, content=orjson.dumps(envelope))


def _without(delivery: Delivery, names: Sequence[str]) -> Delivery:
    left = {name: value for name, value in delivery.headers.items() if name.lower() not in map(str.lower, names)}
    return replace(delivery, headers=left)


class OcpiRule(Record):
    """When a fault is used: a use of `--fault`."""

    name: str
    """What the request is: a module, `module.method`, or `*`."""
    conditions: tuple[Condition, ...]
    times: int | None
    """How often it is used for each party; None for no limit."""
    turn: int | None
    """For which matching request of a party it is used; None for all."""
    parties: str
    """The pattern of the parties."""
    fault: OcpiFault
    probability: float
    text: str


def parse_rule(match: str, fault: str) -> OcpiRule:
    """Parse the two values of `--fault`. Raises ValueError for wrong ones."""
    pattern = split(match)
    if pattern.version is not None:
        raise ValueError(f"{match!r}: a version of OCPP cannot be named here")
    schemas = [described_request(pattern.name)]
    conditions = tuple(condition(schemas, path, value) for path, value in pattern.conditions)
    times, turn, parties = parse_tail(pattern)
    spoil, probability = parse_fault_of(OCPI_FAULTS, fault)
    return OcpiRule(pattern.name, conditions, times, turn, parties, spoil, probability, f"{match} {fault}")


class OcpiFaultBook(Mutable):
    """The rules of a run, and how often each was used."""

    rules: Sequence[OcpiRule]
    chance: Callable[[], float]
    counts: dict[tuple[int, str], int] = field(default_factory=dict)
    """How often a rule has matched, by its number and the party."""

    def spoiled(self, party: str, names: Sequence[str], body: Any, delivery: Delivery) -> tuple[Delivery, list[str]]:
        """Return an answer with all faults that apply, and the rules that were used."""
        used = []
        for number, rule in enumerate(self.rules):
            if not self._applies(number, rule, party, names, body):
                continue
            used.append(rule.text)
            delivery = rule.fault.spoil(delivery, self.chance)
        return delivery, used

    def _applies(self, number: int, rule: OcpiRule, party: str, names: Sequence[str], body: Any) -> bool:
        is_meant = rule.name in (ANY, *names) and matches(party, rule.parties)
        if not is_meant or not all(each.holds(body) for each in rule.conditions):
            return False
        count = self.counts[number, party] = self.counts.get((number, party), 0) + 1
        if (rule.times is not None and count > rule.times) or (rule.turn is not None and count != rule.turn):
            return False
        return rule.probability >= 1 or self.chance() < rule.probability
