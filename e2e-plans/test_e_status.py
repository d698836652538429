"""Block E, transactions: their status (E14)."""

from mock_csms.plans import Station, absent, case
from mock_csms.plans.v2 import sessions


async def nothing_is_queued(station: Station, transaction: str | None = None, *, is_ongoing: object = absent) -> None:
    """Ask for the status of a transaction, or of all, while no event waits for delivery."""
    asked = {"transactionId": transaction}
    await station.command("GetTransactionStatus", asked, messagesInQueue=False, ongoingIndicator=is_ongoing)


@case(
    "TC-E14",
    use_case="E14",
    fails_with={"no-answer": "GetTransactionStatus to .*: no answer"},
)
async def test_e14_nothing_waits(station: Station) -> None:
    """Without transactions no messages are queued; a request without a transactionId gets no ongoingIndicator."""
    await nothing_is_queued(station)


@case(
    "TC_E_34_CS",
    use_case="E14",
    requirement="E14.FR.06, E14.FR.08",
    fails_with={
        "always-queued": "messagesInQueue: expected false, got true",
        "indicator-unasked": "ongoingIndicator: expected nothing, got false",
    },
)
async def test_e_34_no_id_and_no_queue(station: Station) -> None:
    """Asked without a transactionId, a station without queued messages says so, and gives no ongoingIndicator."""
    await nothing_is_queued(station)


@case(
    "TC_E_28_CS",
    use_case="E14",
    requirement="E14.FR.01, E14.FR.05",
    fails_with={
        "always-ongoing": "ongoingIndicator: expected false, got true",
        "always-queued": "messagesInQueue: expected false, got true",
    },
)
async def test_e_28_unknown_transaction(station: Station) -> None:
    """A transaction that the station does not know does not run, and has no queued messages."""
    await nothing_is_queued(station, "no-such-transaction", is_ongoing=False)


@case(
    "TC_E_30_CS",
    use_case="E14",
    requirement="E14.FR.02, E14.FR.05",
    needs=sessions.NEEDS,
    fails_with={
        "wrong-indicator": "ongoingIndicator: expected true, got false",
        "always-queued": "messagesInQueue: expected false, got true",
    },
)
async def test_e_30_running_and_no_queue(station: Station) -> None:
    """A running transaction whose events were all delivered is ongoing, and has no queued messages."""
    running = await sessions.charging(station)
    await station.settle()
    await nothing_is_queued(station, running.id, is_ongoing=True)


@case(
    "TC_E_32_CS",
    use_case="E14",
    requirement="E14.FR.03, E14.FR.05",
    needs=sessions.NEEDS,
    fails_with={
        "always-ongoing": "ongoingIndicator: expected false, got true",
        "always-queued": "messagesInQueue: expected false, got true",
    },
)
async def test_e_32_ended_and_no_queue(station: Station) -> None:
    """A transaction that has ended, and whose events were all delivered, is not ongoing and has no queued messages."""
    running = await sessions.charging(station)
    await sessions.end(station)
    await station.settle()
    await nothing_is_queued(station, running.id, is_ongoing=False)
