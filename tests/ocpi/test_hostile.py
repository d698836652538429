"""Wrong and hostile requests get the right HTTP status and code of OCPI. One mock serves all of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from tests.ocpi.peer import OcpiMock, in_base64, outcome
from tests.wire import PATIENCE

PEERS = """
[[peer]]
party = "DE*EMS"
token = "token-c"
their-token = "token-b"
versions = "http://127.0.0.1:1/versions"
endpoints = { "credentials" = "http://127.0.0.1:1/credentials" }
[[peer]]
party = "FR*OTH"
token = "token-d"
their-token = "token-e"
versions = "http://127.0.0.1:1/other"
endpoints = { "credentials" = "http://127.0.0.1:1/other-credentials" }
"""
TOKEN = {
    "country_code": "DE",
    "party_id": "EMS",
    "uid": "TAG1",
    "type": "RFID",
    "contract_id": "C1",
    "issuer": "An eMSP",
    "valid": True,
    "whitelist": "ALWAYS",
    "last_updated": "2026-06-29T22:39:09Z",
}
RESULT = "http://127.0.0.1:1/result"
START = {"response_url": RESULT, "token": TOKEN, "location_id": "LOC1"}
RESERVE = {**START, "expiry_date": "2099-01-01T00:00:00Z", "reservation_id": "1"}
PROFILE = {"charging_profile": {"charging_rate_unit": "W"}, "response_url": RESULT}
CLIENT = {
    "country_code": "DE",
    "party_id": "XYZ",
    "role": "EMSP",
    "status": "CONNECTED",
    "last_updated": "2026-06-29T22:39:09Z",
}

HTTP = httpx.Client(trust_env=False, timeout=PATIENCE)


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OcpiMock]:
    """Start a mock with two registered parties and a token A."""
    file: Path = tmp_path_factory.mktemp("ocpi") / "peers.toml"
    file.write_text(PEERS)
    started = OcpiMock("--ocpi-registered", str(file), "--ocpi-token-a", "token-a")
    yield started
    started.finish()


def ask(
    mock: OcpiMock, method: str, path: str, body: Any = None, token: str = "token-c", **more: str
) -> httpx.Response:
    """Send a request to a module; a body that is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
    headers = {"Authorization": f"Token {in_base64(token)}", "Content-Type": "application/json"} | more
    url = mock.base + path if path.startswith("/") else mock.cpo(path)
    return HTTP.request(method, url, content=content, headers=headers)


@pytest.mark.parametrize(
    ("authorization", "path", "expected"),
    [
        ("", "/ocpi/versions", (401, 2000)),
        ("Token", "/ocpi/versions", (401, 2000)),
        (f"Token {in_base64('token-x')}", "/ocpi/versions", (401, 2000)),
        ("Token token-x", "/ocpi/versions", (401, 2000)),
        ("Token \xe4\xf6\xfc", "/ocpi/versions", (401, 2000)),
        ("Token ====", "/ocpi/versions", (401, 2000)),
        (f"Token {in_base64('token-c')} x", "/ocpi/versions", (401, 2000)),
        (f"Bearer {in_base64('token-c')}", "/ocpi/versions", (401, 2000)),
        (f"Basic {in_base64('token-c:')}", "/ocpi/versions", (401, 2000)),
        (f"Token {in_base64('token-x')}", "/nonsense", (401, 2000)),
        (f"Token {in_base64('token-a')}", "/ocpi/cpo/2.2.1/locations", (401, 2000)),
        (f"Token {in_base64('token-a')}", "/ocpi/cpo/2.2.1/nonsense", (401, 2000)),
        (f"Token {in_base64('token-a')}", "/ocpi/versions", (200, 1000)),
        (f"Token {in_base64('token-a')}", "/ocpi/2.2.1/", (200, 1000)),
        ("Token token-a", "/ocpi/2.2.1/credentials", (200, 1000)),
        ("Token token-c", "/ocpi/cpo/2.2.1/locations", (200, 1000)),
        ("token token-c", "/ocpi/cpo/2.2.1/locations", (200, 1000)),
        (f"Token {in_base64('token-c' + chr(10))}", "/ocpi/cpo/2.2.1/locations", (200, 1000)),
    ],
)
def test_tokens(mock: OcpiMock, authorization: str, path: str, expected: tuple[int, int]) -> None:
    """Unknown tokens, and token A anywhere but at versions and credentials, are 401; raw tokens are accepted."""
    headers = {b"Authorization": authorization.encode("latin-1")} if authorization else {}
    answer = HTTP.get(mock.base + path, headers=headers)
    assert outcome(answer) == expected
    assert ("www-authenticate" in answer.headers) is (expected[0] == 401)


DEEP = b"[" * 100_000 + b"]" * 100_000
TOKENS = "tokens/DE/EMS/TAG1"
NO_TOKENS: list[Any] = [[], 1, "x", True, {}, [TOKEN]]
WRONG: list[tuple[str, str, Any, tuple[int, int]]] = [
    ("GET", "/ocpi/3.0/x", None, (404, 2000)),
    ("GET", "nonsense", None, (404, 2000)),
    ("GET", "locations/LOC1/a/b/c", None, (404, 2000)),
    ("GET", "locations/%ff", None, (404, 2000)),
    ("GET", "locations/LOC2", None, (404, 2003)),
    ("GET", "locations/LOC1/EVSE1", None, (404, 2003)),
    ("GET", "locations/LOC1/EVSE1/1", None, (404, 2003)),
    ("POST", "locations", {}, (405, 2000)),
    ("DELETE", TOKENS, None, (405, 2000)),
    ("OPTIONS", "locations", None, (405, 2000)),
    ("PATCH", "/ocpi/2.2.1/credentials", {}, (405, 2000)),
    ("POST", "/ocpi/2.2.1/credentials", {}, (405, 2000)),
    *(
        ("GET", f"{module}?{query}", None, (200, 2001))
        for module in ("locations", "cdrs", "tariffs")
        for query in (
            "limit=0",
            "limit=-1",
            "limit=x",
            "offset=-1",
            "date_from=x",
            "date_to=2026-01-01",
            "limit=1&limit=2",
        )
    ),
    ("GET", "sessions", None, (200, 2001)),
    ("GET", "sessions?date_from=2026-13-01T00:00:00Z", None, (200, 2001)),
    ("GET", "tokens/DE/EMS/UNKNOWN", None, (404, 2004)),
    ("GET", f"{TOKENS}?type=CARD", None, (200, 2001)),
    ("GET", "tokens/FR/OTH/TAG1", None, (404, 2000)),
    *(
        ("PUT", TOKENS, content, (400, 2000))
        for content in (b"", b"{", b"nonsense", b"\xff\xfe", b'{"uid":}', b"{} {}", b"NaN", DEEP)
    ),
    *(("PUT", TOKENS, content, (200, 2001)) for content in NO_TOKENS),
    *(
        ("PUT", TOKENS, TOKEN | more, (200, 2001))
        for more in (
            {"uid": "TAG2"},
            {"uid": 1},
            {"party_id": "OTH"},
            {"type": "APP_USER"},
            {"type": "CARD"},
            {"valid": "yes"},
            {"issuer": "x" * 65},
            {"issuer": None},
            {"last_updated": "2026-06-29T22:39:09+00:00"},
            {"last_updated": "yesterday"},
            {"energy_contract": {"contract_id": "1"}},
        )
    ),
    ("PUT", "tokens/FR/OTH/TAG1", TOKEN | {"country_code": "FR", "party_id": "OTH"}, (404, 2000)),
    ("PUT", TOKENS, TOKEN | {"issuer": "x" * 1_100_000}, (413, 2000)),
    ("PATCH", "tokens/DE/EMS/UNKNOWN", {"valid": False, "last_updated": TOKEN["last_updated"]}, (404, 2004)),
    ("PATCH", TOKENS, {"valid": False}, (200, 2001)),
    ("PATCH", TOKENS, b"{", (400, 2000)),
    ("POST", "commands/DANCE", {}, (404, 2000)),
    ("POST", "commands/START_SESSION", b"{", (400, 2000)),
    ("POST", "commands/START_SESSION", {}, (200, 2001)),
    *(
        ("POST", "commands/START_SESSION", START | more, (200, code))
        for more, code in (
            ({"response_url": "http://elsewhere.example/result"}, 2001),
            ({"response_url": "ftp://127.0.0.1/result"}, 2001),
            ({"response_url": "/result"}, 2001),
            ({"location_id": "LOC2"}, 2003),
            ({"evse_uid": "UNKNOWN"}, 2003),
            ({"connector_id": "1"}, 2001),
            ({"token": {"uid": "TAG1"}}, 2001),
        )
    ),
    ("POST", "commands/UNLOCK_CONNECTOR", {"response_url": RESULT, "location_id": "LOC1"}, (200, 2001)),
    ("GET", f"chargingprofiles/S1?response_url={RESULT}", None, (200, 2001)),
    ("GET", f"chargingprofiles/S1?duration=-1&response_url={RESULT}", None, (200, 2001)),
    ("GET", "chargingprofiles/S1?duration=10", None, (200, 2001)),
    ("DELETE", "chargingprofiles/S1", None, (200, 2001)),
    ("PUT", "chargingprofiles/S1", {"charging_profile": {}, "response_url": RESULT}, (200, 2001)),
    ("PUT", "sessions/S1/charging_preferences", {"profile_type": "FAST"}, (404, 2000)),
    ("PUT", "sessions/S1/charging_preferences", {"profile_type": "SLOW"}, (200, 2001)),
    ("GET", "hubclientinfo/DE/NON", None, (404, 2000)),
    ("PUT", "hubclientinfo/DE/ABC", CLIENT, (200, 2001)),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), WRONG)
def test_wrong_requests(mock: OcpiMock, method: str, path: str, body: Any, expected: tuple[int, int]) -> None:
    """What is not JSON is 400, what does not exist 404; all else that is wrong is 200 with a code of OCPI."""
    answer = ask(mock, method, path, body)
    assert outcome(answer) == expected
    assert answer.json()["status_message"]
    assert ("allow" in answer.headers) is (expected[0] == 405)


@pytest.mark.parametrize(
    ("path", "body", "result"),
    [
        ("commands/START_SESSION", START, "REJECTED"),
        ("commands/START_SESSION", START | {"location_id": "LOC2"}, "REJECTED"),
        ("commands/STOP_SESSION", {"response_url": RESULT, "session_id": "S1"}, "UNKNOWN_SESSION"),
        ("commands/RESERVE_NOW", RESERVE | {"expiry_date": "2020-01-01T00:00:00Z"}, "REJECTED"),
        ("commands/RESERVE_NOW", RESERVE, "REJECTED"),
        ("commands/CANCEL_RESERVATION", {"response_url": RESULT, "reservation_id": "1"}, "ACCEPTED"),
        ("chargingprofiles/S1", PROFILE, "UNKNOWN_SESSION"),
    ],
)
def test_commands_that_are_not_accepted(mock: OcpiMock, path: str, body: Any, result: str) -> None:
    """A command that cannot be done says so in its answer, with a time-out as OCPI wants."""
    answer = ask(mock, "PUT" if path.startswith("charging") else "POST", path, body)
    data = answer.json()["data"]
    assert (answer.status_code, data["result"], data["timeout"]) == (200, result, 30)
    assert ("message" in data) is (result != "ACCEPTED" and path.startswith("commands"))


def test_tokens_are_stored(mock: OcpiMock) -> None:
    """A new token is 201, a known one 200; ids have no case; PATCH merges, and must not remove what is required."""
    path = "tokens/DE/EMS/TAG9"
    token = TOKEN | {"uid": "TAG9", "visual_number": "9"}
    assert outcome(ask(mock, "PUT", path, token)) == (201, 1000)
    assert outcome(ask(mock, "PUT", "tokens/de/ems/tag9/", token)) == (200, 1000)
    assert outcome(ask(mock, "PUT", f"{path}?type=APP_USER", token | {"type": "APP_USER"})) == (201, 1000)
    changes = {"valid": False, "visual_number": None, "last_updated": "2026-06-30T00:00:00Z"}
    assert outcome(ask(mock, "PATCH", path, changes)) == (200, 1000)
    assert outcome(ask(mock, "PATCH", path, changes | {"issuer": None})) == (200, 2001)
    after = {name: value for name, value in (token | changes).items() if value is not None}
    assert ask(mock, "GET", "tokens/DE/EMS/Tag9").json()["data"] == after
    assert ask(mock, "GET", f"{path}?type=APP_USER").json()["data"] == token | {"type": "APP_USER"}
    assert outcome(ask(mock, "GET", path, token="token-d")) == (404, 2000)


def test_clients_are_stored(mock: OcpiMock) -> None:
    """What a hub tells of a party is stored, without routing headers."""
    assert outcome(ask(mock, "PUT", "hubclientinfo/DE/XYZ", CLIENT)) == (201, 1000)
    assert outcome(ask(mock, "PUT", "hubclientinfo/DE/XYZ", CLIENT)) == (200, 1000)
    routed = {"OCPI-to-party-id": "MOC", "OCPI-to-country-code": "NL"}
    answer = ask(mock, "GET", "hubclientinfo/de/xyz", **routed)
    assert (answer.json()["data"], "ocpi-from-party-id" in answer.headers) == (CLIENT, False)


def test_ids_and_routing_headers_are_returned(mock: OcpiMock) -> None:
    """The ids of a request are repeated in the answer, also in an error; the parties of the route are swapped."""
    ids = {"X-Request-ID": "request-1", "X-Correlation-ID": "correlation-1"}
    to = {"OCPI-to-party-id": "moc", "OCPI-to-country-code": "nl"}
    from_ = {"OCPI-from-party-id": "EMS", "OCPI-from-country-code": "DE"}
    for path, expected in (("locations", (200, 1000)), ("locations/LOC2", (404, 2003))):
        answer = ask(mock, "GET", path, **ids, **to, **from_)
        assert outcome(answer) == expected
        returned = {name: answer.headers[name] for name in ("x-request-id", "x-correlation-id")}
        assert returned == {"x-request-id": "request-1", "x-correlation-id": "correlation-1"}
        assert {name: value for name, value in answer.headers.items() if name.startswith("ocpi-")} == {
            "ocpi-from-party-id": "moc",
            "ocpi-from-country-code": "nl",
            "ocpi-to-party-id": "EMS",
            "ocpi-to-country-code": "DE",
        }
    nobody = {"OCPI-to-party-id": "ABC", "OCPI-to-country-code": "NL"}
    assert outcome(ask(mock, "GET", "locations", **nobody)) == (200, 2001)
    another = {"OCPI-from-party-id": "OTH", "OCPI-from-country-code": "FR"}
    assert outcome(ask(mock, "GET", "locations", **another)) == (200, 2001)
    assert "x-request-id" not in ask(mock, "GET", "locations").headers
    assert ask(mock, "GET", "/ocpi/versions", token="x", **ids).headers["x-request-id"] == "request-1"


def test_the_modules_in_the_version_details(mock: OcpiMock) -> None:
    """The details list each module with its role and its URL; each URL answers with another path than 404."""
    listed = ask(mock, "GET", "/ocpi/2.2.1").json()["data"]["endpoints"]
    assert sorted((each["identifier"], each["role"]) for each in listed) == [
        ("cdrs", "SENDER"),
        ("chargingprofiles", "RECEIVER"),
        ("commands", "RECEIVER"),
        ("credentials", "SENDER"),
        ("hubclientinfo", "RECEIVER"),
        ("locations", "SENDER"),
        ("sessions", "SENDER"),
        ("tariffs", "SENDER"),
        ("tokens", "RECEIVER"),
    ]
    prefix = re.escape(mock.base)
    assert all(re.fullmatch(rf"{prefix}/ocpi/(cpo/)?2\.2\.1/[a-z]+", each["url"]) for each in listed)
    tariffs = ask(mock, "GET", "tariffs").json()["data"]
    assert [(each["id"], each["country_code"], each["party_id"]) for each in tariffs] == [("TARIFF1", "NL", "MOC")]
