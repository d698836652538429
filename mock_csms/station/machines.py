"""The machine of each OCPP version. A new version is a folder beside `v2/` and a row here."""

from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS
from mock_csms.settings import values
from mock_csms.station.handshake import HandshakeRequest, version_of
from mock_csms.station.machine import Machine
from mock_csms.station.v2.machine import MACHINE
from mock_csms.station.v2.v21.machine import MACHINE as OF_21
from mock_csms.station.v16.machine import MACHINE as OF_16

MACHINES: dict[str, Machine] = {"2.0.1": MACHINE, "2.1": OF_21, "1.6": OF_16}
"""The machine of each version, by the name of the version."""

PREFERRED_VERSION = DEFAULT.name
PREFERRED = MACHINES[PREFERRED_VERSION]
"""The machine whose notation is used for settings and control lines: they are read before a version is agreed."""


KINDS = {kind: row for machine in MACHINES.values() for kind, row in machine.kinds.items()}
"""The misbehaviours of all machines."""


def subprotocols() -> list[str]:
    """Return the subprotocols of the versions that have a machine, the preferred one first."""
    return [name for name, version in SUBPROTOCOLS.items() if version.name in MACHINES]


def subprotocol(text: str) -> str:
    """Return the subprotocol for a text: its name, or the name of a version. Raises ValueError."""
    known = subprotocols()
    named = {SUBPROTOCOLS[name].name: name for name in reversed(known)}  # of two, the preferred one
    return named[text] if text in named else values.one_of(lambda: [*known, *named])(text)


def machine_for(handshake: HandshakeRequest) -> Machine:
    """Return the machine for the version that a handshake offers; the preferred one if that version has none."""
    return MACHINES.get(version_of(handshake).name, PREFERRED)
