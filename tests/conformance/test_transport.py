"""What no station on the stage can do: odd requests for a WebSocket, second connections, and pings that stay out."""

from collections.abc import Sequence

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.messages import Call
from mock_csms.protocol.visitors import Visitor
from mock_csms.station.state import Habit
from mock_csms.twin.events import Breached, Disconnected, Event, Knocked, Refused
from tests.conformance.live import perform
from tests.conformance.story import CREDENTIALS, Story, connected, got
from tests.conformance.witness import STATION, inspect
from tests.station.bench import NOW

TRANSPORT = [id_ for id_ in CHECKS if id_.startswith("T") and id_ != "T30"]
"""T30 only informs, of each connection that is lost here."""


def visit(path: str = "/CS", authorization: str | None = CREDENTIALS, extensions: str = "", problem: str = "") -> Event:
    """Return a knock."""
    return Knocked(NOW, STATION, Visitor(path, ["ocpp2.0.1"], authorization, extensions, problem))


def checks(*events: Event) -> list[str]:
    """Return the checks of the transport that find something."""
    return [finding.check for finding in inspect(events, NOW + 1000.0, TRANSPORT)]


def wait_of(seconds: float, **more: str) -> list[Event]:
    """Return how the mock learns RetryBackOffWaitMinimum, and more."""
    return Story(1).know(OCPPCommCtrlr_RetryBackOffWaitMinimum=str(seconds), **more).events


def booted(seconds: float, status: str = "Accepted") -> list[Event]:
    """Return a boot and its answer."""
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
    """Who asks for a WebSocket is judged by the path and the headers; credentials only where they are known."""
    assert checks(event) == found


def test_compression_is_told_once() -> None:
    """It is no fault, so that one line is enough, until it was not offered."""
    offer = visit(extensions="permessage-deflate")
    assert checks(offer, offer, visit(), offer) == ["T10", "T10"]


def test_credentials_are_not_left_out_again() -> None:
    """A station that had credentials once has them always; without them it is on a lower security profile."""
    assert perform("idle", Habit("no-credentials", 2)).checks == {"T05", "T16"}
    assert perform("idle", Habit("no-credentials")).checks == {"T05"}


def test_credentials_of_one_that_was_sent_away_do_not_count() -> None:
    """Whoever was refused may have been another one."""
    assert checks(visit(), Refused(NOW, STATION, "401: no"), visit("/CS", None)) == ["T05"]


def test_a_second_connection() -> None:
    """One at a time; after the first is gone another is right."""
    gone = Disconnected(NOW + 1, STATION, 1006, "the connection ended without a close frame")
    assert checks(*connected(NOW), *connected(NOW + 50)) == ["T22"]
    assert checks(*connected(NOW), gone, *connected(NOW + 50)) == []


def test_text_that_is_not_utf8() -> None:
    """The mock has closed the connection for it."""
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
    """Identifiers are ASCII; what people read need not be."""
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
    """They are counted from when the station knows that it has lost its connection, and not from later."""
    lost = Disconnected(NOW + 10, STATION, code, reason)
    again = connected(NOW + 10 + pause)
    assert checks(*connected(NOW), *wait_of(5.0), lost, *again, got(NOW + 100, Call("1", "Heartbeat", {}))) == found


def test_who_was_off_need_not_wait() -> None:
    """A station that boots comes back as soon as it is up."""
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
    """They are doubled, so often as RetryBackOffRepeatTimes says."""
    known = wait_of(5.0, OCPPCommCtrlr_RetryBackOffRepeatTimes=times)
    events, at = [*connected(NOW), *known, Disconnected(NOW + 10, STATION, 1006, LOST)], NOW + 10
    for pause in pauses:
        at += pause
        events += [connected(at)[0], Refused(at, STATION, "503: no")]
    assert checks(*events) == found


def test_who_wants_no_websocket_is_no_station() -> None:
    """Somebody who looks at the URL of a station with a browser, or posts to it, changes nothing of its pauses."""
    known, lost = wait_of(5.0, OCPPCommCtrlr_RetryBackOffRepeatTimes="2"), Disconnected(NOW + 10, STATION, 1006, LOST)
    page = Refused(NOW + 11, STATION, "426: an HTTP request without a WebSocket upgrade")
    post = Knocked(NOW + 12, STATION, Visitor("/CS", (), problem="it is a POST", wants_websocket=False))
    events = [*connected(NOW), *known, lost, page, post, Refused(NOW + 12, STATION, "it is a POST")]
    assert checks(*events, *connected(NOW + 15.5)) == ["T09"]


def test_what_is_not_known_of_pauses_is_not_judged() -> None:
    """Without RetryBackOffWaitMinimum any pause is right."""
    lost = Disconnected(NOW + 10, STATION, 1006, LOST)
    assert checks(*connected(NOW), lost, *connected(NOW + 10)) == []


@pytest.mark.parametrize(
    ("code", "status", "found"),
    [(1000, "Accepted", []), (1001, "Pending", []), (1000, "Pending", ["T14"]), (1000, "Rejected", [])],
)
def test_farewells(code: int, status: str, found: Sequence[str]) -> None:
    """A station that goes away may say so; one that is Pending stays (T14)."""
    assert checks(*connected(NOW), *booted(0, status), Disconnected(NOW + 9, STATION, code, "bye")) == found


def test_a_farewell_before_a_boot() -> None:
    """Somebody has restarted the station."""
    left = Disconnected(NOW + 9, STATION, 1000, "bye")
    assert checks(*connected(NOW), *booted(0), left, *connected(NOW + 20), *booted(21)) == ["T13"]


def test_the_mock_says_farewell() -> None:
    """What the mock closes, the station did not."""
    left = Disconnected(NOW + 9, STATION, 1000, "closed by the mock with 1000 a fault")
    assert checks(*connected(NOW), *booted(0), left) == []
