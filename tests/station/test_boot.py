"""Boots, connector statuses and heartbeats, also after a lost connection (B01 to B04, G02)."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from mock_csms.station.state import Identity, Moment
from mock_csms.station.v2 import boot
from mock_csms.station.v2.device import new_device
from mock_csms.station.v2.variables import BACK_OFF_RANGE, BACK_OFF_TIMES, BACK_OFF_WAIT
from tests.station.play import TOKEN, Play, answering, booted, charging, world

WAITING = {"status": "Pending", "interval": 20}
REJECTING = {"status": "Rejected", "interval": 20}


def test_what_a_station_sends_once_accepted() -> None:
    """After Accepted the station sends only the status of every connector and a security event."""
    play = Play(evses=2, connectors=2).connect()
    assert play.transcript() == [
        "Boot PowerUp",
        *("1.1 Available", "1.2 Available", "2.1 Available", "2.2 Available"),
        "SecurityEventNotification",
    ]
    assert play.alarms == {("heartbeat",): play.now + 60}


@pytest.mark.parametrize("answer", [WAITING, REJECTING])
@pytest.mark.parametrize(("interval", "wait"), [(20, 20), (1, 1), (0, 30), (-5, 30)])
def test_a_boot_is_repeated_after_the_interval(answer: Json, interval: int, wait: float) -> None:
    """Until it is accepted, a station sends only BootNotification after each interval, or after 30 s if that is 0."""
    play = Play(answering(BootNotification=[answer | {"interval": interval}, {}])).connect()
    play.tell(cues.Plugged(1), cues.Presented(TOKEN))
    play.wait(wait - 0.1)
    assert play.transcript() == ["Boot PowerUp"]
    play.wait(0.2)
    assert play.transcript() == ["Boot PowerUp", "1.1 Occupied", "SecurityEventNotification"]
    assert [text.split(":")[0] for text in play.said] == ["Alice cannot be used"]


@pytest.mark.parametrize("reason", ["InternalError: no", "no answer within 30 s"])
def test_a_boot_without_a_result_is_repeated(reason: str) -> None:
    """After a CALLERROR or no answer, the station boots again after 30 s."""
    play = Play(answering(BootNotification=[reason, reason, {}])).connect().wait(59)
    assert play.transcript() == ["Boot PowerUp"] * 2
    play.wait(2)
    assert play.device.is_accepted


@pytest.mark.parametrize("answer", [WAITING, REJECTING])
def test_the_boot_interval_holds_after_a_reconnect(answer: Json) -> None:
    """The boot interval also holds after a reconnect (B03.FR.02, B02.FR.08)."""
    play = Play(answering(BootNotification=[answer, {}])).connect().wait(5).lose().wait(5).connect()
    play.wait(9.9)
    assert play.transcript() == ["Boot PowerUp"]
    play.wait(0.2)
    assert play.actions()[0] == "BootNotification"


def test_a_boot_that_was_lost_is_repeated_at_once() -> None:
    """If the connection is lost before the answer, the next connection starts with BootNotification."""
    play = Play(answering(BootNotification=None)).connect().lose().wait(3).connect()
    assert play.transcript() == ["Boot PowerUp"] * 2


def test_nothing_but_boot_before_the_first_answer() -> None:
    """Before the answer to its boot, a station sends nothing else, not even requested messages (B02.FR.02)."""
    play = Play(answering(BootNotification=None)).connect()
    play.command("TriggerMessage", {"requestedMessage": "Heartbeat"})
    play.command("GetBaseReport")
    play.tell(cues.Plugged(1), cues.CallRequested("Heartbeat", {}))
    assert play.transcript() == ["Boot PowerUp"]


def test_pending_allows_requested_messages() -> None:
    """A Pending station sends only triggered messages and requested reports (B02.FR.01, B02.FR.02)."""
    play = Play(answering(BootNotification=WAITING)).connect()
    play.command("TriggerMessage", {"requestedMessage": "Heartbeat"})
    play.command("GetBaseReport")
    play.tell(cues.Plugged(1), cues.Presented(TOKEN))
    assert list(dict.fromkeys(play.transcript())) == ["Boot PowerUp", "Heartbeat", "NotifyReport"]


def test_a_boot_triggered_while_pending() -> None:
    """A triggered boot has the reason Triggered, and the next boot the earlier reason (B01.FR.09)."""
    play = Play(answering(BootNotification=[WAITING, WAITING, {}])).connect().wait(5)
    assert play.ask("TriggerMessage", {"requestedMessage": "BootNotification"}) == {"status": "Accepted"}
    assert play.transcript() == ["Boot PowerUp", "Boot Triggered"]
    play.wait(19.9)
    assert play.transcript() == []
    play.wait(0.2)
    assert play.transcript()[0] == "Boot PowerUp"


def test_no_boot_while_one_is_open() -> None:
    """The station sends no BootNotification while another one is open."""
    play = Play(answering(BootNotification=[WAITING, None])).connect()
    play.command("TriggerMessage", {"requestedMessage": "BootNotification"})
    play.wait(25).answer(interval=60)
    assert play.actions().count("BootNotification") == 2


def test_rejected_stations_refuse_commands() -> None:
    """A Rejected station answers every command with SecurityError (B03.FR.08)."""
    play = Play(answering(BootNotification=REJECTING)).connect()
    for action in ("GetVariables", "Reset", "TriggerMessage", "ClearCache"):
        answer = play.command(action).answer
        assert isinstance(answer, tuple)
        assert answer[0] == "SecurityError"
    assert play.actions() == ["BootNotification"]


@pytest.mark.parametrize("action", ["RequestStartTransaction", "RequestStopTransaction"])
def test_no_remote_control_while_pending(action: str) -> None:
    """A Pending station rejects remote starts and stops (B02.FR.05)."""
    play = charging()
    assert play.device.evses[1].transaction
    play.csms = answering(BootNotification=WAITING)
    play.tell(
        cues.CallRequested(
            "BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v"}}
        )
    )
    payload = {"transactionId": play.device.evses[1].transaction.id} if "Stop" in action else {}
    assert play.ask(action, payload) == {"status": "Rejected"}


@pytest.mark.parametrize(("interval", "beats"), [(10, 6), (60, 1), (0, 1)])
def test_heartbeats_keep_the_interval_of_the_boot(interval: int, beats: int) -> None:
    """The interval in the Accepted answer sets the HeartbeatInterval; 0 does not change it."""
    play = booted(answering(BootNotification={"interval": interval})).wait(60)
    assert [sent.at for sent in play.sent] == [60 / beats * (number + 1) for number in range(beats)]
    assert play.actions() == ["Heartbeat"] * beats


def test_a_new_heartbeat_interval_applies_at_once() -> None:
    """A new HeartbeatInterval applies to the next heartbeat."""
    play = booted().wait(1)
    item = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}, "attributeValue": "5"}
    play.command("SetVariables", {"setVariableData": [item]})
    assert play.wait(11).actions() == ["Heartbeat"] * 2


@pytest.mark.parametrize(("seconds", "lines"), [(60, ["2.1 Occupied"]), (61, ["1.1 Available", "2.1 Occupied"])])
def test_reports_after_a_reconnect(seconds: float, lines: list[str]) -> None:
    """After an outage the station reports changed connectors, or all if it exceeds OfflineThreshold; no boot (B04)."""
    play = booted(evses=2).lose().tell(cues.Plugged(2)).wait(seconds).connect()
    assert play.transcript() == lines
    assert ("heartbeat",) in play.alarms


@pytest.mark.parametrize("is_open", [True, False])
def test_a_status_that_was_lost_is_reported_again(is_open: bool) -> None:
    """A StatusNotification that was open or waiting at a disconnect is sent once afterwards (B04.FR.02)."""
    play = booted()
    play.csms = answering(StatusNotification=None, Heartbeat=None)
    if not is_open:
        play.tell(cues.CallRequested("Heartbeat", {}))
    play.tell(cues.Plugged(1)).lose()
    play.sent.clear()
    play.wait(5).connect()
    assert play.transcript() == ["1.1 Occupied"]


def test_no_heartbeat_while_offline() -> None:
    """While offline, the station neither sends nor queues heartbeats."""
    assert booted().lose().wait(500).sent == []


@pytest.mark.parametrize(("attempt", "wait"), [(0, 11), (1, 21), (2, 41), (3, 81), (4, 81), (99, 81)])
def test_back_off_doubles(attempt: int, wait: float) -> None:
    """The wait doubles with every failed attempt, at most RepeatTimes times, plus a random part (Part 4, 5.3)."""
    variables = {BACK_OFF_WAIT: "10", BACK_OFF_RANGE: "2", BACK_OFF_TIMES: "3"}
    device = new_device(Identity(), 1, 1, variables)
    assert boot.back_off(device, attempt, Moment(0.0, world())) == wait
