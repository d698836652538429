"""Gates about imports, and about names of a single version of OCPP (DESIGN.md, CONTRIBUTING.md)."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mock_csms.protocol.v2 import other_versions
from mock_csms.protocol.versions import actions, versions
from tests.house import (
    IMPURE_MODULES,
    MODULES,
    ROOMS,
    assert_no_faults,
    imports_of,
    is_in,
    is_pure,
    module_of,
    nodes_of,
    room_of,
)

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

    assert_no_faults(MODULES, upward)


def reached_from(module: str, edges: Mapping[str, set[str]]) -> set[str]:
    """Return every module that a module imports, also indirectly: itself too if it is in a circle."""
    reached: set[str] = set()
    waiting = [*edges[module]]
    while waiting:
        found = waiting.pop()
        if found not in reached:
            reached.add(found)
            waiting += edges[found]
    return reached


def test_there_are_no_circular_imports() -> None:
    """No module imports itself indirectly, not even in functions or for type checkers.

    `from package import module` counts as an import of that module, not of the package. Rule PLC0415 of ruff
    checks that imports are at the top of their module, or have a reason why not.
    """
    names = {module_of(name): path for name, path in MODULES.items()}
    edges = {module: {each for each in imports_of(path) if each in names} for module, path in names.items()}
    reached = {module: reached_from(module, edges) for module in names}
    result = [
        f"{module} imports {', '.join(sorted(each for each in edges[module] if module in reached[each]))}"
        for module in names
        if module in reached[module]
    ]
    assert not result, "a circle; move what both need to a module below both:\n" + "\n".join(result)


def test_pure_rooms_do_no_io() -> None:
    """Pure rooms use no sockets, no clock and no random numbers (principles 4 and 10)."""

    def touched(name: str) -> list[str]:
        modules = [module for module in imports_of(MODULES[name]) if module.split(".")[0] in IMPURE_MODULES]
        nodes = [node for node in nodes_of(MODULES[name]) if isinstance(node, ast.Attribute)]
        clocks = [ast.unparse(node) for node in nodes if node.attr in ("now", "utcnow", "today")]
        return [*modules, *(clock for clock in clocks if re.search(r"\bdate(time)?\.\w+$", clock))]

    assert_no_faults([name for name in MODULES if is_pure(name)], touched)


def test_only_the_transport_imports_websockets() -> None:
    """Only the transport imports the `websockets` library (principle 13)."""
    others = [name for name in MODULES if not re.match(r"mock_csms/runtime/transport(\.py|/)", name)]
    assert_no_faults(others, lambda name: [word for word in imports_of(MODULES[name]) if is_in(word, "websockets")])


def test_only_one_module_uses_ocpp() -> None:
    """Only `protocol/schemas.py` imports the `ocpp` package or has its name in a string."""

    def named(name: str) -> list[str]:
        constants = [node.value for node in nodes_of(MODULES[name]) if isinstance(node, ast.Constant)]
        words = {*imports_of(MODULES[name]), *(value for value in constants if isinstance(value, str))}
        return [word for word in words if re.fullmatch(r"ocpp(\.[A-Za-z_]\w*)*", word)]

    assert [name for name in MODULES if named(name)] == ["mock_csms/protocol/schemas.py"]


def test_only_the_client_of_ocpi_imports_httpx() -> None:
    """Only `ocpi/client.py` imports httpx, so that a start without OCPI does not load it."""
    others = [name for name in MODULES if name != "mock_csms/ocpi/client.py"]
    assert_no_faults(others, lambda name: [word for word in imports_of(MODULES[name]) if is_in(word, "httpx")])


def test_few_rooms_import_ocpi() -> None:
    """Only the command lines and the plans import the room `ocpi`, which is a client of all others."""
    others = [name for name in MODULES if room_of(name) not in ("ocpi", "plans", "commands")]
    assert_no_faults(
        others, lambda name: [word for word in imports_of(MODULES[name]) if word.startswith("mock_csms.ocpi")]
    )


def test_few_modules_import_cryptography() -> None:
    """Only two modules of `protocol/` and `runtime/pki/`, which makes certificates, import `cryptography`."""
    those = [name for name in MODULES if any(is_in(word, "cryptography") for word in imports_of(MODULES[name]))]
    allowed = r"mock_csms/(protocol/(x509|key_pairs)\.py|runtime/pki/\w+\.py)"
    assert [name for name in those if not re.fullmatch(allowed, name)] == []


def test_only_one_module_imports_openssl() -> None:
    """Only the code of `--tls-client accept-and-report` imports pyOpenSSL, which users install as an extra."""
    those = [name for name in MODULES if any(is_in(word, "OpenSSL") for word in imports_of(MODULES[name]))]
    assert those == ["mock_csms/runtime/transport/tls/tolerant.py"]


# Versions of OCPP.


HELPFUL = ("settings", "commands")
"""The rooms in which texts of several words, such as help texts, may name messages."""
NAMED: Mapping[str, tuple[set[str], str]] = {
    "mock_csms/behavior/templates.py": (
        {"SignCertificate", "certificateChain", "transactionId"},
        "names of placeholders, and their help",
    ),
    "mock_csms/ocpi/emsp/checks/references.py": ({"ReserveNow"}, "an object of OCPI"),
    "mock_csms/ocpi/emsp/handlers/aliases.py": (
        {"CancelReservation", "ReserveNow", "UnlockConnector"},
        "objects of OCPI",
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
    "mock_csms/station/figures.py": ({"BootNotification"}, "an action of every version"),
    "mock_csms/station/loads.py": ({"MeterValues", "StatusNotification"}, "actions of every version"),
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
    """Yield the name of every property of a JSON schema and of its definitions."""
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
    """Return the ids of the texts in `sets` of flags; `test_config.py` checks that every version has these paths."""
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

    assert_no_faults([name for name in MODULES if not re.search(r"/v\d+/", name)], named, hint)
