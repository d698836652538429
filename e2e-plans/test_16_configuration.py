"""OCPP 1.6, configuration keys (5.3, 5.8, 9)."""

from mock_csms.plans import Station
from mock_csms.plans.v16 import keys
from mock_csms.plans.v16.cases import case


@case(
    "TC_019_CS",
    use_case="Get Configuration",
    requirement="5.8, 9.1, errata 3.79",
    fails_with={
        "few-keys": "did not return the required keys",
        "ignores-keys": "asked for the keys SupportedFeatureProfiles, got other",
    },
)
async def test_16_retrieve_configuration(station: Station) -> None:
    """Without a list of keys the station returns all its keys, including the required ones; otherwise the requested

    ones.
    The station decides which optional keys it has.
    """
    shown = await keys.shows(station, "SupportedFeatureProfiles")
    profiles = shown["supportedfeatureprofiles"].get("value", "").split(",")
    answer = await station.command("GetConfiguration", {"key": []})
    keys.check_required(answer, profiles)
    await keys.shows(station, "MeterValueSampleInterval")


@case(
    "TC_021_CS",
    use_case="Change Configuration, Get Configuration",
    requirement="5.3, 5.8, 9.1.17",
    fails_with={
        "rejects-everything": "status: expected Accepted or RebootRequired, got Rejected",
        "forgets-keys": "MeterValueSampleInterval: expected",
    },
)
async def test_16_change_configuration(station: Station) -> None:
    """The station accepts a new value for MeterValueSampleInterval, and returns it afterwards."""
    before = await station.remember("", "MeterValueSampleInterval")
    value = "15" if before != "15" else "16"
    if await keys.changes(station, "MeterValueSampleInterval", value) == "Accepted":
        await keys.is_now(station, "MeterValueSampleInterval", value)


@case(
    "TC_040_1_CS",
    use_case="Change Configuration",
    requirement="5.3, 7.22",
    fails_with={"knows-every-key": "status: expected NotSupported, got Accepted"},
)
async def test_16_unknown_key(station: Station) -> None:
    """The station answers the change of a key that it does not know with NotSupported."""
    await station.command("ChangeConfiguration", {"key": "UnknownKeyOfNobody", "value": "1"}, status="NotSupported")


@case(
    "TC_040_2_CS",
    use_case="Change Configuration",
    requirement="5.3, 7.22, 9.1.17",
    fails_with={"takes-every-value": "status: expected Rejected, got Accepted"},
)
async def test_16_invalid_value(station: Station) -> None:
    """The station rejects a negative value for MeterValueSampleInterval, and keeps the old one."""
    before = await station.remember("", "MeterValueSampleInterval")
    payload = {"key": "MeterValueSampleInterval", "value": "-1"}
    await station.command("ChangeConfiguration", payload, status="Rejected")
    await keys.is_now(station, "MeterValueSampleInterval", before or "")
