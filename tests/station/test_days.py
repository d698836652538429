"""Random days under charging profiles: registers and composite schedules stay consistent (K01, K08, J01, J02)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Closed, Opened, Plugged, Presented, Unplugged
from mock_csms.station.v2.variables import ALIGNED_ENDED_INTERVAL, ALIGNED_INTERVAL, ENDED_INTERVAL
from tests.station.driven import MIDNIGHT, TOKEN, Driven
from tests.station.test_charging import DEFAULT, MAX, TX

INTERVALS = {ALIGNED_INTERVAL: "70", ALIGNED_ENDED_INTERVAL: "110", ENDED_INTERVAL: "130"}
SECONDS = st.integers(-100_000, 100_000).map(lambda after: rfc3339(MIDNIGHT + 36_000 + after))
PERIODS = st.lists(
    st.fixed_dictionaries(
        {"startPeriod": st.integers(1, 900), "limit": st.sampled_from([0, 0.1, 6, 16, 7000, 1e300])},
        optional={"numberPhases": st.integers(1, 3)},
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda period: int(period["startPeriod"]),
)


@st.composite
def settings_of_profiles(draw: st.DrawFn) -> tuple[str, Json]:
    """Return a SetChargingProfile, which is accepted if its transaction runs and its stack level is free."""
    purpose = draw(st.sampled_from([DEFAULT, DEFAULT, MAX, TX]))
    kinds = ["Absolute", "Recurring", "Relative"]
    kind = draw(st.sampled_from(kinds[:2] if purpose == MAX else kinds))
    periods = sorted(draw(PERIODS), key=lambda period: int(period["startPeriod"]))
    schedule: Json = {"id": 1, "chargingRateUnit": draw(st.sampled_from("AW"))}
    schedule["chargingSchedulePeriod"] = [{**periods[0], "startPeriod": 0}, *periods[1:]]
    schedule |= {} if kind == "Relative" else {"startSchedule": draw(SECONDS)}
    schedule |= draw(st.sampled_from([{}, {"duration": 300}, {"duration": 5000}]))
    profile: Json = {"id": draw(st.integers(1, 5)), "stackLevel": draw(st.integers(0, 2))}
    profile |= {"chargingProfilePurpose": purpose, "chargingProfileKind": kind, "chargingSchedule": [schedule]}
    profile |= {"recurrencyKind": draw(st.sampled_from(["Daily", "Weekly"]))} if kind == "Recurring" else {}
    profile |= {"transactionId": draw(st.sampled_from(["tx-1", "tx-2", "tx-3"]))} if purpose == TX else {}
    profile |= draw(st.fixed_dictionaries({}, optional={"validFrom": SECONDS, "validTo": SECONDS}))
    evse = 0 if purpose == MAX else draw(st.integers(1 if purpose == TX else 0, 2))
    return "SetChargingProfile", {"evseId": evse, "chargingProfile": profile}


EVSES = st.integers(-1, 3)
CUES = st.one_of(
    st.builds(Plugged, st.integers(1, 2)),
    st.builds(Unplugged, st.integers(1, 2)),
    st.builds(Presented, st.just({**TOKEN, "idToken": "driver 1"}) | st.just(TOKEN), st.integers(1, 2)),
    st.sampled_from([Closed(), Opened()]),
)
COMMANDS = st.one_of(
    settings_of_profiles(),
    settings_of_profiles(),
    settings_of_profiles(),
    st.tuples(
        st.just("GetCompositeSchedule"), st.fixed_dictionaries({"evseId": EVSES, "duration": st.integers(-1, 10**9)})
    ),
    st.tuples(st.just("ClearChargingProfile"), st.fixed_dictionaries({"chargingProfileId": st.integers(1, 6)})),
    st.just(("Reset", {"type": "Immediate"})),
)
STEPS = st.lists(st.one_of(CUES, COMMANDS, COMMANDS, st.floats(0.1, 2000)), min_size=5, max_size=25)


def registers(payload: Json) -> list[float]:
    """Return the energy register in the meter values of a message."""
    samples = [sample for value in payload.get("meterValue", []) for sample in value["sampledValue"]]
    return [sample["value"] for sample in samples if sample["measurand"] == "Energy.Active.Import.Register"]


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_neither_registers_nor_schedules_lie(steps: list[Any]) -> None:
    """No register goes back, no vehicle exceeds its limit, schedules rise from 0, all messages are valid."""
    station = Driven(INTERVALS, evses=2, at=MIDNIGHT + 36_000)
    station.charge(1)
    shown: dict[int, float] = {1: 0, 2: 0}
    for step in steps:
        if isinstance(step, float):
            station.wait(step)
        elif isinstance(step, tuple):
            answer = station.command(*step)
            starts = [each["startPeriod"] for each in answer.get("schedule", {}).get("chargingSchedulePeriod", [])]
            assert starts == sorted({0, *starts} if starts else starts)
        else:
            station.tell(step)
        for evse in station.device.evses.values():
            assert evse.register(station.now) >= shown[evse.id]
            shown[evse.id] = evse.register(station.now)
            asked = {"evseId": evse.id, "duration": 1, "chargingRateUnit": "W"}
            limit = station.command("GetCompositeSchedule", asked)["schedule"]["chargingSchedulePeriod"][0]["limit"]
            assert evse.drawn <= limit + 0.05
    events: dict[str, list[Json]] = {}
    for payload in station.payloads("TransactionEvent"):
        events.setdefault(payload["transactionInfo"]["transactionId"], []).append(payload)
    for expected in events.values():
        assert [event["seqNo"] for event in expected] == list(range(len(expected)))
        readings = [reading for event in expected[:-1] for reading in registers(event)]
        assert readings == sorted(readings)
        assert registers(expected[-1]) == sorted(registers(expected[-1]))
