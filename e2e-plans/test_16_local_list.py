"""OCPP 1.6, the local authorization list (3.5.2, 5.10, 5.15)."""

from mock_csms.plans import Station
from mock_csms.plans.v16 import keys, local_list, states
from mock_csms.plans.v16.answers import does_not_support
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.states.sessions import NEEDS

ASKS = {
    "authorizes-known": "sent Authorize, which must not come",
    "forgets-list": "sent Authorize, which must not come",
}
WITHOUT_LIST = "--variable SupportedFeatureProfiles=Core"


async def has_no_list(station: Station) -> None:
    """Skip the case if the station has a list."""
    profiles = await keys.get(station, "SupportedFeatureProfiles") or ""
    if local_list.PROFILE in profiles:
        station.skip("applies only to stations without a local authorization list", applies=False)


@case(
    "TC_042_1_CS",
    use_case="Get Local List Version",
    requirement="3.5.2, 5.10",
    fails_with={WITHOUT_LIST: "listVersion: expected -1, got 0"},
)
async def test_16_list_version_not_supported(station: Station) -> None:
    """A station without a local authorization list reports the version -1, or that it does not know the action."""
    await has_no_list(station)
    await does_not_support(station, "GetLocalListVersion", {}, listVersion=-1)


@case(
    "TC_043_1_CS",
    use_case="Send Local List",
    requirement="3.5.2, 5.15, 7.47",
    fails_with={WITHOUT_LIST: "status: expected NotSupported, got Accepted"},
)
async def test_16_send_list_not_supported(station: Station) -> None:
    """A station without a local authorization list answers a list with NotSupported, as a status or as an error."""
    await has_no_list(station)
    listed = local_list.entries(station, "valid")
    payload = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": listed}
    await does_not_support(station, "SendLocalList", payload, status="NotSupported")


@case(
    "TC_042_2_CS",
    use_case="Get Local List Version, Send Local List",
    requirement="5.10, 5.15",
    fails_with={"wrong-list-version": r"listVersion: expected 0, got 7"},
)
async def test_16_empty_list(station: Station) -> None:
    """An empty list has the version 0."""
    await local_list.enabled(station)
    await local_list.send(station, "Full", 1, [])
    await local_list.has_version(station, 0)


@case(
    "TC_043_CS",
    use_case="Send Local List, Get Local List Version",
    requirement="5.10, 5.15",
    fails_with={"wrong-list-version": r"listVersion: expected 1, got 8"},
)
async def test_16_send_list(station: Station) -> None:
    """The station accepts a full list and an update of it, and has their versions afterwards."""
    await local_list.enabled(station)
    await local_list.send(station, "Full", 1, local_list.entries(station, "valid"))
    await local_list.has_version(station, 1)
    await local_list.send(station, "Differential", 2, local_list.entries(station, "valid-2"))
    await local_list.has_version(station, 2)


@case(
    "TC_043_2_CS",
    use_case="Send Local List",
    requirement="5.15, 7.47",
    fails_with={"takes-old-lists": "status: expected VersionMismatch, got Accepted"},
)
async def test_16_old_list(station: Station) -> None:
    """The station answers an update whose version is not higher than its own with VersionMismatch."""
    await local_list.enabled(station)
    await local_list.send(station, "Full", 5, local_list.entries(station, "valid"))
    for version in (4, 5):
        await local_list.send(
            station, "Differential", version, local_list.entries(station, "valid-2"), "VersionMismatch"
        )
    await local_list.has_version(station, 5)


@case(
    "TC_008_1_CS",
    use_case="Authorize, Start Transaction, Send Local List",
    requirement="3.5.2, 4.1, 9.1.11",
    needs=NEEDS,
    fails_with=ASKS,
)
async def test_16_listed_card(station: Station) -> None:
    """If LocalPreAuthorize is true, a listed card starts a transaction, and the station does not ask about it."""
    await station.prepare(local_list.listed)
    await states.starts_unasked(station)


@case(
    "TC_008_2_CS",
    use_case="Remote Start Transaction, Authorize, Send Local List",
    requirement="3.5.2, 4.1, 5.11, 9.1.11",
    needs=NEEDS,
    fails_with=ASKS,
)
async def test_16_listed_remote_start(station: Station) -> None:
    """A remote start that is to be authorized uses the list, and the station does not ask about the idTag."""
    await keys.require(station, "AuthorizeRemoteTxRequests", "true")
    await station.prepare(local_list.listed)
    await states.starts_unasked(station, is_remote=True)
