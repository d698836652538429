"""Runs of the mock eMSP: registration, commands by hand, expectations, faults, and errors of users."""

import asyncio
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.ocpi.emsp.process import Emsp, by_hand, by_process, run_here
from tests.ocpi.emsp.samples import cdr, ended, evse, location, session
from tests.ocpi.peer import Peer, Told, peer_at
from tests.wire import PATIENCE

CPO = [{"role": "CPO", "business_details": {"name": "A CPO"}, "party_id": "MOC", "country_code": "NL"}]
SENDERS = ("locations", "sessions", "cdrs", "tariffs")


def as_cpo(peer: Peer) -> None:
    """Make a platform one of a CPO, with one location."""
    peer.roles = CPO
    peer.modules = [
        ("credentials", "SENDER"),
        *((module, "SENDER") for module in SENDERS),
        *((module, "RECEIVER") for module in ("tokens", "commands", "chargingprofiles")),
    ]


def lists(peer: Peer, result: str = "ACCEPTED", response: str = "ACCEPTED") -> Any:
    """Return a function that answers for the CPO: its lists, and commands with that response and a result later."""

    def says(told: Told) -> tuple[int, Any] | None:
        if told.path == "/locations":
            return 200, {"data": [location(evse("CS-1-1", status="CHARGING"), evse("CS-1-2"))]}
        if told.path.startswith(("/commands/", "/chargingprofiles/")):
            url = told.body["response_url"] if told.body else told.query["response_url"]
            if response == "ACCEPTED":
                asyncio.get_running_loop().call_soon(lambda: sent.append(asyncio.ensure_future(later(url))))
            return 200, {"data": {"result": response, "timeout": 30}}
        return None

    async def later(url: str) -> None:
        await peer.ask("POST", url, {"result": result})

    sent: list[Any] = []
    return says


async def hand(emsp: Emsp, *words: str) -> tuple[int, str, str]:
    """Run `mock-csms ocpi` beside the platform of this test."""
    return await asyncio.to_thread(by_hand, emsp, *words)


async def until_registered(emsp: Emsp) -> None:
    await asyncio.to_thread(emsp.until, "OcpiExchanged", module="credentials", status=200)


async def test_commands_by_hand() -> None:
    """`mock-csms ocpi` registers, pulls, and sends each command; the exit status says how it went."""
    async with peer_at() as peer:
        as_cpo(peer)
        emsp = Emsp("--peer", peer.versions, "--peer-token", "token-a", "--party", "DE*EMP", "--trailing-slash")
        await until_registered(emsp)
        peer.says = lists(peer)
        details = await peer.ask("GET", f"{emsp.base}/ocpi/2.2.1")
        assert all(each["url"].endswith("/") for each in details.json()["data"]["endpoints"])
        assert (await hand(emsp, "list", "peers"))[:2] == (
            0,
            f'ACCEPTED, 1 object\n{{"party":"NL*MOC","versions":"{peer.versions}"}}\n',
        )
        words = ("start", "CS-1", "--token", "NEW", "--reference", "ref")
        status, out, _ = await asyncio.to_thread(by_process, emsp, *words)
        assert (status, out.startswith("ACCEPTED ")) == (0, True)
        body = (await peer.until("POST", "/commands/START_SESSION")).body
        assert (body["location_id"], body["evse_uid"], body["authorization_reference"]) == ("LOC1", "CS-1-2", "ref")
        assert (body["token"]["uid"], body["token"]["type"], body["token"]["whitelist"]) == ("NEW", "RFID", "ALLOWED")
        assert (await hand(emsp, "reserve", "LOC1/CS-1-1", "--token", "NEW", "--minutes", "5"))[0] == 0
        reserved = (await peer.until("POST", "/commands/RESERVE_NOW")).body
        assert (await hand(emsp, "cancel"))[0] == 0
        cancelled = (await peer.until("POST", "/commands/CANCEL_RESERVATION")).body
        assert (reserved["evse_uid"], cancelled["reservation_id"]) == ("CS-1-1", reserved["reservation_id"])
        assert (await hand(emsp, "unlock", "CS-1"))[0] == 0
        assert (await peer.until("POST", "/commands/UNLOCK_CONNECTOR")).body["connector_id"] == "1"
        assert (await hand(emsp, "stop"))[0] == 4
        emsp_token = peer.theirs
        await peer.ask("PUT", f"{emsp.base}/ocpi/emsp/2.2.1/sessions/NL/MOC/S1", session(), emsp_token)
        assert (await hand(emsp, "stop"))[0] == 0
        assert (await peer.until("POST", "/commands/STOP_SESSION")).body["session_id"] == "S1"
        assert (await hand(emsp, "set-profile", "S1", "--limit", "10", "--seconds", "60"))[0] == 0
        profile = (await peer.until("PUT", "/chargingprofiles/S1")).body["charging_profile"]
        assert (profile["duration"], profile["charging_profile_period"][0]["limit"]) == (60, 10.0)
        assert (await hand(emsp, "clear-profile"))[0] == 0
        assert (await hand(emsp, "push-token", "NEW=BLOCKED"))[0] == 0
        pushed = await peer.until("PUT", "/tokens/DE/EMP/NEW")
        assert (pushed.body["valid"], pushed.headers["ocpi-to-party-id"]) == (False, "MOC")
        await check_other_outcomes(emsp, peer)
        emsp.finish()
        assert await asyncio.to_thread(by_hand, emsp, "list", "peers") == (
            3,
            "",
            f"mock-csms ocpi list: error: no eMSP answers at {emsp.base}: [Errno 111] Connection refused\n",
        )


async def check_other_outcomes(emsp: Emsp, peer: Peer) -> None:
    """Check what commands print, and their exit statuses, if the CPO refuses them, or the registration has ended."""
    status, _, error = await hand(emsp, "start", "CS-9", "--token", "NEW")
    assert (status, error) == (4, "mock-csms ocpi start: error: the CPO has no station CS-9\n")
    peer.says = lists(peer, result="EVSE_OCCUPIED")
    assert (await hand(emsp, "start", "CS-1", "--token", "NEW"))[1].startswith("EVSE_OCCUPIED ")
    peer.says = lists(peer, response="REJECTED")
    assert (await hand(emsp, "start", "CS-1", "--token", "NEW", "--json"))[0] == 1
    peer.says = lambda told: (200, {"status_code": 2003}) if "commands" in told.path else None
    assert (await hand(emsp, "start", "CS-1", "--token", "NEW"))[0] == 1
    status, out, _ = await hand(emsp, "list", "exchanges")
    assert (status, '"path":"/ocpi/emsp/2.2.1/sessions/NL/MOC/S1"' in out) == (0, True)
    for text in (out, emsp.events.read_text(encoding="utf-8"), emsp.log):
        assert not [token for token in ("token-a", "token-b", peer.theirs) if token in text]
    assert (await hand(emsp, "unregister"))[0] == 0
    assert (await hand(emsp, "pull", "locations"))[::2] == (1, "mock-csms ocpi pull: error: no CPO is registered\n")
    peer.says = lambda told: (401, {"status_code": 2000}) if "versions" in told.path else None
    status, _, error = await hand(emsp, "register", peer.versions, "--token-a", "token-a")
    assert (status, error.startswith("mock-csms ocpi register: error: 3001: ")) == (1, True)
    peer.says = lambda _: None
    assert (await hand(emsp, "register", peer.versions, "--token-a", "token-a"))[1].startswith("ACCEPTED ")
    assert (await hand(emsp, "register"))[0] == 0
    assert [told.method for told in peer.told if told.path == "/credentials"][-2:] == ["POST", "PUT"]


async def test_expectations_end_a_run(tmp_path: Path) -> None:
    """A run ends with status 0 once all was seen, and its JUnit file has a case for each; the order may matter."""
    report = tmp_path / "junit.xml"
    async with peer_at() as peer:
        as_cpo(peer)
        wanted = ("registered", "session[status=ACTIVE]", "session[status=COMPLETED,kwh=10]*1..", "cdr@NL*MOC")
        flags = [word for text in wanted for word in ("--expect", text)]
        flags += ["--expect-order", "--linger", "0", "--junit", str(report), "--fail-on-findings", "error"]
        emsp = Emsp("--token-a", "token-a", "--token", "TAG1=ALLOWED", "--party", "DE*EMP", *flags)
        answer = await peer.ask("POST", f"{emsp.base}/ocpi/2.2.1/credentials", peer.credentials(roles=CPO), "token-a")
        peer.theirs = answer.json()["data"]["token"]
        ids = {"x-correlation-id": "c"}
        sessions = f"{emsp.base}/ocpi/emsp/2.2.1/sessions/NL/MOC/S1"
        for number, body in enumerate((session(), ended())):
            await peer.ask("PUT", sessions, body, **ids, **{"x-request-id": f"r{number}"})
        await peer.ask("POST", f"{emsp.base}/ocpi/emsp/2.2.1/cdrs", cdr(), **ids, **{"x-request-id": "r"})
        out, _ = await asyncio.to_thread(emsp.process.communicate, None, PATIENCE)
    assert emsp.process.returncode == 1, emsp.log  # for findings about the registration
    assert b"ok: 4 of 4 expectations met" in out
    suites = {suite.get("name"): suite for suite in ElementTree.parse(report).getroot()}
    assert (suites["mock-csms"].get("tests"), suites["mock-csms"].get("failures")) == ("4", "0")
    failed = [case.get("name", "") for case in suites["conformance"] if case.find("failure") is not None]
    assert [name[:8] for name in failed] == ["OCPI-R05", "OCPI-A03", "OCPI-V07"]
    emsp.statuses = (1,)
    emsp.finish()


@pytest.mark.parametrize(
    ("flags", "paths", "status", "text"),
    [
        (["--expect", "cdr", "--wait-for-cpo", "0.2"], [], 4, "no CPO came"),
        (["--expect", "cdr", "--within", "0.2"], ["tokens"], 1, "expected at least 1"),
        (["--forbid", "request[status=404]"], ["tokens", "cars"], 1, "it came from XX*PRE"),
        (["--expect", "tokens.get*2", "--within", "0.5"], ["tokens"], 1, "expected exactly 2; XX*PRE: 1 seen"),
        (["--fail-on-findings", "error", "--duration", "0.7"], ["tokens", "cars"], 1, "OCPI-R12"),
        (["--fail-on-findings", "error", "--duration", "0.7"], ["tokens"], 0, "passed: no finding"),
        (["--fail-on-findings", "error", "--duration", "0.2"], [], 4, "no CPO came"),
    ],
)
def test_runs_and_their_ends(flags: list[str], paths: list[str], status: int, text: str) -> None:
    """A run ends with status 1 if something is missing, forbidden or wrong, and with 4 if nobody came."""
    emsp = Emsp(*flags)
    for path in paths:
        emsp.ask("GET", path)
    out, _ = emsp.process.communicate(None, PATIENCE)
    assert emsp.process.returncode == status, emsp.log
    assert text in out.decode()
    emsp.statuses = (status,)
    emsp.finish()


FAULTS = {
    "delay": "tokens.get delay seconds=0.05",
    "drop": "cdrs.get drop",
    "status": "sessions.get status code=429 after=7",
    "code": "sessions.put[id=F1] code value=3000",
    "malformed": "sessions.put[id=F2] malformed",
    "truncate": "sessions.put[id=F3] truncate",
    "wrong-envelope": "sessions.put[id=F4]*1 wrong-envelope",
    "html": "sessions.put[id=F5]*=2 html",
    "no-ids": "locations.get no-ids",
    "no-counts": "tariffs.get no-counts",
    "link-loop": "hubclientinfo.get link-loop",
    "other-token": "tokens.post other-token",
}


def test_every_fault_changes_the_answer() -> None:
    """Each fault of --fault is seen in the answers that its match names, and in no other; the request is handled."""
    flags = [word for text in FAULTS.values() for word in ("--fault", *text.split(" ", 1))]
    emsp = Emsp("--token", "TAG1=ALLOWED", *flags)

    def push(id_: str) -> Any:
        return emsp.ask("PUT", f"sessions/NL/MOC/{id_}", session(id=id_))

    assert emsp.ask("GET", "tokens").elapsed.total_seconds() >= 0.05
    with pytest.raises(Exception, match="disconnected"):
        emsp.ask("GET", "cdrs")
    refused = emsp.ask("GET", "sessions")
    assert (refused.status_code, refused.headers["retry-after"], refused.json()["status_code"]) == (429, "7", 2000)
    assert push("F1").json()["status_code"] == 3000
    assert push("F2").content[:1] == b"["
    assert push("F3").content[-1:] != b"}"
    assert (push("F4").json(), push("F4").json()["status_code"]) == (None, 1000)
    assert [push("F5").status_code for _ in range(3)] == [201, 502, 200]
    assert "x-request-id" not in emsp.ask("GET", "locations").headers
    assert "x-total-count" not in emsp.ask("GET", "tariffs").headers
    assert (
        emsp.ask("GET", "hubclientinfo").links["next"]["url"].startswith(f"{emsp.base}/ocpi/emsp/2.2.1/hubclientinfo")
    )
    assert emsp.ask("POST", "tokens/TAG1/authorize").json()["data"]["token"]["uid"] == "OTHER"
    untouched = push("F6")
    assert (untouched.status_code, untouched.json()["status_code"], untouched.headers["x-request-id"]) == (
        201,
        1000,
        f"r-{emsp.numbers}",
    )
    emsp.finish()
    notes = [event["note"] for event in emsp.logged("Noted")]
    assert {note.removeprefix("fault: ") for note in notes} == set(FAULTS.values())


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["emsp", "x:y:z"], "'x:y:z' is not [HOST:]PORT"),
        (["emsp", "--token", "TAG"], "--token: 'TAG' is not TAG=STATUS"),
        (["emsp", "--token", "TAG=OK"], "status=OK: is not one of"),
        (["emsp", "--token", "TAG=ALLOWED,kind=x"], "'kind=x' is not key=value"),
        (["emsp", "--token", f"{'T' * 37}=ALLOWED"], "is not a text of 1 to 36 characters"),
        (["emsp", "--party", "NLMO"], "is not CC*PID"),
        (["emsp", "--peer", "example.com"], "is not a URL"),
        (["emsp", "--peer-token", "x"], "--peer-token needs --peer"),
        (["emsp", "--expect", "sesion"], "did you mean 'session'"),
        (["emsp", "--expect", "session[state=X]"], "session has no 'state'"),
        (["emsp", "--expect", "session[status=DONE]"], "must be one of"),
        (["emsp", "--expect", "session[kwh=much]"], "must be number"),
        (["emsp", "--forbid", "cdr*2"], "only @GLOB may follow"),
        (["emsp", "--fault", "sesions.put", "drop"], "did you mean 'sessions.put'"),
        (["emsp", "--fault", "sessions.put", "explode"], "'explode' is not a fault"),
        (["emsp", "--fault", "sessions.put", "delay"], "delay needs seconds="),
        (["emsp", "--fault", "*", "status code=9"], "at least 200"),
        (["emsp", "--checks", "OCPI-X99"], "neither a check of OCPI"),
        (["emsp", "--registered", "/nowhere"], "cannot read '/nowhere'"),
        (["emsp", "--junit", "x"], "--junit needs"),
        (["checks", "OCPI-X"], "neither a check of OCPI"),
        (["explain", "OCPI-S1"], "did you mean 'OCPI-S"),
        (["ocpi"], "a command is missing"),
        (["ocpi", "strat"], "did you mean 'start'"),
        (["ocpi", "start", "CS-1"], "--token"),
        (["ocpi", "--emsp", "http://:0", "list", "tokens"], "is not http://HOST:PORT"),
    ],
)
def test_errors_of_users(words: list[str], error: str) -> None:
    """A wrong command line is one line on stderr that says what is wrong, and status 2."""
    status, out, told = run_here(*words)
    assert (status, out, told.count("\n")) == (2, "", 1), told
    assert error in told
