"""The machine of each OCPP version. A new version is a folder beside `v2/` and a row here."""

from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS
from mock_csms.station.handshake import HandshakeRequest, version_of
from mock_csms.station.machine import Machine
from mock_csms.station.v2.machine import MACHINE

MACHINES: dict[str, Machine] = {"2.0.1": MACHINE}
"""The machine of each version, by the name of the version."""

PREFERRED = MACHINES[DEFAULT.name]
"""The machine whose notation is used for settings and control lines: they are read before a version is agreed."""


def subprotocols() -> list[str]:
    """Return the subprotocols of the versions that have a machine, the preferred one first."""
    return [name for name, version in SUBPROTOCOLS.items() if version.name in MACHINES]


def machine_for(handshake: HandshakeRequest) -> Machine:
    """Return the machine for the version that a handshake offers; the preferred one if that version has none."""
    return MACHINES.get(version_of(handshake).name, PREFERRED)
