"""The files of the project, for the gates (test_house.py and its neighbours)."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

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
    *("control", "station", "ocpi", "plans", "commands"),
)
"""The rooms (folders) from the lowest to the highest; each may import from itself and from the rooms before it."""
PURE = ROOMS[:4]
IMPURE_PARTS = r"mock_csms/ocpi/(http/|client\.py)"
"""The files of the room `ocpi` that have sockets and clocks; all others there are pure."""
IMPURE_MODULES = {"asyncio", "websockets", "time", "random", "socket", "threading", "subprocess", "secrets", "uuid"}
PRIVATE_BUT_PUBLIC = {"_replace", "_asdict", "_fields", "_make"}  # methods of named tuples, which have no public names

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), path)


def room_of(module: str) -> str:
    """Return the room of a module of the package, `mock_csms.runtime.bus` or `mock_csms/runtime/bus.py`.

    A `__main__.py` starts a process, so it belongs to `commands`, in any folder.
    """
    parts: list[str] = re.split(r"[./]", module.removesuffix(".py"))
    if parts[-1] == "__main__":
        return "commands"
    return parts[-1] if parts in (["mock_csms"], ["mock_csms", "__init__"]) else parts[1]


def is_pure(module: str) -> bool:
    """Return whether a file of the package must do without sockets, clocks and chance."""
    room = room_of(module)
    return room in PURE or (room == "ocpi" and not re.match(IMPURE_PARTS, module))


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


def assert_no_faults(names: Iterable[str], fault: Callable[[str], Iterable[str]], hint: str = "") -> None:
    """Fail with the list of all faults in these files, and a hint. One test for each file would take longer."""
    faults = [f"{name}: {word}" for name in names for word in fault(name)]
    assert not faults, "\n".join([*faults, hint])


def is_in(module: str, package: str) -> bool:
    """Return whether a module is the package, or is in it."""
    return module.split(".", maxsplit=1)[0] == package
