"""OCPI beside the HTTP API: its exchanges in the journal, its endpoints, and its pane of the page."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from mock_csms.control.api.openapi import document
from mock_csms.ocpi.api.contract import OCPI_ENDPOINTS
from mock_csms.ocpi.redacting import redacted, without_tags
from mock_csms.twin.ocpi_events import OcpiExchanged
from tests.browser import in_browser
from tests.control.api.clients import ApiMock, Client
from tests.control.page.browsing import browse
from tests.ocpi.peer import Peer, outcome, peer_at
from tests.ocpi.test_cpo import END, START, energy, event, tell
from tests.wire import BOOT, Station

if TYPE_CHECKING:
    from playwright.async_api import Browser

A, TAG = "a-secret-token-a", "TAG-1234"
TOKEN = {
    "country_code": "DE",
    "party_id": "EMS",
    "uid": TAG,
    "type": "RFID",
    "contract_id": "DE-EMS-C12345678-X",
    "issuer": "EMS",
    "valid": True,
    "whitelist": "ALWAYS",
    "last_updated": START,
}


class BothMock(ApiMock):
    """A mock with `--api 0 --ocpi 0`, with which a party can register."""

    def __init__(self, *flags: str) -> None:
        super().__init__("--ocpi=0", "--ocpi-token-a", A, *flags)
        assert self.process.stdout
        self.base = self.process.stdout.readline().decode().split()[-1].removesuffix("/ocpi/versions")
        self.credentials = f"{self.base}/ocpi/2.2.1/credentials"


@asynccontextmanager
async def both(*flags: str) -> AsyncIterator[tuple[BothMock, Peer, Client, Station]]:
    """Start such a mock, register a party that pushes a token, and connect a station with one EVSE."""
    async with BothMock(*flags) as mock, peer_at() as peer, mock.client() as client:
        assert outcome(await peer.register(mock, A)) == (201, 1000)  # type: ignore[arg-type] # it has what is needed
        pushed = await peer.ask("PUT", f"{mock.base}/ocpi/cpo/2.2.1/tokens/DE/EMS/{TAG}", TOKEN)
        assert outcome(pushed)[1] == 1000
        async with mock.station("CS-1") as station:
            await station.ask("BootNotification", BOOT)
            await tell(station, "Available")
            await peer.until("PUT", "/locations/NL/MOC/LOC1/CS-1-1")
            yield mock, peer, client, station


async def charge(station: Station) -> None:
    """Charge 12.5 kWh, from the start to the end of a transaction."""
    token = {"idToken": TAG, "type": "ISO14443"}
    values = [energy(1000, START)], [energy(13500, END)]
    begin = event("Started", "Authorized", START, 0, "Charging", idToken=token, meterValue=values[0])
    await station.ask("TransactionEvent", begin)
    end = event("Ended", "StopAuthorized", END, 1, "Idle", meterValue=values[1], info={"stoppedReason": "Local"})
    await station.ask("TransactionEvent", end)


async def exchanges(client: Client, **query: str) -> list[Any]:
    """Return the exchanges of OCPI in the journal."""
    found: list[Any] = (await client.get("/events", kind="OcpiExchanged", **query))["events"]
    return found


async def test_the_journal_and_the_lists_have_both_sides() -> None:
    """A session is in the journal as a message of the station and as an exchange with the eMSP, and in the lists."""
    async with both() as (mock, peer, client, station), client.stream() as stream:
        assert (await client.get("/ocpi/sessions"), await client.get("/ocpi/cdrs")) == ([], [])
        await charge(station)
        wanted = {"station": "DE?EMS", "kind": "OcpiExchanged", "action": "cdrs", "within": 60}
        waited = await client.post("/events/wait", wanted | {"part": {"method": "POST", "status": 200}})
        [told] = waited["events"]
        assert (waited["met"], told["station"], told["is_ours"]) == (True, "DE*EMS", True)
        assert await client.get("/ocpi/cdrs") == [told["request"]]
        streamed: list[Any] = []
        while not any(each.get("module") == "cdrs" for each in streamed):
            streamed += await stream.until("OcpiExchanged")
        assert "TransactionEvent" in [each.get("action") for each in streamed]

        [cdr], [session] = await client.get("/ocpi/cdrs"), await client.get("/ocpi/sessions", limit=1)
        assert (cdr["session_id"], cdr["total_energy"]) == (session["id"], session["kwh"]) == (session["id"], 12.5)
        assert session["status"] == "COMPLETED"
        assert await client.get("/ocpi/tokens") == [TOKEN]
        [location] = await client.get("/ocpi/locations")
        assert [each["uid"] for each in location["evses"]] == ["CS-1-1"]
        assert [each["id"] for each in await client.get("/ocpi/tariffs")] == ["TARIFF1"]

        about = await client.get("/ocpi")
        [party] = about["registered"]
        assert (about["party"], about["versions_url"]) == ("NL*MOC", f"{mock.base}/ocpi/versions")
        assert (party["party"], party["roles"], party["tokens"]) == ("DE*EMS", ["EMSP"], 1)
        assert (about["invited"], about["counts"]["sessions"], "tokens SENDER" in party["modules"]) == (0, 1, True)

        found = await exchanges(client, action="tokens", station="DE*EMS")
        assert [(each["is_ours"], each["request"]) for each in found if each["method"] == "PUT"] == [(False, TOKEN)]
        counted = (await client.post("/events/count", {"kind": "OcpiExchanged"}))["count"]
        assert counted == len(await exchanges(client)) > len(await exchanges(client, action="sessions")) > 0
        assert await exchanges(client, station="CS-1") == []
        matched = await client.get("/events", match="TransactionEvent[eventType=Ended]")
        assert [each["event"] for each in matched["events"]] == ["Received"]
        text = (await client.http.get("/api/v1/events", params={"format": "text", "kind": "OcpiExchanged"})).text
        assert "POST cdrs" in text

        hostile = await peer.ask("POST", mock.credentials, {"token": "a-secret-of-theirs", "url": 1}, peer.theirs)
        assert hostile.status_code >= 400
        journal = json.dumps((await client.get("/events", limit=10_000))["events"]) + json.dumps(about)
        for secret in (A, peer.token, peer.theirs, "a-secret-of-theirs"):
            assert secret not in journal + mock.log
        assert TAG in journal

        served = (await client.http.get("/openapi.json")).json()
        assert served == document(OCPI_ENDPOINTS)
        OpenAPIV31SpecValidator(served).validate()
        assert (await client.get(""))["panes"] == ["ocpi.js"]
        assert (await client.http.get("/page/ocpi.js")).status_code == 200
        assert "'wrong'" in await client.problem("GET", "/ocpi/sessions", wrong="1")
        await client.problem("GET", "/ocpi/sessions", limit="0")


async def test_redacted_exchanges_and_lists() -> None:
    """With --redact neither the journal nor a list nor the log has the id of a token."""
    async with both("--redact") as (mock, peer, client, station):
        await charge(station)
        await peer.until("POST", "/cdrs")
        await client.post("/events/wait", {"kind": "OcpiExchanged", "action": "cdrs", "within": 60})
        shown = [await client.get(f"/{path}") for path in ("events", "ocpi/sessions", "ocpi/cdrs", "ocpi/tokens")]
        assert all(shown[1:])
        assert [name for name in (TAG, TOKEN["contract_id"]) if str(name) in json.dumps(shown) + mock.log] == []
        assert shown[3][0]["whitelist"] == "ALWAYS"


def test_ids_of_tokens_are_masked_where_they_stand_and_where_they_are_mentioned() -> None:
    """In paths, bodies and messages; the uid of an EVSE and the ids of parties stay."""
    about: dict[str, Any] = {
        "at": 0.0,
        "station": "DE*EMS",
        "number": 1,
        "is_ours": True,
        "module": "tokens",
        "method": "POST",
        "path": f"http://127.0.0.1:1/tokens/{TAG}/authorize",
        "query": {"type": "RFID"},
        "headers": {},
        "authorization": "",
        "is_for_registration": False,
        "request": {"location_id": "LOC1", "evse_uids": ["CS-1-1"]},
        "status": 404,
        "answered": {},
        "answer": {"status_code": 2004, "status_message": f"{TAG} is unknown"},
        "reason": "",
        "seconds": 0.0,
    }
    shown = redacted(OcpiExchanged(**about))
    assert (shown.path, shown.answer["status_message"]) == ("http://127.0.0.1:1/tokens/***/authorize", "*** is unknown")
    assert (shown.request, shown.query) == (about["request"], about["query"])
    evse = {"uid": "CS-1-1", "status": "AVAILABLE"}
    assert without_tags({"evses": [evse], "cdr_token": TOKEN})["evses"] == [evse]
    assert TAG not in json.dumps(without_tags([{"cdr_token": TOKEN}]))


@in_browser
async def test_the_pane_shows_a_session_and_its_cdr(chromium: "Browser") -> None:
    """A session and its CDR appear in the pane while they come; a click on an exchange shows both of its bodies."""
    async with both() as (mock, peer, client, station), browse(chromium, mock, "#/ocpi/*") as live:
        await live.reads("#ocpilist", "Registrations (1)", "DE*EMS", "An eMSP", TAG, "valid", "CS-1-1 AVAILABLE")
        assert "COMPLETED" not in await live.at("#ocpilist").inner_text()
        await charge(station)
        await peer.until("POST", "/cdrs")
        await live.reads("#ocpilist", "Sessions (1)", "COMPLETED", "CDRs (1)", "12.500 kWh")
        [cdr] = await client.get("/ocpi/cdrs")
        await live.at("#ocpilist").get_by_role("button", name=cdr["id"]).last.click()
        await live.reads("#message", "CDR", '"total_energy": 12.5')
        await live.at("#ocpilist").get_by_role("button", name="Exchanges").click()
        await live.click("to DE*EMS: POST cdrs 200 1000")
        await live.reads("#message", "the mock → DE*EMS", "HTTP status", "200", "1000", "Request", cdr["id"], "Answer")
        await live.page.keyboard.press("e")
        assert await live.at("#view-ocpi").is_visible()
        assert peer.token not in await live.page.content()
