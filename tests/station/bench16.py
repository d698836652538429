"""A station of OCPP 1.6 without a socket."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.versions import V16
from mock_csms.station import cues
from mock_csms.station.state import Identity
from mock_csms.station.v16.device import Device16, equipped, new_device
from mock_csms.station.v16.machine import MACHINE
from tests.station.bench import BenchOf

STATUS, START, STOP, METER = "StatusNotification", "StartTransaction", "StopTransaction", "MeterValues"
CARD = {"idToken": "TAG", "type": "ISO14443"}


class Bench16(BenchOf[Device16]):
    """A station of OCPP 1.6; `keys` are the values of configuration keys."""

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


def statuses(bench: Bench16) -> list[tuple[int, str]]:
    """Return the statuses that the station has reported."""
    return [(payload["connectorId"], payload["status"]) for _, payload in bench.take(STATUS)]


def profile(**more: Any) -> Json:
    """Return a charging profile of 10 A."""
    schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}]}
    known: Json = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile"}
    return known | {"chargingProfileKind": "Relative", "chargingSchedule": schedule} | more
