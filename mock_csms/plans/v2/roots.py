"""Steps about a new root of the CSMS: the mock shows a certificate of another authority, and goes back (M05)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from mock_csms.plans.connection import hang_up, next_connection_event
from mock_csms.plans.preparing import preparing
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import certificates
from mock_csms.plans.v2.certificates import OF_CSMS, OF_PLANS, Root
from mock_csms.runtime.open_call import CallFailed
from mock_csms.twin.events import TlsFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


async def other_root(station: Station) -> Root:
    """Return the root of the other authority of --tls, in the form that the station must accept."""
    root = await certificates.new_root(station, OF_CSMS)
    pem = certificates.of_tls(station, "other-root")
    return Root(pem, pem) if root is OF_PLANS else root


async def restarts(station: Station) -> None:
    """Reset the station when it is idle; the next handshake is that of its first attempt to connect."""
    station.known.connection_events.clear()
    station.known.handshakes.clear()
    await station.command("Reset", {"type": "OnIdle"}, status="Accepted")
    await next_connection_event(station, "Disconnected")


async def connects(station: Station, path: str | None = None) -> None:
    """Expect that the station connects, after as many attempts as it needs; a failure tells why TLS failed last."""
    try:
        await next_connection_event(station, "Connected", path=path)
    except AssertionError as failure:
        reasons = [each.result.reason for each in station.known.handshakes if isinstance(each.result, TlsFailed)]
        raise AssertionError(f"{failure}; its last TLS handshake: {reasons[-1] if reasons else 'none'}") from None


@asynccontextmanager
async def other_csms(station: Station) -> AsyncIterator[None]:
    """Let the mock show a certificate of the other authority until the block ends; then let the station go back."""
    station.configure(tls_fault=["other-root"])
    try:
        yield
    except BaseException:
        with suppress(AssertionError, CallFailed):
            await _go_back(station)
        raise
    with preparing(station):
        await _go_back(station)


async def _go_back(station: Station) -> None:
    """Let the station trust the root of --tls again, and the mock show its usual certificate.

    If the station has dropped that root, it must be signed by the other one at first.
    """
    old, known = certificates.root_of_tls(station), station.known
    if old is None or not await known.until(lambda: known.is_usable, station.profile.timeouts.boot):
        return
    is_kept = old.entry_in(await certificates.in_station(station, OF_CSMS), OF_CSMS) is not None
    for pem in () if is_kept else (certificates.of_tls(station, "root-signed"), old.pem):
        await station.command("InstallCertificate", {"certificateType": OF_CSMS, "certificate": pem}, status="Accepted")
        station.configure(tls_fault=())
        hang_up(station)
        await next_connection_event(station, "Disconnected")
        await connects(station)
        await station.settle()  # the station drops the older root right after it has connected
    station.configure(tls_fault=())
