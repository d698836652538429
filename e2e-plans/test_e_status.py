"""Block E, transactions: what waits to be told (E14)."""

from mock_csms.plans import Station, absent, case


@case("TC-E14", use_case="E14", fails_with={"no-answer": "GetTransactionStatus to .*: no answer"})
async def test_e14_nothing_waits(station: Station) -> None:
    """Without a transaction nothing waits; who asks for none in particular is not told whether one runs."""
    asked = {"transactionId": None}
    await station.command("GetTransactionStatus", asked, messagesInQueue=False, ongoingIndicator=absent)
