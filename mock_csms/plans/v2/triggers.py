"""Messages that a station is told to send (F06)."""

from mock_csms.plans.messages import one_of
from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the case, and the text says all


async def trigger(station: Station, message: str, *, evse: int | None = None, connector: int | None = None) -> None:
    """Trigger a message, of one EVSE or connector where one is named; the next step looks at what comes.

    Where the station has no such trigger, or will not send the message, as it may say (F06.FR.08), the case is skipped.
    """
    named = {"id": evse, "connectorId": connector}
    place = {key: value for key, value in named.items() if value is not None}
    asked = {"requestedMessage": message, **({"evse": place} if place else {})}
    answer = await station.command("TriggerMessage", asked, status=one_of("Accepted", "Rejected", "NotImplemented"))
    if answer["status"] == "NotImplemented":
        station.lacks(f"trigger of {message}")
    if answer["status"] == "Rejected":
        station.skip(f"the station rejects to be triggered to send {message}")
