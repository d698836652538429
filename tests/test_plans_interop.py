"""The plans with a station that is not ours: one as its users write it with the `ocpp` package's ChargePoint."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from ocpp import routing
from ocpp.exceptions import SecurityError
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import Action
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

on: Callable[[str], Callable[[Any], Any]] = routing.on
after: Callable[[str], Callable[[Any], Any]] = routing.after

ROOT = Path(__file__).resolve().parents[1]
TIME = "2026-01-01T00:00:00Z"
PROFILE = """
identity = "OCPP-1"
[timeouts]
message = 3
boot = 10
silence = 0.5
settle = 0.2
interval = 1
tolerance = 0.3
"""
CASES = (
    "TC_B_01_CS TC_B_03_CS TC_B_06_CS TC_B_07_CS TC_B_09_CS TC_B_10_CS TC_B_15_CS TC_B_20_CS TC_B_28_CS TC_B_30_CS "
    "TC_B_32_CS TC_B_33_CS TC_B_34_CS TC_B_35_CS TC_B_36_CS TC_B_37_CS TC_B_39_CS TC_B_43_CS "
    "TC-B05-SV TC-B06-GV TC-B11"
)
"""Those that need but messages, of which this station knows few."""


READ_ONLY = "OCPPCommCtrlr.MessageTimeout"


class Typical(ChargePoint):  # type: ignore[misc] # untyped
    """A station with five variables, one of which cannot be set; it boots, and resets when it is told to."""

    def __init__(self, connection: Any, variables: dict[str, str]) -> None:
        super().__init__("OCPP-1", connection, response_timeout=5)
        self._variables = variables
        self._is_accepted = False

    async def boot(self) -> None:
        """Boot until it is accepted, then tell of the one connector and of the start."""
        chargers = {"model": "typical", "vendor_name": "ocpp"}
        while True:
            answer = await self.call(call.BootNotification(chargers, "PowerUp"))
            self._is_accepted = answer.status == "Accepted"
            if self._is_accepted:
                break
            await asyncio.sleep(answer.interval)
        await self.call(call.StatusNotification(TIME, "Available", 1, 1))
        await self.call(call.SecurityEventNotification("StartupOfTheDevice", TIME))

    @on(Action.get_variables)
    def get_variables(self, get_variable_data: list[dict[str, Any]]) -> Any:
        """Tell what is there."""
        return call_result.GetVariables([self._found(asked) for asked in get_variable_data])

    @on(Action.set_variables)
    def set_variables(self, set_variable_data: list[dict[str, Any]]) -> Any:
        """Set what is there."""
        results = []
        for given in set_variable_data:
            found = self._found({key: value for key, value in given.items() if key != "attribute_value"})
            if _name(given) == READ_ONLY:
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

    @on(Action.get_base_report)
    def get_base_report(self, **_: Any) -> Any:
        """Refuse, as it has none, or may not."""
        if not self._is_accepted:
            raise SecurityError
        return call_result.GetBaseReport("NotSupported")

    @on(Action.set_network_profile)
    def set_network_profile(self, **_: Any) -> Any:
        """Refuse."""
        return call_result.SetNetworkProfile("Rejected")

    @on(Action.reset)
    def reset(self, evse_id: int | None = None, **_: Any) -> Any:
        """Agree, but not for one EVSE."""
        return call_result.Reset("Accepted" if evse_id is None else "Rejected")

    @after(Action.reset)
    async def restart(self, evse_id: int | None = None, **_: Any) -> None:
        """Go away, to come back."""
        if evse_id is None:
            await self._connection.close()


def _name(asked: dict[str, Any]) -> str:
    return f"{asked['component']['name']}.{asked['variable']['name']}"


async def live(url: str) -> None:
    """Be the station for good: connect, boot, listen, and come back."""
    variables = {"OCPPCommCtrlr.OfflineThreshold": "60", "OCPPCommCtrlr.HeartbeatInterval": "60"}
    variables |= {READ_ONLY: "30"}
    variables |= {"AuthCtrlr.LocalAuthorizeOffline": "true", "ChargingStation.AvailabilityState": "Available"}
    while True:
        with suppress(OSError, ConnectionClosed):
            async with connect(url, subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as connection:
                station = Typical(connection, variables)
                booting = asyncio.ensure_future(station.boot())
                try:
                    await station.start()
                finally:
                    booting.cancel()
        await asyncio.sleep(0.1)


@asynccontextmanager
async def alive(url: str) -> AsyncIterator[None]:
    """Let the station live until the block ends."""
    life = asyncio.ensure_future(live(url))
    yield
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)


async def test_a_station_that_is_not_ours_passes(tmp_path: Path) -> None:
    """The cases know nothing of the reference station: the same ones pass with another."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    profile = tmp_path / "station.toml"
    profile.write_text(PROFILE)
    wanted = [word for case in CASES.split() for word in ("--case", case)]
    words = ["-m", "pytest", "e2e-plans", "-p", "no:cacheprovider", "--profile", str(profile), "--port", str(port)]
    async with alive(f"ws://127.0.0.1:{port}/OCPP-1"):
        run = await asyncio.create_subprocess_exec(
            sys.executable, *words, *wanted, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await asyncio.wait_for(run.communicate(), 60)
    assert (run.returncode, f"{len(CASES.split())} passed" in out.decode()) == (0, True), out.decode()
