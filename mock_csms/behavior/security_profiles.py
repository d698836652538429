"""Security profiles: which one a visitor uses, which are let in, and below which a station must not go again (A00)."""

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
    """The security profiles below which stations must not go any more."""

    def get(self, identity: str) -> int:
        """Return the lowest one for a station; 0 if it may use any."""

    def pin(self, identity: str, profile: int) -> None:
        """Set the lowest one for a station."""


class NoPins:
    """Where no security profile is kept."""

    def get(self, identity: str) -> int:  # noqa: ARG002 - the signature of the protocol
        """Return 0."""
        return 0

    def pin(self, identity: str, profile: int) -> None:
        """Do nothing."""


def problem_of_profile(visitor: Visitor, profiles: Collection[int], least: int) -> str:
    """Return why a visitor must not use its security profile; empty if it may (A00.FR.002, A05.FR.07).

    `profiles` are those that are let in, and `least` the one to which the mock has raised the station, or 0.
    """
    used = _PROFILES[visitor.profile]
    if visitor.profile not in profiles:
        return f"{used} is not let in (--security-profile {','.join(map(str, sorted(profiles)))})"
    if visitor.profile < least:
        return f"{used} is lower than {least}, to which the mock has raised this station"
    return ""
