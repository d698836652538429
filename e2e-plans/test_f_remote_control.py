"""Block F, remote control: transactions that the CSMS starts and stops (F01 to F03)."""

from mock_csms.plans import (
    Station,
    case,
    connector_reports,
    matching,
    says,
    transaction_event,
)
from mock_csms.plans.v2 import sessions, states


@case(
    "TC-F01",
    use_case="F01, F02",
    needs=("plug", "unplug"),
    fails_with={
        "wrong-start-trigger": "triggerReason: expected RemoteStart, got Authorized",
        "no-remote-start-id": "transactionInfo.remoteStartId: expected 7, got nothing",
        "no-connector-report": r"sent no StatusNotification\[connectorStatus=Occupied",
    },
)
async def test_f01_remote_start(station: Station) -> None:
    """A remote start is accepted, and its transaction reports its remoteStartId and its token."""
    begin, token = station.mark(), station.profile.tokens["valid"]
    payload = {"evseId": station.evse, "idToken": token, "remoteStartId": 7}
    await station.command("RequestStartTransaction", payload, status="Accepted")
    await station.act("plug")
    await station.expect(connector_reports("Occupied", station.evse, station.connector), after=begin)
    told = await station.expect(transaction_event("Started"), after=begin)
    station.check(told, transaction_event(transactionInfo={"transactionId": matching(".+")}))
    if await states.is_started_by_cable(station) and told.payload["triggerReason"] != "RemoteStart":
        told = await station.expect(transaction_event("Updated"), after=told.number)
    station.check(
        told, transaction_event(triggerReason="RemoteStart", idToken=token, transactionInfo={"remoteStartId": 7})
    )


@case(
    "TC-F03b",
    use_case="F03",
    fails_with={"stop-accepted": "status: expected Rejected, got Accepted"},
)
async def test_f03_remote_stop_of_nothing(station: Station) -> None:
    """The station rejects a remote stop of an unknown transaction, and sends no TransactionEvent."""
    await station.command("RequestStopTransaction", {"transactionId": "test_transaction_123"}, status="Rejected")
    await station.expect_nothing(says("TransactionEvent"))


@case(
    "TC-E-DOUBLE-START",
    use_case="E02",
    needs=sessions.NEEDS,
    fails_with={"starts-while-pending": "status: expected Rejected, got Accepted"},
)
async def test_e02_remote_start_while_one_charges(station: Station) -> None:
    """The station rejects a second remote start at an EVSE, and continues the first transaction."""
    await sessions.measures_often(station)
    await station.prepare(states.energy_transfer_started)
    running = station.known.transaction_at(station.evse)
    payload = {"evseId": station.evse, "idToken": station.profile.tokens["valid-2"], "remoteStartId": 8}
    await station.command("RequestStartTransaction", payload, status="Rejected")
    timeouts = station.profile.timeouts
    event = await station.expect(says("TransactionEvent"), within=timeouts.interval + timeouts.message)
    station.check(event, transaction_event("Updated", transactionInfo={"transactionId": running and running.id}))


@case(
    "TC-E-STOP-NONE",
    use_case="E06",
    needs=sessions.NEEDS,
    fails_with={"stop-accepted": "status: expected Rejected, got Accepted"},
)
async def test_e06_remote_stop_of_what_has_ended(station: Station) -> None:
    """The station rejects a remote stop of an ended transaction, and sends no TransactionEvent."""
    *_, ended = await station.prepare(sessions.session)
    id_ = ended.payload["transactionInfo"]["transactionId"]
    await station.command("RequestStopTransaction", {"transactionId": id_}, status="Rejected")
    await station.expect_nothing(says("TransactionEvent"))


@case(
    "TC_F_08_CS",
    use_case="F03",
    requirement="F03.FR.02, F03.FR.03, F03.FR.07, F03.FR.09",
    needs=sessions.NEEDS,
    fails_with={
        "stop-rejected": "status: expected Accepted, got Rejected",
        "no-remote-stop": "sent no TransactionEvent.*triggerReason=RemoteStop",
        "wrong-stopped-reason": "stoppedReason: expected Remote, got PowerLoss",
    },
)
async def test_f_08_remote_stop(station: Station) -> None:
    """A remote stop is accepted and stops the transaction; if that ends it, the reason is Remote."""
    await sessions.charging(station)
    stopped = await states.stop_authorized_remotely(station)
    if stopped.payload["eventType"] == "Ended":
        station.check(stopped, transaction_event(stopped="Remote"))


@case(
    "TC_F_09_CS",
    use_case="F03",
    requirement="F03.FR.08",
    needs=sessions.NEEDS,
    fails_with={"stop-accepted": "status: expected Rejected, got Accepted"},
)
async def test_f_09_remote_stop_of_another_transaction(station: Station) -> None:
    """The station rejects a remote stop with another transactionId, and continues its transaction."""
    await sessions.charging(station)
    await station.command("RequestStopTransaction", {"transactionId": "test_transaction_123"}, status="Rejected")
    await station.expect_nothing(transaction_event("Ended"))
