"""Block J, meter values: outside of transactions (J01)."""

from mock_csms.plans import Station, case, each, says
from mock_csms.plans.v2.triggers import trigger


@case(
    "TC-J01",
    use_case="J01",
    fails_with={
        "wrong-trigger-context": "meterValue: expected .*Trigger",
        "unknown-meter": "evseId: expected 1, got 99",
        "no-triggered-message": "sent no MeterValues",
    },
)
async def test_j01_meter_values_while_idle(station: Station) -> None:
    """A triggered MeterValues of an idle EVSE has samples with the context Trigger; the answer is empty."""
    values = each(timestamp=..., sampledValue=each(value=..., context="Trigger"))
    await trigger(station, "MeterValues", evse=station.evse)
    told = await station.expect(says("MeterValues", evseId=station.evse, meterValue=values))
    assert await station.answered(told) == {}
