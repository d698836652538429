"""OCPP 1.6, meter values during a transaction (3.16, 4.7)."""

from typing import Any

from mock_csms.plans import Station, absent, each, one_of, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.states.sessions import NEEDS


async def values_in_time(station: Station, interval: str, measurands: str, context: Any) -> None:
    """Set an interval, and expect two MeterValues of the transaction, that far from each other."""
    seconds = max(1, int(station.profile.timeouts.interval))
    if await keys.get(station, measurands) == "":
        station.lacks(f"measurand in {measurands}")
    await keys.put(station, interval, f"{seconds}")
    started = await station.prepare(states.charging)
    values = says(
        "MeterValues",
        connectorId=station.evse,
        transactionId=started.id,
        meterValue=each(timestamp=..., sampledValue=each(context=context)),
    )
    first = await station.expect(values, within=seconds + station.profile.timeouts.message)
    second = first  # values of one time may come in several messages
    while second.payload["meterValue"][0]["timestamp"] == first.payload["meterValue"][0]["timestamp"]:
        second = await station.expect(values, within=seconds + station.profile.timeouts.message)
    station.check_gap(first, second, least=seconds, most=seconds)
    await station.prepare(states.session_ended, started)


@case(
    "TC_070_CS",
    use_case="Meter Values",
    requirement="3.16, 4.7, 9.1.15, 9.1.17, errata 3.15",
    needs=NEEDS,
    fails_with={
        "no-meter-values": "sent no MeterValues",
        "no-transaction-id": "sent no MeterValues.connectorId=1,transactionId=",
    },
)
async def test_16_sampled_values(station: Station) -> None:
    """During a transaction the station sends its sampled values every MeterValueSampleInterval."""
    sampled = one_of("Sample.Periodic", absent)
    await values_in_time(station, "MeterValueSampleInterval", "MeterValuesSampledData", sampled)


@case(
    "TC_071_CS",
    use_case="Meter Values",
    requirement="3.16, 4.7, 7.35, 9.1.5, 9.1.13, errata 3.15",
    needs=NEEDS,
    fails_with={
        "no-meter-values": "sent no MeterValues",
        "wrong-clock-context": "sent no MeterValues.*Sample.Clock",
    },
)
async def test_16_clock_aligned_values(station: Station) -> None:
    """The station sends clock-aligned values every ClockAlignedDataInterval, with the context Sample.Clock."""
    await values_in_time(station, "ClockAlignedDataInterval", "MeterValuesAlignedData", "Sample.Clock")
