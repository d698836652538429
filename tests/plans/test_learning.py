"""`mock-csms profile`: what it prints of a station that comes, of one that tells little, and of none."""

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
from mock_csms.plans.v2.model import Model, Told, got, reported
from tests import warm
from tests.control.in_process import station_of
from tests.reference_station import running as running_station
from tests.wire import BOOT, PATIENCE, SERVER, Station

COMMAND = [*SERVER, "profile"]


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Return how the command ended that was to end by itself."""
    return warm.run([*COMMAND, *arguments], timeout=PATIENCE)


@contextmanager
def learning(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Let the command wait for a station, and return where."""
    words = [*COMMAND, "--learn", "--port=0", *arguments]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            told = re.fullmatch(r"waiting for a station at (.*)/IDENTITY\n", process.stderr.readline())
            assert told
            yield told[1], process
            process.wait(PATIENCE)
        finally:
            process.kill()


def test_a_station_tells_of_itself(tmp_path: Path) -> None:
    """Who it is, its connectors, the features that its variables tell, and its patience; read as a profile again."""
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


async def test_a_station_without_reports_is_asked_for_single_variables() -> None:
    """What it does not know it does not have; its connectors are those of which it has told the status."""
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


async def test_a_station_that_tells_nothing_has_a_profile() -> None:
    """Nothing is known of it but its name, and nothing is said to be lacking."""
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
    """Answer each GetVariables, with those values where there are any, and no other command."""
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
    """It says so, ends with the status for it, and writes nothing."""
    path = tmp_path / "station.toml"
    done = ended("--learn", "--port=0", "--wait-for-station=0.1", "--output", str(path))
    assert (done.returncode, path.exists()) == (4, False)
    assert "no station connected within 0.1 s" in done.stderr


def test_without_a_station_there_is_one_to_be_filled_in(tmp_path: Path) -> None:
    """Every feature that a case asks for is in it, as a comment; a file that is there is not written over."""
    done = ended()
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f'    # "{feature.id}",' in done.stdout for feature in FEATURES)
    path = tmp_path / "station.toml"
    assert (ended("--output", str(path)).returncode, path.read_text()) == (0, done.stdout)
    again = ended("--output", str(path))
    assert (again.returncode, "exists already" in again.stderr, again.stderr.count("\n")) == (2, True, 1)


@pytest.mark.parametrize("words", ["--port=x", "--nonsense", "--learn --host=192.0.2.1 --port=1", "--output=/no/where"])
def test_what_is_wrong_is_told_in_a_line(words: str) -> None:
    """Nothing is ever a traceback."""
    done = ended(*words.split())
    assert done.returncode in (1, 2)
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)


def test_it_needs_no_pytest() -> None:
    """Who has installed the mock alone can make a profile."""
    program = "import sys; sys.modules['pytest'] = None; from mock_csms.commands import profile; profile.profile([])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_features_have_names_as_profiles_have_them() -> None:
    """Every feature can stand in a profile, and has one title."""
    assert all(FEATURE.fullmatch(feature.id) for feature in FEATURES)
    titles = {(feature.id, feature.title) for feature in FEATURES}
    assert len(titles) == len({feature.id for feature in FEATURES})


def report(name: str, value: str = "", values: str = "", *, fixed: bool = False, **evse: int) -> Any:
    """Return what a report tells of a variable."""
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
    ("told", "features"),
    [
        (report("AuthCtrlr.OfflineTxForUnknownIdEnabled", "false"), "C-01 C-02"),
        (report("LocalAuthListCtrlr.Enabled", "true"), "C-01"),
        (report("LocalAuthListCtrlr.Enabled", "false"), ""),
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
def test_features_are_told_by_variables(told: Any, features: str) -> None:
    """What a variable is, may be, or that it is there, tells what the station has."""
    model = Model(reported([told]))
    assert {feature.id for feature in FEATURES if feature.told_by(model)} == set(features.split())


def test_connectors_are_counted() -> None:
    """Of each EVSE the highest number that is told; an EVSE that is passed over has one."""
    told = [
        Told("EVSE.Power", 1),
        Told("Connector.Available", 1, 2),
        Told("EVSE.Power", 3),
        Told("TxCtrlr.TxStartPoint"),
    ]
    assert Model(told).connectors == (2, 1, 1)
    assert Model().connectors == ()


def test_timeouts_are_those_of_the_station() -> None:
    """A patience that is no number counts as none; who must plug in within less is given less."""
    names = ("OCPPCommCtrlr.MessageTimeout", "TxCtrlr.EVConnectionTimeOut", "OCPPCommCtrlr.RetryBackOffWaitMinimum")
    timeouts, reasons = timeouts_of(
        Model(Told(name, value=value) for name, value in zip(names, ("x", "20", "10"), strict=True))
    )
    assert (timeouts.message, timeouts.operator, timeouts.boot) == (30, 20, 180)
    assert list(reasons) == ["operator"]


def test_what_was_not_got_is_not_known() -> None:
    """A result without a value has none; a refused one tells nothing."""
    place: dict[str, Any] = {"component": {"name": "A"}, "variable": {"name": "B"}}
    results = [place | {"attributeStatus": "Accepted"}, place | {"attributeStatus": "Rejected", "attributeValue": "1"}]
    assert list(got(results)) == [Told("A.B")]
