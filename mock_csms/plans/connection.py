"""Steps about the connection: close it, wait for the next connection event, and check the URL of the station."""

from urllib.parse import urlsplit

from mock_csms.plans.station import Station
from mock_csms.plans.under_test import ConnectionEvent

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - the mock does not listen there


def hang_up(station: Station) -> None:
    """Close the connection, and forget the connection events so far."""
    station.known.connection_events.clear()
    station.csms.disconnect(station.identity)


async def next_connection_event(
    station: Station, kind: str, *, path: str | None = None, within: float | None = None
) -> ConnectionEvent:
    """Return the next event of the connection, which must be of this kind: Connected, Refused or Disconnected.

    `path` is the required path before the identity in the URL of the station. Raises AssertionError if another event
    comes, or none within `within` seconds (by default the time for a reboot).
    """
    within, events = station.profile.timeouts.boot if within is None else within, station.known.connection_events
    if not await station.known.until(lambda: bool(events), within):
        raise AssertionError(f"{station.identity} did not try to connect within {within:g} s")
    found = events.pop(0)
    if found.kind != kind or path not in (None, found.path):
        where = f" to {path}/{station.identity}" if path is not None else ""
        raise AssertionError(f"expected {kind}{where}, got {found.kind} to {found.path}/{station.identity}")
    return found


def url_of(station: Station, path: str) -> str:
    """Return the URL with that path at which the station reaches the mock.

    If the mock listens on all addresses, it knows the URL only from the profile or the connection; without either it
    skips the case.
    """
    known = station.csms.stations.get(station.identity)
    parts = urlsplit(station.profile.url or (known and known.url) or station.csms.url)
    if parts.hostname in _EVERYWHERE:
        station.skip("the profile of the station has no url at which it reaches the mock")
    return f"{parts.scheme}://{parts.netloc}{path}"


async def reconnects(station: Station) -> None:
    """Expect that the station connects again; if it does not do so by itself, the mock closes the connection."""
    events = station.known.connection_events
    if not await station.known.until(lambda: bool(events), station.profile.timeouts.message):
        hang_up(station)
    await next_connection_event(station, "Disconnected")
    await next_connection_event(station, "Connected")
