"""Block E, transactions: their status (E14)."""

from mock_csms.plans import Station, absent, case


@case("TC-E14", use_case="E14", fails_with={"no-answer": "GetTransactionStatus to .*: no answer"})
async def test_e14_nothing_waits(station: Station) -> None:
    """Without transactions no messages are queued; a request without a transactionId gets no ongoingIndicator."""
    asked = {"transactionId": None}
    await station.command("GetTransactionStatus", asked, messagesInQueue=False, ongoingIndicator=absent)
