"""Checks of streams of periodic events (checks N11 and N12)."""

from itertools import pairwise

from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.subject import ERROR, INFO, OF_V21, CheckResult, Wrong
from mock_csms.conformance.v2.diagnostics import DIAGNOSTICS
from mock_csms.twin.seen import Seen, call, when

_STREAMS = DIAGNOSTICS.of(OF_V21)


@_STREAMS.check(
    "N11",
    "2.1 N11",
    ERROR,
    "a stream is opened only for a monitor that was set with a stream",
    call("OpenPeriodicEventStream"),
)
def stream_has_a_monitor(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report a stream for a monitor without periodicEventStream.

    If the mock does not know the monitor, it is only an info: an earlier CSMS may have set it.
    """
    stream, streams = seen.payload["constantStreamData"], station.streams
    monitor = stream["variableMonitoringId"]
    is_allowed = streams.allowed.get(monitor)
    if is_allowed or streams.is_in_doubt:
        return None
    severity, why = (INFO, "an earlier CSMS may have set it") if is_allowed is None else (None, "")
    return Wrong(f"stream {stream['id']} is for monitor {monitor}, which has no stream", severity=severity, why=why)


@_STREAMS.check(
    "N12", "2.1 N11, N13", ERROR, "values come in an open stream, in the order of their times", when("send")
)
def values_are_in_order(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report values of a stream that the CSMS has rejected, that is closed or was never opened, or with falling times.

    A stream that an earlier CSMS has accepted may go on until the station boots.
    """
    id_, times = seen.payload["id"], [each["t"] for each in seen.payload["data"]]
    status = station.streams.status.get(id_)
    if status not in ("Accepted", None) or (status is None and station.boots.count):
        return f"values of stream {id_}, which is {status or 'not open'}"
    is_falling = any(later < earlier for earlier, later in pairwise(times))
    return f"the times of stream {id_} fall: {', '.join(f'{t:g}' for t in times[:10])}" if is_falling else None
