"""Security profiles (A00): the one of a visitor, those that may connect, the lowest one a station may still use."""

from collections.abc import Collection, Mapping
from typing import Protocol

from mock_csms.protocol.visitors import Visitor

WITH_CERTIFICATE = 3
"""The security profile in which a client certificate replaces the password (A00.FR.402)."""
_PROFILES: Mapping[int, str] = {
    1: "security profile 1 (ws://)",
    2: "security profile 2 (wss:// without a client certificate)",
    WITH_CERTIFICATE: "security profile 3 (a client certificate)",
}


class PinsOfProfiles(Protocol):
    """Stores the lowest security profile that each station may still use (A05.FR.07)."""

    def get(self, identity: str) -> int:
        """Return the lowest one for a station; 0 if it may use any."""

    def pin(self, identity: str, profile: int) -> None:
        """Set the lowest one for a station."""


class NoPins:
    """Stores nothing: every station may use any security profile."""

    def get(self, identity: str) -> int:  # noqa: ARG002 - the signature of the protocol
        """Return 0, because a station may use any security profile."""
        return 0

    def pin(self, identity: str, profile: int) -> None:
        """Ignore the security profile."""


def problem_of_profile(visitor: Visitor, profiles: Collection[int], least: int) -> str:
    """Return why a visitor must not use its security profile; empty if it may (A00.FR.002, A05.FR.07).

    profiles: those that may connect. least: the security profile that the mock has set in the station, or 0.
    """
    used = _PROFILES[visitor.profile]
    if visitor.profile not in profiles:
        return f"{used} is not let in (--security-profile {','.join(map(str, sorted(profiles)))})"
    if visitor.profile < least:
        return f"{used} is lower than {least}, to which the mock has raised this station"
    return ""
