"""Steps of the connection itself: it is cut off, and what the station does then, and where it dials."""

from urllib.parse import urlsplit

from mock_csms.plans.station import Station
from mock_csms.plans.under_test import ConnectionEvent

__tracebackhide__ = True  # pytest shows the case, and the text says all

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - nothing is bound to it here


def hang_up(station: Station) -> None:
    """Close the connection; what the station did with it before counts no more."""
    station.known.connection_events.clear()
    station.csms.disconnect(station.identity)


async def next_connection_event(
    station: Station, kind: str, *, path: str | None = None, within: float | None = None
) -> ConnectionEvent:
    """Return what becomes of the connection next, which must be of a kind: Connected, Refused or Disconnected.

    `path` is what must stand before the identity in the URL that the station dials.
    """
    within, visits = station.profile.timeouts.boot if within is None else within, station.known.connection_events
    if not await station.known.until(lambda: bool(visits), within):
        raise AssertionError(f"{station.identity} did not try to connect within {within:g} s")
    found = visits.pop(0)
    if found.kind != kind or path not in (None, found.path):
        where = f" to {path}/{station.identity}" if path is not None else ""
        raise AssertionError(f"expected {kind}{where}, got {found.kind} to {found.path}/{station.identity}")
    return found


def url_of(station: Station, path: str) -> str:
    """Return the URL with that path for a profile of the station; who listens everywhere must be told where it is."""
    known = station.csms.stations.get(station.identity)
    parts = urlsplit(station.profile.url or (known and known.url) or station.csms.url)
    if parts.hostname in _EVERYWHERE:
        station.skip("the profile of the station has no url at which it reaches the mock")
    return f"{parts.scheme}://{parts.netloc}{path}"
