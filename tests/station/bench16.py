"""A station of OCPP 1.6 without a socket."""

from mock_csms.protocol.versions import V16
from mock_csms.station import cues
from mock_csms.station.state import Identity
from mock_csms.station.v16.device import Device16, equipped, new_device
from mock_csms.station.v16.machine import MACHINE
from tests.station.bench import BenchOf

CARD = {"idToken": "TAG", "type": "ISO14443"}


class Bench16(BenchOf[Device16]):
    """A station with two connectors; `keys` are values of configuration keys."""

    def __init__(self, connectors: int = 2, **keys: str) -> None:
        super().__init__(MACHINE, V16, equipped(new_device(Identity(), connectors, 1), keys, frozenset()))

    def charge(self, connector: int = 1) -> None:
        """Plug in and present a card."""
        self.tell(cues.Plugged(connector))
        self.tell(cues.Presented(CARD, connector))

    @property
    def running(self) -> int:
        """The id of the transaction at connector 1."""
        transaction = self.device.connectors[1].transaction
        assert transaction is not None
        return transaction.number
