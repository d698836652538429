"""The cases about starting and stopping transactions pass with every station that is right: with other start and stop
points, with detachable cables, and if sessions begin and end remotely. In virtual time.
"""

import shlex
from collections.abc import Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from mock_csms.plans.catalogue import load
from tests.plans.at_the_reference import run
from tests.plans.choosing import FOLDER
from tests.virtual import in_virtual_time

CASES = load(FOLDER)
REMOTE = ("01", "02", "08", "09", "11", "12", "14", "17", "19", "20", "22", "24", "25", "26", "27", "37", "38", "39")
"""Cases that leave it to the profile how a session begins and ends."""
START, STOP, FEATURES = "--variable TxCtrlr.TxStartPoint=", "--variable TxCtrlr.TxStopPoint=", "--features "
WAYS: Sequence[tuple[str, str]] = (
    *[
        (case, f"{START}{start}")
        for case in ("03", "04", "05", "38", "39", "52")
        for start in ("Authorized", "EVConnected")
    ],
    *[(case, f"{START}EnergyTransfer") for case in ("03", "04", "06", "38")],
    *[(case, f"{START}ParkingBayOccupancy") for case in ("03", "04", "05", "06", "39", "52")],
    *[("05", f"{START}Authorized {STOP}{stop}") for stop in ("ParkingBayOccupancy", "Authorized", "EVConnected")],
    *[("06", f"{STOP}{stop}") for stop in ("EVConnected", "ParkingBayOccupancy", "EnergyTransfer", "Authorized")],
    *[(case, f"{STOP}{stop}") for case in ("24", "25") for stop in ("EVConnected", "EnergyTransfer", "Authorized")],
    *[(case, f"{FEATURES}HFS-1") for case in ("17", "20", "25", "26", "37", "06")],
    *[(case, "--variable AuthCtrlr.AuthorizeRemoteStart=true") for case in ("13", "21")],
    *[(case, "--variable AuthCtrlr.Enabled=false") for case in ("12", "03")],
)
"""Cases, and flags of other stations with which they pass."""


@cache
def module_of(path: str) -> Any:
    """Return the module of cases in a file."""
    spec = spec_from_file_location(Path(path).stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def play(number: str, *flags: str, authorization: str = "local") -> None:
    """Run a case of block E with the reference station; fail as the case does, or if there are findings."""
    case = CASES[f"TC_E_{number}_CS"]
    path, _, name = case.where.rpartition(":")
    async with run(*flags, authorization=authorization) as it:
        station = await it.begin(case.needs, case.id)
        await getattr(module_of(path), name)(station)
        await it.end(station)
        station = await it.begin()
        assert (station.known.transactions, {*station.known.connectors.values()}) == ({}, {"Available"})
        notes = it.take_notes()
        assert notes == []


@pytest.mark.parametrize("number", REMOTE)
@in_virtual_time
async def test_the_session_begins_and_ends_remotely(number: str) -> None:
    """The case passes if the CSMS starts and stops the transaction."""
    await play(number, authorization="remote")


@pytest.mark.parametrize(("number", "flags"), WAYS)
@in_virtual_time
async def test_another_station(number: str, flags: str) -> None:
    """The case passes with a station that has other variables or other cables."""
    await play(number, *shlex.split(flags))
