"""Whole sessions, with all that the station tells of their transaction."""

from collections.abc import Sequence

from mock_csms.plans.messages import one_of, says
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2.messages import transaction_event
from mock_csms.watch.inbox import Taken

__tracebackhide__ = True  # pytest shows the case, and the text says all

NEEDS = ("plug", "card", "unplug")
"""What an operator must do for a session."""
PERIODIC = transaction_event("Updated", triggerReason="MeterValuePeriodic")
"""That the station tells what it measures from time to time."""


async def measures_often(station: Station) -> None:
    """Let the station tell what it measures as often as a case can wait for."""
    if await station.get("SampledDataCtrlr", "TxUpdatedMeasurands") == "":
        station.skip("the station is to measure nothing during transactions (TxUpdatedMeasurands)")
    await station.set("SampledDataCtrlr", "TxUpdatedInterval", f"{station.profile.timeouts.interval:g}")


async def session(station: Station, periodic: int = 1, token: str = VALID) -> Sequence[Taken]:
    """Charge by card until so many periodic values came, stop by card, unplug; return the events in their order."""
    await measures_often(station)
    begin = station.mark()
    await station.act("plug")
    await station.act("card", token=token)
    timeouts = station.profile.timeouts
    taken = [await station.expect(PERIODIC, within=timeouts.interval + timeouts.message) for _ in range(periodic)]
    await station.act("card", token=token)
    taken.append(await station.expect(transaction_event(one_of("Updated", "Ended"), triggerReason="StopAuthorized")))
    await station.act("unplug")
    while not any(each.payload["eventType"] == "Ended" for each in taken):
        taken.append(await station.expect(says("TransactionEvent"), after=begin))
    further = says("TransactionEvent")
    while (each := await station.expect_optional(further, within=timeouts.settle, after=begin)) is not None:
        taken.append(each)
    return sorted(taken, key=lambda each: each.number)
