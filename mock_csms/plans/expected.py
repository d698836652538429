"""The file of --expected-failures: the cases that are known to fail."""

import re
from collections.abc import Collection, Mapping

from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.settings.texts import read_text

OPTION = "--expected-failures"


class ExpectedFailure(Record):
    """A case that is known to fail."""

    id: str
    text: str
    """A text that the failure must contain; "" if any failure is expected."""
    why: str
    """The comment in its line."""
    place: str
    """The file and the line, for people."""

    def covers(self, reason: str) -> bool:
        """Whether this failure is expected."""
        return self.text in reason


def read_expected_failures(path: str) -> Mapping[str, ExpectedFailure]:
    """Return the expected failures in a file, by case: on each line `ID` or `ID TEXT`; `#` begins a comment.

    Raises ValueError, in one line, if the file cannot be read or lists a case twice.
    """
    found: dict[str, ExpectedFailure] = {}
    for number, line in enumerate(read_text(path).splitlines(), 1):
        written, _, why = re.sub(r"(^|\s)#", "\n", line, count=1).partition("\n")
        words = written.split(maxsplit=1)
        if not words:
            continue
        id_, *text = words
        if id_ in found:
            raise ValueError(f"{path}: line {number}: {id_} is listed twice; see {found[id_].place}")
        found[id_] = ExpectedFailure(id_, "".join(text).strip(), why.strip(), f"{path}, line {number}")
    return found


def check_ids(expected: Mapping[str, ExpectedFailure], wanted: Collection[str], known: Collection[str]) -> None:
    """Raise ValueError, in one line, if the id of an expected failure or of a selected case is unknown."""
    for each in expected.values():
        if each.id not in known:
            raise ValueError(f"{OPTION}: {each.place}: {each.id!r} is not a case{did_you_mean(each.id, known)}")
    for id_ in wanted:
        if id_ not in known:
            raise ValueError(f"--case: {id_!r} is not a case{did_you_mean(id_, known)}")
