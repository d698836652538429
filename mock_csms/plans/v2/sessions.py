"""Whole charging sessions, with all TransactionEvents that the station sends."""

from collections.abc import Sequence

from mock_csms.plans.messages import one_of, says
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.messages import transaction_event
from mock_csms.plans.v2.variables import prefer
from mock_csms.twin.transactions import Transaction
from mock_csms.watch.inbox import Taken

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

NEEDS = ("plug", "card", "unplug")
"""The actions of the operator that a session needs."""
RFID = "C-30 or C-31 or C-32"
"""The features of a station that authorizes cards or key codes, of which one is enough."""
LOCAL_START = f"{RFID} or C-33 or C-34 or C-35"
"""The features of a station at which a driver can start, of which one is enough."""
LOCAL_STOP = f"{RFID} or C-35"
"""The features of a station at which a driver can stop (E07), of which one is enough."""
PERIODIC = transaction_event("Updated", triggerReason="MeterValuePeriodic")
"""An event with periodic meter values."""


async def authorizes(station: Station) -> None:
    """Let the station ask the CSMS about tokens, as far as this can be set."""
    await prefer(station, "AuthCtrlr", "Enabled", "true")
    await prefer(station, "AuthCtrlr", "DisableRemoteAuthorization", "false")


async def asks_about_the_card(station: Station, token: str = VALID) -> None:
    """Present a card that the station does not know: it asks the CSMS, unless it does not authorize at all."""
    id_token = station.profile.tokens[token]
    await station.act("card", token=token)
    if await station.get("AuthCtrlr", "Enabled") != "false" and id_token["type"] != "NoAuthorization":
        await station.expect(says("Authorize", idToken=id_token))


async def measures_often(station: Station) -> None:
    """Set the interval of periodic meter values to `timeouts.interval`, so that a case can wait for them."""
    if await station.get("SampledDataCtrlr", "TxUpdatedMeasurands") == "":
        station.skip("the station sends no periodic meter values (TxUpdatedMeasurands is empty)", applies=False)
    await station.set("SampledDataCtrlr", "TxUpdatedInterval", f"{station.profile.timeouts.interval:g}")


async def session(station: Station, periodic: int = 1, token: str = VALID) -> Sequence[Taken]:
    """Plug in, start by card, wait for `periodic` periodic values, stop by card, unplug; return the events in order."""
    await measures_often(station)
    begin = station.mark()
    await station.act("plug")
    await station.act("card", token=token)
    timeouts = station.profile.timeouts
    taken = [await station.expect(PERIODIC, within=timeouts.interval + timeouts.message) for _ in range(periodic)]
    await station.act("card", token=token)
    taken.append(await station.expect(transaction_event(one_of("Updated", "Ended"), triggerReason="StopAuthorized")))
    await station.act("unplug")
    is_over = any(each.payload["eventType"] == "Ended" for each in taken)
    taken += await events(station, begin, until_ended=not is_over)
    return sorted(taken, key=lambda each: each.number)


async def authorize(station: Station) -> None:
    """Let a driver start, by card or remotely as the profile says; wait for no event."""
    if station.profile.authorization == "remote":
        payload = {"evseId": station.evse, "idToken": station.profile.tokens[VALID], "remoteStartId": 1}
        await station.command("RequestStartTransaction", payload, status="Accepted")
    else:
        await station.act("card", token=VALID)


async def charging(station: Station) -> Transaction:
    """Bring the station into EnergyTransferStarted; return its transaction."""
    await station.prepare(states.energy_transfer_started)
    running = station.known.transaction_at(station.evse)
    if running is None:
        raise AssertionError(f"{station.identity} charges, but has named no EVSE {station.evse} in its transaction")
    return running


async def end(station: Station) -> Taken:
    """Stop the transaction; if it still runs, let the vehicle leave. Return the Ended event."""
    begin, stopped = station.mark(), await states.stop_authorized(station)
    if stopped.payload["eventType"] == "Ended":
        return stopped
    await station.act("unplug")
    if await states.has_bays(station):
        await station.act("drive-out")
    return await station.expect(transaction_event("Ended"), after=begin)


async def events(station: Station, after: int, *, until_ended: bool = True) -> list[Taken]:
    """Return the TransactionEvents after a position: up to Ended, and all that follow until the station is idle."""
    taken: list[Taken] = []
    while until_ended and not any(each.payload["eventType"] == "Ended" for each in taken):
        taken.append(await station.expect(says("TransactionEvent"), after=after))
    further, settle = says("TransactionEvent"), station.profile.timeouts.settle
    while (each := await station.expect_optional(further, within=settle, after=after)) is not None:
        taken.append(each)
    return taken
