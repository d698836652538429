"""The states of Part 6. Each function brings the station into its state, and checks the messages on the way.

If necessary it first brings the station through the preceding states.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from mock_csms.plans.offline import act_offline
from mock_csms.plans.station import Station
from mock_csms.plans.v2.states.coming_up import (
    STARTUP,
    SWITCHED_ON,
    boot_answer,
    booted,
    booting,
    comes_up,
    ready,
    reports_connectors,
    reserved,
    unavailable,
)
from mock_csms.plans.v2.states.memory import (
    certificate_installed,
    charging_profile_set,
    id_token_cached,
    id_token_in_local_list,
    installed_certificates,
    local_list_set,
)
from mock_csms.plans.v2.states.offline import offline_session, start_offline_transaction
from mock_csms.plans.v2.states.sessions import (
    LOCKED,
    authorization_event,
    authorized,
    authorized_locally,
    authorized_remotely,
    charges,
    connected_and_authorized,
    energy_transfer_started,
    energy_transfer_suspended,
    ev_connected,
    ev_connected_post_session,
    ev_disconnected,
    has_bays,
    is_plugged,
    is_started_by_authorization,
    is_started_by_cable,
    parking_bay_occupied,
    parking_bay_unoccupied,
    start_points,
    start_remotely,
    stop_authorized,
    stop_authorized_locally,
    stop_authorized_remotely,
    stop_points,
)

__all__ = [
    "LOCKED",
    "NOT_YET",
    "STARTUP",
    "STATES",
    "SWITCHED_ON",
    "act_offline",
    "authorization_event",
    "authorized",
    "authorized_locally",
    "authorized_remotely",
    "boot_answer",
    "booted",
    "booting",
    "certificate_installed",
    "charges",
    "charging_profile_set",
    "comes_up",
    "connected_and_authorized",
    "energy_transfer_started",
    "energy_transfer_suspended",
    "ev_connected",
    "ev_connected_post_session",
    "ev_disconnected",
    "has_bays",
    "id_token_cached",
    "id_token_in_local_list",
    "installed_certificates",
    "is_plugged",
    "is_started_by_authorization",
    "is_started_by_cable",
    "local_list_set",
    "offline_session",
    "parking_bay_occupied",
    "parking_bay_unoccupied",
    "ready",
    "reports_connectors",
    "reserved",
    "start_offline_transaction",
    "start_points",
    "start_remotely",
    "stop_authorized",
    "stop_authorized_locally",
    "stop_authorized_remotely",
    "stop_points",
    "unavailable",
]

State: TypeAlias = Callable[[Station], Awaitable[object]]

STATES: Mapping[str, Sequence[State]] = {
    "Booting": (booting,),
    "Booted": (booted,),
    "Reserved": (reserved,),
    "Unavailable": (unavailable,),
    "ParkingBayOccupied": (parking_bay_occupied,),
    "EVConnectedPreSession": (ev_connected,),
    "Authorized": (authorized_locally, authorized_remotely),
    "EnergyTransferStarted": (energy_transfer_started,),
    "EnergyTransferSuspended": (energy_transfer_suspended,),
    "StopAuthorized": (stop_authorized_locally, stop_authorized_remotely),
    "EVConnectedPostSession": (ev_connected_post_session,),
    "EVDisconnected": (ev_disconnected,),
    "ParkingBayUnoccupied": (parking_bay_unoccupied,),
    "StartOfflineTransaction": (start_offline_transaction,),
    "GetInstalledCertificates": (installed_certificates,),
    "TransactionEventsInQueueEnded": (offline_session,),
    "CertificateInstalled": (certificate_installed,),
    "IdTokenCached": (id_token_cached,),
    "IdTokenLocalAuthList": (id_token_in_local_list,),
    "SetChargingProfile": (charging_profile_set,),
}
"""The reusable states and the memory states of Part 6, each with the functions that bring a station into it."""

NOT_YET: Mapping[str, str] = {
    "Authorized15118": "needs a vehicle with ISO 15118 and a contract certificate",
    "RenegotiateChargingLimits": "needs a vehicle with ISO 15118 that sends its charging needs",
    "RenewChargingStationCertificate": "needs a CA that signs the CSR of the station, and TLS",
    "RenewV2GChargingStationCertificate": "needs a CA for V2G certificates, and ISO 15118",
}
"""The other states, and why there is no function for them; in all there are 17 reusable and 7 memory states."""
