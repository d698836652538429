"""A station of OCPP 2.1 and a mock that talk over a real WebSocket, in virtual time; and what they do together."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cache
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from mock_csms.station.cues import Plugged, Presented, Unplugged
from mock_csms.station.state import Habit, Identity
from mock_csms.station.v2.v21.device import Device21
from mock_csms.station.v2.v21.machine import MACHINE
from mock_csms.station.v2.v21.misbehaviours import NEW
from tests.conformance.live import Run, run_of
from tests.station.bench21 import TARIFF
from tests.station.performances import SCENARIOS
from tests.station.play import TOKEN
from tests.station.rig import Rig

PAYER: Json = {"idToken": "PSP-1", "type": "DirectPayment"}
NOBODY = "nobody"
VAR: Json = {"priority": 2, "setpoint": 5, "unit": "PctMaxVar"}
GRADIENT: Json = {"priority": 1, "gradient": 10, "softGradient": 5}
MONITOR: Json = {
    "component": {"name": "FiscalMetering", "evse": {"id": 1}},
    "variable": {"name": "EnergyImportRegister"},
    "type": "Periodic",
    "value": 2,
    "severity": 5,
}


def new_station(evses: int = 1, connectors: int = 1, **variables: str) -> Device21:
    """Return a station; `TxCtrlr_TxStartPoint="EVConnected"` sets one of its variables."""
    named = [f"{key.replace('_', '.', 1)}={value}" for key, value in variables.items()]
    device = MACHINE.new_device(Identity(), evses, connectors)
    made: Device21 = MACHINE.equipped(device, MACHINE.notation.variables(named), device.features)
    return made


class Rig21(Rig):
    """A station of OCPP 2.1 with misbehaviours at a mock."""

    offered = ("ocpp2.1",)

    def new_station(self, **given: Any) -> Device21:
        """Return a station with these settings."""
        return new_station(**given)

    @property
    def transaction(self) -> str:
        """The id of the transaction at EVSE 1."""
        running = self.device.evses[1].transaction
        return running.id if running else NOBODY


Begin = Callable[..., Rig21]


def tariffs(begin: Begin) -> None:
    """Tariffs are set, listed, changed and cleared, and a driver pays by one."""
    rig = begin(evses=2).connect()
    for evse, id_ in ((1, "T1"), (2, "T1"), (2, "T2")):
        rig.command("SetDefaultTariff", {"evseId": evse, "tariff": TARIFF | {"tariffId": id_}})
    rig.command("GetTariffs", {"evseId": 0})
    rig.command("ChangeTransactionTariff", {"transactionId": NOBODY, "tariff": TARIFF})
    rig.tell(Plugged(1), Presented(TOKEN, 1)).wait(90)
    rig.command("ChangeTransactionTariff", {"transactionId": rig.transaction, "tariff": TARIFF | {"tariffId": "T3"}})
    rig.wait(30).tell(Presented(TOKEN, 1), Unplugged(1), Plugged(1), Presented(PAYER, 1)).wait(30)
    rig.tell(Presented(PAYER, 1), Unplugged(1)).wait(5)
    rig.command("ClearTariffs", {"tariffIds": ["T1", "T2", "T9"]})
    rig.command("GetTariffs", {"evseId": 0})
    rig.wait(40)


def streams(begin: Begin) -> None:
    """Monitors with and without a stream are set and cleared."""
    rig = begin().connect()
    rig.command("SetVariableMonitoring", {"setMonitoringData": [MONITOR | {"periodicEventStream": {"interval": 10}}]})
    rig.wait(25)
    rig.command("AdjustPeriodicEventStream", {"id": 1, "params": {"values": 2}})
    rig.wait(10).command("GetPeriodicEventStream")
    rig.command("ClearVariableMonitoring", {"id": [1]})
    rig.wait(5).command("SetVariableMonitoring", {"setMonitoringData": [MONITOR]})
    rig.wait(40)


def dynamic_profiles(begin: Begin) -> None:
    """The limits of profiles are pulled and pushed; priority charging is turned on and off."""
    rig = begin().connect()
    period = [{"startPeriod": 0, "limit": 10}]
    profile: Json = {
        "id": 5,
        "chargingProfileKind": "Dynamic",
        "dynUpdateInterval": 60,
        "chargingProfilePurpose": "TxDefaultProfile",
        "stackLevel": 0,
        "chargingSchedule": [{"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": period}],
    }
    plain = {"chargingProfileKind": "Absolute", "dynUpdateInterval": None}
    schedule = {"id": 1, "startSchedule": rfc3339(rig.now), "chargingRateUnit": "A", "chargingSchedulePeriod": period}
    more = {"id": 6, "chargingProfilePurpose": "PriorityCharging", "chargingSchedule": [schedule]}
    rig.command("SetChargingProfile", {"evseId": 0, "chargingProfile": profile})
    rig.command("SetChargingProfile", {"evseId": 0, "chargingProfile": profile | plain | more})
    for number in (5, 6):
        rig.command("UpdateDynamicSchedule", {"chargingProfileId": number, "scheduleUpdate": {"limit": 8}})
    rig.command("UsePriorityCharging", {"transactionId": NOBODY})
    rig.tell(Plugged(1), Presented(TOKEN, 1)).wait(70)
    rig.command("UsePriorityCharging", {"transactionId": rig.transaction})
    rig.tell(cues.PriorityTurned(1), Presented(TOKEN, 1)).wait(40)


def der_controls(begin: Begin) -> None:
    """DER controls are set, reported, started and cleared."""
    rig = begin().connect()
    control: Json = {"isDefault": True, "controlId": "c1", "controlType": "FixedVar", "fixedVar": VAR, "gradient": None}
    scheduled = {"isDefault": False, "fixedVar": VAR | {"startTime": rfc3339(rig.now + 10), "duration": 20}}
    for changed in ({}, {"controlId": "c2"} | scheduled, {"controlId": "c3", "gradient": GRADIENT}):
        rig.command("SetDERControl", control | changed)
    for number in (1, 2):
        rig.command("GetDERControl", {"requestId": number, "isDefault": number == 1})
    rig.wait(40).command("ClearDERControl", {"isDefault": True})
    rig.command("GetDERControl", {"requestId": 3})
    rig.tell(cues.GridFault("LVMustTrip", "UnderVoltage")).wait(40)


def swaps(begin: Begin) -> None:
    """The CSMS and a driver want to swap a battery."""
    rig = begin(evses=3, BatterySwapCtrlr_Enabled="true").connect()
    rig.command("RequestBatterySwap", {"requestId": 17, "idToken": TOKEN})
    rig.tell(cues.BatteryGiven(1), cues.BatteryTaken()).wait(5)
    rig.tell(cues.SwapWished(TOKEN)).wait(5)
    rig.tell(cues.BatteryGiven(2)).wait(100)


def resumes(begin: Begin) -> None:
    """A transaction goes on after a reboot; a vehicle's way to get energy is not allowed any more."""
    rig = begin().connect().tell(Plugged(1), Presented(TOKEN, 1)).wait(5)
    rig.command("Reset", {"type": "ImmediateAndResume"})
    rig.settle().wait(70)
    rig.command("NotifyAllowedEnergyTransfer", {"transactionId": rig.transaction, "allowedEnergyTransfer": ["DC"]})
    rig.wait(40)


OF_21: Mapping[str, Callable[[Begin], None]] = {
    "tariffs": tariffs,
    "streams": streams,
    "dynamic profiles": dynamic_profiles,
    "DER controls": der_controls,
    "battery swaps": swaps,
    "resumes": resumes,
}
"""What only a station of OCPP 2.1 does."""


@cache
def perform(scenario: str, *habits: Habit, learns: bool = True) -> Run:
    """Let a station of OCPP 2.1 with these habits perform a scenario at the running mock."""
    return run_of(*_rigs(scenario, habits, learns=learns))


@cache
def occasions() -> Mapping[str, set[str]]:
    """Return the new misbehaviours that have an occasion in each scenario; none of them starts."""
    dormant = tuple(Habit(kind, 10**6) for kind in NEW)
    played = {scenario: _rigs(scenario, dormant) for scenario in OF_21}
    assert [line for rigs in played.values() for line in run_of(*rigs).lines()] == []
    return {
        scenario: {habit.kind for rig in rigs for habit in rig.device.habits if habit.seen}
        for scenario, rigs in played.items()
    }


def _rigs(scenario: str, habits: tuple[Habit, ...], *, learns: bool = True) -> list[Rig21]:
    rigs: list[Rig21] = []
    with ExitStack() as stack:

        def begin(*csms: object, **settings: object) -> Rig21:
            rigs.append(stack.enter_context(Rig21(habits, *csms, learns=learns, **settings)))  # type: ignore[arg-type] # as in live.perform
            return rigs[-1]

        (OF_21.get(scenario) or SCENARIOS[scenario])(begin)  # type: ignore[arg-type] # a rig has what scenarios need
    return rigs
