"""The gates of the catalogue: which checks there are, and how long one may be."""

import ast
import re
from inspect import getsource
from itertools import groupby
from pathlib import Path
from textwrap import dedent

from mock_csms import conformance
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.v2.unjudged import UNJUDGED

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
    """Each of its checks is judged, or there is a reason why not; each letter is numbered from 01 on."""
    assert not CHECKS.keys() & UNJUDGED.keys()
    ids = sorted(CHECKS.keys() | UNJUDGED.keys())
    assert all(re.fullmatch(r"[A-Z]\d\d", id_) for id_ in ids)
    for letter, same in groupby(ids, key=lambda id_: id_[0]):
        assert all(id_ == f"{letter}{number:02}" for number, id_ in enumerate(same, 1))


def test_a_check_is_a_clause() -> None:
    """It says what is wrong in its docstring, and finds it in a few lines (principle 7)."""
    lengths = {id_: length_of(getsource(check.judge)) for id_, check in CHECKS.items()}
    too_long = {id_: length for id_, length in lengths.items() if length > MOST_LINES}
    assert not too_long, too_long


def test_another_severity_has_a_reason() -> None:
    """A finding that may have another severity than its check says why."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in Path(conformance.__file__).parent.rglob("*.py")]
    made = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    words = [{word.arg for word in node.keywords} for node in made if getattr(node.func, "id", "") == "Wrong"]
    others = [each for each in words if "severity" in each]
    assert len(others) > 10
    assert [each for each in others if "why" not in each] == []
