"""Block J, meter values: in transactions and outside of them (J01, J02)."""

from mock_csms.plans import (
    Station,
    absent,
    case,
    each,
    one_of,
    some,
    transaction_event,
)
from mock_csms.plans.v2 import sessions


@case(
    "TC-J02",
    use_case="J02",
    needs=sessions.NEEDS,
    fails_with={
        "no-begin-values": "meterValue: expected an item with .*Transaction.Begin",
        "wrong-sample-context": "meterValue: expected at least 1 items, each with .*Sample.Periodic",
        "no-end-values": "meterValue: expected an item with .*Transaction.End",
    },
)
async def test_j02_values_of_a_transaction(station: Station) -> None:
    """A transaction has meter values at its begin, periodically, and at its end, each with the right context."""
    first, *others, last = await sessions.session(station)
    if await measures(station, "TxStartedMeasurands"):
        station.check(first, transaction_event(meterValue=some(sampledValue=some(context="Transaction.Begin"))))
    periodic = each(sampledValue=each(context=one_of("Sample.Periodic", absent)))
    for event in others:
        if event.payload["triggerReason"] == "MeterValuePeriodic":
            station.check(event, transaction_event(meterValue=periodic))
    if await measures(station, "TxEndedMeasurands"):
        station.check(last, transaction_event(meterValue=some(sampledValue=some(context="Transaction.End"))))


async def measures(station: Station, what: str) -> bool:
    """Whether a list of measurands is not empty: an empty one is allowed (E01.FR.09, E06.FR.11)."""
    return await station.get("SampledDataCtrlr", what) != ""


MEASURED = {
    "Energy.Active.Import.Register": 0.0,  # the lowest, so that the station's own values are not lower later
    "Power.Active.Import": 7200.0,
    "Voltage": 230.0,
    "Current.Import": 16.0,
}


@case(
    "TC-ERR-03",
    use_case="J01",
    needs=("send",),
    provokes=("M06", "M07"),  # it may be configured for other measurands; its register has a higher value
    fails_with={"unknown-meter": "evseId: expected 1, got 99"},
)
async def test_j01_values_of_four_kinds(station: Station) -> None:
    """The mock answers MeterValues with four measurands."""
    sampled = [
        {"value": value, "measurand": measurand, "context": "Sample.Clock"} for measurand, value in MEASURED.items()
    ]
    values = [{"timestamp": "{{now}}", "sampledValue": sampled}]
    await station.answered(await station.send("MeterValues", evseId=station.evse, meterValue=values))
