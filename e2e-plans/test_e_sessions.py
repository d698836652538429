"""Block E, transactions: whole sessions, and how their events are answered (E01 to E08, I02)."""

from collections.abc import Sequence

from mock_csms.plans import (
    Station,
    absent,
    case,
    connector_reports,
    one_of,
    transaction_event,
)
from mock_csms.plans.v2 import sessions
from mock_csms.protocol.actions import Json


@case(
    "TC-F03",
    use_case="F03",
    needs=sessions.NEEDS,
    fails_with={
        "no-periodic-values": r"sent no TransactionEvent\[eventType=Updated,triggerReason=MeterValuePeriodic",
        "wrong-stopped-reason": "stoppedReason: expected Local or .*nothing, got PowerLoss",
    },
)
async def test_f03_session_by_card(station: Station) -> None:
    """A session by card has periodic meter values, ends with the reason Local, and leaves the connector Available."""
    begin = station.mark()
    *_, ended = await sessions.session(station)
    is_unplugged = ended.payload["triggerReason"] == "EVCommunicationLost"  # then EVDisconnected is valid (E06.FR.08)
    reasons = ("Local", *["EVDisconnected"] * is_unplugged, absent)
    station.check(ended, transaction_event("Ended", transactionInfo={"stoppedReason": one_of(*reasons)}))
    await station.expect(connector_reports("Available", station.evse, station.connector), after=begin)


@case(
    "TC-E01-ATG",
    use_case="E01, E02, E06, E07, C01",
    needs=sessions.NEEDS,
    fails_with={
        "seqno-gap": "seqNo: expected 1, got 2",
        "no-start": "eventType: expected Started, got Updated",
        "event-after-end": "eventType: expected Updated, got Ended",
    },
)
async def test_e01_whole_session(station: Station) -> None:
    """A transaction is Started, Updated and Ended, with one transactionId and consecutive sequence numbers.

    The station may choose the first number (E01.FR.07); 0 is recommended.
    """
    events = await sessions.session(station)
    id_, first = events[0].payload["transactionInfo"]["transactionId"], events[0].payload["seqNo"]
    for number, event in enumerate(events):
        kind = "Started" if number == 0 else "Ended" if number == len(events) - 1 else "Updated"
        station.check(event, transaction_event(kind, seqNo=first + number, transactionInfo={"transactionId": id_}))


@case(
    "TC-I01",
    use_case="I02",
    needs=sessions.NEEDS,
    fails_with={
        "no-periodic-values@2": r"sent no TransactionEvent\[eventType=Updated,triggerReason=MeterValuePeriodic"
    },
)
async def test_i01_running_cost(station: Station) -> None:
    """A station that gets the running cost with every Updated continues the transaction and its reports."""
    station.configure(total_cost=25.5)
    for event in await sessions.session(station, periodic=2):
        if event.payload["eventType"] == "Updated":
            await station.answered(event, totalCost=25.5)


@case(
    "TC-E01-DIRECT",
    use_case="E01",
    needs=("send",),
    fails_with={"no-token": "idToken.idToken: expected .*, got nothing"},
)
async def test_e01_events_one_by_one(station: Station) -> None:
    """Started is answered with the status of the token, Updated with the running cost, Ended without a cost."""
    info: Json = {"transactionId": "e01-direct", "chargingState": "Charging"}
    over: Json = {**info, "chargingState": "EVConnected", "stoppedReason": "EmergencyStop"}
    token = station.profile.tokens["valid"]
    place = {"id": station.evse, "connectorId": station.connector}
    started = {"eventType": "Started", "triggerReason": "Authorized", "idToken": token, "evse": place}
    begin = measured("Transaction.Begin", 0)
    call = await station.send("TransactionEvent", **started, seqNo=0, transactionInfo=info, meterValue=begin)
    await station.answered(call, idTokenInfo={"status": "Accepted"}, totalCost=absent)
    updated = {"eventType": "Updated", "triggerReason": "MeterValuePeriodic"}
    value = measured("Sample.Periodic", 10)
    call = await station.send("TransactionEvent", **updated, seqNo=1, transactionInfo=info, meterValue=value)
    await station.answered(call, totalCost=...)
    ended = {"eventType": "Ended", "triggerReason": "AbnormalCondition"}
    end = measured("Transaction.End", 20)
    call = await station.send("TransactionEvent", **ended, seqNo=2, transactionInfo=over, meterValue=end)
    await station.answered(call, totalCost=absent)


def measured(context: str, value: float) -> Sequence[Json]:
    """Return a meterValue with one sample of the energy register at the inlet."""
    sampled = {"value": value, "context": context, "measurand": "Energy.Active.Import.Register", "location": "Inlet"}
    return [{"timestamp": "{{now}}", "sampledValue": [sampled]}]
