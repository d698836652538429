"""Block E, transactions: transactions that continue, end or take place offline (E04, E08, E11, E12)."""

from mock_csms.plans import Station, absent, case, connector_reports, one_of, transaction_event
from mock_csms.plans.v2 import offline_tokens, outages, sessions, states


@case(
    "TC-B04-OFFLINE-TXN",
    use_case="B04, E04",
    needs=sessions.NEEDS,
    fails_with={
        "offline-not-told": "sent no .*offline=true(.|\\n)*offline: expected true, got nothing",
        "forgets-offline": "sent no .*offline=true",
    },
)
async def test_e04_transaction_goes_on_offline(station: Station) -> None:
    """A transaction continues offline; the station reports its events later, marked as offline, and then it ends."""
    await outages.goes_away_charging(station)
    await station.let_in()
    await station.expect(transaction_event("Updated", triggerReason="MeterValuePeriodic", offline=True))
    await states.stop_authorized_locally(station)
    await station.act("unplug")
    await station.expect(connector_reports("Available", station.evse, station.connector))


@case(
    "TC_E_40_CS",
    use_case="E11",
    requirement="E11.FR.01, E11.FR.02",
    needs=sessions.NEEDS,
    fails_with={
        "offline-not-told": "offline: expected true, got nothing",
        "forgets-offline": "sent no .*offline=true",
        "always-offline": "sent no .*offline=nothing or false|offline: expected nothing or false, got true",
    },
)
async def test_e_40_connection_lost_in_a_transaction(station: Station) -> None:
    """A station that loses the connection while it charges sends the meter values of the outage when it is back.

    They are marked as offline; the values after them are not.
    """
    running = await outages.goes_away_charging(station)
    back = station.mark()
    await station.let_in()
    info = {"transactionId": running.id}
    first = await station.expect(outages.OFFLINE_VALUES, after=back)
    station.check(first, transaction_event(transactionInfo=info))
    timeouts = station.profile.timeouts
    online = transaction_event(
        "Updated", triggerReason="MeterValuePeriodic", offline=one_of(absent, False), transactionInfo=info
    )
    await station.expect(online, within=timeouts.interval + timeouts.message)


@case(
    "TC_E_44_CS",
    use_case="E08, E12",
    requirement="E08.FR.05, E12.FR.01, E12.FR.02",
    needs=(*sessions.NEEDS, sessions.LOCAL_START),
    fails_with={
        "offline-not-told": "offline: expected true, got nothing",
        "forgets-offline": "sent no TransactionEvent",
        "event-after-end": "eventType: expected Ended",
    },
)
async def test_e_44_stopped_while_offline(station: Station) -> None:
    """A card that has started a transaction stops it offline; the events of the end come later, marked as offline."""
    running = await outages.stops_away(station, locally=True)
    back = station.mark()
    await station.let_in()
    await outages.reports_the_end(station, running, back)


@case(
    "TC_E_45_CS",
    use_case="E08, C09, E12",
    requirement="E08.FR.05, C09.FR.03, E12.FR.01, E12.FR.02",
    needs=(*sessions.NEEDS, sessions.RFID, "LA-0 or C-49"),
    fails_with={
        "offline-not-told": "offline: expected true, got nothing",
        "forgets-offline": "sent no TransactionEvent",
        "no-token": "idToken.idToken: expected .*, got nothing",
    },
)
async def test_e_45_stopped_by_another_token_of_the_group_while_offline(station: Station) -> None:
    """Another token of the same group stops the transaction offline; the events come later."""
    await station.prepare(offline_tokens.known_offline, "valid", "valid-2", group=offline_tokens.GROUP)
    running = await outages.stops_away(station, "valid-2", locally=True)
    back = station.mark()
    await station.let_in()
    stopped = await station.expect(transaction_event(triggerReason="StopAuthorized"), after=back)
    token = station.profile.tokens["valid-2"]
    station.check(stopped, transaction_event(one_of("Updated", "Ended"), offline=True, idToken=token))
    if stopped.payload["eventType"] != "Ended":
        await outages.reports_the_end(station, running, back)


@case(
    "TC_E_43_CS",
    use_case="E04, E08, E12",
    requirement="E04.FR.01, E04.FR.02, E12.FR.01, E12.FR.02",
    needs=(*sessions.NEEDS, "C-01", sessions.LOCAL_START),
    fails_with={
        "offline-not-told": "offline: expected true, got nothing",
        "forgets-offline": "sent no TransactionEvent",
        "no-start": "eventType: expected Started, got Updated",
    },
)
async def test_e_43_whole_transaction_offline(station: Station) -> None:
    """A driver starts and stops while the station is offline; all events come later, from Started to Ended."""
    await station.prepare(offline_tokens.known_offline, "valid")
    await station.prepare(states.offline_session)
    back = station.mark()
    await station.let_in()
    first, *others = await outages.reported_later(station, back)
    id_ = first.payload["transactionInfo"]["transactionId"]
    station.check(first, transaction_event("Started"))
    for number, event in enumerate(others, 1):
        kind = "Ended" if number == len(others) else "Updated"
        station.check(event, transaction_event(kind, transactionInfo={"transactionId": id_}))
