"""OCPP 1.6, remote starts and stops (5.11, 5.12)."""

from mock_csms.plans import Station, one_of, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.answers import declines
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.messages import status
from mock_csms.plans.v16.states.sessions import NEEDS, stop, tag_of

REFUSED = {"rejects-everything": "status: expected Accepted, got Rejected"}


@case(
    "TC_010_CS",
    use_case="Remote Start Transaction, Start Transaction",
    requirement="4.8, 4.9, 5.11",
    needs=NEEDS,
    fails_with={**REFUSED, "zero-connector": "sent no StartTransaction.connectorId=1"},
)
async def test_16_remote_start_plugged(station: Station) -> None:
    """With a cable plugged in, a remote start starts the transaction at the connector, with the idTag."""
    await states.plugged(station)
    begin = station.mark()
    await states.started_remotely(station)
    started = await states.starts(station, begin)
    await station.prepare(states.session_ended, started)


@case(
    "TC_011_1_CS",
    use_case="Remote Start Transaction, Start Transaction",
    requirement="4.8, 4.9, 5.11",
    needs=NEEDS,
    fails_with={**REFUSED, "no-statuses": r"sent no StatusNotification\[connectorId=1,status=Preparing"},
)
async def test_16_remote_start_first(station: Station) -> None:
    """After a remote start the connector is Preparing, and the transaction starts with the cable."""
    begin = station.mark()
    await states.started_remotely(station)
    await states.starts_with_the_cable(station, begin)


@case(
    "TC_011_2_CS",
    use_case="Remote Start Transaction, Status Notification",
    requirement="4.9, 5.11, 9.1.7",
    fails_with={"waits-for-ever": r"sent no StatusNotification\[connectorId=1,status=Available"},
)
async def test_16_remote_start_timeout(station: Station) -> None:
    """If nobody plugs in after a remote start, the connector becomes Available when ConnectionTimeOut has passed."""
    await states.gives_up_waiting(station, is_remote=True)


@case(
    "TC_012_CS",
    use_case="Remote Stop Transaction, Stop Transaction",
    requirement="4.10, 5.12, 7.36",
    needs=NEEDS,
    fails_with={**REFUSED, "no-stop": "sent no StopTransaction", "no-reason": "reason: expected Remote, got nothing"},
)
async def test_16_remote_stop(station: Station) -> None:
    """A remote stop stops the transaction, with the reason Remote, and the connector is Finishing."""
    started = await station.prepare(states.charging)
    begin = station.mark()
    await station.command("RemoteStopTransaction", {"transactionId": started.id}, status="Accepted")
    await station.expect(stop(started, "Remote"), after=begin)
    await station.expect(status("Finishing", station.evse), after=begin)
    await states.unplugged(station)


@case(
    "TC_023_5_CS",
    use_case="Remote Start Transaction, Authorize",
    requirement="4.1, 5.11, 9.1.3",
    needs=NEEDS,
    fails_with={"starts-refused": "sent StartTransaction, which must not come", "no-authorize": "sent no Authorize"},
)
async def test_16_remote_start_invalid(station: Station) -> None:
    """If AuthorizeRemoteTxRequests is true and the idTag is not accepted, no transaction starts.

    The station may answer before it knows that, or after it.
    """
    await keys.require(station, "AuthorizeRemoteTxRequests", "true")
    await keys.asks_about_cards(station)
    station.configure(reply=("Authorize", {"idTagInfo": {"status": "Invalid"}}))
    await station.prepare(states.plugged)
    begin = station.mark()
    payload = {"connectorId": station.evse, "idTag": tag_of(station, "invalid")}
    await station.command("RemoteStartTransaction", payload, status=one_of("Accepted", "Rejected"))
    await station.expect(says("Authorize", idTag=tag_of(station, "invalid")), after=begin)
    await station.expect_nothing(says("StartTransaction"), after=begin)


@case(
    "TC_026_CS",
    use_case="Remote Start Transaction",
    requirement="5.11, 7.39",
    needs=NEEDS,
    fails_with={"starts-everywhere": "status: expected Rejected, got Accepted"},
)
async def test_16_remote_start_rejected(station: Station) -> None:
    """The station rejects a remote start at a connector where a transaction runs."""
    await station.prepare(states.charging)
    payload = {"connectorId": station.evse, "idTag": tag_of(station, "valid-2")}
    await station.command("RemoteStartTransaction", payload, status="Rejected")
    await station.expect_nothing(says("StartTransaction"))


@case(
    "TC_027_CS",
    use_case="Remote Start Transaction",
    requirement="5.11, 6.33",
    fails_with={"starts-everywhere": "expected Rejected or the CALLERROR PropertyConstraintViolation, got .*Accepted"},
)
async def test_16_remote_start_at_connector_0(station: Station) -> None:
    """The station does not start a transaction at connector 0; it may also answer that the payload is wrong."""
    await declines(station, "RemoteStartTransaction", {"connectorId": 0, "idTag": tag_of(station, "valid")})
    await station.expect_nothing(says("StartTransaction"))


@case(
    "TC_028_CS",
    use_case="Remote Stop Transaction",
    requirement="5.12, 7.39",
    needs=NEEDS,
    fails_with={"accepts-old-stops": "status: expected Rejected, got Accepted"},
)
async def test_16_remote_stop_rejected(station: Station) -> None:
    """The station rejects the remote stop of a transaction that it does not have; its own transaction goes on."""
    started = await station.prepare(states.charging)
    await station.command("RemoteStopTransaction", {"transactionId": started.id + 1}, status="Rejected")
    await station.expect_nothing(says("StopTransaction") | status(one_of("Finishing", "Available"), station.evse))
