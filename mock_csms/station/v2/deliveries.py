"""The TransactionEvents that wait for delivery (E14)."""

from mock_csms.protocol.identifiers import is_same
from mock_csms.station import outbox
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.transactions import EVENT, transaction_of


def has_undelivered(device: Device, transaction: str | None = None) -> bool:
    """Return whether TransactionEvents wait for delivery: of one transaction, or of any if none is named."""
    ids = [transaction_of(call.payload) for call in outbox.calls(device) if call.action == EVENT]
    return bool(ids) if transaction is None else any(is_same(id_, transaction) for id_ in ids)
