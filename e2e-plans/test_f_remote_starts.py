"""Block F, remote control: transactions that the CSMS starts, before or after the cable is plugged in (F01, F02)."""

from mock_csms.plans import Station, Taken, case, connector_reports, one_of, says, transaction_event
from mock_csms.plans.v2 import cables, points, sessions, states
from mock_csms.plans.v2.variables import prefer

NEEDS = ("plug", "unplug", "C-36 or C-37 or C-38 or C-39")
"""What a case needs whose session the CSMS starts."""
EARLY = "--variable TxCtrlr.TxStartPoint=EVConnected"
"""The flags with which the transactions of the reference station start with the cable."""
REPORTS = {
    "no-remote-start-id": "remoteStartId: expected 1, got nothing",
    "wrong-remote-token": "idToken.idToken: expected test_token, got",
}


async def plugs_in(station: Station, told: Taken | None) -> Taken:
    """Plug in after a remote start: the connector is Occupied, and the station charges.

    `told` is the event about the start; if none has come before, the cable causes it, and it may name that as the
    reason. Returns it.
    """
    begin = station.mark()
    await station.act("plug")
    await station.expect(connector_reports("Occupied", station.evse, station.connector), after=begin)
    told = told or await station.expect(
        transaction_event(
            one_of("Started", "Updated"),
            triggerReason=one_of("RemoteStart", "CablePluggedIn", "ChargingStateChanged", "SignedDataReceived"),
            idToken=station.profile.tokens["valid"],
            transactionInfo={"remoteStartId": 1},
        ),
        after=begin,
    )
    await states.charges(station)
    return told


async def starts_before_the_cable(station: Station, *, authorize: bool) -> None:
    """Start remotely, and plug in then; `authorize` is whether the station has to authorize the token before."""
    await station.prepare(sessions.authorizes)
    await prefer(station, "AuthCtrlr", "LocalPreAuthorize", "false")
    if not await prefer(station, "AuthCtrlr", "AuthorizeRemoteStart", "true" if authorize else "false"):
        station.lacks(f"way to set AuthorizeRemoteStart to {'true' if authorize else 'false'}")
    if await states.has_bays(station):
        await station.prepare(states.parking_bay_occupied)
    begin = station.mark()
    told = await states.start_remotely(station)
    if authorize:
        await station.expect(says("Authorize", idToken=station.profile.tokens["valid"]), after=begin)
    told = await plugs_in(station, told)
    if not authorize:
        await station.expect_nothing(says("Authorize"), after=begin, before=told)


@case(
    "TC_F_01_CS",
    use_case="F01",
    requirement="F01.FR.03, F01.FR.04, F01.FR.05, F01.FR.13, F01.FR.17, F01.FR.19, F02.FR.01",
    needs=(*NEEDS, "not AQ-2"),
    fails_with={
        **REPORTS,
        "wrong-start-trigger": "triggerReason: expected RemoteStart, got Authorized",
        f"{EARLY} --misbehave no-transaction-id": "transactionId: expected .*, got nothing",
    },
)
async def test_f_01_remote_start_after_the_cable(station: Station) -> None:
    """With the cable plugged in, a remote start is accepted, its transaction reports it, and the station charges."""
    await station.prepare(sessions.authorizes)
    await station.prepare(states.ev_connected)
    await states.start_remotely(station)
    await states.charges(station)


@case(
    "TC_F_02_CS",
    use_case="F02",
    requirement="F02.FR.01, F01.FR.01",
    needs=(*NEEDS, "C-48.1"),
    fails_with={**REPORTS, "remote-start-unasked": "sent no Authorize"},
)
async def test_f_02_remote_start_with_authorization(station: Station) -> None:
    """With AuthorizeRemoteStart true, the station authorizes the token of a remote start, and then charges."""
    await starts_before_the_cable(station, authorize=True)


@case(
    "TC_F_03_CS",
    use_case="F02",
    requirement="F02.FR.01, F01.FR.02",
    needs=(*NEEDS, "C-48.2"),
    fails_with={**REPORTS, "authorizes-remote-starts": "sent Authorize, which must not come"},
)
async def test_f_03_remote_start_without_authorization(station: Station) -> None:
    """With AuthorizeRemoteStart false, the station charges without an Authorize for the token of a remote start."""
    await starts_before_the_cable(station, authorize=False)


@case(
    "TC_F_04_CS",
    use_case="F02, E03",
    requirement="F02.FR.01, E03.FR.01, E03.FR.05",
    needs=("C-09.2 or C-09.6",),
    fails_with={
        "never-gives-up": "sent no TransactionEvent.*EVConnectTimeout",
        "wrong-stopped-reason": "stoppedReason: expected Timeout, got PowerLoss",
    },
)
async def test_f_04_nobody_plugs_in(station: Station) -> None:
    """A remote start is given up after EVConnectionTimeOut without a cable; then the EVSE can be used again."""
    patience = station.profile.timeouts.interval
    await cables.wait_for_cables(station, patience)
    await station.prepare(sessions.authorizes)
    await starts_without_the_cable(station)
    started = await station.prepare(states.start_remotely)
    within = patience + station.profile.timeouts.message
    ended = await station.expect(await cables.given_up(station), within=within)
    if started:
        station.check_gap(started, ended, least=patience)
    await states.start_remotely(station, number=2)


async def starts_without_the_cable(station: Station) -> None:
    """Let transactions start without a cable: with the authorization, or with the vehicle in the bay."""
    starts = await states.start_points(station)
    if not starts & {"Authorized", "ParkingBayOccupancy"}:
        await points.start_at(station, "Authorized" if station.profile.has("C-09.2") else "ParkingBayOccupancy")
        starts = await states.start_points(station)
    if "Authorized" in starts:
        return
    if not station.can("drive-in"):
        station.skip("needs an operator (drive-in); see --operator")
    await station.prepare(states.parking_bay_occupied)
