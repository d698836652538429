"""Triggered messages (F06)."""

from mock_csms.plans.messages import one_of
from mock_csms.plans.station import Station
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


async def trigger(station: Station, message: str, *, evse: int | None = None, connector: int | None = None) -> None:
    """Trigger a message, for one EVSE or connector if given; the next step can expect the message.

    Skips the case if the station does not implement the trigger, or rejects it, which is allowed (F06.FR.08).
    """
    asked = _request(message, evse, connector)
    answer = await station.command("TriggerMessage", asked, status=one_of("Accepted", "Rejected", "NotImplemented"))
    if answer["status"] == "NotImplemented":
        station.lacks(f"trigger of {message}")
    if answer["status"] == "Rejected":
        station.skip(f"the station rejects the trigger of {message}", applies=False)


async def must_accept(station: Station, message: str, *, evse: int | None = None, connector: int | None = None) -> None:
    """Trigger a message that the station can send, as its profile says: it must accept that."""
    await station.command("TriggerMessage", _request(message, evse, connector), status="Accepted")


def _request(message: str, evse: int | None, connector: int | None) -> Json:
    named = {"id": evse, "connectorId": connector}
    place = {key: value for key, value in named.items() if value is not None}
    return {"requestedMessage": message, **({"evse": place} if place else {})}
