"""`mock-csms checks` and `mock-csms explain`: the table of all checks, and the details of one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mock_csms.conformance.catalogue import CHECKS, SUBJECTS
from mock_csms.conformance.judgings import requirement_of, versions_of
from mock_csms.conformance.unjudged import UNJUDGED
from tests import warm
from tests.wire import PATIENCE, SERVER

PAGE = (Path(__file__).parent.parent / "docs" / "conformance.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```\n\$ mock-csms (explain [^\n]*)\n(.*?)```$", PAGE, re.MULTILINE | re.DOTALL)


def ended(*words: str, columns: str = "80") -> subprocess.CompletedProcess[str]:
    """Run a subcommand to its end."""
    environment = {**os.environ, "COLUMNS": columns}
    return warm.run([*SERVER, *words], env=environment, timeout=PATIENCE)


def printed(*words: str, columns: str = "80") -> list[str]:
    """Return the lines that a subcommand prints; it must end with status 0."""
    done = ended(*words, columns=columns)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def rows(*words: str) -> list[str]:
    """Return the ids in the table that `checks` prints."""
    return [line.split()[0] for line in printed("checks", *words)[1:] if line[0] != " "]


def test_the_table_fits_the_terminal() -> None:
    """At 80 columns long requirements and titles wrap; no word is lost."""
    narrow, wide = printed("checks"), printed("checks", columns="500")
    assert [line for line in narrow if len(line) > 80] == []
    assert len(wide) == len(CHECKS) + len(UNJUDGED) + 1
    assert sorted(" ".join(narrow).split()) == sorted(" ".join(wide).split())


def test_a_selection_of_checks() -> None:
    """Ids, letters and subjects select rows, in any letter case, each once, in the order of the catalogue."""
    assert rows("X19", "r10", "R10") == ["R10", "X19"]
    assert rows("P") == ["P01"]
    assert rows("--subject", "Vendors") == ["P01", "6P01"]
    assert rows("T15", "--subject", "vendors") == ["P01", "6P01", "T15"]
    assert rows("charging profiles") == ["K01", "K02", "K03", "K04", "K05", "K06", "6K01", "6K02", "6K03"]
    assert rows("6k") == ["6K01", "6K02", "6K03"]
    assert set(rows("security")) == {id_ for id_ in [*CHECKS, *UNJUDGED] if id_[-3] == "S"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("checks R100", "'R100' is no check and no subject; did you mean 'R10'?"),
        ("checks securty", "'securty' is no check and no subject; did you mean 'security'?"),
        ("checks --subject R10", "--subject: 'R10' is no subject"),
        ("explain R10 X199", "'X199' is no check and no subject; did you mean 'X19'?"),
        ("explain", "the following arguments are required: CHECK"),
    ],
)
def test_unknown_checks(words: str, expected: str) -> None:
    """An unknown check gets one line with the nearest one, status 2, and no explanation."""
    done, name = ended(*words.split()), words.split(maxsplit=1)[0]
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"mock-csms {name}: error: {expected}\n")


@pytest.mark.parametrize("letter", sorted({id_[0] for id_ in CHECKS}))
def test_every_check_is_explained(letter: str) -> None:
    """Each explanation has all parts, a title and a clause, in 80 columns; an unimplemented check has the reason."""
    lines = printed("explain", letter, columns="200")
    assert [line for line in lines if len(line) > 80] == []
    text = " ".join("\n".join(lines).split())
    for id_, check in CHECKS.items():
        if id_[0] == letter:
            about = (
                f"{id_}: {check.title} OCPP {versions_of(check)}; clause {requirement_of(check)}; "
                f"severity {check.severity}; subject {check.subject}"
            )
            assert about in text
            assert f"--checks all,-{id_} Accept it: --expected-findings FILE, with the line {id_} or" in text
    for id_, (clause, title, why) in UNJUDGED.items():
        if id_[0] == letter:
            assert f"{id_}: {title} (not judged: {why}) clause {clause};" in text
    judged = sum(id_[0] == letter for id_ in CHECKS)
    headings = ("What the specification wants:", "Right (> from", "Wrong:", "Usual cause:", "Switch it off:")
    assert [sum(line.startswith(each) for line in lines) for each in headings] == [judged] * len(headings)


def test_several_are_explained_in_their_order() -> None:
    """`explain` prints each check once, in the order of its arguments."""
    lines = printed("explain", "X19", "R10", "X19")
    assert [line[:3] for line in lines if re.match(r"[A-Z]\d\d: ", line)] == ["X19", "R10"]


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_the_examples_of_the_docs(command: str, output: str) -> None:
    """The examples in `docs/conformance.md` are the real output."""
    assert "\n".join(printed(*command.split())) + "\n" == output


def test_the_docs_have_an_example() -> None:
    """`docs/conformance.md` has at least one example of `explain`."""
    assert EXAMPLES


def test_the_mock_does_not_import_explanations() -> None:
    """The mock does not import the explanations or the code that prints them at its start."""
    code = "import sys, mock_csms.commands.serve, mock_csms.commands.cli; print('explaining' in str([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "False\n"


def test_every_subject_can_be_named() -> None:
    """`checks --subject` accepts every subject, also names of two words."""
    for subject in SUBJECTS:
        assert set(subject.checks) <= set(rows("--subject", subject.name))
