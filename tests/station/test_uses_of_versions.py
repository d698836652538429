"""`mock-station` with OCPP 1.6 or 2.1 at a real mock, in virtual time: no findings, and exit status 0."""

import asyncio
from pathlib import Path

import pytest

from mock_csms.behavior.commands import Step
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.versions import V16, V21, Version
from mock_csms.runtime.open_call import CallFailed
from mock_csms.station.v16.misbehaviours import KINDS
from mock_csms.twin.events import Received, Unanswered
from tests.reference_station import run
from tests.station.rig import STATION, Stand
from tests.test_station_uses import LINES, MOCKS, OTHER_CLOCK, USES, settings_of, use
from tests.wire import Mock

NOWHERE = "ws://127.0.0.1:1/CP-1"
_OF_2X = {"features", "cable first", "free", "by the clock"}
_FLAGS = {name: flags for name, flags in USES.items() if name not in _OF_2X} | {
    "by the clock": "--charge 200 --variable ClockAlignedDataInterval=60",
    "send": """--send BootNotification --send 'StatusNotification {"status": "Faulted"}' --send StopTransaction""",
    "in the transaction": "--charge 100 --variable StopTxnSampledData=Energy.Active.Import.Register",
}
"""Flags of `mock-station` that are used together with `--ocpp 1.6`."""


def problems(flags: str, mock: str = "", version: str = "1.6") -> list[str]:
    """Return the problems of a use: wrong messages, missing answers, a status other than 0, and exceptions."""
    with Stand(learns=False, **MOCKS[mock]) as stand:
        status = stand.do(use(stand, settings_of(f"--ocpp {version} {flags}")))
    wrong = [str(event) for event in stand.events if isinstance(event, Received) and event.is_refused]
    unanswered = [str(event) for event in stand.events if isinstance(event, Unanswered)]
    expected = OTHER_CLOCK if "--speed" in flags else ()
    found = [each for each in stand.found if each.severity != "info" and each.check not in expected]
    grave = [f"{each.check}: {each.problem}" for each in found]
    return [*([f"status {status!r}"] if status else []), *stand.accidents, *wrong, *unanswered, *grave]


@pytest.mark.parametrize("name", _FLAGS)
def test_flags(name: str) -> None:
    """With these flags a station of OCPP 1.6 sends nothing wrong."""
    assert problems(_FLAGS[name]) == []


@pytest.mark.parametrize("name", USES)
def test_flags_of_21(name: str) -> None:
    """With these flags a station of OCPP 2.1 sends nothing wrong."""
    assert problems(USES[name], version="2.1") == []


_NEW_LINES = {
    "payment": "vat NL123; plug; card PSP-1:DirectPayment; wait 5; card PSP-1:DirectPayment; unplug",
    "grid": "grid-fault LVMustTrip UnderVoltage; wait 1; grid-fault LVMustTrip UnderVoltage over",
    "priority": "plug; card A; priority; card A",
    "certificates": "chain-status",
    "swap": "swap TAG; wait 1; battery-in 1 30; battery-out; wait 20",
    "send": 'send BatterySwap; send NotifySettlement {"status": "Failed"}',
}


@pytest.mark.parametrize("name", [*LINES, *_NEW_LINES])
def test_lines_of_21(name: str, tmp_path: Path) -> None:
    """With these control lines a station of OCPP 2.1 sends nothing wrong."""
    script = tmp_path / "lines"
    script.write_text(f"wait 10; {(LINES | _NEW_LINES)[name]}".replace("; ", "\n"))
    swaps = "--evses 2 --variable BatterySwapCtrlr.Enabled=true" if name == "swap" else ""
    assert problems(f"--script {script} {swaps}", version="2.1") == []


def test_a_send_by_flag() -> None:
    """--send sends a SEND too, and waits for no answer; the mock has opened no such stream."""
    found = problems("--send BootNotification --send NotifyPeriodicEventStream", version="2.1")
    assert [line[:4] for line in found if not line.startswith("B")] == ["N12:"]


def test_a_device_file_of_21(tmp_path: Path) -> None:
    """A device file describes a station of 2.1 too; it has the variables of both."""
    file = tmp_path / "station.toml"
    file.write_text('[identity]\nvendor = "ACME"\n[[evse]]\nconnectors = ["cType2", "cType2"]\n')
    flags = f"--device {file} --variable TxCtrlr.ResumptionTimeout=5 --charge 5"
    assert problems(flags, version="2.1") == []


@pytest.mark.parametrize("mock", MOCKS)
@pytest.mark.parametrize("name", LINES)
def test_lines(name: str, mock: str, tmp_path: Path) -> None:
    """With these control lines a station of OCPP 1.6 sends nothing wrong."""
    script = tmp_path / "lines"
    script.write_text(f"wait 10; {LINES[name]}".replace("; ", "\n"))
    assert problems(f"--script {script}", mock) == []


@pytest.mark.parametrize("version", [V16, V21], ids=["1.6", "2.1"])
def test_commands_over_a_socket(version: Version) -> None:
    """Every command with the default payload of the mock gets a valid answer."""
    with Stand(learns=False) as stand:
        commands = [
            name for name, row in version.actions.items() if row.sender in (Sender.CSMS, None) and name != "Reset"
        ]
        used = stand.loop.create_task(use(stand, settings_of(f"--ocpp {version.name} --duration 2000")))
        stand.do(asyncio.sleep(5))
        for action in commands:
            try:
                stand.do(stand.mock.call(STATION, Step(action, {})))
            except CallFailed as error:
                pytest.fail(f"{action}: {error}")
        assert stand.do(used) == 0
        assert stand.accidents == []


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        ("--ocpp=1.7", "--subprotocol: '1.7' is not one of"),
        ("--ocpp=1.6 --variable=HeartbeatIntervall=5", "--variable: 'HeartbeatIntervall=5' is not KEY=VALUE"),
        ("--ocpp=1.6 --variable=HeartbeatInterval=x", "--variable: 'HeartbeatInterval=x': this key does not take"),
        ("--ocpp=1.6 --vendor=aaaaaaaaaaaaaaaaaaaaa", "--vendor: 'aaaaaaaaaaaaaaaaaaaaa' is longer than 20"),
        ("--ocpp=1.6 --charge=1 --evse=3", "--evse: there is no EVSE 3: the station has 1"),
        ("--ocpp=1.6 --misbehave=seqno-gap", "--misbehave: a station of this version of OCPP has no 'seqno-gap'"),
        ("--misbehave=number-values", "--misbehave: a station of this version of OCPP has no 'number-values'"),
    ],
)
def test_wrong_flags(flags: str, complaint: str) -> None:
    """A flag that does not fit the version gets one line, and the exit status is 2."""
    ended = run(NOWHERE, *flags.split())
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert complaint in ended.err


def test_a_process(tmp_path: Path) -> None:
    """A real process charges with OCPP 1.6; `misbehaviours 1.6` prints the misbehaviours of this version."""
    mock = Mock(f"--trace={tmp_path}/trace")
    ended = run(f"{mock.url}/CP-1", "--ocpp=1.6", "--charge=0.2")
    mock.finish()
    assert (ended.status, ended.err) == (0, "")
    assert '"ocppVersion":"1.6"' in (tmp_path / "trace").read_text()
    listed = run("misbehaviours", "1.6")
    assert [line.split()[0] for line in listed.out.splitlines()] == [*KINDS]
    assert run("misbehaviours", "1.7").status == 2
