"""--learn: the mock reads the device model of each station once, without delaying the user's commands."""

import asyncio
from pathlib import Path
from typing import Any

from mock_csms.conformance.v2.needed_variables import NEEDED_VARIABLES
from tests.pace import turns
from tests.verdicts import Run
from tests.wire import BOOT, Station

REPORT: dict[str, Any] = {"generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0}


async def send_and_expect_answer(station: Station, id_: str, action: str, payload: Any) -> None:
    """Send a call and return its answer, also if a command comes before it."""
    await station.send([2, id_, action, payload])
    await station.expect(3, id_)


async def asked_for_all(station: Station) -> tuple[str, Any]:
    """Expect a GetBaseReport for the full inventory; return its message id and requestId."""
    _, id_, _, payload = await station.expect(2, ..., "GetBaseReport")
    assert payload["reportBase"] == "FullInventory"
    return id_, payload["requestId"]


async def obey_get_variables(station: Station, most: int) -> list[tuple[str, str]]:
    """Answer all GetVariables as a station that accepts `most` variables at once; return the requested ones."""
    names: list[tuple[str, str]] = []
    while len(names) <= len(NEEDED_VARIABLES):
        _, id_, _, payload = await station.expect(2, ..., "GetVariables")
        items = payload["getVariableData"]
        assert len(items) <= most
        results = [item | {"attributeStatus": "Accepted", "attributeValue": str(most)} for item in items]
        await station.send([3, id_, {"getVariableResult": results}])
        names += [(item["component"]["name"], item["variable"]["name"]) for item in items]
    return names[1:]


async def test_the_report_is_requested_once() -> None:
    """The mock requests the report after the first accepted boot only, not on later boots or connections."""
    async with await asyncio.to_thread(Run, "--learn") as mock:
        async with mock.station() as station:
            await station.nothing(0.3)
            await station.ask("BootNotification", BOOT)
            id_, number = await asked_for_all(station)
            await station.send([3, id_, {"status": "Accepted"}])
            await send_and_expect_answer(station, "1", "NotifyReport", REPORT | {"requestId": number, "tbc": True})
            await send_and_expect_answer(station, "2", "NotifyReport", REPORT | {"requestId": number, "seqNo": 1})
            await send_and_expect_answer(station, "3", "BootNotification", BOOT)
            await station.nothing(0.5)
        async with mock.station() as station:
            await send_and_expect_answer(station, "4", "BootNotification", BOOT)
            await station.nothing(0.5)


async def test_single_variables_of_a_station_without_reports() -> None:
    """If a station has no reports, the mock gets the variables that checks read, as many at once as it accepts."""
    async with await asyncio.to_thread(Run, "--learn") as mock, mock.station() as station:
        await station.ask("BootNotification", BOOT)
        id_, _ = await asked_for_all(station)
        await station.send([4, id_, "NotImplemented", "", {}])
        names = await obey_get_variables(station, 4)
        assert names == [(component, variable.partition("/")[0]) for component, variable in NEEDED_VARIABLES]
        await station.nothing(0.5)


async def test_single_variables_after_a_missing_report() -> None:
    """If the report does not come within --call-timeout, the mock gets the single variables."""
    for turn in turns():
        with turn as pace:
            mock = await asyncio.to_thread(Run, "--learn", f"--call-timeout={pace}")
            async with mock, mock.station() as station:
                await station.ask("BootNotification", BOOT)
                id_, _ = await asked_for_all(station)
                await station.send([3, id_, {"status": "Accepted"}])
                assert len(await obey_get_variables(station, 10)) == len(NEEDED_VARIABLES)


async def test_an_incomplete_report_is_requested_again() -> None:
    """The mock requests an incomplete report again on the next connection, without a boot, up to three times in all."""
    async with await asyncio.to_thread(Run, "--learn") as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            await asked_for_all(station)
        for _ in range(2):
            async with mock.station() as station:
                await asked_for_all(station)
        async with mock.station() as station:
            await station.nothing(0.5)


async def test_commands_of_scripts_go_first() -> None:
    """Commands of scripts have priority over the commands of --learn."""
    flags = ("--learn", "--commands=ClearCache:0,GetLocalListVersion:0", "--after=boot")
    async with await asyncio.to_thread(Run, *flags) as mock, mock.station() as station:
        await station.ask("BootNotification", BOOT)
        await asyncio.sleep(0.3)
        await station.obey("ClearCache")
        id_, _ = await asked_for_all(station)
        await station.send([3, id_, {"status": "NotSupported"}])
        await station.obey("GetLocalListVersion")
        assert len(await obey_get_variables(station, 10)) == len(NEEDED_VARIABLES)


async def test_checks_use_the_learned_variables(tmp_path: Path) -> None:
    """The checks use the learned variables: K02 reports a unit that is not in RateUnit."""
    (tmp_path / "mock.toml").write_text('[[command]]\naction = "GetCompositeSchedule"\non = "NotifyReport"\n')
    flags = ("--learn", "--checks=K02", f"--config={tmp_path / 'mock.toml'}")
    async with await asyncio.to_thread(Run, *flags) as mock, mock.station() as station:
        await station.ask("BootNotification", BOOT)
        id_, number = await asked_for_all(station)
        await station.send([3, id_, {"status": "Accepted"}])
        unit = {
            "component": {"name": "SmartChargingCtrlr"},
            "variable": {"name": "RateUnit"},
            "variableAttribute": [{"value": "W"}],
        }
        await send_and_expect_answer(station, "1", "NotifyReport", REPORT | {"requestId": number, "reportData": [unit]})
        await station.obey("GetCompositeSchedule")
        await station.ask("Heartbeat")
        mock.process.terminate()
        _, report = await mock.ended()
        assert "K02" in report
