"""What differs between the versions of OCPP in a run of plans; the steps of cases are in their folders."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states as states_2
from mock_csms.plans.v2.about import about as about_2
from mock_csms.plans.v2.variables import HARMLESS as OF_2
from mock_csms.plans.v16 import states as states_16
from mock_csms.plans.v16.about import about as about_16
from mock_csms.plans.v16.keys import HARMLESS as OF_16
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record


class PlanVersion(Record, eq=False):
    """One version of OCPP, as a run of plans uses it."""

    ready: Callable[[Station], Awaitable[None]]
    """Brings the station into the state at the start of every case, as far as possible; never raises."""
    harmless: tuple[str, Json]
    """A command that changes nothing and that every station must support: its action and its payload."""
    about: Callable[[Any], Mapping[str, str]]
    """Returns the facts for people in the payload of a boot, which may have any shape."""


_OF_2 = PlanVersion(states_2.ready, OF_2, about_2)
PLAN_VERSIONS: Mapping[str, PlanVersion] = {
    "1.6": PlanVersion(states_16.ready, OF_16, about_16),
    "2.0.1": _OF_2,
    "2.1": _OF_2,
}
"""Each version, by its name in profiles."""
