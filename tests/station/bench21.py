"""A station of OCPP 2.1 without a socket."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.versions import V21
from mock_csms.station import cues
from mock_csms.station.state import Identity
from mock_csms.station.v2.v21.device import Device21
from mock_csms.station.v2.v21.machine import MACHINE
from tests.station.bench import TOKEN, BenchOf

TARIFF: Json = {
    "tariffId": "T1",
    "currency": "EUR",
    "energy": {"prices": [{"priceKwh": 0.5}], "taxRates": [{"type": "vat", "tax": 20}]},
    "idleTime": {"prices": [{"priceMinute": 0.1}]},
    "fixedFee": {"prices": [{"priceFixed": 1.0}]},
}


class Bench21(BenchOf[Device21]):
    """A station with some EVSEs; `variables` are `COMPONENT.VARIABLE=VALUE`."""

    def __init__(self, *variables: str, evses: int = 2) -> None:
        device = MACHINE.new_device(Identity(), evses, 1)
        given = MACHINE.notation.variables(variables)
        super().__init__(MACHINE, V21, MACHINE.equipped(device, given, device.features))

    def charge(self, evse: int = 1, token: Json = TOKEN) -> str:
        """Plug in and present a card; return the id of the transaction."""
        self.tell(cues.Plugged(evse))
        self.tell(cues.Presented(token, evse))
        return self.running(evse)

    def running(self, evse: int = 1) -> str:
        """Return the id of the transaction at an EVSE."""
        transaction = self.device.evses[evse].transaction
        assert transaction is not None
        return transaction.id

    def events(self) -> list[Json]:
        """Return and forget the TransactionEvents that the station has sent, and all other calls."""
        return [payload for _, payload in self.take("TransactionEvent")]

    def monitor(self, **setting: Any) -> Json:
        """Set a monitor of the energy register of EVSE 1, and return its result."""
        item = {
            "component": {"name": "FiscalMetering", "evse": {"id": 1}},
            "variable": {"name": "EnergyImportRegister"},
            "type": "Periodic",
            "value": 2,
            "severity": 5,
        }
        answer = self.ask("SetVariableMonitoring", {"setMonitoringData": [item | setting]})
        (result,) = answer["setMonitoringResult"]
        return dict(result)
