"""The states of Part 6: each function ends with the station in its state, whatever it was before, and checks the steps
that lead there. Each first makes sure of its predecessor.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from mock_csms.plans.states.coming_up import (
    STARTUP,
    booted,
    booting,
    comes_up,
    ready,
    reports_connectors,
    reserved,
    unavailable,
)
from mock_csms.plans.states.memory import (
    id_token_cached,
    id_token_in_local_list,
    offline_session,
)
from mock_csms.plans.states.sessions import (
    authorized,
    authorized_locally,
    authorized_remotely,
    energy_transfer_started,
    ev_connected,
    ev_connected_post_session,
    ev_disconnected,
    is_started_by_authorization,
    is_started_by_cable,
    start_points,
    stop_authorized,
    stop_authorized_locally,
    stop_authorized_remotely,
)
from mock_csms.plans.station import Station

__all__ = [
    "STARTUP",
    "STATES",
    "authorized",
    "authorized_locally",
    "authorized_remotely",
    "booted",
    "booting",
    "comes_up",
    "energy_transfer_started",
    "ev_connected",
    "ev_connected_post_session",
    "ev_disconnected",
    "id_token_cached",
    "id_token_in_local_list",
    "is_started_by_authorization",
    "is_started_by_cable",
    "offline_session",
    "ready",
    "reports_connectors",
    "reserved",
    "start_points",
    "stop_authorized",
    "stop_authorized_locally",
    "stop_authorized_remotely",
    "unavailable",
]

State: TypeAlias = Callable[[Station], Awaitable[None]]

STATES: Mapping[str, Sequence[State]] = {
    "Booting": (booting,),
    "Booted": (booted,),
    "Reserved": (reserved,),
    "Unavailable": (unavailable,),
    "ParkingBayOccupied": (),
    "EVConnectedPreSession": (ev_connected,),
    "Authorized": (authorized_locally, authorized_remotely),
    "Authorized15118": (),
    "EnergyTransferStarted": (energy_transfer_started,),
    "EnergyTransferSuspended": (),
    "StopAuthorized": (stop_authorized_locally, stop_authorized_remotely),
    "EVConnectedPostSession": (ev_connected_post_session,),
    "EVDisconnected": (ev_disconnected,),
    "ParkingBayUnoccupied": (),
    "StartOfflineTransaction": (),
    "RenegotiateChargingLimits": (),
    "GetInstalledCertificates": (),
    "TransactionEventsInQueueEnded": (offline_session,),
    "CertificateInstalled": (),
    "IdTokenCached": (id_token_cached,),
    "IdTokenLocalAuthList": (id_token_in_local_list,),
    "SetChargingProfile": (),
    "RenewChargingStationCertificate": (),
    "RenewV2GChargingStationCertificate": (),
}
"""The 17 reusable states and the 7 memory states of Part 6, with the functions that bring them about, if any yet."""
