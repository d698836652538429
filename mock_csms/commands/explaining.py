"""The subcommands about the checks: `mock-csms checks` prints the table, `mock-csms explain` explains single checks."""

import re
import textwrap
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from typing import Any

from mock_csms.commands.arguments import command_line_source, parser_for
from mock_csms.commands.stdout import Stdout, output_width
from mock_csms.conformance.catalogue import CHECKS, SUBJECTS
from mock_csms.conformance.judgings import requirement_of, versions_of
from mock_csms.conformance.selection import letters_of
from mock_csms.conformance.subject import Subject
from mock_csms.conformance.unjudged import UNJUDGED
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.settings import values
from mock_csms.settings.flags import flag, read
from mock_csms.watch.findings import table

_HEAD = ("check", "OCPP", "requirement", "severity", "subject", "title")
_REQUIREMENT, _LEAST_TITLE = 14, 20
"""The width of requirements in a narrow table, and the least width of titles."""
_WIDEST = 80
_LEGEND = "> from the station, < from the CSMS; usual answers are left out"
_PIECES = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",{\[])*[,{\[]|.+')
"""Splits JSON text where a line may be broken: after `,`, `{` and `[`."""


@dataclass(frozen=True, kw_only=True)
class ChecksSettings:
    """The settings of `mock-csms checks`."""

    subject: str | None = flag(
        None, "the checks of a subject, such as security", lambda word: _subject_named(values.text(word)), "NAME"
    )


@dataclass(frozen=True, kw_only=True)
class ExplainSettings:
    """The settings of `mock-csms explain`."""


class Explanation(Record):
    """The text of `mock-csms explain` about a check."""

    wants: str
    """What the check requires."""
    cause: str
    """What usually breaks the requirement."""
    right: tuple[str, ...]
    """Messages that follow it."""
    wrong: tuple[str, ...]
    """Messages that break it."""
    given: Mapping[str, str]
    """The variables that the mock must know for the check, with their values."""


def explanation_of(id_: str) -> Explanation:
    """Return the explanation of a check."""
    return explanations(next(subject for subject in SUBJECTS if id_ in subject.checks))[id_]


@cache
def explanations(subject: Subject) -> Mapping[str, Explanation]:
    """Return the explanations of the checks of a subject, by their ids."""
    name = f"{subject.name.replace(' ', '_')}.toml"
    text = files("mock_csms.conformance").joinpath("explanations", subject.folder, name).read_text("utf-8")
    return {id_: _explanation(row) for id_, row in tomllib.loads(text).items()}


def _explanation(row: Mapping[str, Any]) -> Explanation:
    wants, cause = (" ".join(row[key].split()) for key in ("wants", "cause"))
    return Explanation(wants, cause, tuple(row["right"]), tuple(row["wrong"]), row.get("given", {}))


# Selection of checks.


def _catalogue() -> Sequence[str]:
    return [*CHECKS, *UNJUDGED]


def _subject(id_: str) -> str:
    """Return the subject of a check; a check that is not implemented belongs to the subject of its letter."""
    same = letters_of(id_)
    return next(subject.name for subject in SUBJECTS if any(letters_of(each) == same for each in subject.checks))


def _meant(words: Sequence[str]) -> Sequence[str]:
    """Return the ids of the checks for `words`: ids, letters or subjects, in any case.

    Raises ValueError for other words.
    """
    groups: dict[str, list[str]] = {}
    for id_ in _catalogue():
        for name in (id_, *letters_of(id_), _subject(id_)):
            groups.setdefault(name.casefold(), []).append(id_)
    for word in words:
        if word.casefold() not in groups:
            names = [*_catalogue(), *(subject.name for subject in SUBJECTS)]
            raise ValueError(f"{word!r} is no check and no subject{did_you_mean(word, names)}")
    return list(dict.fromkeys(id_ for word in words for id_ in groups[word.casefold()]))


def _subject_named(word: str) -> str:
    """Return the name of a subject. Raises ValueError for another word."""
    names = [subject.name for subject in SUBJECTS]
    if word.casefold() in map(str.casefold, names):
        return word
    raise ValueError(f"{word!r} is no subject{did_you_mean(word, names)}")


# The table.


def checks(arguments: Sequence[str]) -> int:
    """Print the table of all checks, or of some of them."""
    parser = parser_for("mock-csms checks", "Prints the conformance checks, all of them or some.", ChecksSettings)
    parser.add_argument("check", metavar="CHECK", nargs="*", help="ids, letters of ids or subjects: R10 X security")
    parsed = vars(parser.parse_args(arguments))
    try:
        subject = read(ChecksSettings, [command_line_source(ChecksSettings, parsed)]).subject
        words = [*parsed["check"], *([subject] if subject else [])]
        meant = _meant(words or _catalogue())
    except ValueError as error:
        parser.error(str(error))
    return print_lines(table(_HEAD, list(_fitted([_row(id_) for id_ in _catalogue() if id_ in meant]))))


def _row(id_: str) -> tuple[str, ...]:
    if id_ in UNJUDGED:
        clause, title, why = UNJUDGED[id_]
        return id_, "", clause, "-", _subject(id_), f"{title} (not judged: {why})"
    check = CHECKS[id_]
    versions = versions_of(check).replace(",", "")
    return id_, versions, requirement_of(check), str(check.severity), check.subject, check.title


def _fitted(rows: Sequence[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield rows that fit the width, if it is limited; long requirements and titles continue in further rows."""
    width = output_width()
    widest = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    if width is not None:
        widest[1], widest[4] = (max(len(word) for row in rows for word in row[at].split(" ")) for at in (1, 4))
    spare = 0 if width is None else width - sum(widest) - 2 * (len(widest) - 1)
    if spare >= 0:
        yield from rows
        return
    clause_width = min(_REQUIREMENT, widest[2])
    for id_, versions, clause, severity, subject, title in rows:
        clauses = _wrapped(clause, clause_width)
        titles = _wrapped(title, max(_LEAST_TITLE, widest[2] + widest[5] + spare - clause_width))
        yield from zip_longest(
            [id_], versions.split(" "), clauses, [severity], subject.split(" "), titles, fillvalue=""
        )


# One check.


def explain(arguments: Sequence[str]) -> int:
    """Print everything about some checks."""
    description = "Explains conformance checks: what is right, examples, usual causes, and how to switch them off."
    parser = parser_for("mock-csms explain", description, ExplainSettings)
    parser.add_argument("check", metavar="CHECK", nargs="+", help="ids, letters of ids or subjects: R10 X19 security")
    words = vars(parser.parse_args(arguments))["check"]
    try:
        ids = _meant(words)
    except ValueError as error:
        parser.error(str(error))
    return print_lines(line for number, id_ in enumerate(ids) for line in ([""] * bool(number) + [*_lines_about(id_)]))


def _lines_about(id_: str) -> Iterator[str]:
    """Yield the lines about a check."""
    width = min(output_width() or _WIDEST, _WIDEST)
    _, versions, clause, severity, subject, title = _row(id_)
    yield from textwrap.wrap(f"{id_}: {title}", width, subsequent_indent="     ")
    if id_ in UNJUDGED:
        yield from textwrap.wrap(f"clause {clause}; subject {subject}", width, initial_indent="     ")
        return
    about = f"OCPP {versions.replace(' ', ', ')}; clause {clause}; severity {severity}; subject {subject}"
    yield from textwrap.wrap(about, width, initial_indent="     ", subsequent_indent="     ")
    explanation = explanation_of(id_)
    parts = {
        "What the specification wants": _wrapped(explanation.wants, width - 2),
        "Where the mock knows, by --learn or GetVariables": [
            f"{name} = {value}" for name, value in explanation.given.items()
        ],
        f"Right ({_LEGEND})": [line for each in explanation.right for line in _shown(each, width - 2)],
        "Wrong": [line for each in explanation.wrong for line in _shown(each, width - 2)],
        "Usual cause": _wrapped(explanation.cause, width - 2),
        "Switch it off": [f"--checks all,-{id_}"],
        "Accept it": [f"--expected-findings FILE, with the line {id_} or {id_}@STATION"],
    }
    for heading, lines in parts.items():
        if lines:
            yield from ["", f"{heading}:", *(f"  {line}" for line in lines)]


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text; flags are not broken at their hyphens."""
    return textwrap.wrap(text, width, break_on_hyphens=False)


def _shown(line: str, width: int) -> Iterator[str]:
    """Yield the line of an example, broken if it is too long."""
    if line.startswith("GET "):
        yield from line.replace(" | ", "\n    ").splitlines()
        return
    head, _, rest = line.partition(" ")
    pieces = _PIECES.findall(rest) if head in "<>" else _wrapped(rest, width - len(head) - 1)
    text = head + " "
    for piece in pieces:
        if len(text) + len(piece) > width and text.strip() != head:
            yield text.rstrip()
            text = " " * (len(head) + 3)
        text += piece if head in "<>" else f"{piece} "
    yield text.rstrip()


def print_lines(lines: Iterable[str]) -> int:
    """Print lines, and return the exit status."""
    out = Stdout()
    out.write("".join(f"{line}\n" for line in lines).encode())
    return out.status
