"""The eMSP without sockets: a CPO speaks to it, and answers its requests; everything is input and output."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import orjson

from mock_csms.ocpi.emsp.checks.catalogue import OCPI_CHECKS
from mock_csms.ocpi.emsp.inspector import OcpiInspector
from mock_csms.ocpi.emsp.table import PREFIX, ROWS
from mock_csms.ocpi.emsp.tokens import add_token, parse_token
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.envelope import Declined, OcpiAnswer
from mock_csms.ocpi.exchange import OcpiExchange
from mock_csms.ocpi.http.receiving import HttpRequest, shown_by, understood
from mock_csms.ocpi.parties import CPO, EMSP, OcpiParties, OcpiParty, OcpiPeer, OcpiRole
from mock_csms.ocpi.steps import Fetch, Fetched, Steps
from mock_csms.ocpi.tokens_header import token_form, written_token
from mock_csms.protocol.records import UNSET
from mock_csms.twin.events import Event, Failed, Finding

NOW = 1767225600.0  # 2026-01-01T00:00:00Z
BASE = "http://emsp.test"
CPO_URL = "http://cpo.test"
MODULES = ("locations", "sessions", "cdrs", "tariffs")
TOKEN = {"country_code": "DE", "party_id": "EMP", "uid": "TAG1", "type": "RFID", "contract_id": "DE-EMP-CTAG1"}


def cpo(roles: int = 1) -> OcpiPeer:
    """Return a registered CPO."""
    return OcpiPeer(
        our_token="token-c",
        their_token="token-b",
        versions_url=f"{CPO_URL}/ocpi/versions",
        endpoints={
            **{f"{module} SENDER": f"{CPO_URL}/ocpi/cpo/2.2.1/{module}" for module in MODULES},
            **{f"{name} RECEIVER": f"{CPO_URL}/ocpi/cpo/2.2.1/{name}" for name in ("commands", "tokens")},
            "chargingprofiles RECEIVER": f"{CPO_URL}/ocpi/cpo/2.2.1/chargingprofiles",
        },
        roles=tuple(OcpiRole(CPO, OcpiParty("NL", party), "cpo") for party in ("MOC", "MOD")[:roles]),
    )


class Desk:
    """An eMSP, and what was found wrong with the CPO."""

    def __init__(self, *tokens: str, roles: int = 1) -> None:
        self.at = NOW
        numbers = count(1)
        us = OcpiRole(EMSP, OcpiParty("DE", "EMP"), "mock")
        self.world = EmspWorld(
            parties=OcpiParties(us=us, peers=[cpo(roles)], tokens_a=["token-a"]),
            now=lambda: self.at,
            new_id=lambda: f"id-{next(numbers)}",
            new_token=lambda: f"token-{next(numbers)}",
            prefix=PREFIX,
            base=BASE,
        )
        for text in tokens or ("TAG1=ALLOWED",):
            add_token(self.world, parse_token(text), NOW)
        self.events: list[Event] = []
        self.next_answers: list[Said] = []
        """What the CPO answers if a request of its own leads to requests of the eMSP."""
        self.inspector = OcpiInspector([*OCPI_CHECKS.values()], self.world, self.events.append)
        self._numbers = numbers

    def found(self) -> set[str]:
        """Return the ids of the checks that found something. No check may fail itself."""
        assert [event for event in self.events if isinstance(event, Failed)] == []
        return {event.check for event in self.events if isinstance(event, Finding)}

    def problems(self, check: str) -> list[str]:
        """Return what a check found."""
        return [event.problem for event in self.events if isinstance(event, Finding) and event.check == check]

    def headers(self, more: Mapping[str, str | None]) -> dict[str, str]:
        """Return right headers, with changes; None removes one."""
        usual = {
            "authorization": written_token("token-c"),
            "content-type": "application/json",
            "x-request-id": f"r-{next(self._numbers)}",
            "x-correlation-id": f"c-{next(self._numbers)}",
            "ocpi-from-country-code": "NL",
            "ocpi-from-party-id": "MOC",
            "ocpi-to-country-code": "DE",
            "ocpi-to-party-id": "EMP",
        }
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def hears(self, method: str, path: str, body: Any = UNSET, **headers: str | None) -> OcpiAnswer:
        """Let the CPO send a request, and return the answer; `body` as bytes is sent as it is."""
        data = b"" if body is UNSET else body if isinstance(body, bytes) else orjson.dumps(body)
        given = self.headers({name.replace("_", "-"): value for name, value in headers.items()})
        path, _, query = path.partition("?")
        incoming = HttpRequest(method=method, path=path, query=query, headers=given, body=data)
        shown = shown_by(self.world, incoming)
        row, answer = None, OcpiAnswer()
        try:
            row, request = understood(self.world, ROWS, incoming)
            result = row.handle(request, self.world)
            answer = result if isinstance(result, OcpiAnswer) else self.run(result, *self.next_answers)
        except Declined as declined:
            answer = declined.answer
        peer = self.world.parties.behind(shown.token) if shown else None
        exchange = OcpiExchange(
            at=self.at,
            is_ours=False,
            peer=peer.name if peer else "",
            module=row.module if row else "",
            method=method,
            url=BASE + incoming.target,
            headers={name: value for name, value in given.items() if name != "authorization"},
            body=data,
            authorization=token_form(given.get("authorization", ""), shown),
            is_for_registration=shown is not None and peer is None,
            status=answer.status,
            answer_headers=answer.headers,
            answer=answer.content(self.at),
            seconds=0.0,
            about=answer.about,
        )
        self.inspector.observe(exchange)
        return answer

    def registers(self, body: Any) -> OcpiAnswer:
        """Let a CPO register with these credentials."""
        routing = {f"ocpi_{way}_{part}": None for way in ("to", "from") for part in ("country_code", "party_id")}
        self.next_answers = [versions(), details()]
        return self.hears("POST", "/ocpi/2.2.1/credentials", body, authorization=written_token("token-a"), **routing)

    def run(self, steps: Steps, *answers: "Said") -> Any:
        """Run what the eMSP does; the CPO gives these answers, in their order. Pauses are over at once."""
        left, result = [*answers], None
        try:
            while True:
                wanted = steps.send(result)
                result = self._fetched(wanted, left.pop(0)) if isinstance(wanted, Fetch) else None
        except StopIteration as end:
            return end.value

    def _fetched(self, fetch: Fetch, said: "Said") -> Fetched:
        headers = {"content-type": "application/json", **said.headers}
        for name in ("x-request-id", "x-correlation-id"):
            if name in said.echoes and fetch.headers.get(name):
                headers[name] = fetch.headers[name]
        sent = {"x-correlation-id": "c-ours", **fetch.headers}
        headers = {**({"x-correlation-id": "c-ours"} if "x-correlation-id" in said.echoes else {}), **headers}
        self.inspector.observe(
            OcpiExchange(
                at=self.at,
                is_ours=True,
                method=fetch.method,
                url=fetch.url,
                headers=sent,
                body=b"" if fetch.body is UNSET else orjson.dumps(fetch.body),
                status=said.status,
                answer_headers=headers,
                answer=said.content,
                problem=said.problem,
                seconds=0.0,
            )
        )
        envelope = said.envelope if isinstance(said.envelope, dict) else {}
        code = envelope.get("status_code", 0)
        return Fetched(status=said.status, headers=headers, code=code, data=envelope.get("data"), problem=said.problem)


class Said:
    """An answer of the CPO."""

    def __init__(
        self,
        data: Any = UNSET,
        status: int = 200,
        code: int = 1000,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.status = status
        self.headers = headers or {}
        self.echoes: Iterable[str] = more.get("echoes", ("x-request-id", "x-correlation-id"))
        self.problem: str = more.get("problem", "")
        given = {} if data is UNSET else {"data": data}
        self.envelope: Any = more.get("envelope", {**given, "status_code": code, "timestamp": "2026-01-01T00:00:00Z"})

    @property
    def content(self) -> bytes:
        """The body."""
        return b"" if self.problem else orjson.dumps(self.envelope)


def versions(url: str = f"{CPO_URL}/ocpi/2.2.1") -> Said:
    """Return a list of versions."""
    return Said([{"version": "2.2.1", "url": url}])


def details(*left_out: str, url: str = CPO_URL) -> Said:
    """Return the details of a version, without these modules."""
    rows = [{"identifier": "credentials", "role": "SENDER", "url": f"{url}/credentials"}]
    rows += [{"identifier": name, "role": "SENDER", "url": f"{url}/{name}"} for name in MODULES if name not in left_out]
    return Said({"version": "2.2.1", "endpoints": rows})


def page(objects: Sequence[Any], total: int | None = None, link: str = "", **headers: str) -> Said:
    """Return a page of a list."""
    usual = {"x-total-count": str(len(objects) if total is None else total), "x-limit": "50"}
    given = {name.lower().replace("_", "-"): value for name, value in headers.items()}
    more = {"link": f'<{link}>; rel="next"'} if link else {}
    return Said([*objects], headers={**usual, **more, **given})
