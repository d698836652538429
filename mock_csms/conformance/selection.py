"""Reads the selection of checks and the list of expected findings that users write."""

import re
from collections.abc import Collection, Mapping, Sequence

from mock_csms.conformance.catalogue import CHECKS, SUBJECTS
from mock_csms.conformance.subject import Check
from mock_csms.conformance.unjudged import UNJUDGED
from mock_csms.conformance.v16.judged_by import JUDGED_BY
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record

ALL, NONE = "all", "none"


def select(text: str) -> Sequence[Check]:
    """Return the checks that a text selects, in the order of the table.

    The text is `all`, `none`, or a list of ids, letters of ids and names of subjects, separated by commas. A word with
    `-` before it removes checks; a list that begins with such a word removes them from all. Raises ValueError for any
    other word.
    """
    words = [word.strip() for word in text.split(",")]
    chosen = set(CHECKS) if words[0] == ALL or words[0].startswith("-") else set()
    for word in words if words[0] not in (ALL, NONE) else words[1:]:
        meant = _meant(word.removeprefix("-"))
        chosen = chosen - meant if word.startswith("-") else chosen | meant
    return [check for id_, check in CHECKS.items() if id_ in chosen]


def _meant(word: str) -> set[str]:
    groups = _groups()
    if word in UNJUDGED:
        raise ValueError(f"{word} is not checked by the mock: {UNJUDGED[word][2]}")
    if word in JUDGED_BY:
        raise ValueError(f"{word} is judged by {JUDGED_BY[word]}, in every version of OCPP")
    if word not in CHECKS and word not in groups:
        raise ValueError(f"{word!r} is neither a check nor a group of checks{did_you_mean(word, [*groups, *CHECKS])}")
    return groups.get(word, {word})


def letters_of(id_: str) -> Sequence[str]:
    """Return the beginnings of an id that name a group: `X` of X19, and of 6X04, a check of OCPP 1.6, `6X` and `6`."""
    letters = id_.rstrip("0123456789")
    return [letters] if len(letters) == 1 else [letters, letters[0]]


def _groups() -> Mapping[str, set[str]]:
    """Return the ids of the checks of each subject, and of each letter."""
    groups: dict[str, set[str]] = {}
    for subject in SUBJECTS:
        groups.setdefault(subject.name, set()).update(subject.checks)
    for id_ in CHECKS:
        for letters in letters_of(id_):
            groups.setdefault(letters, set()).add(id_)
    return groups


class Expected(Record):
    """An expected finding: the id of its check, and a pattern of station identities."""

    check: str
    stations: str = "*"

    def covers(self, check: str, station: str) -> bool:
        """Return whether it covers a finding of that check with that station."""
        return self.check == check and matches(station, self.stations)

    def __str__(self) -> str:
        return self.check if self.stations == "*" else f"{self.check}@{self.stations}"


def parse_expected(text: str, checks: Collection[str] = CHECKS) -> tuple[Expected, ...]:
    """Return the entries of a file of expected findings: `ID` or `ID@STATION` on each line. `#` begins a comment.

    Raises ValueError, with the number of the line, for an id that is not a check.
    """
    expected = []
    for number, line in enumerate(text.splitlines(), 1):
        word = re.sub(r"(^|\s)#.*", "", line).strip()
        if not word:
            continue
        id_, at, stations = word.partition("@")
        if id_ not in checks:
            raise ValueError(f"line {number}: {id_!r} is not a check{did_you_mean(id_, checks)}")
        if at and not stations:
            raise ValueError(f"line {number}: after @ the stations are missing, as in T14@CS-*")
        expected.append(Expected(id_, stations or "*"))
    return tuple(expected)
