"""What a station sends because it is told to (F06)."""

from mock_csms.frontends.inbox import Taken
from mock_csms.plans.messages import Message, one_of
from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the case, and the text says all


async def triggered(station: Station, requested: str, message: Message, *, at: tuple[int, int] | None = None) -> Taken:
    """Trigger a message, of one connector where one is named, and return it; what a station cannot, skips the case."""
    place = {"evse": {"id": at[0], "connectorId": at[1]}} if at else {}
    statuses = one_of("Accepted", "NotImplemented")
    answer = await station.command("TriggerMessage", {"requestedMessage": requested, **place}, status=statuses)
    if answer["status"] != "Accepted":
        station.lacks(f"trigger of {requested}")
    return await station.expect(message)
