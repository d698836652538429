"""What a check of OCPI is: a function under its id, with its clause, severity, title and hint."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from mock_csms.conformance.subject import Wrong
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.protocol.records import Record
from mock_csms.twin.events import Severity

OcpiJudge: TypeAlias = Callable[[Sighting, EmspWorld], "str | Wrong | Iterable[str | Wrong] | None"]
"""Gets what a CPO did, and the state of the eMSP before; returns findings."""
EVERY_MODULE = ""
"""The module of an occasion that stands for all modules."""


class OcpiCheck(Record):
    """One clause of OCPI that the eMSP judges: its row in the table of checks."""

    id: str
    subject: str
    requirement: str
    """The clause: the chapter of OCPI 2.2.1, and the heading in it."""
    severity: Severity
    title: str
    """The right behaviour."""
    hint: str
    """What usually causes it, or how to mend it."""
    judge: OcpiJudge
    on: tuple[tuple[Sight, str], ...]
    """The occasions at which it runs: what was done, and the module; an empty module stands for all."""
    any_shape: bool = False
    """Whether it also judges values that break their schema."""

    def is_for(self, seen: Sighting) -> bool:
        """Whether it judges a sighting."""
        if seen.violations and not self.any_shape:
            return False
        return any(sight is seen.sight and module in (EVERY_MODULE, seen.module) for sight, module in self.on)


class OcpiSubject:
    """The checks of one subject. The decorator adds a function to them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.checks: dict[str, OcpiCheck] = {}

    def check(
        self,
        row: tuple[str, str, Severity, str],
        hint: str,
        *on: tuple[tuple[Sight, str], ...],
        any_shape: bool = False,
    ) -> Callable[[OcpiJudge], OcpiJudge]:
        """Make a function the check of a row: its id, clause, severity and title."""

        def listed(judge: OcpiJudge) -> OcpiJudge:
            id_, clause, severity, title = row
            occasions = tuple(occasion for some in on for occasion in some)
            self.checks[id_] = OcpiCheck(id_, self.name, clause, severity, title, hint, judge, occasions, any_shape)
            return judge

        return listed


def of(sight: Sight, *modules: str) -> tuple[tuple[Sight, str], ...]:
    """Return the occasions of a kind in some modules; in all of them if none is named."""
    return tuple((sight, module) for module in modules or (EVERY_MODULE,))
