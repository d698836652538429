"""The rules of OCPP 2.0.1 that 2.1 has changed: a mistake in one version may be correct in the other."""

from collections.abc import Sequence

import pytest

from mock_csms.protocol.versions import V21, V201, Version
from tests.conformance.examples import Player, as_of
from tests.conformance.story import Story
from tests.conformance.witness import inspect

EVENT = (
    '"TransactionEvent",{"eventType":"Started","timestamp":"2026-01-01T12:00:00Z","triggerReason":"CablePluggedIn",'
    '"seqNo":0,"transactionInfo":{"transactionId":"T1","chargingState":"EVConnected"},"evse":{"id":1,"connectorId":1}}]'
)
VALUES = '"NotifyPeriodicEventStream",{"id":1,"pending":0,"basetime":"2026-01-01T12:00:00Z","data":[{"t":0,"v":"1"}]}]'


def ended(trigger: str, reason: str) -> str:
    """Return the event that ends the transaction."""
    told = EVENT.replace("Started", "Ended").replace("CablePluggedIn", trigger).replace('"seqNo":0', '"seqNo":1')
    return told.replace('"EVConnected"', f'"EVConnected","stoppedReason":"{reason}"')


def reported(version: Version, lines: Sequence[str], *checks: str) -> list[str]:
    """Return those of some checks that report a station of a version after its boot."""
    player = Player(lines, as_of(version, Story(-60.0).connect().boot().events), version)
    for number in range(len(lines)):
        player.play(number)
    return [finding.check for finding in inspect(player.events, player.now) if finding.check in checks]


@pytest.mark.parametrize(
    ("lines", "of_201", "of_21"),
    [
        ([f'> [2,"1",{EVENT}', f'> [2,"1",{EVENT}'], ["R05"], []),
        ([f'> [2,"1",{EVENT}', '> [2,"1","Heartbeat",{}]'], ["R05"], ["R05"]),
        (['> [5,"7","InternalError","",{}]'], ["R02"], ["R07"]),
        (['> [7,"7"]'], ["R02"], ["R02"]),
        ([f'> [6,"1",{VALUES}'], ["R02"], []),
        ([f'> [6,"1",{VALUES}', f'> [6,"1",{VALUES}'], ["R02", "R02"], ["R05"]),
        (['> [6,"1","NotifyPeriodicEventStream",{"id":1}]'], ["R02"], ["R10"]),
        (['> [6,"1","Heartbeat",{}]'], ["R02"], ["R21"]),
        ([f'> [2,"1",{VALUES}'], ["R09"], ["R21"]),
        ([f'> [2,"1",{EVENT}', f'> [2,"2",{ended("SoCLimitReached", "SOCLimitReached")}'], ["R10"], []),
        ([f'> [2,"1",{EVENT}', f'> [2,"2",{ended("SoCLimitReached", "Remote")}'], ["R10"], ["X08"]),
        ([f'> [2,"1",{EVENT}', f'> [2,"2",{ended("Deauthorized", "ReqEnergyTransferRejected")}'], ["R10"], []),
    ],
)
def test_messages(lines: list[str], of_201: list[str], of_21: list[str]) -> None:
    """Each message is judged by the rules of its version."""
    checks = ("R02", "R05", "R07", "R09", "R10", "R21", "X08")
    assert (reported(V201, lines, *checks), reported(V21, lines, *checks)) == (of_201, of_21)


@pytest.mark.parametrize(("status", "found"), [("Accepted", []), ("Rejected", []), ("Scheduled", [])])
def test_a_reset_that_resumes(status: str, found: list[str]) -> None:
    """A station need not support ImmediateAndResume: B18 accepts every answer to it."""
    reset = '< [2,"c1","Reset",{"type":"ImmediateAndResume"}]'
    assert reported(V21, [f'> [2,"1",{EVENT}', reset, f'> [3,"c1",{{"status":"{status}"}}]'], "B18") == found


@pytest.mark.parametrize(("wanted", "found"), [("CustomTrigger", []), ("Heartbeat", ["B02"])])
def test_a_pending_station_sends_what_a_custom_trigger_may_mean(wanted: str, found: list[str]) -> None:
    """Only the vendor knows which message a CustomTrigger requests, so a Pending station may send any."""
    boot = '"BootNotification",{"reason":"PowerUp","chargingStation":{"model":"M","vendorName":"V"}}]'
    lines = [
        f'> [2,"1",{boot}',
        '< [3,"1",{"currentTime":"2026-01-01T12:00:00Z","interval":60,"status":"Pending"}]',
        f'< [2,"c1","TriggerMessage",{{"requestedMessage":"{wanted}"}}]',
        '> [3,"c1",{"status":"Accepted"}]',
        '> [2,"2","NotifySettlement",{"pspRef":"P","status":"Failed","settlementAmount":0,"settlementTime":'
        '"2026-01-01T12:00:00Z"}]',
    ]
    assert reported(V21, lines, "B02") == found
