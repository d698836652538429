"""Cases about the status of transactions, outages, retries and meter values accept what the requirements leave open."""

from collections.abc import Sequence

import pytest

from mock_csms.plans.v2 import meters, offline_tokens, outages, retries, states
from mock_csms.plans.v2.messages import transaction_event
from mock_csms.protocol.records import replace
from tests.plans.at_the_reference import run as at_the_reference
from tests.test_plans import run
from tests.virtual import in_virtual_time

BAY, CABLE, ENERGY = "ParkingBayOccupancy", "EVConnected", "EnergyTransfer"
KEY = "OCPPCommCtrlr.PublicKeyWithSignedMeterValue"
PASSED: Sequence[tuple[str, Sequence[str]]] = [
    ("TC_E_31_CS", [f"TxCtrlr.TxStartPoint={BAY}", f"TxCtrlr.TxStopPoint={BAY}"]),
    ("TC_E_43_CS", [f"TxCtrlr.TxStartPoint={CABLE}", f"TxCtrlr.TxStopPoint={CABLE}"]),
    ("TC_E_45_CS", [f"TxCtrlr.TxStopPoint={CABLE}"]),
    ("TC_E_51_CS", [f"TxCtrlr.TxStopPoint={CABLE}"]),
    ("TC_J_03_CS", [f"TxCtrlr.TxStopPoint={BAY}"]),
    ("TC_J_07_CS", [f"TxCtrlr.TxStartPoint={BAY}"]),
    ("TC_J_07_CS", [f"TxCtrlr.TxStartPoint={ENERGY}"]),
    ("TC_J_08_CS", [f"TxCtrlr.TxStartPoint={BAY}"]),
    ("TC_J_11_CS", [f"{KEY}=Never", f"TxCtrlr.TxStopPoint={CABLE}"]),
    ("TC_J_11_CS", [f"{KEY}=EveryMeterValue", "SampledDataCtrlr.TxEndedMeasurands=Voltage,SoC"]),
]
"""Cases, and the variables of the reference station with which they must pass too."""


@pytest.mark.parametrize(("case", "variables"), PASSED)
def test_cases_pass_with_other_variables(case: str, variables: Sequence[str]) -> None:
    """The cases pass with other points at which transactions start and stop, and with other rules about the key."""
    flags = " ".join(f"--variable {each}" for each in variables)
    done = run("--case", case, f"--reference-flags={flags}", "--fail-on-findings", "warning")
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("case", ["TC_J_01_CS", "TC_J_02_CS", "TC_J_06_CS"])
def test_a_station_without_measurands_has_no_values_to_send(case: str) -> None:
    """An empty list of measurands is allowed; then the case does not apply."""
    done = run("--case", case, "--reference-flags=--variable AlignedDataCtrlr.Measurands=")
    assert (done.returncode, "1 skipped" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("lacks", [{"LA-0"}, set()], ids=["cache", "list"])
@in_virtual_time
async def test_a_group_is_known_offline(lacks: set[str]) -> None:
    """A token stops the transaction of another one of its group offline: it is in the list, or else in the cache."""
    async with at_the_reference("--variable", "AuthCtrlr.OfflineTxForUnknownIdEnabled=false") as it:
        station = await it.begin()
        station.profile = replace(station.profile, features=station.profile.features - lacks)
        await offline_tokens.known_offline(station, "valid", "valid-2", group=offline_tokens.GROUP)
        await outages.stops_away(station, "valid-2", locally=True)
        back = station.mark()
        await station.let_in()
        token = station.profile.tokens["valid-2"]
        await station.expect(transaction_event(triggerReason="StopAuthorized", idToken=token, offline=True), after=back)
        await it.end(station)


@pytest.mark.parametrize("lacks", [set(), {"LA-0"}, {"LA-0", "C-49"}], ids=["list", "cache", "unknown"])
@in_virtual_time
async def test_a_token_charges_offline(lacks: set[str]) -> None:
    """A token charges offline because it is in the list or the cache, or because the station accepts unknown tokens."""
    flags = ("--variable", "AuthCtrlr.OfflineTxForUnknownIdEnabled=false") if "C-49" not in lacks else ()
    async with at_the_reference(*flags, "--variable", "AuthCtrlr.LocalAuthorizeOffline=false") as it:
        station = await it.begin()
        station.profile = replace(station.profile, features=station.profile.features - lacks)
        await offline_tokens.known_offline(station, "valid")
        await states.offline_session(station)
        back = station.mark()
        await station.let_in()
        first, *_ = await outages.reported_later(station, back)
        station.check(first, transaction_event("Started"))
        await it.end(station)


@in_virtual_time
async def test_the_steps_of_sessions_that_the_csms_starts() -> None:
    """If the profile says that sessions are remote, the steps start and stop them remotely."""
    async with at_the_reference(authorization="remote") as it:
        for failure, failures in ((retries.REFUSED, 1), (retries.UNANSWERED, retries.ATTEMPTS)):
            station = await it.begin()
            await retries.sends_again(station, failure, failures)
            await it.end(station)
        station = await it.begin()
        running = await outages.goes_away_charging(station)
        back = await outages.asked_on_return(station, running.id, ongoingIndicator=True)
        await station.expect(outages.OFFLINE_VALUES, after=back)
        await it.end(station)
        station = await it.begin()
        payloads, ended = await meters.collected(station, meters.SAMPLED)
        assert len(meters.readings([ended], meters.PERIODIC)) >= 2
        assert {payload["triggerReason"] for payload in payloads} >= {"RemoteStart", "RemoteStop"}
        await it.end(station)
