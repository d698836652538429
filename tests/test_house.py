"""Gates: the rules of the house that no other tool enforces (DESIGN.md, CONTRIBUTING.md)."""

import ast
import re
import tokenize
from collections.abc import Iterator
from inspect import getmembers, isclass
from pathlib import Path
from typing import Any

import pytest

from mock_csms.protocol.messages import Call
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.twin import events, ocpi_events
from mock_csms.twin.events import Event
from mock_csms.twin.every_event import ALL
from mock_csms.watch.console import Console, Look
from mock_csms.watch.lines import LINES
from tests.house import (
    FILES,
    MODULES,
    PRIVATE_BUT_PUBLIC,
    ROOMS,
    Function,
    assert_no_faults,
    functions_of,
    imports_of,
    nodes_of,
    room_of,
    tree_of,
)


def test_every_room_has_files() -> None:
    """Every room has files, so that the gates below check something."""
    assert {room_of(name) for name in MODULES} == {*ROOMS, "__init__"}
    assert {"server.py", "test_server.py", "tests/test_house.py", "mock_csms/protocol/messages.py"} <= FILES.keys()


# Sizes.


def too_big(function: Function) -> Iterator[str]:
    """Yield an error for a function with too many lines (without its docstring) or too many parameters."""
    assert function.end_lineno is not None
    length = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        assert docstring.end_lineno is not None
        length -= docstring.end_lineno - docstring.lineno + 1
    if length > 40:
        yield f"{function.name} has {length} lines"
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    if len([each for each in parameters if each.arg not in ("self", "cls")]) > 6:
        yield f"{function.name} has more than six parameters"


def test_files_and_functions_stay_small() -> None:
    """Files have at most 300 lines, functions 40 lines and six parameters; larger ones must be split by subject."""
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    assert {name: length for name, length in lengths.items() if length > 300} == {}
    assert_no_faults(MODULES, lambda name: [word for each in functions_of(MODULES[name]) for word in too_big(each)])


# How the code is written.


def test_no_mocks() -> None:
    """Tests use the program as users do, so they need no mock objects (principle 8)."""

    def mocked(name: str) -> list[str]:
        return [module for module in imports_of(FILES[name]) if re.match(r"(unittest\.)?mock\b", module)]

    assert_no_faults(FILES, mocked)


def test_no_rule_is_switched_off_without_a_reason() -> None:
    """Every `type: ignore` and `noqa` is followed by its codes, and the reason why the rule does not apply there."""
    codes = r"#\s*(type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)"

    def unexplained(name: str) -> list[str]:
        if not re.search(r"#\s*(type:\s*ignore|noqa)", FILES[name].read_text(encoding="utf-8")):
            return []  # the tokenizer is a hundred times slower
        with FILES[name].open("rb") as file:
            comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
        switches = [comment for comment in comments if re.search(r"#\s*(type:\s*ignore|noqa)", comment)]
        return [comment for comment in switches if not re.search(rf"{codes}\s.*\w", comment)]

    assert_no_faults(FILES, unexplained)


def test_tests_touch_nothing_private() -> None:
    """A test that uses private names would break with every change of the implementation (principle 8)."""

    def touched(name: str) -> list[str]:
        attributes = [node for node in nodes_of(FILES[name]) if isinstance(node, ast.Attribute)]
        private = [node for node in attributes if re.match(r"_[^_]", node.attr) and node.attr not in PRIVATE_BUT_PUBLIC]
        return [ast.unparse(node) for node in private if ast.unparse(node.value) != "self"]

    assert_no_faults([name for name in FILES if re.search(r"(^|/)(test_\w+|wire|conftest)\.py$", name)], touched)


def test_every_test_states_its_property() -> None:
    """Each test has a docstring that states the property it proves (principle 9)."""

    def silent(name: str) -> list[str]:
        tests = [function for function in functions_of(FILES[name]) if function.name.startswith("test_")]
        return [test.name for test in tests if not ast.get_docstring(test)]

    assert_no_faults([name for name in FILES if re.search(r"(^|/)test_\w+\.py$", name)], silent)


def test_every_module_has_a_docstring() -> None:
    """Each module has a docstring about its subject (principle 12)."""
    silent = [name for name, path in MODULES.items() if not ast.get_docstring(tree_of(path)) and path.stat().st_size]
    assert silent == []


def classes_of(node: ast.AST) -> Iterator[str]:
    """Yield the name of each class, also of inner classes, but not of classes in functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Function):
            if isinstance(child, ast.ClassDef):
                yield child.name
            yield from classes_of(child)


def test_class_names_are_unique() -> None:
    """No two classes of the package have the same name, so that it is always clear which one is meant."""
    modules_by_name: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for name in classes_of(tree_of(path)):
            modules_by_name.setdefault(name, []).append(module)
    assert {name: modules for name, modules in modules_by_name.items() if len(modules) > 1} == {}


# Events.


KINDS = [
    kind
    for module in (events, ocpi_events)
    for _, kind in getmembers(module, isclass)
    if issubclass(kind, Event) and kind is not Event
]
VALUES: dict[str, Any] = {
    "at": 1.5,
    "message": Call("1", "Heartbeat", {}),
    "call": Call("1", "Reset", {}),
    "violations": (),
    "offered": ("ocpp2.0.1",),
    "text": b"[]",
    "answers": None,
    "binary": False,
    "status": 200,
    "answer": {"status_code": 1000},
    "code": 1000,
    "seed": 1,
    "size": 1,
    "seconds": 1.0,
    "visitor": Visitor("/CS-1", ["ocpp2.0.1"]),
    "severity": "error",
    "messages": (),
    "received": events.Received(1.5, "<station>", b"[]", Call("1", "Heartbeat", {}), (), None, False, False),
}


def test_every_event_is_in_the_list() -> None:
    """`ALL` has every kind of event once."""
    assert sorted(kind.__name__ for kind in ALL) == sorted(kind.__name__ for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
async def test_every_event_has_its_line(kind: type[Event], tmp_path: Path) -> None:
    """The console writes one line for every kind of event, with the time first."""
    assert kind in LINES, "each kind of event has a row in LINES, watch/lines.py"
    parts = {name: VALUES.get(name, f"<{name}>") for name in kind.__struct_fields__}
    with (tmp_path / "log").open("wb") as log:
        bus, sink = Bus(), Sink(log.fileno())
        Console(bus, sink, Look(level=0, width=None))
        bus.publish(kind(**parts))
        sink.flush()
    lines = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert [line[:13] for line in lines] == ["00:00:01.500 "]
    assert len(lines[0]) > len("00:00:01.500 <station> ")
