"""No event, whatever it contains, makes a check or a learner raise an error."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.inspector import Inspector
from tests.conformance.forge import Forge
from tests.conformance.witness import TERMS

LONGEST = 2000


@settings(max_examples=100, deadline=None, database=None, print_blob=True)
@given(seed=st.integers(0, 2**32), count=st.sampled_from([3, 30, 300]))
def test_no_check_ever_raises(seed: int, count: int) -> None:
    """Random events, with any payload and in any order, raise no error; each finding is a text of limited length."""
    inspector = Inspector(CHECKS.values(), TERMS)
    found = [finding for event in Forge(seed).events(count) for finding in inspector.look_at(event)]
    found += inspector.tick(1e12)
    assert all(finding.check in CHECKS for finding in found)
    assert all(0 < len(finding.problem.encode()) < LONGEST for finding in found)
