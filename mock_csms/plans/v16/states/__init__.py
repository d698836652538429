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
    is_plugged,
    plugged,
    started_remotely,
    starts,
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
    "is_plugged",
    "plugged",
    "ready",
    "reports_connectors",
    "reserved",
    "started_remotely",
    "starts",
    "unavailable",
    "unplugged",
]
