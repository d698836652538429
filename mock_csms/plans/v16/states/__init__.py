"""The states in which the cases of OCPP 1.6 begin. Each function brings the station into its state."""

from mock_csms.plans.v16.states.coming_up import (
    booted,
    booting,
    comes_up,
    ready,
    reports_connectors,
    reserved,
    unavailable,
)
from mock_csms.plans.v16.states.sessions import (
    StartedTransaction,
    authorized,
    cached,
    charging,
    ends_locally,
    gives_up_waiting,
    is_plugged,
    plugged,
    session_ended,
    started_remotely,
    starts,
    starts_unasked,
    unplugged,
)

__all__ = [
    "StartedTransaction",
    "authorized",
    "booted",
    "booting",
    "cached",
    "charging",
    "comes_up",
    "ends_locally",
    "gives_up_waiting",
    "is_plugged",
    "plugged",
    "ready",
    "reports_connectors",
    "reserved",
    "session_ended",
    "started_remotely",
    "starts",
    "starts_unasked",
    "unavailable",
    "unplugged",
]
