"""A 1.6 station at a mock, in virtual time: the mock is the running program, the station that of `mock-station`."""

from typing import Any, Self

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16
from mock_csms.station import cues
from mock_csms.station.state import Habit, Identity
from mock_csms.station.v16.device import Device16, equipped, new_device
from tests.station.bench16 import CARD
from tests.station.play import Answering
from tests.station.rig import KNOWN, Rig, Stand


class Rig16(Rig):
    """A station with misbehaviours and two connectors; `keys` are values of configuration keys."""

    offered = ("ocpp1.6",)

    def __init__(
        self, habits: tuple[Habit, ...], csms: Answering | None = None, *, learns: bool = False, **keys: str
    ) -> None:
        Stand.__init__(self, learns=learns, rule=csms.rules if csms else [], basic_auth=KNOWN)
        self._device = replace(equipped(new_device(Identity(), 2, 1), keys, frozenset()), habits=habits)
        self._profile, self._running = 0, None

    @property
    def device(self) -> Any:
        """The state of the station."""
        assert isinstance(self._player.device, Device16)
        return self._player.device

    def known(self) -> Self:
        """Connect, and let the mock read all keys."""
        self.connect().command("GetConfiguration")
        return self

    def charge(self, connector: int = 1) -> Self:
        """Plug in and present a card."""
        return self.tell(cues.Plugged(connector), cues.Presented(CARD, connector))

    def leave(self, connector: int = 1) -> Self:
        """Present the card again, and unplug."""
        return self.tell(cues.Presented(CARD, connector), cues.Unplugged(connector))

    def at(self, seconds: float) -> str:
        """Return the timestamp a number of seconds from now."""
        return rfc3339(self.now + seconds)

    def running(self, connector: int = 1) -> int:
        """Return the id of the transaction at a connector; -7 if none runs."""
        transaction = self.device.connectors[connector].transaction
        return transaction.number if transaction is not None else -7

    def insult(self, action: str, payload: Any) -> None:
        """Send a command that violates its schema."""
        self.command(action, dict.fromkeys(V16.actions[action].request) | payload)
