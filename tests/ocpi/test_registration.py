"""Registration of a real mock with a platform, in both roles, over real HTTP."""

import asyncio
from pathlib import Path
from typing import Any

import httpx

from mock_csms.runtime.addresses import bind
from tests.ocpi.peer import OcpiMock, Told, outcome, peer_at
from tests.raw import until

A = "token-a"


async def test_the_other_side_registers() -> None:
    """The mock reads versions and modules with token B before it answers with token C; then token A is of no use.

    GET shows the credentials, PUT renews both tokens, DELETE ends the registration, after which A is good again.
    """
    with_a = {"token": A}
    async with OcpiMock("--ocpi-token-a", A) as mock, peer_at() as peer:
        shown = await peer.ask("GET", mock.credentials, **with_a)
        assert (outcome(shown), shown.json()["data"]["token"]) == ((200, 1000), A)
        for method in ("PUT", "DELETE"):
            refused = await peer.ask(method, mock.credentials, peer.credentials(), **with_a)
            assert (outcome(refused), refused.headers["allow"]) == ((405, 2000), "GET, POST")

        answer = await peer.register(mock, A)
        assert (outcome(answer), peer.theirs in ("", A)) == ((201, 1000), False)
        assert answer.json()["data"] == {
            "token": peer.theirs,
            "url": mock.versions,
            "roles": [
                {"role": "CPO", "business_details": {"name": "mock-csms"}, "party_id": "MOC", "country_code": "NL"}
            ],
        }
        assert [(each.method, each.path, each.token) for each in peer.told[:2]] == [
            ("GET", "/versions", "token-b"),
            ("GET", "/2.2.1", "token-b"),
        ]
        assert outcome(await peer.ask("GET", mock.versions, **with_a)) == (401, 2000)
        assert (await peer.ask("GET", mock.credentials)).json()["data"]["token"] == peer.theirs
        again = await peer.ask("POST", mock.credentials, peer.credentials())
        assert (outcome(again), again.headers["allow"]) == ((405, 2000), "GET, PUT, DELETE")

        before, peer.token = peer.theirs, "token-b2"
        renewed = await peer.ask("PUT", mock.credentials, peer.credentials())
        peer.theirs = renewed.json()["data"]["token"]
        assert (outcome(renewed), peer.theirs != before) == ((200, 1000), True)
        assert [(each.path, each.token) for each in peer.told if each.path == "/versions"] == [
            ("/versions", "token-b"),
            ("/versions", "token-b2"),
        ]
        assert outcome(await peer.ask("GET", mock.versions, token=before)) == (401, 2000)

        assert outcome(await peer.ask("DELETE", mock.credentials)) == (200, 1000)
        assert outcome(await peer.ask("GET", mock.credentials)) == (401, 2000)
        assert outcome(await peer.register(mock, A)) == (201, 1000)


async def test_failures_of_a_registration() -> None:
    """Each failure has its code of OCPI, leaves the mock unregistered, and token A as it was."""

    module = {"identifier": "locations", "role": "RECEIVER", "url": "http://127.0.0.1/x"}
    cases: list[tuple[str, tuple[int, Any], int]] = [
        ("/versions", (401, {"status_code": 2000}), 3001),
        ("/versions", (200, {"status_code": 3000}), 3001),
        ("/versions", (200, b"<html>"), 3001),
        ("/versions", (200, b"[]"), 3001),
        ("/versions", (200, {"data": {}}), 3001),
        ("/versions", (200, {"data": []}), 3002),
        ("/versions", (200, {"data": [{"version": "2.1.1", "url": "http://127.0.0.1/x"}, "2.2.1", {}]}), 3002),
        ("/2.2.1", (404, {"status_code": 2000}), 3001),
        ("/2.2.1", (200, {"data": []}), 3001),
        ("/2.2.1", (200, {"data": {"version": "2.2.1"}}), 3001),
        ("/2.2.1", (200, {"data": {"version": "2.2.1", "endpoints": [{"identifier": "cdrs"}]}}), 3001),
        ("/2.2.1", (200, {"data": {"version": "2.2.1", "endpoints": []}}), 3003),
        ("/2.2.1", (200, {"data": {"version": "2.2.1", "endpoints": [module]}}), 3003),
    ]
    async with OcpiMock("--ocpi-token-a", A) as mock, peer_at() as peer:
        for path, says, code in cases:
            peer.says = lambda told, path=path, says=says: says if told.path == path else None  # type: ignore[misc] # a lambda with defaults
            answer = await peer.register(mock, A)
            assert (outcome(answer), (path, says)) == ((200, code), (path, says))
        peer.says = lambda _: None
        nowhere = await peer.ask("POST", mock.credentials, peer.credentials(url="http://127.0.0.1:1/versions"), A)
        assert outcome(nowhere) == (200, 3001)
        wrong_ones: list[dict[str, Any]] = [
            {"token": "x" * 65},
            {"token": "with space"},
            {"url": "ftp://127.0.0.1/versions"},
            {"url": "versions"},
            {"roles": []},
            {"roles": [{"role": "EMSP"}]},
            {"token": None},
        ]
        for wrong in wrong_ones:
            answer = await peer.ask("POST", mock.credentials, peer.credentials(**wrong), A)
            assert (outcome(answer), wrong) == ((200, 2001), wrong)
        assert outcome(await peer.ask("GET", mock.cpo("locations"), token=A))[0] == 401
        assert outcome(await peer.register(mock, A)) == (201, 1000)


async def test_two_workers_register_at_once() -> None:
    """Of two requests with the same token A that are open at the same time, one registers and one is refused."""
    async with OcpiMock("--ocpi-token-a", A) as mock, peer_at() as peer:

        async def hold(told: Told) -> None:
            if told.path == "/versions":
                await peer.until("GET", "/versions", 2)

        peer.holds = hold
        answers = await asyncio.gather(*(peer.register(mock, A) for _ in range(2)))
        assert sorted(map(outcome, answers)) == [(201, 1000), (405, 2000)]
        [good] = [each for each in answers if each.status_code == 201]
        peer.theirs = good.json()["data"]["token"]
        assert outcome(await peer.ask("GET", mock.versions)) == (200, 1000)
        assert outcome(await peer.ask("GET", mock.versions, token=A)) == (401, 2000)


async def test_the_mock_registers() -> None:
    """With --ocpi-peer the mock reads versions and modules with token A, and posts credentials that work at once."""
    async with peer_at() as peer:
        early: list[asyncio.Task[httpx.Response]] = []

        async def use_it_before_the_answer(told: Told) -> None:
            if told.path == "/credentials":
                url = told.body["url"].replace("versions", "cpo/2.2.1/locations")
                early.append(asyncio.create_task(peer.ask("GET", url, token=told.body["token"])))
                await asyncio.wait(early, timeout=0.3)

        peer.holds = use_it_before_the_answer
        async with OcpiMock("--ocpi-peer", peer.versions, "--ocpi-peer-token", A, "--ocpi-party", "BE*ABC") as mock:
            told = await peer.until("POST", "/credentials")
            assert told.body["url"] == mock.versions
            assert told.body["roles"][0]["party_id"] == "ABC"
            await until(lambda: "registered with DE*EMS" in mock.log)
            assert outcome(await early[0]) == (200, 1000)
        assert [(each.method, each.path, each.token) for each in peer.told[:3]] == [
            ("GET", "/versions", A),
            ("GET", "/2.2.1", A),
            ("POST", "/credentials", A),
        ]
        assert all({"x-request-id", "x-correlation-id"} <= each.headers.keys() for each in peer.told)


async def test_the_mock_tries_again_until_it_is_registered() -> None:
    """A platform that starts later, or refuses at first, gets the registration; the reason is told once."""
    [listener] = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()
    url = f"http://127.0.0.1:{port}/versions"
    flags = ("--ocpi-peer", url, "--ocpi-peer-token", A, "--ocpi-unregister", "--ocpi-renew", "0.2")
    async with OcpiMock(*flags) as mock:
        await until(lambda: "not registered at" in mock.log)
        async with peer_at(port) as peer:
            refusals = [(401, {"status_code": 2000})] * 2
            peer.says = lambda _: refusals.pop() if refusals else None
            await peer.until("POST", "/credentials")
            await until(lambda: "registered with DE*EMS" in mock.log)
            renewed = await peer.until("PUT", "/credentials")
            assert (renewed.token, renewed.body["token"]) == ("token-b", peer.theirs)
            await until(lambda: "sent new credentials to DE*EMS" in mock.log)
            assert await asyncio.to_thread(mock.stop) == 0
            left = await peer.until("DELETE", "/credentials")
            assert left.token == "token-b"
    reasons = [line.partition("yet: ")[2] for line in mock.last_log.splitlines() if "not registered at" in line]
    assert [reason.partition(": ")[2].split(":")[0] for reason in reasons] == ["ConnectError", "HTTP 401, 2000"]


async def test_a_raw_token_is_accepted_and_sent_back() -> None:
    """A platform that sends its token as it is, not in Base64, is served, and gets its token so too."""
    async with OcpiMock("--ocpi-token-a", A) as mock, peer_at() as peer:
        raw = {"Authorization": f"Token {A}"}
        answer = await peer.ask("POST", mock.credentials, peer.credentials(), **raw)
        assert outcome(answer) == (201, 1000)
        assert {each.headers["authorization"] for each in peer.told} == {"Token token-b"}


async def test_a_platform_that_wants_raw_tokens() -> None:
    """If a platform refuses the token in Base64, the mock sends it as it is."""

    def says(told: Told) -> tuple[int, Any] | None:
        return (
            None if told.headers["authorization"] in ("Token token-b", f"Token {A}") else (401, {"status_code": 2000})
        )

    async with peer_at() as peer:
        peer.says = says
        async with OcpiMock("--ocpi-token-a", A) as mock:
            assert outcome(await peer.register(mock, A)) == (201, 1000)
        async with OcpiMock("--ocpi-peer", peer.versions, "--ocpi-peer-token", A) as mock:
            await until(lambda: "registered with DE*EMS" in mock.log)


REGISTERED = """
[[peer]]
party = "DE*EMS"
token = "token-c"
their-token = "token-b"
versions = "{versions}"
"""


async def test_registrations_of_a_file(tmp_path: Path) -> None:
    """With --ocpi-registered no handshake is needed: the mock reads only the modules."""
    async with peer_at() as peer:
        (tmp_path / "peers.toml").write_text(REGISTERED.format(versions=peer.versions))
        async with OcpiMock("--ocpi-registered", str(tmp_path / "peers.toml")) as mock:
            peer.theirs = "token-c"
            assert outcome(await peer.ask("GET", mock.credentials)) == (200, 1000)
            await peer.until("GET", "/2.2.1")
    assert {each.method for each in peer.told} == {"GET"}


async def test_registrations_outlive_a_restart(tmp_path: Path) -> None:
    """With --state-dir a registration is kept, also that token A is used; the file is for its owner only."""
    flags = ("--ocpi-token-a", A, "--state-dir", str(tmp_path))
    async with peer_at() as peer:
        async with OcpiMock(*flags) as mock:
            assert outcome(await peer.register(mock, A)) == (201, 1000)
        async with OcpiMock(*flags) as mock:
            assert outcome(await peer.ask("GET", mock.credentials)) == (200, 1000)
            assert outcome(await peer.ask("GET", mock.credentials, token=A)) == (401, 2000)
    assert (tmp_path / "ocpi.json").stat().st_mode & 0o777 == 0o600
