"""Lets the checks look at what a CPO did, and makes events of findings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mock_csms.conformance.subject import Wrong
from mock_csms.ocpi.emsp.checks.table import OcpiCheck
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.exchange import OcpiExchange
from mock_csms.ocpi.parties import CREDENTIALS
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.telling import event_of, read_body
from mock_csms.protocol.records import replace
from mock_csms.twin.events import Event, Failed, Finding
from mock_csms.twin.ocpi_events import OcpiExchanged

_MOST = 5
"""The most findings of a check about one thing."""


class OcpiInspector:
    """Runs the selected checks. `publish` gets their findings, and the exchanges; `count` gets everything seen."""

    def __init__(
        self,
        checks: Sequence[OcpiCheck],
        world: EmspWorld,
        publish: Callable[[Event], None],
        count: Callable[[Sighting], None] = lambda _: None,
    ) -> None:
        self._count = count
        self._checks = checks
        self._world = world
        self._publish = publish
        self._number = 0
        self.exercised: set[str] = set()
        """The ids of the checks that have judged anything."""
        world.inspect = self.look

    def observe(self, exchange: OcpiExchange) -> None:
        """Publish an exchange, and check it."""
        self._number += 1
        event = event_of(exchange, self._number, self._world)
        self._publish(event)
        self._world.exchanges.append(event)
        for seen in (*_sightings(event, exchange), *(replace(each, exchange=event) for each in exchange.about or ())):
            self.look(seen)
        self._world.request_ids[event.headers.get("x-request-id", "")] = event

    def look(self, seen: Sighting) -> None:
        """Check what a CPO did."""
        self._count(seen)
        for check in self._checks:
            if check.is_for(seen):
                self.exercised.add(check.id)
                for found in self._found(check, seen):
                    self._publish(found)

    def _found(self, check: OcpiCheck, seen: Sighting) -> Iterator[Event]:
        """Yield the findings of a check. A check that fails is an error of the mock."""
        event = seen.exchange
        try:
            result = check.judge(seen, self._world)
            found = [result] if isinstance(result, str | Wrong) else [*(result or ())]
        except Exception as error:
            yield Failed(event.at, event.station, f"internal error: {check.id}: {error!r}")
            return
        for each in found[:_MOST]:
            wrong = each if isinstance(each, Wrong) else Wrong(each)
            severity = wrong.severity or check.severity
            ids = (str(event.number),)
            yield Finding(event.at, event.station, check.id, check.requirement, severity, wrong.text, ids, wrong.why)


def _sightings(event: OcpiExchanged, exchange: OcpiExchange) -> Iterator[Sighting]:
    """Yield what every exchange shows: a request or an answer, and credentials."""
    data = _data(exchange.answer)
    if event.is_ours:
        yield Sighting(sight=Sight.ANSWER, exchange=event, module=event.module, value=data)
    else:
        yield Sighting(sight=Sight.REQUEST, exchange=event, module=event.module)
    sent = data if event.is_ours else read_body(exchange.body)[0]
    if event.module == CREDENTIALS and sent is not None and event.method in ("POST", "PUT"):
        found = problems("Credentials", sent)
        yield Sighting(
            sight=Sight.CREDENTIALS,
            exchange=event,
            module=CREDENTIALS,
            value=sent,
            violations=found,
            kind="Credentials",
        )


def _data(body: bytes) -> Any:
    """Return the data of an answer."""
    value: Mapping[str, Any] | Any = read_body(body)[0]
    return value.get("data") if isinstance(value, dict) else None
