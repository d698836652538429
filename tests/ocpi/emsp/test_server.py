"""The mock eMSP as a process: what it answers to a CPO over HTTP. One process serves all tests of this file."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.ocpi.emsp.process import PRESET, Emsp
from tests.ocpi.emsp.samples import T1, T2, cdr, connector, evse, location, session, tariff

TOKENS = (
    *("TAG1=ALLOWED", "TAG2=BLOCKED,text=No", "TAG3=UNKNOWN", "TAG4=ALLOWED,location=LOC1", "TAG5=no_credit"),
    *("APP=ALLOWED,type=APP_USER,whitelist=NEVER", "TAG6=ALLOWED,evse=A+B,reference=ref-6"),
)


@pytest.fixture(scope="module")
def emsp() -> Iterator[Emsp]:
    """Start an eMSP with these tokens."""
    started = Emsp(*(word for token in TOKENS for word in ("--token", token)))
    yield started
    started.finish()


def test_the_documented_curl_lines(emsp: Emsp) -> None:
    """The lines that an educational back end documents come true: no ids, and raw tokens."""
    raw = {"Authorization": f"Token {PRESET}"}
    assert emsp.http.get(f"{emsp.base}/health").json() == {"status": "ok"}
    versions = emsp.http.get(f"{emsp.base}/ocpi/versions", headers=raw)
    assert (versions.status_code, versions.json()["data"][0]["version"]) == (200, "2.2.1")
    listed = emsp.http.get(f"{emsp.base}/ocpi/emsp/2.2.1/locations", headers=raw)
    assert (listed.status_code, listed.json()["status_code"]) == (200, 1000)
    body = {
        "response_url": "https://cpo.example.com/commands/callback",
        "token": {"uid": "TOKEN123", "type": "RFID"},
        "location_id": "LOC001",
        "evse_uid": "EVSE001",
        "connector_id": "CONN001",
    }
    started = emsp.http.post(f"{emsp.base}/ocpi/emsp/2.2.1/commands/START_SESSION", json=body, headers=raw)
    assert (started.status_code, started.json()["data"]["result"]) == (200, "REJECTED")
    assert started.json()["data"]["message"][0]["text"] == "no CPO is registered"


@pytest.mark.parametrize(
    "path", ["/", "/docs", "/ocpi/emsp/2.2.1/docs", "/ocpi/emsp/2.2.1/versions", "/ocpi/emsp/2.2.1/", "/healthz"]
)
def test_further_documented_paths(emsp: Emsp, path: str) -> None:
    """The other paths that it documents answer."""
    assert emsp.ask("GET", path).status_code == 200


@pytest.mark.parametrize("token", ["emsp_token_a_12345", "emsp_development_token_a"])
def test_preset_tokens_for_the_registration(emsp: Emsp, token: str) -> None:
    """A preset token A reads versions and credentials, also below the role, and nothing else."""
    assert emsp.outcome("GET", "/ocpi/2.2.1", token=token) == (200, 1000)
    assert emsp.outcome("GET", "credentials", token=token) == (200, 1000)
    assert emsp.outcome("GET", "locations", token=token) == (401, 2000)


@pytest.mark.parametrize("token", ["cpo_token_c_abcdef", "cpo_development_token_c", PRESET])
def test_preset_tokens_of_clients(emsp: Emsp, token: str) -> None:
    """A preset token C reads lists, and is registered already."""
    assert emsp.outcome("GET", "sessions", token=token) == (200, 1000)
    assert emsp.outcome("POST", "/ocpi/2.2.1/credentials", {}, token=token) == (405, 2000)


HEADERS = {
    None: (401, "missing"),
    "Bearer x": (401, "scheme"),
    "Token": (401, "scheme"),
    f"Token  {PRESET}": (200, "scheme"),
    "Token %%%": (401, "unknown"),
    "Token /w==": (401, "unknown"),
    f"Token {PRESET}": (200, "raw"),
    "Token dGVzdF90b2tlbl9jXzEyMwo=": (200, "newline"),
    "Token dGVzdF90b2tlbl9jXzEyMw==": (200, "base64"),
}


def test_every_form_of_the_token(emsp: Emsp) -> None:
    """A missing, unknown or undecodable token gets 401 with an envelope; the record says how a token was sent."""
    for number, (header, (status, _)) in enumerate(HEADERS.items()):
        headers = {"authorization": header} if header is not None else {}
        answer = emsp.http.get(f"{emsp.base}/ocpi/emsp/2.2.1/tariffs?offset={number}", headers=headers)
        assert (header, answer.status_code, answer.json()["status_code"]) == (
            header,
            status,
            1000 + (status > 200) * 1000,
        )
        [event] = emsp.until("OcpiExchanged", path="/ocpi/emsp/2.2.1/tariffs", query={"offset": str(number)})
        assert (header, event["authorization"]) == (header, HEADERS[header][1])


OBJECT = "locations/NL/MOC/LOC1"
CASES: list[tuple[str, str, Any, tuple[int, int]]] = [
    ("GET", OBJECT, None, (404, 2000)),
    ("PATCH", OBJECT, {"name": "N", "last_updated": T1}, (404, 2000)),
    ("PUT", f"{OBJECT}/CS-1-1", evse(), (404, 2000)),
    ("PUT", OBJECT, location(), (201, 1000)),
    ("PUT", f"{OBJECT}/", location(), (200, 1000)),
    ("PUT", "locations/nl/moc/loc1", location(), (200, 1000)),
    ("GET", f"{OBJECT}/CS-1-1/1", None, (200, 1000)),
    ("GET", f"{OBJECT}/CS-1-1/2", None, (404, 2000)),
    ("PUT", f"{OBJECT}/CS-1-1/2", connector(id="2", last_updated=T1), (201, 1000)),
    ("PATCH", f"{OBJECT}/CS-1-1", {"status": "CHARGING", "last_updated": T2}, (200, 1000)),
    ("PATCH", f"{OBJECT}/CS-1-1", {"status": "CHARGING"}, (200, 2001)),
    ("PATCH", OBJECT, {"publish": "yes", "last_updated": T2}, (200, 2001)),
    ("PUT", OBJECT, location(id="OTHER"), (200, 2001)),
    ("PUT", OBJECT, location(party_id="XXX"), (200, 2001)),
    ("PUT", OBJECT, {"id": "LOC1"}, (200, 2001)),
    ("PUT", OBJECT, [], (200, 2001)),
    ("PUT", OBJECT, b"{", (400, 2000)),
    ("PUT", OBJECT, b"[" * 5000, (400, 2000)),
    ("DELETE", OBJECT, None, (405, 2000)),
    ("POST", "locations", location(), (405, 2000)),
    ("GET", "cars", None, (404, 2000)),
    ("PUT", "sessions/NL/MOC/S1", session(), (201, 1000)),
    ("PUT", "sessions/S2", session(id="S2"), (201, 1000)),
    ("GET", "sessions/NL/MOC/S2", None, (200, 1000)),
    ("PUT", "tariffs/NL/MOC/T1", tariff(), (201, 1000)),
    ("PATCH", "tariffs/NL/MOC/T1", {"last_updated": T2}, (405, 2000)),
    ("DELETE", "tariffs/NL/MOC/T1", None, (200, 1000)),
    ("DELETE", "tariffs/NL/MOC/T1", None, (404, 2000)),
    ("GET", "tariffs/NL/MOC/T1", None, (404, 2000)),
    ("GET", "cdrs/C9", None, (404, 2000)),
    (
        "PUT",
        "hubclientinfo/NL/MOC",
        {"country_code": "NL", "party_id": "MOC", "role": "CPO", "status": "CONNECTED", "last_updated": T1},
        (201, 1000),
    ),
    ("GET", "hubclientinfo/NL/MOC", None, (200, 1000)),
    ("POST", "commands/START_SESSION/1", {"result": "ACCEPTED"}, (404, 2000)),
    ("POST", "commands/DANCE", {}, (404, 2000)),
    ("POST", "commands/STOP_SESSION", {}, (200, 2001)),
    ("GET", "sessions?limit=0", None, (200, 2001)),
    ("GET", "sessions?date_from=yesterday", None, (200, 2001)),
    ("GET", "tokens/US/EMS/TAG1", None, (200, 1000)),
    ("GET", "tokens/US/EMS/TAG9", None, (404, 2004)),
    ("POST", "tokens/TAG1/authorize", None, (200, 1000)),
    ("POST", "tokens/US/EMS/TAG1/authorize", None, (200, 1000)),
    ("POST", "tokens/TAG1/authorize?type=APP_USER", None, (404, 2004)),
    ("POST", "tokens/TAG1/authorize?type=CARD", None, (200, 2001)),
    ("POST", "tokens/TAG1/authorize", {"evse_uids": []}, (200, 2001)),
    ("POST", "tokens/TAG9/authorize", None, (404, 2004)),
    ("POST", "tokens/TAG3/authorize", None, (404, 2004)),
    ("POST", "tokens/TAG4/authorize", None, (200, 2002)),
    ("POST", "tokens/APP/authorize?type=APP_USER", None, (200, 1000)),
]


def test_every_request_has_its_status_and_code(emsp: Emsp) -> None:
    """Each request of a CPO gets the HTTP status and the code of OCPI by the book, in this order."""
    got = [(method, path, emsp.outcome(method, path, body)) for method, path, body, _ in CASES]
    assert got == [(method, path, wanted) for method, path, _, wanted in CASES]
    whole = emsp.ask("GET", OBJECT).json()["data"]
    assert (whole["evses"][0]["status"], whole["last_updated"]) == ("CHARGING", T2)
    assert [each["id"] for each in whole["evses"][0]["connectors"]] == ["1", "2"]


def test_a_patch_adds_charging_periods(emsp: Emsp) -> None:
    """A PATCH of a session adds to its charging periods; a PUT replaces them."""
    one = {"start_date_time": T1, "dimensions": [{"type": "ENERGY", "volume": 1}]}
    emsp.ask("PUT", "sessions/NL/MOC/P1", session(id="P1", charging_periods=[one]))
    emsp.ask("PATCH", "sessions/NL/MOC/P1", {"kwh": 2, "charging_periods": [one], "last_updated": T1})
    patched = emsp.ask("GET", "sessions/NL/MOC/P1").json()["data"]
    assert (patched["kwh"], len(patched["charging_periods"])) == (2, 2)
    emsp.ask("PUT", "sessions/NL/MOC/P1", session(id="P1", last_updated=T2))
    assert "charging_periods" not in emsp.ask("GET", "sessions/NL/MOC/P1").json()["data"]


def test_a_cdr_is_stored_and_stays(emsp: Emsp) -> None:
    """A CDR gets 201 and a Location, at which it can be read; a changed one does not replace it."""
    posted = emsp.ask("POST", "cdrs", cdr())
    assert (posted.status_code, posted.headers["location"]) == (201, f"{emsp.base}/ocpi/emsp/2.2.1/cdrs/NL/MOC/C1")
    assert emsp.ask("POST", "cdrs", cdr(remark="other")).status_code == 200
    assert emsp.ask("GET", posted.headers["location"]).json()["data"] == cdr()
    assert emsp.ask("GET", "cdrs/c1").json()["data"] == cdr()
    assert emsp.outcome("POST", "cdrs", {}) == (200, 2001)


def test_answers_about_tokens(emsp: Emsp) -> None:
    """Each token gets what --token says: the status, the place, the EVSEs, the reference and the text."""

    def told(uid: str, *evses: str, at: str = "LOC1") -> Any:
        return emsp.ask("POST", f"tokens/{uid}/authorize", {"location_id": at, "evse_uids": [*evses]}).json()["data"]

    assert (told("TAG2")["allowed"], told("TAG2")["info"]) == ("BLOCKED", {"language": "en", "text": "No"})
    assert told("TAG4")["allowed"] == "ALLOWED"
    assert told("TAG4", at="LOC2")["allowed"] == "NOT_ALLOWED"
    assert told("TAG5")["allowed"] == "NO_CREDIT"
    assert told("TAG6", "a", "C")["location"] == {"location_id": "LOC1", "evse_uids": ["a"]}
    assert told("TAG6", "C")["allowed"] == "NOT_ALLOWED"
    assert told("TAG6", "A")["authorization_reference"] == "ref-6"
    assert told("TAG1")["authorization_reference"] != told("TAG1")["authorization_reference"]
    assert "authorization_reference" not in told("TAG2")


def test_the_list_of_tokens_has_pages(emsp: Emsp) -> None:
    """All pages together have each token once, without the one that the eMSP does not admit to know."""
    url, uids, counts = "tokens?limit=2", [], set()
    while url:
        page = emsp.ask("GET", url)
        counts.add(int(page.headers["x-total-count"]))
        uids += [each["uid"] for each in page.json()["data"]]
        url = page.links.get("next", {}).get("url", "")
    assert uids[:6] == ["TAG1", "TAG2", "TAG4", "TAG5", "APP", "TAG6"]
    assert (counts, "TAG3" in uids) == ({len(uids)}, False)


def test_requests_by_hand_come_from_this_machine(emsp: Emsp) -> None:
    """The endpoints for `mock-csms ocpi` refuse foreign web pages, other hosts, other methods and wrong bodies."""
    assert emsp.hand("list", {"module": "tokens"}).status_code == 200
    assert emsp.hand("list", {"module": "tokens"}, origin="http://evil.example").status_code == 403
    assert emsp.hand("list", {"module": "tokens"}, host="evil.example").status_code == 403
    assert emsp.http.get(f"{emsp.base}/hand/v1/list").status_code == 405
    assert emsp.http.post(f"{emsp.base}/hand/v1/list", content=b"{}").status_code == 415
    for body in ({}, {"module": "cars"}, {"module": "tokens", "x": 1}):
        assert emsp.hand("list", body).status_code == 422
    for minutes in (-1, 1e9, "soon"):
        assert emsp.hand("reserve", {"station": "X", "token": "T", "minutes": minutes}).status_code == 422
    assert (emsp.hand("dance").status_code, emsp.hand("start", {"station": "X", "token": "T"}).status_code) == (
        404,
        409,
    )


def test_other_machines_cannot_use_the_hand() -> None:
    """At an address of the network the endpoints for `mock-csms ocpi` are refused, those of OCPI are served."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # nothing is sent
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    started = Emsp("--no-presets", "--token-a", "a", address="0.0.0.0:0")
    base = f"http://{own}:{started.base.rpartition(':')[2]}"
    for host in ("127.0.0.1", own):
        asked = started.http.post(f"{base}/hand/v1/list", json={"module": "tokens"}, headers={"host": host})
        assert asked.status_code == 403
    assert started.http.get(f"{base}/health").status_code == 200
    assert started.http.get(f"{base}/ocpi/versions", headers={"authorization": f"Token {PRESET}"}).status_code == 401
    started.finish()
