"""TransactionEvents that the mock does not answer, or answers with a CALLERROR, and their repeats (E13)."""

from typing import TypeAlias

from mock_csms.plans.messages import says
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import sessions
from mock_csms.plans.v2.variables import prefer

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

Failure: TypeAlias = tuple[str, str]
"""The setting of the mock that makes an event fail, and its value."""
UNANSWERED: Failure = ("fault", "drop")
REFUSED: Failure = ("error", "InternalError")
ATTEMPTS = 3
"""The value of MessageAttempts in these cases."""
_TIMEOUT = "MessageTimeout[Default]"


async def sends_again(station: Station, failure: Failure, failures: int) -> None:
    """Let the event of a stop fail a number of times, and check when the station sends it again, and how often.

    The pause before a repeat is MessageAttemptInterval times the number of earlier attempts (E13.FR.03). It begins with
    the failure: without an answer that is after MessageTimeout.
    """
    timeouts = station.profile.timeouts
    await station.set("OCPPCommCtrlr", "MessageAttempts[TransactionEvent]", f"{ATTEMPTS}")
    await station.set("OCPPCommCtrlr", "MessageAttemptInterval[TransactionEvent]", f"{timeouts.interval:g}")
    await prefer(station, "SampledDataCtrlr", "TxUpdatedInterval", "0")
    patience = float(await station.get("OCPPCommCtrlr", _TIMEOUT) or 0) if failure is UNANSWERED else 0.0
    running = await sessions.charging(station)
    await station.settle()
    number, (setting, value) = running.highest + 1, failure
    station.configure(**{setting: [(f"TransactionEvent[seqNo={number}]*{failures}", value)]})
    await _stop(station, running.id)
    event = says("TransactionEvent", seqNo=number, transactionInfo={"transactionId": running.id})
    sent = await station.expect(event)
    for earlier in range(1, min(failures + 1, ATTEMPTS)):
        pause = patience + earlier * timeouts.interval
        again = await station.expect(event, within=pause + timeouts.message)
        station.check_gap(sent, again, least=pause)
        sent = again
    if failures < ATTEMPTS:
        patience = 0.0
        await station.answered(sent)
    further = patience + ATTEMPTS * timeouts.interval + timeouts.tolerance
    await station.expect_nothing(event, seconds=further, after=sent.number)


async def _stop(station: Station, transaction: str) -> None:
    if station.profile.authorization == "remote":
        await station.command("RequestStopTransaction", {"transactionId": transaction}, status="Accepted")
    else:
        await station.act("card", token=VALID)
