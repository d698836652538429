"""The values that the meters of a station have reported."""

from typing import TypeAlias

from mock_csms.protocol.records import Bounded, Mutable, bounded

Register: TypeAlias = tuple[int, str, str, str]
"""A connector, a measurand, a phase and a location."""


class RegistersOfMeters(Mutable):
    """The last values of registers, and the times of meter values."""

    shown: Bounded[Register, tuple[float, str, str]] = bounded(1000)
    """By register: its value in Wh or varh, its timestamp, and its transaction."""
    stopped: Bounded[int, int] = bounded(1000)
    """The meterStop of the last transaction of each connector."""
    sampled_at: Bounded[str, float] = bounded(100)
    """By running transaction: when its periodic values last came."""
