"""Gates: the rules of the house that no other tool enforces (DESIGN.md, CONTRIBUTING.md)."""

import ast
import re
import tokenize
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from inspect import getmembers, isclass
from pathlib import Path
from typing import Any

import pytest

import mock_csms
from mock_csms.protocol.messages import Call
from mock_csms.protocol.v2 import other_versions
from mock_csms.protocol.versions import actions, versions
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.settings import Config
from mock_csms.settings.flags import flag_of, option
from mock_csms.twin import events
from mock_csms.twin.events import Event
from mock_csms.watch.console import Console, Look
from mock_csms.watch.lines import LINES

ROOT = Path(__file__).parent.parent
MODULES = {path.relative_to(ROOT).as_posix(): path for path in sorted((ROOT / "mock_csms").rglob("*.py"))}
OTHERS = ("tests", "scripts", "benchmarks", "e2e-plans")
FILES = {
    path.relative_to(ROOT).as_posix(): path
    for folder in ("mock_csms", *OTHERS)
    for path in [*ROOT.glob("*.py"), *sorted((ROOT / folder).rglob("*.py"))]
}
ROOMS = (
    *("protocol", "twin", "behavior", "conformance", "settings", "runtime", "watch"),
    *("control", "station", "plans", "commands"),
)
"""From the lowest to the highest; each room may import from itself and from the rooms before it."""
PURE = ROOMS[:4]
IMPURE_MODULES = {"asyncio", "websockets", "time", "random", "socket", "threading", "subprocess", "secrets", "uuid"}
PRIVATE_BUT_PUBLIC = {"_replace", "_asdict", "_fields", "_make"}  # methods of named tuples, which have no public names

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), path)


def room_of(module: str) -> str:
    """Return the room of a module of the package, `mock_csms.runtime.bus` or `mock_csms/runtime/bus.py`.

    A `__main__.py` starts a process, so it counts as a command, in whatever room it is.
    """
    parts: list[str] = re.split(r"[./]", module.removesuffix(".py"))
    if parts[-1] == "__main__":
        return "commands"
    return parts[-1] if parts in (["mock_csms"], ["mock_csms", "__init__"]) else parts[1]


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return every node of the syntax tree of a file."""
    return list(ast.walk(tree_of(path)))


@cache
def imports_of(path: Path) -> list[str]:
    """Return the full name of every module that a file imports anywhere, also in functions and for type checkers."""
    imported = []
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                source = ROOT / inner.replace(".", "/")
                imported.append(inner if source.is_dir() or source.with_suffix(".py").exists() else module)
    return imported


def module_of(name: str) -> str:
    """Return the name that imports a file of the package: `mock_csms.twin` for `mock_csms/twin/__init__.py`."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def functions_of(path: Path) -> Iterator[Function]:
    """Yield every function of a file, methods and inner ones too."""
    return (node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def hold(names: Iterable[str], fault: Callable[[str], Iterable[str]], hint: str = "") -> None:
    """Fail with every fault that a rule finds in those files, and a hint. One test for each file would take longer."""
    faults = [f"{name}: {word}" for name in names for word in fault(name)]
    assert not faults, "\n".join([*faults, hint])


def is_in(module: str, package: str) -> bool:
    """Return whether a module is the package, or is in it."""
    return module.split(".", maxsplit=1)[0] == package


def test_the_house_has_files() -> None:
    """Every room has files, so that the gates below check something."""
    assert {room_of(name) for name in MODULES} == {*ROOMS, "__init__"}
    assert {"server.py", "test_server.py", "tests/test_house.py", "mock_csms/protocol/messages.py"} <= FILES.keys()


# Imports.


def test_imports_go_only_downward() -> None:
    """No room imports from a room above it (DESIGN.md, "Rooms")."""

    def upward(name: str) -> list[str]:
        room = room_of(name)
        if room == "__init__":
            return []
        allowed = ["mock_csms", *ROOMS[: ROOMS.index(room) + 1]] if room in ROOMS else []
        imported = {module for module in imports_of(MODULES[name]) if module.split(".")[0] in ("mock_csms", "")}
        return [module for module in imported if not module or room_of(module) not in allowed]

    hold(MODULES, upward)


def reached_from(module: str, edges: Mapping[str, set[str]]) -> set[str]:
    """Return every module that a module imports, also indirectly; that includes itself only if there is a circle."""
    reached: set[str] = set()
    waiting = [*edges[module]]
    while waiting:
        found = waiting.pop()
        if found not in reached:
            reached.add(found)
            waiting += edges[found]
    return reached


def test_no_module_needs_itself() -> None:
    """No module imports itself indirectly, not even in functions or for type checkers.

    `from package import module` counts as an import of that module, not of the package. Rule PLC0415 of ruff
    checks that imports are at the top of their module, or have a reason why not.
    """
    names = {module_of(name): path for name, path in MODULES.items()}
    edges = {module: {each for each in imports_of(path) if each in names} for module, path in names.items()}
    reached = {module: reached_from(module, edges) for module in names}
    told = [
        f"{module} imports {', '.join(sorted(each for each in edges[module] if module in reached[each]))}"
        for module in names
        if module in reached[module]
    ]
    assert not told, "a circle; move what both need to a module below both:\n" + "\n".join(told)


def test_pure_rooms_touch_nothing() -> None:
    """Decisions of the mock depend only on their input: no sockets, no clock, no chance (principles 4 and 10)."""

    def touched(name: str) -> list[str]:
        modules = [module for module in imports_of(MODULES[name]) if module.split(".")[0] in IMPURE_MODULES]
        nodes = [node for node in nodes_of(MODULES[name]) if isinstance(node, ast.Attribute)]
        clocks = [ast.unparse(node) for node in nodes if node.attr in ("now", "utcnow", "today")]
        return [*modules, *(clock for clock in clocks if re.search(r"\bdate(time)?\.\w+$", clock))]

    hold([name for name in MODULES if room_of(name) in PURE], touched)


def test_websockets_is_behind_one_door() -> None:
    """Only the transport knows the `websockets` library (principle 13)."""
    others = [name for name in MODULES if not re.match(r"mock_csms/runtime/transport(\.py|/)", name)]
    hold(others, lambda name: [word for word in imports_of(MODULES[name]) if is_in(word, "websockets")])


def test_ocpp_is_behind_one_door() -> None:
    """Only `protocol/schemas.py` knows the `ocpp` package, by an import or by its name."""

    def named(name: str) -> list[str]:
        constants = [node.value for node in nodes_of(MODULES[name]) if isinstance(node, ast.Constant)]
        words = {*imports_of(MODULES[name]), *(value for value in constants if isinstance(value, str))}
        return [word for word in words if re.fullmatch(r"ocpp(\.[A-Za-z_]\w*)*", word)]

    assert [name for name in MODULES if named(name)] == ["mock_csms/protocol/schemas.py"]


def test_cryptography_is_behind_one_door() -> None:
    """Only `protocol/x509.py`, and those who make keys and certificates, know the `cryptography` library."""
    those = [name for name in MODULES if any(is_in(word, "cryptography") for word in imports_of(MODULES[name]))]
    allowed = r"mock_csms/(protocol/x509\.py|runtime/pki/\w+\.py)"
    assert [name for name in those if not re.fullmatch(allowed, name)] == []


def test_openssl_is_behind_one_door() -> None:
    """Only `--tls-client accept-and-report` needs pyOpenSSL, which users install as an extra."""
    those = [name for name in MODULES if any(is_in(word, "OpenSSL") for word in imports_of(MODULES[name]))]
    assert those == ["mock_csms/runtime/transport/tls/tolerant.py"]


# Versions of OCPP.


HELPFUL = ("settings", "commands")
"""The rooms whose help texts (texts of several words) may name messages."""
NAMED: Mapping[str, tuple[set[str], str]] = {
    "mock_csms/behavior/templates.py": (
        {"SignCertificate", "certificateChain", "transactionId"},
        "names of placeholders, and their help",
    ),
    "mock_csms/protocol/actions.py": ({"BootNotification", "Heartbeat"}, "the same in every version"),
    "mock_csms/commands/cli.py": ({"Heartbeat", "TransactionEvent", "eventType"}, "examples in the help"),
    "mock_csms/settings/commands.py": ({"StatusNotification"}, "the default of --trigger-message"),
    "mock_csms/commands/remote/table.py": (
        {"Heartbeat", "TriggerMessage", "requestedMessage"},
        "examples in the help",
    ),
    "mock_csms/commands/playback.py": ({"messageId"}, "a key of trace records"),
    "mock_csms/commands/tracerecord.py": ({"messageId", "ocppVersion"}, "keys of trace records"),
    "mock_csms/station/control_lines.py": ({"idToken"}, "the help of a control line"),
    "mock_csms/station/fleet.py": ({"BootNotification"}, "an action of every version"),
    "mock_csms/station/outbox.py": ({"BootNotification"}, "an action of every version"),
    "mock_csms/station/settings.py": (
        {"BootNotification", "idToken", "serialNumber", "vendorName"},
        "the help of flags",
    ),
    "mock_csms/twin/common/boots.py": ({"Heartbeat"}, "an action of every version"),
    "mock_csms/watch/eventlog.py": ({"messageId"}, "a key of the event log"),
    "mock_csms/watch/trace.py": ({"messageId", "ocppVersion"}, "keys of trace records"),
}
"""The exceptions: files, the names that they may contain, and why."""


def properties_in(schema: Any) -> Iterator[str]:
    """Yield the name of every property that a JSON schema describes, in its definitions too."""
    if isinstance(schema, dict):
        known = schema.get("properties", {})
        yield from known if isinstance(known, dict) else ()
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from properties_in(inner)


@cache
def names_in_ocpp() -> frozenset[str]:
    """Return the actions of all versions of OCPP, and the camelCase properties of those that the mock speaks."""
    schemas = [
        version.schemas.schema(f"{action}{kind}")
        for version in versions()
        for action, row in version.actions.items()
        for kind in (("Request",) if row.is_send else ("Request", "Response"))
    ]
    properties = {name for schema in schemas for name in properties_in(schema) if not name.islower()}
    return frozenset({*actions(), *other_versions.OTHERS, *properties})


def texts_of(path: Path) -> Iterator[ast.Constant]:
    """Yield the string literals of a file, without docstrings of modules, functions, classes, fields and constants."""
    documentation = {id(node.value) for node in nodes_of(path) if isinstance(node, ast.Expr)}
    for node in nodes_of(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes) and id(node) not in documentation:
            yield node


def places_in_every_version(path: Path) -> set[int]:
    """Return the texts in `sets` of flags, by `id`; `test_config.py` looks each up in every version."""
    keywords = [node for node in nodes_of(path) if isinstance(node, ast.keyword) and node.arg == "sets"]
    return {id(node) for keyword in keywords for node in ast.walk(keyword)}


def test_only_version_folders_name_actions_and_properties() -> None:
    """Only the folders of versions (`v2/`) name actions and properties of payloads: other code fits every version."""
    hint = (
        "What one version says belongs in its folder (v2/). The place that a flag fills belongs in its `sets` if every "
        "version has it, else in `fills` of the dialects."
    )

    def named(name: str) -> list[str]:
        allowed = NAMED[name][0] if name in NAMED else set()
        everywhere = places_in_every_version(MODULES[name]) if room_of(name) == "settings" else set()
        texts = {
            (text.lineno, word)
            for text in texts_of(MODULES[name])
            if id(text) not in everywhere and not (room_of(name) in HELPFUL and re.search(r"\w \w", str(text.value)))
            for word in re.findall(r"\w+", str(text.value))
        }
        found = {(line, word) for line, word in texts if word in names_in_ocpp()}
        unneeded = allowed - {word for _, word in found}
        return [
            *(f"line {line} names {word}" for line, word in sorted(found) if word not in allowed),
            *(f"{word} is allowed and is not there" for word in sorted(unneeded)),
        ]

    hold([name for name in MODULES if not re.search(r"/v\d+/", name)], named, hint)


# Sizes.


def too_big(function: Function) -> Iterator[str]:
    """Yield each size of a function that is too big: its lines without docstring, or the number of its parameters."""
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
    hold(MODULES, lambda name: [word for each in functions_of(MODULES[name]) for word in too_big(each)])


# Documentation.


def test_the_tables_of_the_docs_are_made_from_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of the docs are up to date (`task docs` makes them), and each table is in one place only."""
    monkeypatch.syspath_prepend(str(ROOT))
    from scripts.docs import PAGES, TABLES, places, with_tables

    texts = {page: page.read_text(encoding="utf-8") for page in PAGES}
    assert [page for page, text in texts.items() if with_tables(text) != text] == [], "run `.venv/bin/task docs`"
    assert sorted(name for text in texts.values() for name in places(text)) == sorted(TABLES)


def test_every_flag_has_a_row_in_the_docs() -> None:
    """Each setting is documented under its flag, or under each of the flags that set its parts."""
    page = (ROOT / "docs" / "flags.md").read_text(encoding="utf-8")
    forms = {setting.name: flag_of(setting).forms for setting in fields(Config)}
    names = [name for setting, own in forms.items() for name in ([setting] if own is None else own)]
    assert [name for name in names if not re.search(rf"^\| `(-\w, )?{option(name)}[ `]", page, re.MULTILINE)] == [], (
        "run `.venv/bin/task docs`; a new group of flags needs a place in docs/flags.md too"
    )


def test_the_readme_is_short() -> None:
    """The README has at most 10 kB; everything else is in docs/."""
    assert len((ROOT / "README.md").read_bytes()) <= 10_240


def test_links_lead_somewhere() -> None:
    """Each relative link of a page leads to a file, and its fragment to a heading there."""

    def broken(page: Path) -> Iterator[str]:
        for target, fragment in re.findall(r"\]\((?!http)([^)#]*)(#[^)]*)?\)", page.read_text(encoding="utf-8")):
            path = page.parent / target if target else page
            headings = re.findall(r"^#+ (.*)", path.read_text(encoding="utf-8"), re.M) if path.suffix == ".md" else []
            anchors = ["#" + re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
            if not path.exists() or (fragment and fragment not in anchors):
                yield f"{page.relative_to(ROOT)}: {target}{fragment}"

    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")]
    assert [link for page in pages for link in broken(page)] == []


def test_there_is_one_version() -> None:
    """The package reports the version under which it is published."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert mock_csms.__version__ == project["version"]


# How the code is written.


def test_no_mocks() -> None:
    """Tests use the program as users do, so they need no mock objects (principle 8)."""

    def mocked(name: str) -> list[str]:
        return [module for module in imports_of(FILES[name]) if re.match(r"(unittest\.)?mock\b", module)]

    hold(FILES, mocked)


def test_no_rule_is_switched_off_without_a_reason() -> None:
    """Every `type: ignore` and `noqa` is followed by its codes, and the reason why the rule does not apply there."""
    codes = r"#\s*(type:\s*ignore\[[\w, -]+\]|noqa:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)"

    def unexplained(name: str) -> list[str]:
        if not re.search(r"#\s*(type:\s*ignore|noqa)", FILES[name].read_text(encoding="utf-8")):
            return []  # tokenizing a file takes a hundred times as long
        with FILES[name].open("rb") as file:
            comments = [token.string for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
        switches = [comment for comment in comments if re.search(r"#\s*(type:\s*ignore|noqa)", comment)]
        return [comment for comment in switches if not re.search(rf"{codes}\s.*\w", comment)]

    hold(FILES, unexplained)


def test_tests_touch_nothing_private() -> None:
    """A test that uses private names would break with every change of the implementation (principle 8)."""

    def touched(name: str) -> list[str]:
        attributes = [node for node in nodes_of(FILES[name]) if isinstance(node, ast.Attribute)]
        private = [node for node in attributes if re.match(r"_[^_]", node.attr) and node.attr not in PRIVATE_BUT_PUBLIC]
        return [ast.unparse(node) for node in private if ast.unparse(node.value) != "self"]

    hold([name for name in FILES if re.search(r"(^|/)(test_\w+|wire|conftest)\.py$", name)], touched)


def test_every_test_states_its_property() -> None:
    """Each test has a docstring that states the property it proves (principle 9)."""

    def silent(name: str) -> list[str]:
        tests = [function for function in functions_of(FILES[name]) if function.name.startswith("test_")]
        return [test.name for test in tests if not ast.get_docstring(test)]

    hold([name for name in FILES if re.search(r"(^|/)test_\w+\.py$", name)], silent)


def test_every_module_says_what_belongs_there() -> None:
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


KINDS = [kind for _, kind in getmembers(events, isclass) if issubclass(kind, Event) and kind is not Event]
VALUES: dict[str, Any] = {
    "at": 1.5,
    "message": Call("1", "Heartbeat", {}),
    "call": Call("1", "Reset", {}),
    "violations": (),
    "offered": ("ocpp2.0.1",),
    "text": b"[]",
    "answers": None,
    "binary": False,
    "code": 1000,
    "seed": 1,
    "visitor": Visitor("/CS-1", ["ocpp2.0.1"]),
    "severity": "error",
    "messages": (),
    "received": events.Received(1.5, "<station>", b"[]", Call("1", "Heartbeat", {}), (), None, False, False),
}


def test_every_event_is_in_the_list() -> None:
    """`ALL` has every kind of event once."""
    assert sorted(kind.__name__ for kind in events.ALL) == [kind.__name__ for kind in KINDS]


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
