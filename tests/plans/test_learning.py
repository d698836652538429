"""`mock-csms profile`: the profile of a station, of a station that reports little, and the empty profile."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mock_csms.control.python import Csms
from mock_csms.plans.profile import FEATURE, Profile, read_profile
from mock_csms.plans.v2.features import FEATURES
from mock_csms.plans.v2.learning import learn, timeouts_of
from mock_csms.plans.v2.model import ReportedVariable, ReportedVariables, from_get_variables, from_report
from tests import warm
from tests.control.in_process import station_of
from tests.reference_station import running as running_station
from tests.wire import BOOT, PATIENCE, SERVER, Station

COMMAND = [*SERVER, "profile"]


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return warm.run([*COMMAND, *arguments], timeout=PATIENCE)


@contextmanager
def learning(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the command, and yield the URL where it waits for a station, and its process."""
    words = [*COMMAND, "--learn", "--port=0", *arguments]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            output = re.fullmatch(r"waiting for a station at (.*)/IDENTITY\n", process.stderr.readline())
            assert output
            yield output[1], process
            process.wait(PATIENCE)
        finally:
            process.kill()


def test_a_profile_is_learned_from_reports(tmp_path: Path) -> None:
    """The profile has the identity, connectors, features and timeouts of the station, and can be read back."""
    path = tmp_path / "station.toml"
    with learning("--output", str(path)) as (url, process):
        shape = ("--evses=2", "--connectors=2")
        variables = ("--variable=OCPPCommCtrlr.RetryBackOffWaitMinimum=100",)
        with running_station(f"{url}/CS%207", *shape, *variables):
            process.wait(PATIENCE)
    learned = read_profile(str(path))
    assert (process.returncode, learned.identity, learned.connectors) == (0, "CS 7", (2, 2))
    assert {"C-01", "C-09.1", "C-10.3", "C-49", "C-51", "AS-3", "HFS-2"} <= learned.features
    assert not {"C-29.1", "C-30", "AQ-2", "AS-2", "HFS-1", "HFS-4"} & learned.features
    assert (learned.timeouts.message, learned.timeouts.boot, learned.slots) == (30, 264, (1, 2, 3))
    text = path.read_text()
    assert "read from the station: mock-csms reference-station 1.0.0." in text
    assert re.search(r'# "C-30", +# local start with ISO14443', text)
    assert re.search(r"has none of .*AS-2.*HFS-1", text)


async def test_a_profile_is_learned_from_single_variables() -> None:
    """Unknown variables mean missing features; the connectors are those with a reported status."""
    values = {"AuthCacheCtrlr.Enabled": "false", "TxCtrlr.TxStartPoint": "EVConnected,Authorized"}
    async with Csms() as csms:
        learning_ = asyncio.ensure_future(learn(csms, PATIENCE))
        await asyncio.sleep(0)
        async with station_of(csms) as peer:
            for connector in (1, 2):
                await peer.ask("StatusNotification", STATUS | {"evseId": 2, "connectorId": connector})
            await peer.send([2, "boot", "BootNotification", BOOT])
            asked = asyncio.ensure_future(answer(peer, values))
            learned = await learning_
            asked.cancel()
    assert learned
    assert (learned.profile.connectors, learned.who) == ((1, 2), "v m")
    assert learned.profile.features == {"C-01", "C-09.1", "C-09.2", "C-49"}
    assert {"C-51", "AS-2"} <= learned.lacks
    assert learned.reasons == {}


async def test_a_profile_of_a_station_that_answers_nothing() -> None:
    """The profile of a station that answers no command has only its identity, and lists no missing feature."""
    async with Csms() as csms:
        learning_ = asyncio.ensure_future(learn(csms, PATIENCE))
        await asyncio.sleep(0)
        async with station_of(csms) as peer:
            await peer.send([2, "boot", "BootNotification", BOOT])
            asked = asyncio.ensure_future(answer(peer, None))
            learned = await learning_
            asked.cancel()
    assert learned
    assert (learned.profile, learned.lacks) == (Profile("CS-1"), frozenset())


STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available"}


async def answer(peer: Station, values: dict[str, str] | None) -> None:
    """Answer GetVariables with `values` unless it is None, and all other commands with NotSupported."""
    while True:
        kind, id_, action, *rest = await peer.expect()
        if kind != 2:
            continue
        if action != "GetVariables" or values is None:
            await peer.send([4, id_, "NotSupported", "", {}])
            continue
        one = rest[0]["getVariableData"][0]
        value = values.get(f"{one['component']['name']}.{one['variable']['name']}")
        result = {"attributeStatus": "UnknownVariable"} if value is None else {"attributeStatus": "Accepted"}
        result |= {} if value is None else {"attributeValue": value}
        await peer.send([3, id_, {"getVariableResult": [one | result]}])


def test_no_station_comes(tmp_path: Path) -> None:
    """If no station connects, the command says so, ends with status 4, and writes nothing."""
    path = tmp_path / "station.toml"
    done = ended("--learn", "--port=0", "--wait-for-station=0.1", "--output", str(path))
    assert (done.returncode, path.exists()) == (4, False)
    assert "no station connected within 0.1 s" in done.stderr


def test_an_empty_profile(tmp_path: Path) -> None:
    """The empty profile has every feature as a comment; an existing file is not overwritten."""
    done = ended()
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f'    # "{feature.id}",' in done.stdout for feature in FEATURES)
    path = tmp_path / "station.toml"
    assert (ended("--output", str(path)).returncode, path.read_text()) == (0, done.stdout)
    again = ended("--output", str(path))
    assert (again.returncode, "exists already" in again.stderr, again.stderr.count("\n")) == (2, True, 1)


@pytest.mark.parametrize("words", ["--port=x", "--nonsense", "--learn --host=192.0.2.1 --port=1", "--output=/no/where"])
def test_a_wrong_flag_of_profile_is_one_line(words: str) -> None:
    """A wrong flag gets one line and no traceback."""
    done = ended(*words.split())
    assert done.returncode in (1, 2)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


def test_profile_needs_no_pytest() -> None:
    """`mock-csms profile` works without pytest."""
    program = "import sys; sys.modules['pytest'] = None; from mock_csms.commands import profile; profile.profile([])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_feature_ids_are_valid_in_profiles() -> None:
    """Every feature id is valid in a profile, and has a single title."""
    assert all(FEATURE.fullmatch(feature.id) for feature in FEATURES)
    titles = {(feature.id, feature.title) for feature in FEATURES}
    assert len(titles) == len({feature.id for feature in FEATURES})


def report(name: str, value: str = "", values: str = "", *, fixed: bool = False, **evse: int) -> Any:
    """Return the item of a report about a variable."""
    component, _, rest = name.partition(".")
    attribute = {"value": value, "mutability": "ReadOnly" if fixed else "ReadWrite"}
    characteristics: dict[str, Any] = {"dataType": "string", "supportsMonitoring": False}
    characteristics |= {"valuesList": values} if values else {}
    place = {"evse": {"connectorId" if key == "connector" else "id": number for key, number in evse.items()}}
    return {
        "component": {"name": component} | (place if evse else {}),
        "variable": {"name": rest},
        "variableAttribute": [attribute],
        "variableCharacteristics": characteristics,
    }


START, STOP = "TxCtrlr.TxStartPoint", "TxCtrlr.TxStopPoint"


@pytest.mark.parametrize(
    ("expected", "features"),
    [
        (report("AuthCtrlr.OfflineTxForUnknownIdEnabled", "false"), "C-01 C-02"),
        (report("LocalAuthListCtrlr.Enabled", "true"), "C-01 LA-0"),
        (report("LocalAuthListCtrlr.Enabled", "false"), "LA-0"),
        (report("AuthCacheCtrlr.Enabled", "false"), "C-01 C-49"),
        (report("TxCtrlr.StopTxOnEVSideDisconnect", "true"), "C-06.1 C-06.2"),
        (report("TxCtrlr.StopTxOnEVSideDisconnect", "true", fixed=True), "C-06.2"),
        (report("OCPPCommCtrlr.UnlockOnEVSideDisconnect", "false", fixed=True), "C-12.2"),
        (report(START, "EVConnected", "EVConnected,Authorized"), "C-09.1 C-09.2 C-51"),
        (report(START, "EVConnected", "EVConnected,Authorized", fixed=True), "C-09.1"),
        (report(START, "DataSigned,EnergyTransfer"), "C-09.3 C-09.5 C-51"),
        (report(STOP, "ParkingBayOccupancy", fixed=True), "C-10.5"),
        (report("EVSE.AllowReset", "true", fixed=True, evse=1), "C-13"),
        (report("EVSE.AllowReset", "false", fixed=True, evse=1), ""),
        (report("Connector.ConnectorType", "sType2", fixed=True, evse=1, connector=1), "HFS-1"),
        (report("Connector.ConnectorType", "cCCS2", fixed=True, evse=1, connector=1), "HFS-2 HFS-4"),
        (report("OCPPCommCtrlr.WebSocketPingInterval", "60", fixed=True), ""),
        (report("SecurityCtrlr.AdditionalRootCertificateCheck", "true", fixed=True), "AS-2"),
    ],
)
def test_variables_show_the_features(expected: Any, features: str) -> None:
    """The value, the valuesList or the existence of a variable shows which features the station has."""
    model = ReportedVariables(from_report([expected]))
    assert {feature.id for feature in FEATURES if feature.shown_by(model)} == set(features.split())


def test_connectors_are_counted() -> None:
    """An EVSE has as many connectors as its highest reported connector number, and at least one."""
    result = [
        ReportedVariable("EVSE.Power", 1),
        ReportedVariable("Connector.Available", 1, 2),
        ReportedVariable("EVSE.Power", 3),
        ReportedVariable("TxCtrlr.TxStartPoint"),
    ]
    assert ReportedVariables(result).connectors == (2, 1, 1)
    assert ReportedVariables().connectors == ()


def test_timeouts_are_those_of_the_station() -> None:
    """A variable that is not a number is ignored; the operator gets no more time than EVConnectionTimeOut."""
    names = ("OCPPCommCtrlr.MessageTimeout", "TxCtrlr.EVConnectionTimeOut", "OCPPCommCtrlr.RetryBackOffWaitMinimum")
    timeouts, reasons = timeouts_of(
        ReportedVariables(
            ReportedVariable(name, value=value) for name, value in zip(names, ("x", "20", "10"), strict=True)
        )
    )
    assert (timeouts.message, timeouts.operator, timeouts.boot) == (30, 20, 180)
    assert list(reasons) == ["operator"]


def test_results_without_a_value() -> None:
    """An Accepted result without a value gives an empty value; a Rejected result is ignored."""
    place: dict[str, Any] = {"component": {"name": "A"}, "variable": {"name": "B"}}
    results = [place | {"attributeStatus": "Accepted"}, place | {"attributeStatus": "Rejected", "attributeValue": "1"}]
    assert list(from_get_variables(results)) == [ReportedVariable("A.B")]
