"""OCPP 1.6, smart charging by the mock (3.13, 5.5, 5.7, 5.16)."""

from mock_csms.plans import Station, says
from mock_csms.plans.v16 import keys, profiles, states
from mock_csms.plans.v16.answers import declines
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.states.sessions import NEEDS, tag_of

IGNORED = {"ignores-profiles": "expected periods from second 0 on, with limits of at most 10"}
TAKEN = {"takes-every-profile": "status: expected Rejected or NotSupported, got Accepted"}


@case(
    "TC_056_CS",
    use_case="Set Charging Profile, Get Composite Schedule",
    requirement="3.13, 3.13.3, 5.7, 5.16",
    fails_with=IGNORED,
)
async def test_16_default_profile(station: Station) -> None:
    """The station accepts a TxDefaultProfile, and its composite schedule is not above it."""
    unit = await profiles.unit_of(station)
    await profiles.put(station, profiles.profile(unit, 10))
    await profiles.check_composite(station, unit, 10)


@case(
    "TC_057_CS",
    use_case="Set Charging Profile, Get Composite Schedule",
    requirement="3.13, 3.13.1, 3.13.3, 5.7, 5.16",
    needs=NEEDS,
    fails_with=IGNORED,
)
async def test_16_profile_of_a_transaction(station: Station) -> None:
    """The station accepts a TxProfile for its transaction, and its composite schedule is not above it."""
    unit = await profiles.unit_of(station)
    started = await station.prepare(states.charging)
    await profiles.put(station, profiles.profile(unit, 10, profiles.OF_TRANSACTION, transactionId=started.id))
    await profiles.check_composite(station, unit, 10)


@case(
    "TC_058_1_CS",
    use_case="Set Charging Profile",
    requirement="3.13.1, 5.16",
    fails_with=TAKEN,
)
async def test_16_profile_without_transaction(station: Station) -> None:
    """The station rejects a TxProfile for a connector without a transaction."""
    unit = await profiles.unit_of(station)
    await profiles.put(station, profiles.profile(unit, 10, profiles.OF_TRANSACTION), profiles.REFUSED)


@case(
    "TC_058_2_CS",
    use_case="Set Charging Profile",
    requirement="3.13.1, 5.16",
    needs=NEEDS,
    fails_with=TAKEN,
)
async def test_16_profile_of_another_transaction(station: Station) -> None:
    """The station rejects a TxProfile with the id of a transaction that does not run."""
    unit = await profiles.unit_of(station)
    started = await station.prepare(states.charging)
    given = profiles.profile(unit, 10, profiles.OF_TRANSACTION, transactionId=started.id + 1)
    await profiles.put(station, given, profiles.REFUSED)


@case(
    "TC_082_CS",
    use_case="Set Charging Profile, Get Composite Schedule",
    requirement="3.13, 3.13.1, 3.13.3, 5.7, 5.16",
    needs=NEEDS,
    fails_with=IGNORED,
)
async def test_16_default_profile_while_charging(station: Station) -> None:
    """A TxDefaultProfile that comes during a transaction limits it."""
    unit = await profiles.unit_of(station)
    await station.prepare(states.charging)
    await profiles.put(station, profiles.profile(unit, 10))
    await profiles.check_composite(station, unit, 10)


@case(
    "TC_066_CS",
    use_case="Get Composite Schedule",
    requirement="3.13.1, 3.13.3, 5.7, 5.16",
    needs=NEEDS,
    fails_with={"ignores-profiles@2": "expected periods from second 0 on, with limits of at most 8"},
)
async def test_16_composite_schedule(station: Station) -> None:
    """During a transaction its TxProfile prevails over the TxDefaultProfile in the composite schedule."""
    unit = await profiles.unit_of(station)
    started = await station.prepare(states.charging)
    await profiles.put(station, profiles.profile(unit, 12))
    of_its_own = {"chargingProfileId": 2, "transactionId": started.id}
    await profiles.put(station, profiles.profile(unit, 8, profiles.OF_TRANSACTION, **of_its_own))
    await profiles.check_composite(station, unit, 8)


@case(
    "TC_067_CS",
    use_case="Clear Charging Profile",
    requirement="5.5, 7.21, errata 3.25",
    fails_with={
        "keeps-profiles": "status: expected Unknown, got Accepted",
        "forgets-profiles": "status: expected Accepted, got Unknown",
    },
)
async def test_16_clear_profile(station: Station) -> None:
    """The station clears a profile by its id; then it does not know that id any more."""
    unit = await profiles.unit_of(station)
    await profiles.put(station, profiles.profile(unit, 10))
    await station.command("ClearChargingProfile", {"id": 1}, status="Accepted")
    await station.command("ClearChargingProfile", {"id": 1}, status="Unknown")


@case(
    "TC_072_CS",
    use_case="Set Charging Profile, Get Composite Schedule",
    requirement="3.13.2, 5.7, 9.4.1",
    fails_with={"ignores-profiles@2": "expected periods from second 0 on, with limits of at most 8"},
)
async def test_16_stacked_profiles(station: Station) -> None:
    """Of two profiles of one purpose, that with the higher stack level prevails."""
    unit = await profiles.unit_of(station)
    if int(await keys.get(station, "ChargeProfileMaxStackLevel") or 0) < 1:
        station.lacks("second stack level")
    await profiles.put(station, profiles.profile(unit, 12))
    await profiles.put(station, profiles.profile(unit, 8, chargingProfileId=2, stackLevel=1))
    await profiles.check_composite(station, unit, 8)


@case(
    "TC_059_CS",
    use_case="Remote Start Transaction, Get Composite Schedule",
    requirement="3.13, 5.7, 5.11, 5.16",
    needs=NEEDS,
    fails_with={"drops-start-profile": "expected periods from second 0 on, with limits of at most 10"},
)
async def test_16_remote_start_with_profile(station: Station) -> None:
    """The station uses the TxProfile of a remote start for the transaction."""
    unit = await profiles.unit_of(station)
    await station.prepare(states.plugged)
    begin = station.mark()
    given = profiles.profile(unit, 10, profiles.OF_TRANSACTION)
    await states.started_remotely(station, chargingProfile=given)
    await station.prepare(states.starts, begin)
    await profiles.check_composite(station, unit, 10)


@case(
    "TC_060_CS",
    use_case="Remote Start Transaction",
    requirement="5.11, 5.16",
    fails_with={"starts-everywhere": "expected Rejected or the CALLERROR PropertyConstraintViolation, got .*Accepted"},
)
async def test_16_remote_start_with_wrong_profile(station: Station) -> None:
    """The station declines a remote start with a profile that is no TxProfile, in a result or as an error."""
    unit = await profiles.unit_of(station)
    payload = {"connectorId": station.evse, "idTag": tag_of(station, "valid")}
    given = payload | {"chargingProfile": profiles.profile(unit, 10)}
    await declines(station, "RemoteStartTransaction", given)
    await station.expect_nothing(says("StartTransaction"))
