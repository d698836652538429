"""Learns about the remote starts that a station has accepted, and the transactions that name them."""

from mock_csms.conformance.facts.v2.remote_starts import is_same_token
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, call, result
from mock_csms.twin.v2.occasions import driven

REMOTE_STARTS = Subject("remote starts")


def reservation_of(station: KnownStation, token: Json, evse: int | None, now: float) -> int | None:
    """Return the id of the reservation that an idToken uses at an EVSE; None if there is none."""
    ends = now + station.terms.clock_offset + station.terms.tolerance
    for reservation in station.reservations.by_id.values():
        is_in_force = ends < reservation.expires_at
        if is_in_force and reservation.evse in (None, evse) and is_same_token(reservation.token, token):
            return reservation.id
    return None


@REMOTE_STARTS.learn(result("RequestStartTransaction"))
def agreed(seen: Seen, station: KnownStation) -> None:
    """Note that the station accepts a remote start."""
    if seen.payload["status"] != "Accepted":
        return
    remote = station.remote_starts
    match seen.request:  # a user may have written a wrong command
        case {"remoteStartId": int(number), "idToken": {"idToken": str(), "type": str()}}:
            remote.starts[number], remote.agreed_at[number] = seen.request, seen.at
            remote.used.pop(number, None)


@REMOTE_STARTS.learn(call("BootNotification"))
def booted(_: Seen, station: KnownStation) -> None:
    """Note a boot, after which the station need not carry out older remote starts."""
    station.remote_starts.starts.clear()


@REMOTE_STARTS.learn(driven())
def followed(seen: Seen, station: KnownStation) -> None:
    """Note that an event names its remote start."""
    info, remote = seen.payload["transactionInfo"], station.remote_starts
    start = info.get("remoteStartId") if remote.starts else None
    if start is not None and start in remote.starts and start not in remote.used:
        remote.used[start] = info["transactionId"]
