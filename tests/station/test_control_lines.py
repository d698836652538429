"""Control lines: each is parsed to an order, or rejected with a message of one line."""

import re
from pathlib import Path

import pytest

from mock_csms.station import cues
from mock_csms.station.control_lines import (
    WORDS,
    Order,
    Quit,
    SendCall,
    ShowHelp,
    ShowStatus,
    StayAway,
    Wait,
    parse_call,
    parse_line,
)
from mock_csms.station.v2.notation import parse_token

TAG = {"idToken": "TAG", "type": "ISO14443"}

GOOD: dict[str, Order | None] = {
    "": None,
    "   ": None,
    "# plug 1": None,
    "plug": cues.Plugged(1),
    "plug 2": cues.Plugged(2),
    " plug\t2  3 ": cues.Plugged(2, 3),
    "unplug": cues.Unplugged(1),
    "unplug 2": cues.Unplugged(2),
    "unplug-ev 2": cues.Unplugged(2, is_left=True),
    "ev-pause": cues.Paused(1),
    "ev-pause 2": cues.Paused(2),
    "ev-ready": cues.Ready(1),
    "drive-in 2": cues.Arrived(2),
    "drive-out": cues.Departed(1),
    "card TAG": cues.Presented(TAG),
    "card TAG 2": cues.Presented(TAG, 2),
    "card TAG:emaid": cues.Presented({"idToken": "TAG", "type": "eMAID"}),
    "card PSP-1:DirectPayment": cues.Presented({"idToken": "PSP-1", "type": "DirectPayment"}),
    "priority 2": cues.PriorityTurned(2),
    "grid-fault LVMustTrip UnderVoltage": cues.GridFault("LVMustTrip", "UnderVoltage"),
    "grid-fault LVMustTrip UnderVoltage over": cues.GridFault("LVMustTrip", "UnderVoltage", is_over=True),
    "vat NL123": cues.VatEntered("NL123"),
    "vat NL123 2": cues.VatEntered("NL123", 2),
    "chain-status": cues.ChainAsked(),
    "swap TAG": cues.SwapWished(TAG),
    "battery-in 1": cues.BatteryGiven(1, 20),
    "battery-in 1 55": cues.BatteryGiven(1, 55),
    "battery-out": cues.BatteryTaken(),
    "send Heartbeat": SendCall("Heartbeat", {}),
    'send  DataTransfer  {"vendorId": "a  b"}': SendCall("DataTransfer", {"vendorId": "a  b"}),
    "reboot": cues.PowerCycled(),
    "offline 1.5": StayAway(1.5),
    "wait 0": Wait(0),
    "status": ShowStatus(),
    "help": ShowHelp(),
    "quit": Quit(),
}

BAD = {
    "plugg": "'plugg' is not a known line; did you mean 'plug'? (help lists all lines)",
    "Heartbeat": "'Heartbeat' is not a known line (help lists all lines)",
    "grid-fault LVMustTrip Storm": "'Storm' is not one of CurrentImbalance, LocalEmergency, LowInputPower, "
    "OverCurrent, OverFrequency, OverVoltage, PhaseRotation, RemoteEmergency, UnderFrequency, UnderVoltage, "
    "VoltageImbalance",
    "priority 0": "'0' is not between 1 and 2147483647",
    "vat": "usage: vat <NUMBER> [EVSE]",
    "swap": "usage: swap <ID[:TYPE]>",
    "battery-out 1": "usage: battery-out",
    "chain-status 1": "usage: chain-status",
    "grid-fault LVMustTrip UnderVoltage now": "'now' is not 'over'",
    "battery-in 1 101": "'101' is not between 0 and 100",
    "plug 0": "'0' is not between 1 and 2147483647",
    "plug one": "'one' is not a whole number",
    "plug 1 2 3": "usage: plug [EVSE] [CONNECTOR]",
    "unplug 1 2": "usage: unplug [EVSE]",
    "unplug-ev 1 2": "usage: unplug-ev [EVSE]",
    "ev-pause 1 2": "usage: ev-pause [EVSE]",
    "ev-ready 0": "'0' is not between 1 and 2147483647",
    "drive-in one": "'one' is not a whole number",
    "drive-out 1 2": "usage: drive-out [EVSE]",
    "card": "usage: card <ID[:TYPE]> [EVSE]",
    "card TAG 1 2": "usage: card <ID[:TYPE]> [EVSE]",
    "card TAG x": "'x' is not a whole number",
    "card :eMAID": "must not be empty",
    f"card {'x' * 37}": f"'{'x' * 37}' is longer than 36 characters",
    "send": "usage: send <ACTION> [JSON]",
    "send Hartbeat": "'Hartbeat' is not an action that a station may send; did you mean 'Heartbeat'?",
    "send Reset": "'Reset' is not an action that a station may send",
    "send Heartbeat []": "must be a JSON object",
    "send Heartbeat {": "not JSON: unexpected end of data: line 1 column 2 (char 1)",
    "send Heartbeat @/no/such/file": "cannot read '/no/such/file': No such file or directory",
    "reboot now": "usage: reboot",
    "offline": "usage: offline <SEC>",
    "offline -1": "'-1' must be at least 0 and at most 1e+10",
    "offline soon": "'soon' is not a number",
    "wait": "usage: wait <SEC>",
    "status 1": "usage: status",
}


@pytest.mark.parametrize("line", GOOD)
def test_good_lines(line: str) -> None:
    """Each valid line is parsed to its order; empty lines and comments are parsed to None."""
    assert parse_line(line) == GOOD[line]


@pytest.mark.parametrize("line", BAD)
def test_bad_lines(line: str) -> None:
    """A wrong line is rejected with a message of one line."""
    with pytest.raises(ValueError, match=f"^{re.escape(BAD[line])}$"):
        parse_line(line)


def test_every_word_has_its_lines() -> None:
    """Each word of the control lines is in the tables above."""
    words = [{line.split()[0] for line in lines if line.strip()} for lines in (GOOD, BAD)]
    assert words[0] - {"#"} == set(WORDS)
    assert words[1] >= set(WORDS) - {"quit", "help"}


@pytest.mark.parametrize(
    ("text", "id_token", "kind"),
    [
        ("TAG", "TAG", "ISO14443"),
        ("TAG:", "TAG", "ISO14443"),
        ("TAG:ISO15693", "TAG", "ISO15693"),
        ("00:1A:2B:macaddress", "00:1A:2B", "MacAddress"),
    ],
)
def test_tokens(text: str, id_token: str, kind: str) -> None:
    """An idToken is ID or ID:TYPE; the last colon separates the type, whose letter case does not matter."""
    assert parse_token(text) == {"idToken": id_token, "type": kind}


def test_unknown_types_of_tokens() -> None:
    """An unknown type is rejected with the list of known types."""
    with pytest.raises(ValueError, match="'Tattoo' is not one of Central, eMAID, "):
        parse_token("TAG:Tattoo")


def test_calls_from_files(tmp_path: Path) -> None:
    """A payload may come from a file."""
    file = tmp_path / "status.json"
    file.write_text('{"connectorStatus": "Faulted"}')
    assert parse_call(f"StatusNotification @{file}") == SendCall("StatusNotification", {"connectorStatus": "Faulted"})


def test_a_call_without_an_action() -> None:
    """An empty text is rejected."""
    with pytest.raises(ValueError, match=r"^the action is missing$"):
        parse_call(" ")
