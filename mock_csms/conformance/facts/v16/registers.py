"""What the meters of a station have shown."""

from typing import TypeAlias

from mock_csms.protocol.records import Bounded, Mutable, bounded

Register: TypeAlias = tuple[int, str, str, str]
"""A connector, the measurand, the phase and the location."""


class RegistersOfMeters(Mutable):
    """The last values of registers, and when values came."""

    shown: Bounded[Register, tuple[float, str, str]] = bounded(1000)
    """The value in Wh or varh, its timestamp, and the transaction, of each register."""
    stopped: Bounded[int, int] = bounded(1000)
    """The meterStop of the last transaction of each connector."""
    sampled_at: Bounded[str, float] = bounded(100)
    """When periodic values of each running transaction last came."""
