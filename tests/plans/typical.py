"""A station written with ChargePoint of the `ocpp` package, and a robot that operates it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from ocpp import routing
from ocpp.charge_point import camel_to_snake_case
from ocpp.exceptions import SecurityError
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import Action
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.wire import PATIENCE

on: Callable[[str], Callable[[Any], Any]] = routing.on
after: Callable[[str], Callable[[Any], Any]] = routing.after

IDENTITY = "OCPP-1"
_FIRST = {
    "OCPPCommCtrlr.OfflineThreshold": "60",
    "OCPPCommCtrlr.HeartbeatInterval": "60",
    "AuthCtrlr.LocalAuthorizeOffline": "true",
    "ChargingStation.AvailabilityState": "Available",
    "OCPPCommCtrlr.MessageTimeout": "30",
}
_READ_ONLY = "OCPPCommCtrlr.MessageTimeout"


def now() -> str:
    """Return a fixed time: the cases do not look at it."""
    return "2026-01-01T00:00:00Z"


class Typical(ChargePoint):  # type: ignore[misc] # untyped
    """A station with one connector and five variables, one of them ReadOnly; it boots, and accepts resets."""

    def __init__(self, connection: Any, variables: dict[str, str]) -> None:
        super().__init__(IDENTITY, connection, response_timeout=PATIENCE)
        self._variables = variables
        self._is_accepted = False

    async def boot(self) -> None:
        """Boot until it is accepted, then report the connector and the startup."""
        chargers = {"model": "typical", "vendor_name": "ocpp"}
        while True:
            answer = await self.call(call.BootNotification(chargers, "PowerUp"))
            self._is_accepted = answer.status == "Accepted"
            if self._is_accepted:
                break
            await asyncio.sleep(answer.interval)
        await self.tell_status()
        await self.call(call.SecurityEventNotification("StartupOfTheDevice", now()))

    async def tell_status(self) -> None:
        """Report the status of the connector."""
        await self.call(call.StatusNotification(now(), "Available", 1, 1))

    # Variables.

    @on(Action.get_variables)
    def get_variables(self, get_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        """Return the variables that it has."""
        return call_result.GetVariables([self._found(asked) for asked in get_variable_data])

    @on(Action.set_variables)
    def set_variables(self, set_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        """Set the variables that it has."""
        results = []
        for given in set_variable_data:
            found = self._found({key: value for key, value in given.items() if key != "attribute_value"})
            if _name(given) == _READ_ONLY:
                found["attribute_status"] = "Rejected"
            if found.pop("attribute_value", None) is not None:
                self._variables[_name(given)] = given["attribute_value"]
            results.append(found)
        return call_result.SetVariables(results)

    def _found(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("attribute_type", "Actual") != "Actual":
            return {**asked, "attribute_status": "NotSupportedAttributeType"}
        if _name(asked) in self._variables:
            return {**asked, "attribute_status": "Accepted", "attribute_value": self._variables[_name(asked)]}
        components = {name.partition(".")[0] for name in self._variables}
        known = asked["component"]["name"] in components
        return {**asked, "attribute_status": "UnknownVariable" if known else "UnknownComponent"}

    @on(Action.get_report)
    def get_report(self, **_: Any) -> Any:
        """Accept."""
        return call_result.GetReport("Accepted")

    @after(Action.get_report)
    async def report(self, request_id: int, component_variable: list[dict[str, Any]], **_: Any) -> None:
        """Report each variable."""
        data = [one | {"variable_attribute": [{"value": self._variables[_name(one)]}]} for one in component_variable]
        await self.call(call.NotifyReport(request_id, now(), 0, data))

    @on(Action.get_base_report)
    def get_base_report(self, **_: Any) -> Any:
        """Answer that the report is not supported, or reject it."""
        if not self._is_accepted:
            raise SecurityError
        return call_result.GetBaseReport("NotSupported")

    @on(Action.set_network_profile)
    def set_network_profile(self, **_: Any) -> Any:
        """Reject."""
        return call_result.SetNetworkProfile("Rejected")

    # Commands.

    @on(Action.reset)
    def reset(self, evse_id: int | None = None, **_: Any) -> Any:
        """Accept, except for a single EVSE."""
        return call_result.Reset("Accepted" if evse_id is None else "Rejected")

    @after(Action.reset)
    async def restart(self, evse_id: int | None = None, **_: Any) -> None:
        """Disconnect, to reconnect."""
        if evse_id is None:
            await self._connection.close()

    @on(Action.trigger_message)
    def trigger_message(self, requested_message: str, **_: Any) -> Any:
        """Accept a trigger of the messages that it can send."""
        able = requested_message in ("Heartbeat", "StatusNotification")
        return call_result.TriggerMessage("Accepted" if able else "NotImplemented")

    @after(Action.trigger_message)
    async def send_triggered(self, requested_message: str, **_: Any) -> None:
        """Send the triggered message."""
        if requested_message == "Heartbeat":
            await self.call(call.Heartbeat())
        elif requested_message == "StatusNotification":
            await self.tell_status()

    @on(Action.change_availability)
    def change_availability(self, **_: Any) -> Any:
        """Accept."""
        return call_result.ChangeAvailability("Accepted")

    @on(Action.data_transfer)
    def data_transfer(self, **_: Any) -> Any:
        """Answer with UnknownVendorId."""
        return call_result.DataTransfer("UnknownVendorId")

    @on(Action.get_transaction_status)
    def get_transaction_status(self, **_: Any) -> Any:
        """Answer that no messages are queued."""
        return call_result.GetTransactionStatus(messages_in_queue=False)

    @on(Action.customer_information)
    def customer_information(self, **_: Any) -> Any:
        """Accept."""
        return call_result.CustomerInformation("Accepted")

    @after(Action.customer_information)
    async def tell_customer(self, request_id: int, **_: Any) -> None:
        """Report that nothing is stored."""
        await self.call(call.NotifyCustomerInformation("", 0, now(), request_id))

    # Certificates: it accepts none.

    @on(Action.install_certificate)
    def install_certificate(self, **_: Any) -> Any:
        """Reject."""
        return call_result.InstallCertificate("Rejected")

    @on(Action.get_installed_certificate_ids)
    def get_installed_certificate_ids(self, **_: Any) -> Any:
        """Answer with NotFound."""
        return call_result.GetInstalledCertificateIds("NotFound")

    @on(Action.delete_certificate)
    def delete_certificate(self, **_: Any) -> Any:
        """Answer with NotFound."""
        return call_result.DeleteCertificate("NotFound")


def _name(asked: dict[str, Any]) -> str:
    return f"{asked['component']['name']}.{asked['variable']['name']}"


class Life:
    """Runs the station: it connects, boots, listens, and reconnects. The URL `robot` is its operator."""

    def __init__(self) -> None:
        self._station: Typical | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.robot = ""

    @asynccontextmanager
    async def live(self, url: str) -> AsyncIterator[None]:
        """Run it until the block ends."""
        server = await asyncio.start_server(self._obey, "127.0.0.1", 0)
        self.robot = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        self._start(self._come_and_go(url))
        yield
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _come_and_go(self, url: str) -> None:
        variables = dict(_FIRST)
        while True:
            with suppress(OSError, ConnectionClosed):
                async with connect(url, subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as connection:
                    self._station = Typical(connection, variables)
                    booting = asyncio.ensure_future(self._station.boot())
                    try:
                        await self._station.start()
                    finally:
                        booting.cancel()
            await asyncio.sleep(0.1)

    async def _obey(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let the station send a call, or restart; the robot can do nothing else."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        wish = json.loads(await reader.readexactly(int(head.partition("content-length:")[2].split()[0])))
        status = 204
        if self._station and wish["action"] == "send":
            self._start(self._station.call(getattr(call, wish["call"])(**camel_to_snake_case(wish["payload"]))))
        elif self._station and wish["action"] == "reboot":
            self._start(self._station.restart())
        else:
            status = 501
        writer.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % status)
        writer.close()
