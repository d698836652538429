"""The names and addresses under which stations may reach this machine; server certificates contain them."""

import socket
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address

from mock_csms.runtime.addresses import LOOPBACKS

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_FAR = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses from blocks for documentation (RFC 5737, RFC 3849). Connecting a UDP socket to one sends nothing."""
_EVERYWHERE = ("*", *LOOPBACKS)
_LONGEST_NAME = 64
"""The greatest length of a commonName (RFC 5280, ub-common-name)."""


def server_names(host: str, more: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the mock, the main one first: `more`, `host`, loopback names, names of the machine."""
    own = [] if host in _EVERYWHERE else [_normal(host)]
    own = [name for name in own if not _is_loopback(name)]
    found = [*map(_normal, more), *own, *_LOOPBACK, *_names_of_machine()]
    return tuple(dict.fromkeys(name for name in found if len(name) <= _LONGEST_NAME))


def _normal(name: str) -> str:
    """Return an address as Python writes it, and a host name in lower case."""
    try:
        return str(ip_address(name))
    except ValueError:
        return name.lower()


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _names_of_machine() -> list[str]:
    """Return the name of this machine and its own addresses; no name server is asked."""
    name = socket.gethostname().lower()
    found = [name] if name.isascii() and "_" not in name else []
    for family, far in _FAR:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as tried:
            tried.connect((far, 9))
            found.append(str(tried.getsockname()[0]))
    return found
