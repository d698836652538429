"""Tests of transport checks that the reference station does not trigger: odd handshakes, waits, lost connections."""

from collections.abc import Sequence

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.messages import Call
from mock_csms.protocol.visitors import Visitor
from mock_csms.station.state import Habit
from mock_csms.twin.events import Breached, Connected, Disconnected, Event, Knocked, Refused
from tests.conformance.live import perform
from tests.conformance.story import CREDENTIALS, Story, connected, got
from tests.conformance.witness import STATION, inspect
from tests.station.bench import NOW

TRANSPORT = [id_ for id_ in CHECKS if id_.startswith("T") and id_ != "T30"]
"""The transport checks without T30, which reports each lost connection of these tests."""


def visit(path: str = "/CS", authorization: str | None = CREDENTIALS, extensions: str = "", problem: str = "") -> Event:
    """Return a handshake."""
    return Knocked(NOW, STATION, Visitor(path, ["ocpp2.0.1"], authorization, extensions, problem))


def checks(*events: Event) -> list[str]:
    """Return the transport checks that report something."""
    return [finding.check for finding in inspect(events, NOW + 1000.0, TRANSPORT)]


def wait_of(seconds: float, **more: str) -> list[Event]:
    """Return the events by which the mock learns RetryBackOffWaitMinimum and other variables."""
    return Story(1).know(OCPPCommCtrlr_RetryBackOffWaitMinimum=str(seconds), **more).events


def booted(seconds: float, status: str = "Accepted") -> list[Event]:
    """Return a BootNotification and its answer."""
    return Story(seconds).boot(status=status).events


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (visit(), []),
        (visit("/ocpp/CS?x=1|2"), []),
        (visit("/CS%7C1"), []),
        (visit("/CS|1"), ["T04"]),
        (visit("/C\udcc3S"), ["T03", "T04"]),
        (visit("/CS%"), ["T03", "T04"]),
        (visit("/"), ["T03"]),
        (visit("/" + "x" * 48), []),
        (visit("/" + "x" * 49), ["T03"]),
        (visit(authorization=None), ["T05"]),
        (visit(authorization="Basic !"), ["T05"]),
        (visit(authorization="Basic Q1M="), ["T05"]),
        (visit(authorization="basic Q1M6dGhlLW9sZC1wYXNzd29yZC0x"), []),
        (visit("/unknown", authorization=None), []),
        (visit(problem="invalid Upgrade header: h2c"), ["T09"]),
        (visit(extensions="permessage-deflate; client_max_window_bits"), ["T10"]),
        (visit(extensions="x-other"), []),
    ],
)
def test_requests(event: Event, found: Sequence[str]) -> None:
    """The checks look at path and headers of a handshake, and at credentials if a password is configured."""
    assert checks(event) == found


def test_compression_is_reported_once() -> None:
    """T10 reports an offer of compression once, and again after a handshake without one."""
    offer = visit(extensions="permessage-deflate")
    assert checks(offer, offer, visit(), offer) == ["T10", "T10"]


def test_credentials_that_are_left_out() -> None:
    """T16 reports missing credentials only if the station has sent some before."""
    assert perform("idle", Habit("no-credentials", 2)).checks == {"T05", "T16"}
    assert perform("idle", Habit("no-credentials")).checks == {"T05"}


def test_credentials_of_a_refused_handshake() -> None:
    """T16 ignores the credentials of a refused handshake: it may be from another client."""
    assert checks(visit(), Refused(NOW, STATION, "401: no"), visit("/CS", None)) == ["T05"]


def test_a_second_connection() -> None:
    """T22 reports a second connection, unless the first one has ended."""
    gone = Disconnected(NOW + 1, STATION, 1006, "the connection ended without a close frame")
    assert checks(*connected(NOW), *connected(NOW + 50)) == ["T22"]
    assert checks(*connected(NOW), gone, *connected(NOW + 50)) == []


def test_text_that_is_not_utf8() -> None:
    """T11 reports a text frame that was not UTF-8, for which the mock closed the connection."""
    wrong = Breached(NOW + 1, STATION, "RFC 6455 8.1", "a text frame was not UTF-8", 0.0)
    assert checks(*connected(NOW), wrong) == ["T11"]


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        ({"type": "Tür", "timestamp": "2026-01-01T12:00:00Z"}, []),
        ({"idToken": {"idToken": "Tür", "type": "Central"}}, ["T11"]),
        ({"customData": {"vendorId": "v", "name": "Tür"}}, []),
        ({"list": [{"component": {"name": "Tür"}}]}, ["T11"]),
    ],
)
def test_texts_beyond_ascii(payload: dict[str, object], found: Sequence[str]) -> None:
    """T11 reports identifiers that are not ASCII; other texts may have any characters."""
    assert checks(*connected(NOW), got(NOW + 1, Call("1", "DataTransfer", payload))) == found


LOST = "the connection ended without a close frame"


@pytest.mark.parametrize(
    ("code", "reason", "pause", "found"),
    [
        (1006, LOST, 1.0, ["T12"]),
        (1006, LOST, 5.0, []),
        (1006, "closed by the mock: cut", 1.0, ["T12"]),
        (1006, "closed by the mock with 1011 no pong in time", 1.0, []),
        (1000, "closed by the mock: replaced by a new connection of the same station", 1.0, []),
    ],
)
def test_pauses(code: int, reason: str, pause: float, found: Sequence[str]) -> None:
    """T12 reports a wait that is too short, unless the station noticed the lost connection earlier than the mock."""
    lost = Disconnected(NOW + 10, STATION, code, reason)
    again = connected(NOW + 10 + pause)
    assert checks(*connected(NOW), *wait_of(5.0), lost, *again, got(NOW + 100, Call("1", "Heartbeat", {}))) == found


def test_a_station_that_boots_need_not_wait() -> None:
    """T12 allows a station that boots to connect at once."""
    lost = Disconnected(NOW + 10, STATION, 1006, LOST)
    assert checks(*connected(NOW), *wait_of(5.0), lost, *connected(NOW + 10.5), *booted(11)) == []


@pytest.mark.parametrize(
    ("times", "pauses", "found"),
    [
        ("2", [5, 10, 20, 20], []),
        ("2", [5, 10, 20, 15], ["T12"]),
        ("2", [5, 5], ["T12"]),
        ("0", [5, 5, 5], []),
        ("x", [5, 5, 1], ["T12"]),
    ],
)
def test_pauses_after_refusals(times: str, pauses: Sequence[float], found: Sequence[str]) -> None:
    """T12 expects the wait to double after each refusal, at most RetryBackOffRepeatTimes times."""
    known = wait_of(5.0, OCPPCommCtrlr_RetryBackOffRepeatTimes=times)
    events, at = [*connected(NOW), *known, Disconnected(NOW + 10, STATION, 1006, LOST)], NOW + 10
    for pause in pauses:
        at += pause
        events += [connected(at)[0], Refused(at, STATION, "503: no")]
    assert checks(*events) == found


def test_plain_http_requests_are_no_attempts() -> None:
    """T12 does not count plain HTTP requests, as from a browser, as attempts to connect."""
    known, lost = wait_of(5.0, OCPPCommCtrlr_RetryBackOffRepeatTimes="2"), Disconnected(NOW + 10, STATION, 1006, LOST)
    page = Refused(NOW + 11, STATION, "426: an HTTP request without a WebSocket upgrade")
    post = Knocked(NOW + 12, STATION, Visitor("/CS", (), problem="it is a POST", wants_websocket=False))
    events = [*connected(NOW), *known, lost, page, post, Refused(NOW + 12, STATION, "it is a POST")]
    assert checks(*events, *connected(NOW + 15.5)) == ["T09"]


def test_pauses_without_a_known_minimum() -> None:
    """T12 is silent while RetryBackOffWaitMinimum is not known."""
    lost = Disconnected(NOW + 10, STATION, 1006, LOST)
    assert checks(*connected(NOW), lost, *connected(NOW + 10)) == []


@pytest.mark.parametrize(
    ("code", "status", "found"),
    [(1000, "Accepted", []), (1001, "Pending", []), (1000, "Pending", ["T14"]), (1000, "Rejected", [])],
)
def test_connections_that_a_station_closes(code: int, status: str, found: Sequence[str]) -> None:
    """T14 reports a Pending station that closes the connection with a code other than 1001."""
    assert checks(*connected(NOW), *booted(0, status), Disconnected(NOW + 9, STATION, code, "bye")) == found


def test_a_boot_after_a_closed_connection() -> None:
    """T13 reports an unchanged boot on a new connection, even if the station closed the old one."""
    left = Disconnected(NOW + 9, STATION, 1000, "bye")
    assert checks(*connected(NOW), *booted(0), left, *connected(NOW + 20), *booted(21)) == ["T13"]


def test_a_boot_at_another_url() -> None:
    """T13 allows an unchanged boot after the change to another network profile (B10.FR.10)."""
    left = Disconnected(NOW + 9, STATION, 1006, LOST)
    moved = Visitor(f"/other/{STATION}", ["ocpp2.0.1"], CREDENTIALS)
    knocks = [Knocked(NOW + 20, STATION, moved), Connected(NOW + 20, STATION, "ocpp2.0.1", ("ocpp2.0.1",))]
    assert checks(*connected(NOW), *booted(0), left, *knocks, *booted(21)) == []


def test_connections_that_the_mock_closes() -> None:
    """No check blames the station for a connection that the mock closed."""
    left = Disconnected(NOW + 9, STATION, 1000, "closed by the mock with 1000 a fault")
    assert checks(*connected(NOW), *booted(0), left) == []
