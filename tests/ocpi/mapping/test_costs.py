"""The cost of sessions by any tariff: whoever has the CDR and the tariff calculates the same."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.ocpi.mapping.cdrs import cdr, recalculated
from mock_csms.ocpi.mapping.sessions import session
from mock_csms.ocpi.schemas import problems
from mock_csms.protocol.versions import V201
from tests.ocpi.mapping.test_sessions import OWNER, WHO, at, event, learned, local
from tests.ocpi.test_tariffs import TARIFFS

_VALUES = st.lists(
    st.tuples(st.integers(1, 7199), st.sampled_from([None, "Charging", "SuspendedEV"]), st.integers(0, 5000)),
    max_size=6,
    unique_by=lambda each: each[0],
)
_OWNED = {"country_code": "NL", "party_id": "MOC", "last_updated": "2026-01-01T00:00:00Z"}


@given(TARIFFS, _VALUES)
@settings(max_examples=60, deadline=None)
def test_a_cdr_can_be_checked(tariff: dict[str, Any], values: Sequence[tuple[int, str | None, int]]) -> None:
    """The total cost of a CDR follows from its own charging periods and its tariff; the Session has the same."""
    events = [event("Updated", seconds / 60, state, wh) for seconds, state, wh in sorted(values)]
    whole = [event("Started", 0, "Charging", 0, **WHO), *events, event("Ended", 120, wh=6000)]
    charge = learned(V201, whole)
    charge.tariff = {**tariff, **_OWNED}
    bill = {**cdr(charge, "CDR1", OWNER, local), "last_updated": at(0)}
    assert problems("CDR", bill) == []
    again = recalculated(bill, local)
    assert again is not None
    assert again.total == bill["total_cost"] == session(charge, OWNER, local)["total_cost"]
    volumes = [each for period in bill["charging_periods"] for each in period["dimensions"]]
    assert round(sum(each["volume"] for each in volumes if each["type"] == "ENERGY"), 4) == bill["total_energy"] == 6.0
    hours = sum(each["volume"] for each in volumes if each["type"] in ("TIME", "PARKING_TIME"))
    assert round(hours, 3) == bill["total_time"] == 2.0
