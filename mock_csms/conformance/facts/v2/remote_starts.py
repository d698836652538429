"""The remote starts that a station has accepted, which a transaction must show later."""

from typing import TYPE_CHECKING

from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.seen import Seen, call, driven, result

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

REMOTE_STARTS = Subject("remote starts")


class RemoteStarts(Mutable):
    """The accepted remote starts by remoteStartId, the last hundred."""

    starts: Bounded[int, Json] = bounded(100)
    """Their requests."""
    agreed_at: Bounded[int, float] = bounded(100)
    """When each was accepted."""
    used: Bounded[int, str] = bounded(100)
    """Those that have been told, with the transaction."""


def is_same_token(one: Json | None, two: Json | None) -> bool:
    """Whether two idTokens are the same; their letters' case does not matter (Part 2, identifierString)."""
    if one is None or two is None:
        return False
    return (one["idToken"].casefold(), one["type"]) == (two["idToken"].casefold(), two["type"])


def reservation_of(known: "Known", token: Json, evse: int | None, now: float) -> int | None:
    """Return the reservation that an idToken uses at an EVSE."""
    ends = now + known.terms.clock_offset + known.terms.tolerance
    for reservation in known.reservations.by_id.values():
        is_in_force = ends < reservation.expires_at
        if is_in_force and reservation.evse in (None, evse) and is_same_token(reservation.token, token):
            return reservation.id
    return None


@REMOTE_STARTS.learn(result("RequestStartTransaction"))
def agreed(seen: Seen, known: "Known") -> None:
    """A command was accepted."""
    if seen.payload["status"] != "Accepted":
        return
    remote = known.remote_starts
    match seen.request:  # commands may have been sent wrong on purpose
        case {"remoteStartId": int(number), "idToken": {"idToken": str(), "type": str()}}:
            remote.starts[number], remote.agreed_at[number] = seen.request, seen.at
            remote.used.pop(number, None)


@REMOTE_STARTS.learn(call("BootNotification"))
def booted(_: Seen, known: "Known") -> None:
    """What was asked before a reboot need not be done any more."""
    known.remote_starts.starts.clear()


@REMOTE_STARTS.learn(driven())
def followed(seen: Seen, known: "Known") -> None:
    """An event says what it follows."""
    info, remote = seen.payload["transactionInfo"], known.remote_starts
    start = info.get("remoteStartId") if remote.starts else None
    if start is not None and start in remote.starts and start not in remote.used:
        remote.used[start] = info["transactionId"]
