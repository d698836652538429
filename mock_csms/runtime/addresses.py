"""Binds the addresses at which the mock listens: a socket for each, all with the same port."""

import re
import socket
from operator import itemgetter
from typing import Any

from mock_csms.protocol.records import Record
from mock_csms.protocol.visitors import Visitor

LOOPBACKS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound to it here
"""The addresses for the whole machine, each with an address to which a client can connect."""
HOST = r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?"
"""The form of a Host header: a host with an optional port."""

_EVERYWHERE = "*"
"""The host that means every address of the machine."""


class OwnAddress(Record):
    """The address at which stations reach the mock."""

    host: str = ""
    port: int = 0
    serves_tls: bool = False
    """Whether the port accepts wss:// in addition to ws://."""
    prefers_tls: bool = False
    """Whether the URL of the mock begins with wss://."""
    is_everywhere: bool = False
    """Whether it listens on all addresses; then the Host header of a station shows which of them the station uses."""

    @property
    def url(self) -> str:
        """The URL of the mock."""
        return self._url(self._address, is_secure=self.prefers_tls)

    def url_of(self, visitor: Visitor) -> str:
        """Return the URL by which a visitor reached the mock; empty if it is `url`."""
        is_elsewhere = self.is_everywhere and re.fullmatch(HOST, visitor.host)
        if not is_elsewhere and not self.serves_tls:
            return ""
        return self._url(visitor.host if is_elsewhere else self._address, is_secure=visitor.tls is not None)

    @property
    def _address(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @staticmethod
    def _url(address: str, *, is_secure: bool) -> str:
        return f"{'wss' if is_secure else 'ws'}://{address}"


def bind(host: str, port: int) -> list[socket.socket]:
    """Return a bound socket for every address of `host`, all with the same port; 0 picks a free one. Raises OSError."""
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in _addresses_of(host, port):
            listener = socket.socket(family, kind, protocol)
            bound.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((address[0], bound[0].getsockname()[1], *address[2:]) if len(bound) > 1 else address)
    except OSError:
        for listener in bound:
            listener.close()
        raise
    return bound


def _addresses_of(host: str, port: int) -> list[tuple[Any, ...]]:
    """Return the entries of getaddrinfo to bind; `*` is every address, without IPv6 if the machine has none."""
    if host != _EVERYWHERE:
        name = host.encode() if host.isascii() else host
        return [*socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)]
    found = socket.getaddrinfo(None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return sorted((each for each in found if each[0] != socket.AF_INET6 or _has_ipv6()), key=itemgetter(0))


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as tried:
            tried.bind(("::1", 0))
    except OSError:
        return False
    return True
