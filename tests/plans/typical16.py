"""A station of OCPP 1.6 written with ChargePoint of the `ocpp` package: one connector, four keys, no sessions."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from ocpp import routing
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.wire import PATIENCE

on: Callable[[str], Callable[[Any], Any]] = routing.on
after: Callable[[str], Callable[[Any], Any]] = routing.after

IDENTITY = "OCPP-16"
_NUMBERS = (0, 1)
_UNKNOWN = 2
_READ_ONLY = ("SupportedFeatureProfiles", "NumberOfConnectors")


class Typical16(ChargePoint):  # type: ignore[misc] # untyped
    """The station on one connection; `keys` and `statuses` outlive it."""

    def __init__(self, connection: Any, keys: dict[str, str], statuses: dict[int, str]) -> None:
        super().__init__(IDENTITY, connection, response_timeout=PATIENCE)
        self._keys, self._statuses = keys, statuses

    async def boot(self) -> None:
        """Boot until it is accepted, then report every connector."""
        while (answer := await self.call(call.BootNotification("typical", "ocpp"))).status != "Accepted":
            await asyncio.sleep(answer.interval)
        for number in _NUMBERS:
            await self._tell(number)

    async def _tell(self, number: int) -> None:
        await self.call(call.StatusNotification(number, "NoError", self._statuses[number]))

    @on(Action.get_configuration)
    def get_configuration(self, key: Any = None, **_: Any) -> Any:
        """Return keys that it has."""
        known = [name for name in self._keys if not key or name in key]
        found = [{"key": name, "readonly": name in _READ_ONLY, "value": self._keys[name]} for name in known]
        return call_result.GetConfiguration(found, [name for name in key or () if name not in self._keys])

    @on(Action.change_configuration)
    def change_configuration(self, key: str, value: str, **_: Any) -> Any:
        """Change the interval; it takes effect after a reboot."""
        if key not in self._keys:
            return call_result.ChangeConfiguration("NotSupported")
        if not value.isdecimal():
            return call_result.ChangeConfiguration("Rejected")
        self._keys[key] = value
        return call_result.ChangeConfiguration("RebootRequired")

    @on(Action.change_availability)
    def change_availability(self, connector_id: int, type: str, **_: Any) -> Any:  # noqa: A002 - its name in OCPP
        """Accept every change."""
        for number in _NUMBERS if connector_id == 0 else (connector_id,):
            self._statuses[number] = "Available" if type == "Operative" else "Unavailable"
        return call_result.ChangeAvailability("Accepted")

    @after(Action.change_availability)
    async def availability_changed(self, connector_id: int, **_: Any) -> None:
        """Report the change."""
        for number in _NUMBERS if connector_id == 0 else (connector_id,):
            await self._tell(number)

    @on(Action.reset)
    def reset(self, **_: Any) -> Any:
        """Accept it."""
        return call_result.Reset("Accepted")

    @after(Action.reset)
    async def restart(self, **_: Any) -> None:
        """Close the connection."""
        await self._connection.close()

    @on(Action.trigger_message)
    def trigger_message(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        """Accept only Heartbeat and known connectors."""
        if connector_id == _UNKNOWN:
            return call_result.TriggerMessage("Rejected")
        return call_result.TriggerMessage("Accepted" if requested_message == "Heartbeat" else "NotImplemented")

    @after(Action.trigger_message)
    async def triggered(self, requested_message: str, **_: Any) -> None:
        """Send what it has accepted to send."""
        if requested_message == "Heartbeat":
            await self.call(call.Heartbeat())

    @on(Action.unlock_connector)
    def unlock_connector(self, **_: Any) -> Any:
        """Answer that there is no lock."""
        return call_result.UnlockConnector("NotSupported")

    @on(Action.remote_start_transaction)
    def remote_start_transaction(self, **_: Any) -> Any:
        """Reject it."""
        return call_result.RemoteStartTransaction("Rejected")

    @on(Action.data_transfer)
    def data_transfer(self, **_: Any) -> Any:
        """Answer that the vendor is unknown."""
        return call_result.DataTransfer("UnknownVendorId")


@asynccontextmanager
async def living(url: str) -> AsyncIterator[None]:
    """Run the station, which reconnects whenever its connection is lost, until the block ends."""
    task = asyncio.ensure_future(_come_and_go(url))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _come_and_go(url: str) -> None:
    keys = {"SupportedFeatureProfiles": "Core,RemoteTrigger", "HeartbeatInterval": "60", "NumberOfConnectors": "1"}
    keys["MeterValueSampleInterval"] = "60"
    statuses = dict.fromkeys(_NUMBERS, "Available")
    while True:
        with suppress(OSError, ConnectionClosed):
            async with connect(url, subprotocols=[Subprotocol("ocpp1.6")], proxy=None) as connection:
                station = Typical16(connection, keys, statuses)
                booting = asyncio.ensure_future(station.boot())
                try:
                    await station.start()
                finally:
                    booting.cancel()
        await asyncio.sleep(0.1)
