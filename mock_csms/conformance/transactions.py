"""Wrong transactions, and wrong ways to tell of them (checks X)."""

from mock_csms.conformance.known import Known
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import ERROR, Said, Subject, call

TRANSACTIONS = Subject("transactions")


@TRANSACTIONS.check("X05", "E06", ERROR, "nothing follows the end of a transaction", call("TransactionEvent"))
def nothing_after_the_end(seen: Seen, known: Known) -> Said:
    """An event with a higher seqNo than the one that ended the transaction."""
    id_ = seen.payload["transactionInfo"]["transactionId"]
    transaction = known.transactions.by_id.get(id_)
    if transaction is None or transaction.ended_by is None or seen.payload["seqNo"] <= transaction.ended_by:
        return None
    return f"transaction {id_} has ended with seqNo {transaction.ended_by}, and goes on with {seen.payload['seqNo']}"
