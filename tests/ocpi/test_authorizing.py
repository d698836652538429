"""Real-time authorization: calls of stations that wait for an eMSP, over a real WebSocket and real HTTP."""

import asyncio
from typing import Any

from tests.ocpi.peer import OcpiMock, Peer, Told, outcome, peer_at
from tests.wire import Station, transaction

A = "token-a"
PLACE = {"location_id": "LOC1", "evse_uids": ["CS-1-1"]}
STATUS = {"timestamp": "2026-01-05T12:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1}


def token(uid: str, whitelist: str, **more: Any) -> dict[str, Any]:
    """Return a Token of the peer."""
    return {
        **{"country_code": "DE", "party_id": "EMS", "uid": uid, "type": "RFID", "contract_id": f"C-{uid}"},
        **{"issuer": "An eMSP", "valid": True, "whitelist": whitelist, "last_updated": "2026-01-01T00:00:00Z", **more},
    }


TOKENS = [
    *(token("ALWAYS1", "ALWAYS", valid=False), token("GOOD", "ALLOWED"), token("BAD", "ALLOWED", valid=False)),
    *(token("OFFLINE1", "ALLOWED_OFFLINE"), token("NEVER1", "NEVER", language="de")),
]


async def push_tokens(peer: Peer, mock: OcpiMock) -> None:
    """Register with the mock and push all tokens."""
    assert outcome(await peer.register(mock, A)) == (201, 1000)
    for each in TOKENS:
        assert outcome(await peer.ask("PUT", mock.cpo(f"tokens/DE/EMS/{each['uid']}"), each)) == (201, 1000)


async def authorize(station: Station, uid: str) -> dict[str, Any]:
    """Return the idTokenInfo of a token."""
    info: dict[str, Any] = (await station.ask("Authorize", of(uid)))["idTokenInfo"]
    return info


def of(uid: str) -> dict[str, Any]:
    """Return the payload of an Authorize."""
    return {"idToken": {"idToken": uid, "type": "ISO14443"}}


def asked(peer: Peer) -> list[str]:
    """Return the tokens that the peer was asked about."""
    return [each.path.split("/")[2] for each in peer.told if each.path.endswith("/authorize")]


def says(told: Told) -> tuple[int, Any] | None:
    """Answer questions about tokens: NEVER1 is blocked, GUEST is a token that was never pushed, others are unknown."""
    if not told.path.endswith("/authorize"):
        return None
    uid = told.path.split("/")[2]
    if uid == "GUEST":
        info = {"allowed": "ALLOWED", "token": token("GUEST", "NEVER"), "authorization_reference": "REF-1"}
        return 200, {"data": info}
    if uid == "NEVER1":
        text = {"language": "en", "text": "Call us"}
        return 200, {"data": {"allowed": "BLOCKED", "token": TOKENS[-1], "info": text, "location": PLACE}}
    return 404, {"status_code": 2004}


async def test_stations_are_told_what_the_emsp_says() -> None:
    """Tokens are accepted by their whitelist, or as the eMSP answers; an answer counts for the next transaction too.

    A token about which the settings of the mock decide is not asked about. Other messages are answered meanwhile.
    """
    async with OcpiMock("--ocpi-token-a", A, "--token", "MINE=Expired") as mock, peer_at() as peer:
        await push_tokens(peer, mock)
        peer.says = says
        async with mock.station() as station:
            await station.ask("StatusNotification", STATUS)
            found = [(await authorize(station, uid))["status"] for uid in ("ALWAYS1", "good", "BAD", "MINE")]
            assert (found, asked(peer)) == (["Accepted", "Accepted", "Blocked", "Expired"], [])
            await peer.until("PUT", "/locations/NL/MOC/LOC1/CS-1-1")

            blocked = await authorize(station, "NEVER1")
            assert blocked == {
                "status": "Blocked",
                "language1": "de",
                "personalMessage": {"format": "UTF8", "content": "Call us", "language": "en"},
            }
            question = await peer.until("POST", "/tokens/NEVER1/authorize")
            assert (question.body, question.query, question.token) == (PLACE, {"type": "RFID"}, "token-b")
            assert (await authorize(station, "NOBODY"))["status"] == "Unknown"

            gate = asyncio.Event()
            peer.holds = lambda told: gate.wait() if "GUEST" in told.path else asyncio.sleep(0)  # type: ignore[assignment, return-value] # it awaits both
            await station.send([2, "waits", "Authorize", of("GUEST")])
            await peer.until("POST", "/tokens/GUEST/authorize")
            await station.ask("Heartbeat")
            gate.set()
            assert (await station.expect(3, "waits"))[2] == {"idTokenInfo": {"status": "Accepted"}}

            started = transaction("Started", evse={"id": 1, "connectorId": 1}, **of("GUEST"))
            assert (await station.ask("TransactionEvent", started))["idTokenInfo"] == {"status": "Accepted"}
            assert asked(peer) == ["NEVER1", "NOBODY", "GUEST"]
            session = (await peer.until("PUT", "/sessions/NL/MOC/CS-1-TX-1")).body
            assert [session[name] for name in ("auth_method", "authorization_reference")] == ["AUTH_REQUEST", "REF-1"]
            other = transaction("Started", "TX-2", evse={"id": 1, "connectorId": 1}, **of("NEVER1"))
            other["idToken"]["idToken"] = "OFFLINE1"
            assert (await station.ask("TransactionEvent", other))["idTokenInfo"] == {"status": "Unknown"}
            assert asked(peer)[3:] == ["OFFLINE1"]

        gate.clear()
        async with mock.station() as station:
            await station.send([2, "too late", "Authorize", of("GUEST")])
            await peer.until("POST", "/tokens/GUEST/authorize", 2)
        gate.set()
        async with mock.station("CP-16", "ocpp1.6") as station:
            for uid, status in (("GOOD", "Accepted"), ("NEVER1", "Blocked"), ("NOBODY", "Invalid")):
                await station.send([2, uid, "Authorize", {"idTag": uid}])
                assert (await station.expect(3, uid))[2] == {"idTagInfo": {"status": status}}


async def test_an_emsp_that_does_not_answer() -> None:
    """After --call-timeout, ALLOWED_OFFLINE is accepted and NEVER is not; about an unknown token the mock decides."""
    flags = ("--ocpi-token-a", A, "--call-timeout=0.05", "--auth-mode=whitelist", "--whitelist", "KNOWN")
    async with OcpiMock(*flags) as mock, peer_at() as peer:
        await push_tokens(peer, mock)
        gate = asyncio.Event()
        peer.holds = lambda told: gate.wait() if told.path.endswith("/authorize") else asyncio.sleep(0)  # type: ignore[assignment, return-value] # it awaits both
        async with mock.station() as station:
            tokens = ("OFFLINE1", "NEVER1", "KNOWN", "OTHER", "GOOD")
            found = [(await authorize(station, uid))["status"] for uid in tokens]
        assert found == ["Accepted", "NotAtThisTime", "Accepted", "Blocked", "Accepted"]
        assert asked(peer) == ["OFFLINE1", "NEVER1", "KNOWN", "OTHER"]
        gate.set()
    async with OcpiMock("--ocpi-token-a", A, "--ocpi-authorize=cached") as mock, peer_at() as peer:
        await push_tokens(peer, mock)
        async with mock.station() as station:
            found = [(await authorize(station, uid))["status"] for uid in ("OFFLINE1", "BAD", "NOBODY")]
        assert (found, asked(peer)) == (["Accepted", "Blocked", "Accepted"], [])
