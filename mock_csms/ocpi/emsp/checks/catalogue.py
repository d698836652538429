"""All checks of OCPI, by id, in the order of the table."""

from collections.abc import Iterable, Mapping, Sequence

from mock_csms.ocpi.emsp.checks import references  # noqa: F401 - further checks of sessions
from mock_csms.ocpi.emsp.checks.answers import ANSWERS
from mock_csms.ocpi.emsp.checks.cdrs import CDRS
from mock_csms.ocpi.emsp.checks.commands import COMMANDS
from mock_csms.ocpi.emsp.checks.credentials import CREDENTIALS
from mock_csms.ocpi.emsp.checks.locations import LOCATIONS, TARIFFS
from mock_csms.ocpi.emsp.checks.objects import OBJECTS
from mock_csms.ocpi.emsp.checks.pages import PAGES
from mock_csms.ocpi.emsp.checks.requests import REQUESTS
from mock_csms.ocpi.emsp.checks.sessions import SESSIONS
from mock_csms.ocpi.emsp.checks.table import OcpiCheck, OcpiSubject
from mock_csms.ocpi.emsp.checks.tokens import TOKENS
from mock_csms.protocol.names import did_you_mean

SUBJECTS: Sequence[OcpiSubject] = (
    REQUESTS,
    ANSWERS,
    CREDENTIALS,
    PAGES,
    OBJECTS,
    LOCATIONS,
    TARIFFS,
    SESSIONS,
    CDRS,
    TOKENS,
    COMMANDS,
)
OCPI_CHECKS: Mapping[str, OcpiCheck] = {
    id_: subject.checks[id_] for subject in SUBJECTS for id_ in sorted(subject.checks)
}
"""Every check by its id."""
PREFIX = "OCPI-"


def select_ocpi(text: str) -> Sequence[OcpiCheck]:
    """Return the checks that a text selects: `all`, `none`, or ids, letters and subjects; `-` in front removes them.

    Raises ValueError for another word.
    """
    words = [word.strip() for word in text.split(",")]
    chosen = set(OCPI_CHECKS) if words[0] == "all" or words[0].startswith("-") else set()
    for word in words if words[0] not in ("all", "none") else words[1:]:
        meant = set(meant_by(word.removeprefix("-")))
        chosen = chosen - meant if word.startswith("-") else chosen | meant
    return [check for id_, check in OCPI_CHECKS.items() if id_ in chosen]


def meant_by(word: str) -> Iterable[str]:
    """Return the ids for an id, a letter with or without its prefix, or a subject. Raises ValueError for others."""
    groups: dict[str, list[str]] = {}
    for id_, check in OCPI_CHECKS.items():
        for name in (id_, id_.removeprefix(PREFIX), id_[: len(PREFIX) + 1], id_[len(PREFIX)], check.subject):
            groups.setdefault(name.casefold(), []).append(id_)
    if word.casefold() not in groups:
        names = [*(subject.name for subject in SUBJECTS), *OCPI_CHECKS]
        raise ValueError(f"{word!r} is neither a check of OCPI nor a group of them{did_you_mean(word, names)}")
    return groups[word.casefold()]
