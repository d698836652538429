"""Gates of the catalogue of checks: it is complete, in order, and each check is short."""

import ast
import re
from inspect import getsource
from itertools import groupby
from pathlib import Path
from textwrap import dedent

from mock_csms import conformance
from mock_csms.conformance.catalogue import CHECKS, SUBJECTS
from mock_csms.conformance.unjudged import UNJUDGED
from mock_csms.conformance.v16.judged_by import JUDGED_BY
from mock_csms.protocol.messages import Call, Result
from tests.conformance.story import came, connected, got, sent
from tests.conformance.witness import inspect
from tests.station.bench import NOW

MOST_LINES = 15


def length_of(source: str) -> int:
    """Return how many lines the body of a function has, without its docstring."""
    (function,) = ast.parse(dedent(source)).body
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function) is not None, function.name
    last = function.body[-1].end_lineno
    assert last is not None
    return last - function.body[1].lineno + 1


def test_the_catalogue_is_whole() -> None:
    """Each check of the catalogue has code or a reason for having none, and the ids of a letter count from 01.

    Those of OCPP 1.6 have a 6 before them; a check of every version may do the work of one.
    """
    assert not CHECKS.keys() & UNJUDGED.keys()
    assert not JUDGED_BY.keys() & {*CHECKS, *UNJUDGED}
    assert {id_ for text in JUDGED_BY.values() for id_ in re.findall(r"\w\d\d", text)} <= CHECKS.keys()
    ids = sorted(CHECKS.keys() | UNJUDGED.keys() | JUDGED_BY.keys())
    assert all(re.fullmatch(r"6?[A-Z]\d\d", id_) for id_ in ids)
    for letter, same in groupby(ids, key=lambda id_: id_[:-2]):
        result = [*same]
        assert result == [f"{letter}{number:02}" for number in range(1, len(result) + 1)], (
            "a new check has the next number"
        )


def test_a_check_is_short() -> None:
    """Each check has a docstring with the mistake that it reports, and only a few lines of code (principle 7)."""
    judges = [(id_, judge) for id_, check in CHECKS.items() for judge in (check.judge, check.due) if judge]
    lengths = {f"{id_} {judge.__name__}": length_of(getsource(judge)) for id_, judge in judges}
    too_long = {name: length for name, length in lengths.items() if length > MOST_LINES}
    assert not too_long, too_long


def test_the_order_is_that_of_the_table() -> None:
    """Checks are ordered by subject, and within a subject by id."""
    subjects = {id_: number for number, subject in enumerate(SUBJECTS) for id_ in subject.checks}
    places = [(subjects[id_], id_) for id_ in CHECKS]
    assert places == sorted(places)


def test_findings_come_in_the_order_of_the_table() -> None:
    """Findings about one event come in the order of the table, whatever file a check is in."""
    twice = b'[2,"again","Heartbeat",{"customData":null,"customData":null}]'
    found = inspect([*connected(NOW), came(NOW + 1, twice), came(NOW + 2, twice)], NOW + 3)
    last = [finding.check for finding in found if finding.at == NOW + 2]
    assert last == ["R05", "R11", "R20"]


def test_deadlines_that_pass_at_once_come_in_the_order_of_the_table() -> None:
    """Two deadlines expire at the same time: V12 is reported before F02, as in the table."""
    commands = [
        (Call("report", "GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"})),
        (Call("trigger", "TriggerMessage", {"requestedMessage": "Heartbeat"})),
    ]
    asked = [sent(NOW + 1, command) for command in commands]
    result = [got(NOW + 2, Result(command.id, {"status": "Accepted"}), command) for command in commands]
    for answers in (result, result[::-1]):
        found = inspect([*connected(NOW), *asked, *answers], NOW + 60, ("V12", "F02"))
        assert [finding.check for finding in found] == ["V12", "F02"]


def test_checks_do_not_guess_what_an_event_is() -> None:
    """Events are typed: no check or learner casts, uses getattr on them, or calls a variable Any."""
    guesses = []
    for file in Path(conformance.__file__).parent.rglob("*.py"):
        functions = [node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
        for node in (node for function in functions for node in ast.walk(function)):
            is_cast = isinstance(node, ast.Call) and ast.unparse(node.func) in ("cast", "getattr", "typing.cast")
            is_any = isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "Any"
            guesses += [f"{file.name}: {ast.unparse(node)}"] if is_cast or is_any else []
    assert guesses == []


def test_another_severity_has_a_reason() -> None:
    """A finding whose severity may differ from that of its check says why."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in Path(conformance.__file__).parent.rglob("*.py")]
    made = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    words = [{word.arg for word in node.keywords} for node in made if getattr(node.func, "id", "") == "Wrong"]
    others = [each for each in words if "severity" in each]
    assert len(others) > 10
    assert [each for each in others if "why" not in each] == []
