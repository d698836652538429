"""The checks and learners of one version of OCPP, found once for each kind of occasion."""

from collections.abc import Iterable

from mock_csms.conformance.judging import Judging
from mock_csms.conformance.judgings import JUDGINGS, checks_for
from mock_csms.conformance.subject import BROKEN, Check
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.twin.lessons import Learners, learners_of, occasions_of
from mock_csms.twin.seen import Occasion, Seen


class ChecksOfOccasion(Record):
    """The checks and learners of an occasion."""

    checks: tuple[Check, ...]
    checks_of_any: tuple[Check, ...]
    """The checks that also look at messages that break their schema."""
    learners: Learners
    learners_of_any: Learners
    """The learners that also learn from messages that break their schema."""


class CheckTable(Mutable):
    """What judges the stations of one version."""

    judging: Judging
    checks: dict[str, Check]
    """Its checks, by their ids."""
    watching: dict[tuple[str, str, str], ChecksOfOccasion] = field(default_factory=dict)
    """The checks and learners of each occasion so far."""

    def watch(self, seen: Seen) -> ChecksOfOccasion:
        """Find the checks and learners of an occasion, and cache them."""
        occasions = occasions_of(seen)
        broken = {(BROKEN + kind, action) for kind, action in occasions}
        every = self.checks.values()
        checks = running_at(occasions, every)
        of_any = [each for each in every if broken.intersection(each.on) or (each.any_payload and each in checks)]
        learners, learners_of_any = learners_of(self.judging.lessons, occasions)
        watch = self.watching[seen.kind, seen.action, seen.sort] = ChecksOfOccasion(
            tuple(checks), tuple(of_any), learners, learners_of_any
        )
        return watch


def check_table(version: str, checks: Iterable[Check]) -> CheckTable:
    """Return the table of the checks that judge a version."""
    return CheckTable(JUDGINGS[version], {check.id: check for check in checks_for(version, checks)})


def running_at(occasions: set[Occasion], checks: Iterable[Check]) -> list[Check]:
    """Return the checks that run at some of these occasions."""
    return [check for check in checks if occasions.intersection(check.on)]
