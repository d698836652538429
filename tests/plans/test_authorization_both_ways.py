"""Cases of block C with other settings of the reference station that the specification allows."""

from collections.abc import Sequence

import pytest

from mock_csms.plans.v2 import authorization
from tests.plans.at_the_reference import run as run_in_loop
from tests.test_plans import run
from tests.virtual import in_virtual_time

OFF = ("AuthCtrlr.Enabled=false", "AuthCtrlr.DisableRemoteAuthorization=true")
NO_CACHE = ("AuthCacheCtrlr.Enabled=false", "AuthCacheCtrlr.DisablePostAuthorize=true")
ENERGY = ("TxCtrlr.TxStartPoint=EnergyTransfer", "TxCtrlr.TxStopPoint=EnergyTransfer")
BAY = ("TxCtrlr.TxStartPoint=ParkingBayOccupancy", "TxCtrlr.TxStopPoint=ParkingBayOccupancy")


@pytest.mark.parametrize(
    ("variables", "cases"),
    [
        (OFF, ("TC_C_02_CS", "TC_C_39_CS")),
        (NO_CACHE, ("TC_C_09_CS", "TC_C_34_CS")),
        (("TxCtrlr.TxStartPoint=EVConnected",), ("TC_C_06_CS", "TC_C_12_CS", "TC_C_45_CS", "TC_C_13_CS")),
        (("TxCtrlr.TxStartPoint=Authorized",), ("TC_C_08_CS", "TC_C_13_CS", "TC_C_33_CS", "TC_C_26_CS")),
        (("TxCtrlr.TxStopPoint=EVConnected",), ("TC_C_16_CS", "TC_C_34_CS", "TC_C_41_CS", "TC_C_47_CS", "TC_C_49_CS")),
        (ENERGY, ("TC_C_04_CS", "TC_C_17_CS", "TC_C_26_CS")),
        (BAY, ("TC_C_33_CS", "TC_C_41_CS", "TC_C_48_CS")),
    ],
)
def test_cases_pass_with_other_variables(variables: Sequence[str], cases: Sequence[str]) -> None:
    """The cases pass wherever transactions start and end, and switch on what they need."""
    flags = " ".join(f"--variable {each}" for each in variables)
    chosen = [word for case in cases for word in ("--case", case)]
    done = run(*chosen, f"--reference-flags={flags}", "--fail-on-findings", "warning")
    assert (done.returncode, f"{len(cases)} passed" in done.stdout) == (0, True), done.stdout


@in_virtual_time
async def test_a_cable_that_is_locked_before_authorization() -> None:
    """At a station with the feature AQ-2 the steps authorize the driver first, and plug in then."""
    async with run_in_loop() as it:
        station = await it.begin(("AQ-2",))
        await authorization.cache_valid(station)
        await authorization.plug_first(station)
        assert "Occupied" not in station.known.connectors.values()
        assert await authorization.start_from_cache(station) == authorization.running(station)
        await it.end(station)
        station = await it.begin(("AQ-2",))
        asked = await authorization.present_unknown(station, "valid-2")
        await authorization.is_charged(station, asked)
        await it.end(station)


@in_virtual_time
async def test_a_missing_transaction_is_an_error() -> None:
    """A step that needs the transaction at the EVSE of the case says that none is running."""
    async with run_in_loop() as it:
        station = await it.begin()
        with pytest.raises(AssertionError, match="no transaction is running at EVSE 1"):
            authorization.running(station)
