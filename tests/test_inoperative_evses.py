"""Charging at Inoperative EVSEs, and required variables, over a real WebSocket."""

from collections.abc import Mapping
from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from tests.real_station import TOKEN, Play, Real, findings

ACCEPTED = {"status": "Accepted"}


async def change_availability(
    station: Real, answer: str = "Accepted", evse: int | None = 1, state: str = "Inoperative"
) -> None:
    """Let the mock set an EVSE or the whole station Inoperative or Operative."""
    place = {"id": evse} if evse else None
    await station.command("ChangeAvailability", {"operationalStatus": state, "evse": place}, {"status": answer})


async def charge(station: Real, id_: str = "T", evse: int = 1, **more: Any) -> None:
    """Start a transaction."""
    place = {"id": evse, "connectorId": 1}
    info = {"transactionId": id_, "chargingState": "Charging"}
    await station.event("Started", "Authorized", idToken=TOKEN, evse=place, info=info, **more)


async def set_inoperative(station: Real) -> None:
    """Charge at an EVSE that was set Inoperative."""
    await change_availability(station)
    await station.tell("Unavailable")
    await charge(station)


async def set_inoperative_but_not_reported(station: Real) -> None:
    """Charge at an EVSE that was set Inoperative, but not reported as Unavailable."""
    await change_availability(station)
    await charge(station)


async def whole_station_set_inoperative(station: Real) -> None:
    """Charge at a station that was set Inoperative as a whole."""
    await change_availability(station, evse=None)
    await charge(station)


async def another_connector(station: Real) -> None:
    """Charge at another connector of the EVSE than the one that was set Inoperative."""
    request = {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 2}}
    await station.command("ChangeAvailability", request, ACCEPTED)
    await charge(station)


async def another_evse(station: Real) -> None:
    """Charge at an EVSE that was not set Inoperative."""
    await change_availability(station)
    await charge(station, evse=2)


async def set_operative_again(station: Real) -> None:
    """Charge at an EVSE that was set Operative again."""
    await change_availability(station)
    await change_availability(station, state="Operative")
    await charge(station)


async def perhaps_operative_again(station: Real) -> None:
    """Charge at an EVSE that may be Operative again: the mock does not know it."""
    await change_availability(station)
    await change_availability(station, "Rejected", state="Operative")
    await charge(station)


async def another_set_operative(station: Real) -> None:
    """Charge at an Inoperative EVSE after another one was set Operative."""
    await change_availability(station)
    await change_availability(station, evse=2, state="Operative")
    await charge(station)


async def change_rejected(station: Real) -> None:
    """Charge at an EVSE for which the station rejected the change."""
    await change_availability(station, "Rejected")
    await charge(station)


async def transaction_continues(station: Real) -> None:
    """Continue a transaction at an EVSE that is scheduled to become Inoperative."""
    await charge(station)
    await change_availability(station, "Scheduled")
    await station.event("Updated", "ChargingStateChanged", 1, info={"chargingState": "SuspendedEV"})
    await station.event("Updated", "ChargingStateChanged", 2, info={"chargingState": "Charging"})
    await station.event("Ended", "StopAuthorized", 3, idToken=TOKEN)


async def new_transaction_after_the_end(station: Real) -> None:
    """Start another transaction after the end of one has made the EVSE Inoperative."""
    await transaction_continues(station)
    await station.tell("Unavailable")
    await charge(station, "T2")


async def reported_late(station: Real) -> None:
    """Report a transaction late that began before the change."""
    await change_availability(station)
    await charge(station, after=-60.0)


async def reported_as_offline(station: Real) -> None:
    """Report a transaction that happened offline."""
    await change_availability(station)
    await charge(station, offline=True)


async def only_plugged_in(station: Real) -> None:
    """Start a transaction by plugging in."""
    await change_availability(station)
    await station.event("Started", "CablePluggedIn", info={"chargingState": "EVConnected"})


async def plugged_in_before(station: Real) -> None:
    """Start a transaction by plugging in, and continue it after the EVSE was set Inoperative."""
    await station.event("Started", "CablePluggedIn", info={"chargingState": "EVConnected"})
    await change_availability(station, "Scheduled")
    await station.event("Updated", "CablePluggedIn", 1, info={"chargingState": "EVConnected"})


async def after_a_boot(station: Real) -> None:
    """Charge after a boot, while the station still reports Unavailable."""
    await change_availability(station)
    await station.command("Reset", {"type": "Immediate"}, ACCEPTED)
    await station.boot("RemoteReset")
    await station.tell("Unavailable")
    await charge(station)


async def set_operative_by_a_boot(station: Real) -> None:
    """Charge after a boot that made the EVSE Operative, which is another mistake (B12)."""
    await change_availability(station)
    await station.command("Reset", {"type": "Immediate"}, ACCEPTED)
    await station.boot("RemoteReset")
    await station.tell("Available")
    await charge(station)


PLAYS: Mapping[Play, str] = {
    set_inoperative: "T",
    set_inoperative_but_not_reported: "T",
    whole_station_set_inoperative: "T",
    another_set_operative: "T",
    perhaps_operative_again: "",
    new_transaction_after_the_end: "T2",
    after_a_boot: "T",
    another_connector: "",
    another_evse: "",
    set_operative_again: "",
    change_rejected: "",
    transaction_continues: "",
    reported_late: "",
    reported_as_offline: "",
    only_plugged_in: "T",
    plugged_in_before: "",
    set_operative_by_a_boot: "",
}


@pytest.mark.parametrize("play", PLAYS)
async def test_charging_at_inoperative_evses(play: Play) -> None:
    """G09 reports a transaction that starts at an Inoperative EVSE, connector or station."""
    id_ = PLAYS[play]

    async def whole(station: Real) -> None:
        await station.begin((1, 1), (2, 1))
        await play(station)

    wrong = [f"G09: {id_} started on connector 1.1, which is Inoperative"] if id_ else []
    assert [each.partition(" (")[0] for each in await findings(whole, checks="G09")] == wrong


@pytest.mark.parametrize(
    ("component", "variable", "answer", "is_wrong"),
    [
        ("OCPPCommCtrlr", "OfflineThreshold", "UnknownVariable", True),
        ("TxCtrlr", "txstartpoint", "UnknownComponent", True),
        ("OCPPCommCtrlr", "OfflineThreshold", "Rejected", False),
        ("OCPPCommCtrlr", "HeartbeatInterval", "UnknownVariable", False),
        ("EVSE", "Power", "UnknownVariable", False),
    ],
)
async def test_required_variables(component: str, variable: str, answer: str, is_wrong: bool) -> None:
    """V16 reports a required variable that GetVariables says is unknown, also without an inventory."""

    async def play(station: Real) -> None:
        await station.begin()
        await station.get(component, variable, answer)

    wrong = [f"V16: {component}.{variable} is answered with {answer}".lower()] if is_wrong else []
    assert [each.lower() for each in await findings(play, checks="V16")] == wrong


def answer_unknown_variable(request: Json) -> Json:
    """Answer UnknownVariable for every requested variable."""
    result = {"attributeType": "Actual", "attributeStatus": "UnknownVariable"}
    items = request["getVariableData"]
    return {"getVariableResult": [{"component": i["component"], "variable": i["variable"]} | result for i in items]}


async def test_required_variables_that_are_learned() -> None:
    """With --learn V16 reports each required variable that a station without reports does not have."""

    async def play(station: Real) -> None:
        await station.boot()
        await station.obey("GetBaseReport", lambda _: {"status": "NotSupported"})
        for _ in range(2):
            await station.obey("GetVariables", answer_unknown_variable)

    found = await findings(play, checks="V16", learn=True)
    assert found
    assert all("is answered with UnknownVariable" in line for line in found)
