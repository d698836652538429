"""The table of modules: its rows are routes, the endpoints in version details, and rows of the docs."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import unquote

from mock_csms.ocpi.envelope import OcpiAnswer, Steps, missing, not_allowed
from mock_csms.ocpi.parties import CREDENTIALS
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.v221 import VERSION
from mock_csms.protocol.records import Record

Handle: TypeAlias = Callable[[OcpiRequest, Any], OcpiAnswer | Steps]
"""Answers a request, in a world. A generator waits for I/O first, and returns the answer."""

VERSIONS = "versions"
_CONFIGURATION = (VERSIONS, CREDENTIALS, "hubclientinfo")
"""The modules that are between platforms: their messages are not routed."""
_PLACE = re.compile(r"\{([a-z_]+)\}")


class ModuleRow(Record, kw_only=True):
    """One method of a module."""

    module: str
    role: str
    """SENDER or RECEIVER."""
    method: str
    handle: Handle
    help: str
    """What it does, in one line."""
    path: str = ""
    """The path after the URL of the module, with `{name}` for each variable part."""
    for_registration: bool = False
    """Whether a token for registration is enough."""
    is_extension: bool = False
    """Whether OCPI does not have it."""

    @property
    def is_routed(self) -> bool:
        """Whether its messages have routing headers."""
        return self.module not in _CONFIGURATION


Modules: TypeAlias = tuple[ModuleRow, ...]


def path_of(row: ModuleRow, prefix: str) -> str:
    """Return the whole path of a row; `prefix` is that of the role, such as `/ocpi/cpo`."""
    return module_path(row.module, prefix) + row.path


def module_path(module: str, prefix: str) -> str:
    """Return the path of a module. Versions and credentials are not below a role."""
    if module == VERSIONS:
        return "/ocpi"
    return f"/ocpi/{VERSION}/{module}" if module == CREDENTIALS else f"{prefix}/{VERSION}/{module}"


def endpoints(rows: Modules, prefix: str, base: str, end: str = "") -> Sequence[Mapping[str, str]]:
    """Return the endpoints for the version details; `base` is the URL of the server, `end` the end of all URLs."""
    found = {(row.module, row.role): None for row in rows if row.module != VERSIONS and not row.is_extension}
    return [
        {"identifier": module, "role": role, "url": f"{base}{module_path(module, prefix)}{end}"}
        for module, role in found
    ]


def find_row(rows: Modules, prefix: str, method: str, path: str) -> tuple[ModuleRow, Mapping[str, str]]:
    """Return the row for a request, and the variable parts of its path, which is still percent-encoded.

    A slash at the end makes no difference. Raises Declined if there is no such path, or no such method.
    """
    methods = []
    for row in rows:
        found = _pattern(path_of(row, prefix)).fullmatch(path)
        if found is None:
            continue
        if row.method == method:
            try:
                return row, {name: unquote(text, errors="strict") for name, text in found.groupdict().items()}
            except UnicodeDecodeError:
                raise missing(f"{path[:200]} is not UTF-8") from None
        methods.append(row.method)
    if methods:
        raise not_allowed(f"{path[:200]} has no {method[:20]}, but {', '.join(methods)}", methods)
    raise missing(f"there is no {path[:200]}")


@cache
def _pattern(path: str) -> re.Pattern[str]:
    parts = _PLACE.split(path)  # the texts between are at even positions, the names at odd ones
    return re.compile(
        "".join(f"(?P<{part}>[^/]+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)) + "/?"
    )
