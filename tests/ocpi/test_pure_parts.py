"""Credentials tokens in headers, times, stores, and the paths of modules."""

from base64 import b64encode

import pytest

from mock_csms.ocpi.envelope import Declined, OcpiAnswer
from mock_csms.ocpi.modules import ModuleRow, endpoints, find_row
from mock_csms.ocpi.paging import page_asked
from mock_csms.ocpi.parties import OcpiParties, OcpiParty, OcpiPeer, OcpiRole
from mock_csms.ocpi.store import Store
from mock_csms.ocpi.times import time_of, written_time
from mock_csms.ocpi.tokens_header import TokenShown, shown_token, written_token


def in_base64(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"Token {in_base64('example-token')}", TokenShown("example-token", is_raw=False)),
        (f"token {in_base64('example-token')}", TokenShown("example-token", is_raw=False)),
        (f"Token {in_base64('example-token' + chr(10))}", TokenShown("example-token", is_raw=False)),
        ("Token example-token", TokenShown("example-token", is_raw=True)),
        (f"Token {in_base64('QUJD')}", TokenShown("QUJD", is_raw=False)),
        ("Token QUJD", TokenShown("QUJD", is_raw=True)),
        (f"Token {in_base64('other')}", None),
        ("Token other", None),
        ("Token not/base64!", None),
        (f"Token {in_base64('example-token')} more", None),
        (f"Bearer {in_base64('example-token')}", None),
        (in_base64("example-token"), None),
        ("Token", None),
        ("", None),
        ("Token " + b64encode(b"\xff\xfe").decode(), None),
    ],
)
def test_tokens_in_headers(header: str, expected: TokenShown | None) -> None:
    """A known token is found in Base64 and as it is; a newline in Base64 does not count; all else is unknown."""
    assert shown_token(header, ["example-token", "QUJD"]) == expected


def test_a_platform_that_is_registered_twice_counts_once() -> None:
    """Two platforms may register with each other at the same moment; then the last registration is used."""
    role = OcpiRole("EMSP", OcpiParty("DE", "EMS"), "x")
    parties = OcpiParties(us=OcpiRole("CPO", OcpiParty("NL", "MOC"), "x"))
    for token in ("1", "2"):
        parties.add(OcpiPeer(our_token=token, their_token=token, versions_url="http://a", endpoints={}, roles=(role,)))
    assert [peer.our_token for peer in parties.with_role("EMSP")] == ["2"]
    assert [parties.behind(token) is not None for token in ("1", "2")] == [True, True]


def test_written_tokens() -> None:
    """The token is sent in Base64, or as it is."""
    assert written_token("example-token") == "Token ZXhhbXBsZS10b2tlbg=="
    assert written_token("example-token", is_raw=True) == "Token example-token"


@pytest.mark.parametrize(
    ("text", "is_time"),
    [
        ("2026-06-29T22:39:09Z", True),
        ("2026-06-29T22:39:09", True),
        ("2026-06-29T22:39:09.1Z", True),
        ("2026-06-29T22:39:09.12345Z", True),
        ("2026-06-29T22:39:09.123456Z", False),
        ("2026-06-29T22:39:09+00:00", False),
        ("2026-06-29t22:39:09z", False),
        ("2026-06-29 22:39:09Z", False),
        ("2026-06-29T25:39:09Z", False),
        ("2026-06-29", False),
    ],
)
def test_times(text: str, is_time: bool) -> None:
    """OCPI has times in UTC, with Z or without, of at most 25 characters."""
    assert (time_of(text) is not None) is is_time


def test_written_times() -> None:
    """A written time has milliseconds, and is read as the same time."""
    assert written_time(1782772749.5) == "2026-06-29T22:39:09.500Z"
    assert time_of(written_time(1782772749.5)) == 1782772749.5


def test_last_updated_never_falls() -> None:
    """A change at an earlier time, or by a clock that was set back, is not before the change before it."""
    store = Store()
    store.own(("A",), {"id": "A"}, 1000.0)
    store.own(("B",), {"id": "B"}, 900.0)
    assert [each["last_updated"] for each in store.all()] == [written_time(1000.0)] * 2


def test_only_changes_are_updates() -> None:
    """An object of ours that has not changed keeps its last_updated."""
    store = Store()
    assert store.own(("A",), {"id": "A"}, 1000.0) is not None
    assert store.own(("a",), {"id": "A"}, 2000.0) is None
    assert store.own(("A",), {"id": "A", "kwh": 1}, 3000.0) == {"id": "A", "kwh": 1, "last_updated": written_time(3000)}


def test_a_changed_object_keeps_its_place() -> None:
    """Lists are in the order of creation, so that a client which reads page after page misses no object."""
    store = Store()
    for name in "ABC":
        store.own((name,), {"id": name}, 1000.0)
    store.own(("A",), {"id": "A", "kwh": 1}, 2000.0)
    assert [each["id"] for each in store.all()] == ["A", "B", "C"]
    assert [each["id"] for each in store.all(page_asked({"date_from": written_time(2000.0)}))] == ["A"]
    assert [each["id"] for each in store.all(page_asked({"date_to": written_time(2000.0)}))] == ["B", "C"]


def test_ids_are_case_insensitive() -> None:
    """Objects are found by ids in any case; a PATCH merges, and null removes a property."""
    store = Store()
    assert store.put(("NL", "EMS", "Ab1"), {"uid": "Ab1", "issuer": "x", "valid": True})
    assert not store.put(("nl", "ems", "aB1"), {"uid": "aB1", "issuer": "x", "valid": True})
    assert store.patch(("NL", "ems", "AB1"), {"valid": False, "issuer": None}) == {"uid": "aB1", "valid": False}
    assert store.get("NL", "EMS", "AB1") == {"uid": "aB1", "valid": False}
    assert store.patch(("NL", "EMS", "other"), {"valid": False}) is None
    assert store.remove("nl", "EMS", "ab1") == {"uid": "aB1", "valid": False}
    assert len(store) == 0


def row(method: str, path: str, module: str = "locations", *, is_extension: bool = False) -> ModuleRow:
    return ModuleRow(
        module=module,
        role="SENDER",
        method=method,
        path=path,
        handle=lambda *_: OcpiAnswer(),
        help="",
        is_extension=is_extension,
    )


ROWS = (
    row("GET", ""),
    row("GET", "/{location}"),
    row("PUT", "/{location}"),
    row("GET", "", "credentials"),
    row("GET", "", "cdrs", is_extension=True),
)


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("/ocpi/cpo/2.2.1/locations", {}),
        ("/ocpi/cpo/2.2.1/locations/", {}),
        ("/ocpi/cpo/2.2.1/locations/LOC1", {"location": "LOC1"}),
        ("/ocpi/cpo/2.2.1/locations/a%2Fb%C3%A9/", {"location": "a/bé"}),
        ("/ocpi/2.2.1/credentials", {}),
    ],
)
def test_paths(path: str, places: dict[str, str]) -> None:
    """Variable parts of paths are decoded; a slash at the end makes no difference."""
    assert find_row(ROWS, "/ocpi/cpo", "GET", path)[1] == places


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ocpi/cpo/2.2.1/tariffs", 404),
        ("GET", "/ocpi/cpo/2.2.1/locations/LOC1/1", 404),
        ("GET", "/ocpi/cpo/2.2.1/locations//", 404),
        ("GET", "/ocpi/cpo/2.2.1/locations/%ff", 404),
        ("GET", "/ocpi/cpo/2x2.1/locations", 404),
        ("POST", "/ocpi/cpo/2.2.1/locations/LOC1", 405),
    ],
)
def test_wrong_paths(method: str, path: str, status: int) -> None:
    """An unknown path is 404, an unknown method 405."""
    with pytest.raises(Declined) as raised:
        find_row(ROWS, "/ocpi/cpo", method, path)
    assert raised.value.answer.status == status
    if status == 405:
        assert raised.value.answer.headers == {"Allow": "GET, PUT"}


def test_endpoints_of_the_version() -> None:
    """Each module is listed once, with its role and its URL; extensions are not listed."""
    assert endpoints(ROWS, "/ocpi/cpo", "http://a") == [
        {"identifier": "locations", "role": "SENDER", "url": "http://a/ocpi/cpo/2.2.1/locations"},
        {"identifier": "credentials", "role": "SENDER", "url": "http://a/ocpi/2.2.1/credentials"},
    ]
