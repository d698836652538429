"""The CPO of live stations: a platform commands them, and gets locations, sessions and CDRs, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.times import time_of
from mock_csms.protocol.versions import V16, V201
from tests.ocpi.peer import OcpiMock, Peer, Told, outcome, peer_at
from tests.ocpi.test_hostile import TOKEN
from tests.raw import until
from tests.three_versions import ask, obey
from tests.wire import BOOT, PATIENCE, Station

KINDS = {
    "locations": ("Location", "EVSE", "Connector"),
    "sessions": ("Session",),
    "cdrs": ("CDR",),
    "tariffs": ("Tariff",),
}
"""By module: the objects of its paths, from the shortest path to the longest."""
START = "2026-06-29T10:00:00.000Z"
HALF = "2026-06-29T10:30:00.000Z"
END = "2026-06-29T11:00:00.000Z"


@asynccontextmanager
async def cpo(*flags: str) -> AsyncIterator[tuple[OcpiMock, Peer, Station]]:
    """Start a mock, register a platform with it, and connect a station of OCPP 2.0.1 with one EVSE."""
    async with OcpiMock("--ocpi-token-a", "A", *flags) as mock, peer_at() as peer:
        assert outcome(await peer.register(mock, "A")) == (201, 1000)
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            await tell(station, "Available")
            await peer.until("PUT", "/locations/NL/MOC/LOC1/CS-1-1")
            yield mock, peer, station
        for told in peer.told:
            check(told)


async def tell(station: Station, status: str) -> None:
    """Report the status of the connector."""
    await station.ask(
        "StatusNotification", {"timestamp": START, "connectorStatus": status, "evseId": 1, "connectorId": 1}
    )


def check(told: Told) -> None:
    """Check that what the mock has pushed is right, and that the route and the ids are there."""
    module = told.path.split("/")[1]
    assert {"x-request-id", "x-correlation-id"} <= told.headers.keys()
    assert ("ocpi-to-party-id" in told.headers) is (module not in ("versions", "2.2.1", "credentials"))
    if module in KINDS and told.method != "GET":
        kind = KINDS[module][max(told.path.count("/") - 4, 0)]
        assert problems(kind, told.body, is_patch=told.method == "PATCH") == [], (told.path, told.body)
        assert time_of(told.body["last_updated"])


def energy(watt_hours: float, at: str = HALF) -> dict[str, Any]:
    """Return a value of the energy register."""
    sampled = [{"value": watt_hours, "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh"}}]
    return {"timestamp": at, "sampledValue": sampled}


def event(kind: str, trigger: str, at: str, number: int, state: str, **more: Any) -> dict[str, Any]:
    """Return a TransactionEvent."""
    info = {"transactionId": "TX-1", "chargingState": state, **more.pop("info", {})}
    return {
        "eventType": kind,
        "triggerReason": trigger,
        "timestamp": at,
        "seqNo": number,
        "transactionInfo": info,
        "evse": {"id": 1, "connectorId": 1},
        **more,
    }


async def command(peer: Peer, mock: OcpiMock, name: str, number: int = 1, **body: Any) -> httpx.Response:
    """Send a command whose result goes to /result/NUMBER, and which has that number as correlation."""
    url = f"{peer.base}/result/{number}"
    headers = {"X-Correlation-ID": f"correlation-{number}"}
    return await peer.ask("POST", mock.cpo(f"commands/{name}"), {"response_url": url, **body}, **headers)


async def result(peer: Peer, number: int = 1) -> Any:
    """Wait for the result of a command, and return it."""
    told = await peer.until("POST", f"/result/{number}")
    assert (told.token, told.headers["x-correlation-id"]) == (peer.token, f"correlation-{number}")
    return told.body


def accepted(answer: httpx.Response) -> None:
    """Check that a command was accepted."""
    assert (outcome(answer), answer.json()["data"]) == ((200, 1000), {"result": "ACCEPTED", "timeout": 30})


async def listed(peer: Peer, url: str) -> Sequence[Any]:
    """Return the objects of a list."""
    answer = await peer.ask("GET", url)
    assert outcome(answer) == (200, 1000)
    found: list[Any] = answer.json()["data"]
    return found


def of_sessions(peer: Peer) -> Sequence[Told]:
    """Return the pushes of sessions so far."""
    return [told for told in peer.told if told.path.startswith("/sessions/NL/MOC/")]


async def test_a_session_from_its_command_to_its_cdr() -> None:
    """A command starts a session; the session and its CDR are pushed and can be pulled, and both agree."""
    async with cpo() as (mock, peer, station):
        [location] = await listed(peer, mock.cpo("locations"))
        evse = (await peer.ask("GET", mock.cpo("locations/loc1/cs-1-1"))).json()["data"]
        assert evse == location["evses"][0] == (await peer.until("PUT", "/locations/NL/MOC/LOC1/CS-1-1")).body
        assert (evse["status"], evse["last_updated"]) == ("AVAILABLE", location["last_updated"])
        connector = (await peer.ask("GET", mock.cpo("locations/LOC1/CS-1-1/1"))).json()["data"]
        assert connector == evse["connectors"][0]

        place: dict[str, Any] = {
            "token": TOKEN,
            "location_id": "LOC1",
            "evse_uid": "cs-1-1",
            "authorization_reference": "REF-1",
        }
        accepted(await command(peer, mock, "START_SESSION", **place, connector_id="1"))
        started = await obey(station, V201, "RequestStartTransaction")
        assert (started["evseId"], started["idToken"]) == (1, {"idToken": "TAG1", "type": "ISO14443"})
        assert await result(peer) == {"result": "ACCEPTED"}

        token = {"idToken": "TAG1", "type": "ISO14443"}
        info = {"remoteStartId": started["remoteStartId"]}
        begin = event(
            "Started", "RemoteStart", START, 0, "Charging", idToken=token, meterValue=[energy(1000, START)], info=info
        )
        await station.ask("TransactionEvent", begin)
        pushed = await peer.until("PUT", "/sessions/NL/MOC/")
        session = pushed.body
        assert pushed.path == f"/sessions/NL/MOC/{session['id']}"
        assert (session["status"], session["auth_method"], session["authorization_reference"]) == (
            "ACTIVE",
            "COMMAND",
            "REF-1",
        )
        assert session["cdr_token"] == {name: TOKEN[name] for name in session["cdr_token"]}
        assert (session["location_id"], session["evse_uid"], session["connector_id"]) == ("LOC1", "CS-1-1", "1")
        status = await peer.until("PATCH", "/locations/NL/MOC/LOC1/CS-1-1")
        assert status.body["status"] == "CHARGING"
        changed = await listed(peer, mock.cpo(f"locations?date_from={status.body['last_updated']}"))
        assert changed[0]["last_updated"] == status.body["last_updated"] > location["last_updated"]
        assert changed[0]["evses"][0]["connectors"][0]["last_updated"] == connector["last_updated"]

        await station.ask(
            "TransactionEvent", event("Updated", "MeterValuePeriodic", HALF, 1, "Charging", meterValue=[energy(6000)])
        )
        update = await peer.until("PATCH", "/sessions/NL/MOC/")
        assert (update.body["kwh"], "status" in update.body) == (5, False)

        accepted(await command(peer, mock, "STOP_SESSION", 2, session_id=session["id"].upper()))
        assert await obey(station, V201, "RequestStopTransaction") == {"transactionId": "TX-1"}
        assert await result(peer, 2) == {"result": "ACCEPTED"}
        end = event(
            "Ended",
            "RemoteStop",
            END,
            2,
            "EVConnected",
            meterValue=[energy(11000, END)],
            info={"stoppedReason": "Remote"},
        )
        await station.ask("TransactionEvent", end)
        cdr = (await peer.until("POST", "/cdrs")).body
        [pulled] = await listed(peer, mock.cpo("sessions?date_from=2026-01-01T00:00:00Z"))
        merged = dict(session)
        for told in peer.told:
            if told.method == "PATCH" and told.path == pushed.path:
                periods = merged["charging_periods"] + told.body.get("charging_periods", [])
                merged |= told.body | {"charging_periods": periods}
        assert merged == pulled
        assert (pulled["status"], pulled["kwh"], pulled["end_date_time"]) == ("COMPLETED", 10, END)
        assert await listed(peer, mock.cpo("cdrs")) == [cdr]
        assert (cdr["session_id"], cdr["total_energy"], cdr["total_time"]) == (session["id"], 10, 1)
        assert (cdr["total_cost"], cdr["charging_periods"]) == (pulled["total_cost"], pulled["charging_periods"])
        refused = await command(peer, mock, "STOP_SESSION", 3, session_id=session["id"])
        assert refused.json()["data"]["result"] == "REJECTED"


async def test_a_session_of_a_station_of_16() -> None:
    """The same with a station of OCPP 1.6, whose transactions have no remoteStartId: its token tells whose it is."""
    async with OcpiMock("--ocpi-token-a", "A") as mock, peer_at() as peer, mock.station("CS-16", "ocpp1.6") as station:
        await peer.register(mock, "A")
        await ask(station, V16, "BootNotification")
        status = {"connectorId": 2, "status": "Available", "errorCode": "NoError"}
        await ask(station, V16, "StatusNotification", status)
        await peer.until("PUT", "/locations/NL/MOC/LOC1/CS-16-2")
        accepted(await command(peer, mock, "START_SESSION", token=TOKEN, location_id="LOC1"))
        assert await obey(station, V16, "RemoteStartTransaction") == {"connectorId": 2, "idTag": "TAG1"}
        assert await result(peer) == {"result": "ACCEPTED"}
        start = {"connectorId": 2, "idTag": "TAG1", "meterStart": 500, "timestamp": START}
        transaction = (await ask(station, V16, "StartTransaction", start))["transactionId"]
        session = (await peer.until("PUT", "/sessions/NL/MOC/")).body
        assert (session["evse_uid"], session["auth_method"], session["status"]) == ("CS-16-2", "COMMAND", "ACTIVE")
        accepted(await command(peer, mock, "STOP_SESSION", 2, session_id=session["id"]))
        assert await obey(station, V16, "RemoteStopTransaction") == {"transactionId": transaction}
        await ask(station, V16, "StopTransaction", {"transactionId": transaction, "meterStop": 2500, "timestamp": END})
        cdr = (await peer.until("POST", "/cdrs")).body
        assert (cdr["session_id"], cdr["total_energy"], problems("CDR", cdr)) == (session["id"], 2, [])
        long = TOKEN | {"uid": "T" * 21}
        refused = (await command(peer, mock, "START_SESSION", token=long, location_id="LOC1")).json()["data"]
        assert (refused["result"], "20" in refused["message"][0]["text"]) == ("REJECTED", True)


async def test_results_of_commands() -> None:
    """What a station answers, or does not answer, is told in the result of the command."""
    place = {"token": TOKEN, "location_id": "LOC1", "evse_uid": "CS-1-1"}
    async with cpo("--call-timeout", "0.5") as (mock, peer, station):

        async def outcome_of(number: int, name: str, answer: list[Any] | None, **body: Any) -> Any:
            assert (await command(peer, mock, name, number, **body)).json()["data"]["result"] == "ACCEPTED"
            _, id_, *_ = await station.expect(2)
            if answer is not None:
                await station.send([answer[0], id_, *answer[1:]])
            return (await result(peer, number))["result"]

        rejected = [3, {"status": "Rejected"}]
        assert await outcome_of(1, "START_SESSION", rejected, **place) == "REJECTED"
        unlock = {"location_id": "LOC1", "evse_uid": "CS-1-1", "connector_id": "1"}
        assert await outcome_of(2, "UNLOCK_CONNECTOR", [3, {"status": "UnlockFailed"}], **unlock) == "FAILED"
        assert await outcome_of(3, "UNLOCK_CONNECTOR", [3, {"status": "Unlocked"}], **unlock) == "ACCEPTED"
        assert await outcome_of(4, "UNLOCK_CONNECTOR", [4, "NotSupported", "", {}], **unlock) == "NOT_SUPPORTED"
        assert await outcome_of(5, "UNLOCK_CONNECTOR", [4, "InternalError", "", {}], **unlock) == "FAILED"
        assert await outcome_of(6, "UNLOCK_CONNECTOR", None, **unlock) == "TIMEOUT"
        for status, meant, number in (("Faulted", "EVSE_INOPERATIVE", 7), ("Occupied", "EVSE_OCCUPIED", 8)):
            await tell(station, status)
            await peer.until("PATCH", "/locations/NL/MOC/LOC1/CS-1-1", number - 6)
            assert await outcome_of(number, "START_SESSION", rejected, **place) == meant
        accepted_ = await command(peer, mock, "UNLOCK_CONNECTOR", 9, **unlock)
        assert accepted_.json()["data"]["result"] == "ACCEPTED"
        await station.expect(2)
        await station.socket.close()
        assert (await result(peer, 9))["result"] == "FAILED"
        await peer.until("PATCH", "/locations/NL/MOC/LOC1/CS-1-1", 3)
        refused = (await command(peer, mock, "UNLOCK_CONNECTOR", 10, **unlock)).json()["data"]
        assert (refused["result"], refused["message"][0]["text"]) == ("REJECTED", "the station is not connected")


async def test_reservations() -> None:
    """A reservation has an id of the mock at the station, and a session; its end is told, whoever ends it."""
    body = {"token": TOKEN, "location_id": "LOC1", "evse_uid": "CS-1-1", "expiry_date": "2099-01-01T00:00:00Z"}
    async with cpo() as (mock, peer, station):
        accepted(await command(peer, mock, "RESERVE_NOW", 1, **body, reservation_id="R-1"))
        reserved = await obey(station, V201, "ReserveNow")
        assert await result(peer, 1) == {"result": "ACCEPTED"}
        session = (await peer.until("PUT", "/sessions/NL/MOC/")).body
        assert (session["status"], session["evse_uid"], session["kwh"]) == ("RESERVATION", "CS-1-1", 0)
        accepted(await command(peer, mock, "RESERVE_NOW", 2, **body, reservation_id="r-1"))
        assert (await obey(station, V201, "ReserveNow"))["id"] == reserved["id"]
        accepted(await command(peer, mock, "CANCEL_RESERVATION", 3, reservation_id="R-1"))
        assert await obey(station, V201, "CancelReservation") == {"reservationId": reserved["id"]}
        assert await result(peer, 3) == {"result": "ACCEPTED"}
        ended = {"PUT", "PATCH"}  # which of them depends on how long it was reserved
        await until(
            lambda: any(each.method in ended and each.body.get("status") == "COMPLETED" for each in of_sessions(peer))
        )
        accepted(await command(peer, mock, "CANCEL_RESERVATION", 4, reservation_id="R-1"))
        assert (await result(peer, 4))["result"] == "UNKNOWN_RESERVATION"

        accepted(await command(peer, mock, "RESERVE_NOW", 5, **body, reservation_id="R-2"))
        second = await obey(station, V201, "ReserveNow")
        assert second["id"] != reserved["id"]
        assert await result(peer, 5) == {"result": "ACCEPTED"}
        await station.ask(
            "ReservationStatusUpdate", {"reservationId": second["id"], "reservationUpdateStatus": "Removed"}
        )
        told = await peer.until("POST", "/result/5", 2)
        assert told.body["result"] == "CANCELED_RESERVATION"


async def test_charging_profiles() -> None:
    """A profile limits the transaction of a session; the schedule of the station comes back; one request at a time."""
    async with cpo() as (mock, peer, station):
        await peer.ask("PUT", mock.cpo("tokens/DE/EMS/TAG1"), TOKEN)
        token = {"idToken": "TAG1", "type": "ISO14443"}
        await station.ask("TransactionEvent", event("Started", "Authorized", START, 0, "Charging", idToken=token))
        session = (await peer.until("PUT", "/sessions/NL/MOC/")).body
        assert session["auth_method"] == "WHITELIST"
        url = mock.cpo(f"chargingprofiles/{session['id']}")
        periods = [{"start_period": 0, "limit": 11000.04}]
        profile = {"charging_rate_unit": "W", "charging_profile_period": periods}
        body = {"charging_profile": profile, "response_url": f"{peer.base}/result/1"}
        accepted(await peer.ask("PUT", url, body))
        busy = await peer.ask("GET", f"{url}?duration=60&response_url={peer.base}/result/1")
        assert busy.json()["data"] == {"result": "TOO_OFTEN", "timeout": 30}
        sent = (await obey(station, V201, "SetChargingProfile"))["chargingProfile"]
        assert sent["transactionId"] == "TX-1"
        assert sent["chargingSchedule"][0]["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 11000.0}]
        assert (await peer.until("POST", "/result/1")).body == {"result": "ACCEPTED"}

        accepted(await peer.ask("GET", f"{url}?duration=60&response_url={peer.base}/result/2"))
        schedule = {
            "evseId": 1,
            "duration": 60,
            "scheduleStart": START,
            "chargingRateUnit": "W",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11000.0}],
        }
        answer = {"status": "Accepted", "schedule": schedule}
        assert (await obey(station, V201, "GetCompositeSchedule", answer))["evseId"] == 1
        active = (await peer.until("POST", "/result/2")).body
        assert (active["result"], problems("ActiveChargingProfileResult", active)) == ("ACCEPTED", [])
        assert active["profile"]["charging_profile"]["charging_profile_period"] == [
            {"start_period": 0, "limit": 11000.0}
        ]

        accepted(await peer.ask("DELETE", f"{url}?response_url={peer.base}/result/3"))
        assert await obey(station, V201, "ClearChargingProfile") == {"chargingProfileId": sent["id"]}
        assert (await peer.until("POST", "/result/3")).body == {"result": "ACCEPTED"}
        wish = await peer.ask(
            "PUT", mock.cpo(f"sessions/{session['id']}/charging_preferences"), {"profile_type": "FAST"}
        )
        assert outcome(wish) == (404, 2001)


async def test_pages_of_all_sizes() -> None:
    """A pull with pages of any size gives the same locations in the same order as a pull without a limit."""
    flags = [word for number in range(7) for word in ("--ocpi-location", f"L{number},stations=CS-{number}*")]
    async with OcpiMock("--ocpi-token-a", "A", *flags) as mock, peer_at() as peer:
        await peer.register(mock, "A")
        whole = await listed(peer, mock.cpo("locations"))
        assert [each["id"] for each in whole] == [f"L{number}" for number in range(7)]
        for limit in (1, 2, 3, 6, 7, 8):
            url, pages = mock.cpo(f"locations?limit={limit}&date_from=2020-01-01T00:00:00Z"), 0
            found: list[Any] = []
            while url:
                answer = await peer.ask("GET", url)
                assert (answer.headers["x-total-count"], answer.headers["x-limit"]) == ("7", "50")
                found, pages = [*found, *answer.json()["data"]], pages + 1
                url = answer.links["next"]["url"] if "next" in answer.links else ""
            assert (found, pages) == (whole, -(-7 // limit))
        now = whole[0]["last_updated"]
        assert await listed(peer, mock.cpo(f"locations?date_to={now}")) == []
        assert len(await listed(peer, mock.cpo(f"locations?date_from={now}"))) == 7


async def test_another_platform_sees_nothing_of_a_session() -> None:
    """Sessions and CDRs are for the party of their token; another platform gets and can do nothing."""
    async with OcpiMock("--ocpi-token-a", "A", "--ocpi-token-a", "B") as mock, peer_at() as peer, peer_at() as other:
        roles = [{"role": "EMSP", "business_details": {"name": "x"}, "party_id": "OTH", "country_code": "FR"}]
        await peer.register(mock, "A")
        answer = await other.ask("POST", mock.credentials, other.credentials(roles=roles, token="other"), "B")
        other.theirs = answer.json()["data"]["token"]
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            await tell(station, "Available")
            await peer.ask("PUT", mock.cpo("tokens/DE/EMS/TAG1"), TOKEN)
            token = {"idToken": "TAG1", "type": "ISO14443"}
            await station.ask("TransactionEvent", event("Started", "Authorized", START, 0, "Charging", idToken=token))
            session = (await peer.until("PUT", "/sessions/NL/MOC/")).body
            assert len(await listed(peer, mock.cpo("sessions?date_from=2020-01-01T00:00:00Z"))) == 1
            assert await listed(other, mock.cpo("sessions?date_from=2020-01-01T00:00:00Z")) == []
            refused = await command(other, mock, "STOP_SESSION", session_id=session["id"])
            assert refused.json()["data"]["result"] == "REJECTED"
            url = mock.cpo(f"chargingprofiles/{session['id']}?response_url={other.base}/x")
            assert (await other.ask("DELETE", url)).json()["data"]["result"] == "UNKNOWN_SESSION"
            await other.until("PUT", "/locations/NL/MOC/LOC1/CS-1-1")
        assert not [told for told in other.told if told.path.startswith("/sessions")]


async def test_a_platform_that_has_lost_something_gets_the_whole() -> None:
    """If a platform cannot use a part of an object, the whole object is pushed once."""
    async with cpo() as (_, peer, station):
        peer.says = lambda told: (404, {"status_code": 2003}) if told.method == "PATCH" else None
        whole = "/locations/NL/MOC/LOC1"
        before = len([told for told in peer.told if told.path == whole])
        await tell(station, "Faulted")
        patched = await peer.until("PATCH", f"{whole}/CS-1-1")
        await peer.until("PUT", whole, before + 2)  # one is that of the EVSE
        [*_, last] = [told for told in peer.told if told.path == whole]
        assert last.body["evses"][0]["status"] == patched.body["status"] == "OUTOFORDER"
        peer.says = lambda told: (401, {"status_code": 2000}) if told.method == "PATCH" else None
        await tell(station, "Available")
        await peer.until("PATCH", f"{whole}/CS-1-1", 2)
        await tell(station, "Faulted")
        await peer.until("PATCH", f"{whole}/CS-1-1", 3)
        assert len([told for told in peer.told if told.path == whole]) == before + 1


async def test_tokens_are_pulled() -> None:
    """After a registration the mock reads the tokens of the platform, and keeps the right ones until it leaves."""

    def says(told: Told) -> tuple[int, Any] | None:
        if told.path != "/tokens":
            return None
        wrong = [TOKEN | {"uid": ""}, TOKEN | {"valid": 1}, TOKEN | {"party_id": "OTH"}]
        return 200, {"data": [TOKEN, *wrong]}

    async with OcpiMock("--ocpi-token-a", "A") as mock, peer_at() as peer:
        peer.says = says
        await peer.register(mock, "A")
        async with asyncio.timeout(PATIENCE):
            while outcome(await peer.ask("GET", mock.cpo("tokens/DE/EMS/TAG1"))) != (200, 1000):
                await asyncio.sleep(0.02)
        assert outcome(await peer.ask("GET", mock.cpo("tokens/DE/OTH/TAG1"))) == (404, 2000)
        peer.says = lambda told: (500, {"status_code": 3000}) if told.path == "/tokens" else None
        assert outcome(await peer.ask("DELETE", mock.credentials)) == (200, 1000)
        await peer.register(mock, "A")
        assert outcome(await peer.ask("GET", mock.cpo("tokens/DE/EMS/TAG1"))) == (404, 2004)
