"""Block F, remote control: triggered meter values and transaction events (F06)."""

from collections.abc import Iterable, Sequence

from mock_csms.plans import Station, absent_or, case, each, says, transaction_event
from mock_csms.plans.v2 import sessions, states, triggers

TRIGGERED = each(sampledValue=each(context="Trigger"))
"""Meter values that were taken because of a trigger."""


def every_evse(station: Station) -> Sequence[int]:
    """Return the EVSEs of the station."""
    return sorted({evse for evse, _ in station.profile.places})


async def sends_values(station: Station, evses: Iterable[int], asked: int | None = None) -> None:
    """Trigger MeterValues, for the EVSE `asked` or for all: values of each of `evses` must come."""
    if await station.get("AlignedDataCtrlr", "Measurands") == "":
        station.skip("the station has no measurands to send (AlignedDataMeasurands is empty)", applies=False)
    await triggers.must_accept(station, "MeterValues", evse=asked)
    await station.expect_all(*[says("MeterValues", evseId=evse, meterValue=TRIGGERED) for evse in evses])


async def sends_events(station: Station, evses: Iterable[int], asked: int | None = None) -> None:
    """Trigger TransactionEvent, for the EVSE `asked` or for all: an event of each transaction at `evses` must come.

    The event may leave out the EVSE, which earlier events have named.
    """
    measures = await station.get("SampledDataCtrlr", "TxUpdatedMeasurands") != ""
    values = {"meterValue": TRIGGERED} if measures else {}
    running = {evse: station.known.transaction_at(evse) for evse in evses}
    await triggers.must_accept(station, "TransactionEvent", evse=asked)
    await station.expect_all(
        *[
            transaction_event(
                triggerReason="Trigger",
                transactionInfo={"transactionId": transaction and transaction.id, "chargingState": "Charging"},
                evse=absent_or(id=evse),
                **values,
            )
            for evse, transaction in running.items()
        ]
    )


@case(
    "TC_F_11_CS",
    use_case="F06",
    requirement="F06.FR.02, F06.FR.04, F06.FR.05, F06.FR.06, F06.FR.10",
    needs=("C-29.1",),
    fails_with={
        "no-triggered-message": "sent no MeterValues",
        "wrong-trigger-context": "context.*Trigger.*, got .*Sample.Periodic",
    },
)
async def test_f_11_meter_values_of_an_evse(station: Station) -> None:
    """A trigger of MeterValues for an EVSE is accepted, and its values come with the context Trigger."""
    await sends_values(station, [station.evse], asked=station.evse)


@case(
    "TC_F_12_CS",
    use_case="F06",
    requirement="F06.FR.04, F06.FR.05, F06.FR.06, F06.FR.10, F06.FR.11",
    needs=("C-29.1",),
    fails_with={
        "trigger-first-evse-only": r"sent no MeterValues\[evseId=2",
        "wrong-trigger-context": "context.*Trigger.*, got .*Sample.Periodic",
    },
)
async def test_f_12_meter_values_of_all_evses(station: Station) -> None:
    """A trigger of MeterValues without an EVSE is accepted, and the values of every EVSE come."""
    await sends_values(station, every_evse(station))


@case(
    "TC_F_13_CS",
    use_case="F06",
    requirement="F06.FR.02, F06.FR.04, F06.FR.05, F06.FR.07, F06.FR.10",
    needs=("C-29.2", *sessions.NEEDS),
    fails_with={
        "no-triggered-message": "sent no TransactionEvent",
        "wrong-trigger-context": "context.*Trigger.*, got .*Sample.Periodic",
    },
)
async def test_f_13_event_of_an_evse(station: Station) -> None:
    """A trigger of TransactionEvent for an EVSE is accepted; the event has the charging state and meter values."""
    await station.prepare(states.energy_transfer_started)
    await sends_events(station, [station.evse], asked=station.evse)


@case(
    "TC_F_14_CS",
    use_case="F06",
    requirement="F06.FR.04, F06.FR.05, F06.FR.07, F06.FR.10, F06.FR.11",
    needs=("C-29.2", *sessions.NEEDS),
    fails_with={
        "trigger-first-evse-only": "sent no TransactionEvent.*triggerReason=Trigger",
        "wrong-trigger-context": "context.*Trigger.*, got .*Sample.Periodic",
    },
)
async def test_f_14_events_of_all_evses(station: Station) -> None:
    """A trigger of TransactionEvent without an EVSE is accepted, and an event of every transaction comes."""
    for evse in every_evse(station):
        station.go_to(evse)
        await station.prepare(states.energy_transfer_started, "valid" if evse == 1 else "valid-2")
    await sends_events(station, every_evse(station))
