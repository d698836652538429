"""Makes the station that the settings of `mock-station` describe."""

from mock_csms.commands.connecting import profile_of
from mock_csms.protocol.records import replace
from mock_csms.settings.flags import option
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.machine import Machine
from mock_csms.station.machines import machine_for
from mock_csms.station.settings import StationSettings
from mock_csms.station.state import Identity, State


def device_of(settings: StationSettings, handshake: HandshakeRequest) -> State:
    """Return the station in the settings. Raises ValueError if the version of OCPP lacks something in them."""
    machine, trust = machine_for(handshake), handshake.trust
    if settings.device is None:
        identity = Identity(*(_known(settings, machine, name) for name in ("vendor", "model", "serial_number")))
        device = machine.new_device(identity, settings.evses, settings.connectors)
    else:
        device = machine.read(settings.device)
    if device is None:
        raise ValueError("--device: such a file describes a station of OCPP 2.x; use --evses, --connectors, --variable")
    places = machine.places(device)
    if settings.evse > places:
        raise ValueError(f"--evse: there is no EVSE {settings.evse}: the station has {places} (--evses N)")
    for habit in settings.misbehave:
        if habit.kind not in machine.kinds:
            raise ValueError(f"--misbehave: a station of this version of OCPP has no {habit.kind!r}")
    own = (trust.certificate, trust.key)
    device = machine.secured(device, profile_of(settings, handshake.url), trust.authorities, own)
    try:
        variables = machine.notation.variables(settings.variable)
    except ValueError as error:
        raise ValueError(f"--variable: {error}") from None
    equipped: State = machine.equipped(device, variables, settings.features)
    return replace(equipped, habits=settings.misbehave)


def _known(settings: StationSettings, machine: Machine, name: str) -> str:
    """Return a field of the station's identity. Raises ValueError if messages of its OCPP version cannot contain it."""
    try:
        return machine.notation.identity[name](getattr(settings, name))
    except ValueError as error:
        raise ValueError(f"{option(name)}: {error}") from None
