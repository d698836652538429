"""Block E, transactions: their status while events wait for delivery after an outage (E14)."""

from mock_csms.plans import Station, absent, case
from mock_csms.plans.v2 import outages, sessions


@case(
    "TC_E_29_CS",
    use_case="E14",
    requirement="E14.FR.02, E14.FR.04, E11.FR.01, E11.FR.02",
    needs=sessions.NEEDS,
    fails_with={
        "never-queued": "messagesInQueue: expected true, got false",
        "wrong-indicator": "ongoingIndicator: expected true, got false",
        "offline-not-told": "offline: expected true, got nothing",
    },
)
async def test_e_29_running_with_a_queue(station: Station) -> None:
    """After an outage, a running transaction is ongoing and its events are queued; then the station sends them."""
    running = await outages.goes_away_charging(station)
    back = await outages.asked_on_return(station, running.id, ongoingIndicator=True)
    await station.expect(outages.OFFLINE_VALUES, after=back)


@case(
    "TC_E_33_CS",
    use_case="E14",
    requirement="E14.FR.06, E14.FR.07, E11.FR.01, E11.FR.02",
    needs=sessions.NEEDS,
    fails_with={
        "never-queued": "messagesInQueue: expected true, got false",
        "indicator-unasked": "ongoingIndicator: expected nothing, got false",
        "forgets-offline": "messagesInQueue: expected true, got false|sent no .*offline=true",
    },
)
async def test_e_33_no_id_with_a_queue(station: Station) -> None:
    """After an outage, asked without a transactionId, the station says that events are queued, and nothing else."""
    await outages.goes_away_charging(station)
    back = await outages.asked_on_return(station, None, ongoingIndicator=absent)
    await station.expect(outages.OFFLINE_VALUES, after=back)


@case(
    "TC_E_31_CS",
    use_case="E14",
    requirement="E14.FR.03, E14.FR.04, E12.FR.01, E12.FR.02",
    needs=sessions.NEEDS,
    fails_with={
        "never-queued": "messagesInQueue: expected true, got false",
        "always-ongoing": "ongoingIndicator: expected false, got true",
        "wrong-stopped-reason": "stoppedReason: expected Local or .*, got PowerLoss",
    },
)
async def test_e_31_ended_with_a_queue(station: Station) -> None:
    """After an outage in which it ended, a transaction is not ongoing and its events are queued; then they come."""
    running = await outages.stops_away(station)
    back = await outages.asked_on_return(station, running.id, ongoingIndicator=False)
    await outages.reports_the_end(station, running, back)
