"""The catalogue of all planned cases and their status. The coverage matrix is made from it."""

import csv
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mock_csms.plans.cases import CASES, Case
from mock_csms.protocol.records import Record

OLDER = "the older plan"
"""The profile of the cases that are not from Part 6."""
OF_16 = "OCPP 1.6"
"""How the profile of the cases of 1.6 begins; their group comes after it."""
STATUSES = ("automated", "needs operator", "needs TLS", "not yet", "cannot be played")


class CatalogueEntry(Record):
    """A planned case: from Part 6, with its certification profile, from the older plan, or of OCPP 1.6 in a group."""

    id: str
    title: str
    profile: str
    applies: str
    """The stations that it applies to, in words; "" for all."""
    tls: str = ""
    """Not empty if it needs TLS."""
    cannot: str = ""
    """Why it cannot be played; "" if it can."""

    @property
    def status(self) -> str:
        """One of STATUSES."""
        if self.cannot:
            return "cannot be played"
        case = CASES.get(self.id)
        if case is None:
            return "needs TLS" if self.tls else "not yet"
        return "needs operator" if case.actions else "automated"


def catalogue(folder: Path) -> Sequence[CatalogueEntry]:
    """Return the rows of `catalogue.tsv` in a folder; a row may end before its last columns."""
    with (folder / "catalogue.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
        return [CatalogueEntry(**row) for row in rows]


def entry_of(case: Case) -> CatalogueEntry:
    """Return an entry for a case that is in no catalogue."""
    return CatalogueEntry(case.id, case.proves, "", "")


def load(folder: Path) -> Mapping[str, Case]:
    """Import the plans of a folder, which need not be a package, and return all cases by id."""
    for path in sorted(folder.glob("test_*.py")):
        if not any(case.where.startswith(f"{path}:") for case in CASES.values()):
            spec = importlib.util.spec_from_file_location(path.stem, path)
            if spec and spec.loader:
                spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return CASES


def matrix(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the coverage matrix, its heading first."""
    load(folder)
    yield "case", "what it is about", "profile", "applies to", "status"
    for entry in catalogue(folder):
        status = f"{entry.status}: {entry.cannot}" if entry.cannot else entry.status
        yield f"`{entry.id}`", entry.title, entry.profile, entry.applies, status


def summary(folder: Path) -> Iterator[tuple[str, ...]]:
    """Yield the number of cases of each status, the heading first."""
    load(folder)
    entries = catalogue(folder)
    yield "cases of", *STATUSES, "all"
    for kind in dict.fromkeys(map(_kind_of, entries)):
        of_kind = [entry for entry in entries if _kind_of(entry) == kind]
        counts = [sum(entry.status == status for entry in of_kind) for status in STATUSES]
        yield kind, *map(str, counts), str(len(of_kind))


def _kind_of(entry: CatalogueEntry) -> str:
    if entry.profile.startswith(OF_16):
        return OF_16
    return OLDER if entry.profile == OLDER else "OCPP 2.0.1 Part 6"
