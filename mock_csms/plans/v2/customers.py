"""Steps about the data that a station stores about a customer (N09, N10): store them, request them, clear them."""

from itertools import count

from mock_csms.plans.messages import absent, one_of, says
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_REFERENCES = ("idToken", "customerIdentifier", "customerCertificate")
_INFORMATION = "NotifyCustomerInformation"
_IDS = count(101)
_CACHE, _LIST = ("AuthCacheCtrlr", "Enabled"), ("LocalAuthListCtrlr", "Enabled")


def driver(station: Station) -> Json:
    """Return the reference to the customer who has the token `valid`."""
    return {"idToken": station.profile.tokens[VALID]}


def asking(customer: Json, *, report: bool = False, clear: bool = False) -> Json:
    """Return a CustomerInformation with a new requestId; `customer` is its only reference."""
    return dict.fromkeys(_REFERENCES) | {"requestId": next(_IDS), "report": report, "clear": clear} | customer


async def request(station: Station, customer: Json, *, report: bool = False, clear: bool = False) -> int:
    """Request customer information, which the station must accept, and return the requestId."""
    payload = asking(customer, report=report, clear=clear)
    await station.command("CustomerInformation", payload, status="Accepted")
    return int(payload["requestId"])


async def told(station: Station, id_: int) -> str:
    """Return the text of the NotifyCustomerInformation of a request: numbered parts, with tbc in all but the last."""
    text, number, is_more = "", 0, True
    while is_more:
        part = await station.expect(says(_INFORMATION, requestId=id_, seqNo=number, data=...))
        text, number, is_more = text + part.payload["data"], number + 1, part.payload.get("tbc", False)
    return text


async def told_data(station: Station, id_: int) -> str:
    """Return the data that the station reports, which must not be empty."""
    text = await told(station, id_)
    if not text:
        raise AssertionError("the station reports no data of a customer whose data it has stored")
    return text


async def told_once(station: Station, id_: int) -> str:
    """Return the text of the only NotifyCustomerInformation that may answer a request.

    The text says that the station has no data, or that it has cleared them; the specification does not define the
    words.
    """
    only = says(_INFORMATION, requestId=id_, seqNo=0, tbc=one_of(False, absent))  # noqa: FBT003 - a value in JSON
    part = await station.expect(only)
    await station.expect_nothing(says(_INFORMATION, requestId=id_))
    return str(part.payload["data"])


async def stored(station: Station, *, in_list: bool = False) -> None:
    """Let the station store data of the customer: a cached token after a session, or else one in the local list.

    With `in_list` the list comes first, because no operator is needed for it. Without both the case is skipped.
    """
    has_list = await station.get(*_LIST) is not None
    has_cache = await station.get(*_CACHE) is not None and station.can("plug") and station.can("card")
    if has_list and (in_list or not has_cache):
        await station.set(*_LIST, "true")
        await states.id_token_in_local_list(station)
    elif has_cache:
        await states.id_token_cached(station)
    else:
        station.lacks("local list, nor a cache that an operator can fill")


async def not_stored(station: Station) -> None:
    """Let the station delete its data of the customer (N10.FR.02, N10.FR.03)."""
    await request(station, driver(station), clear=True)
    await station.settle()
    await remove_from_list(station)


async def remove_from_list(station: Station) -> None:
    """Remove the customer from the local list: only the CSMS may change it (N10.FR.02, N10.FR.03)."""
    if await station.get(*_LIST) != "true":
        return
    version = (await station.command("GetLocalListVersion"))["versionNumber"]
    if version > 0:
        update = {"updateType": "Differential", "versionNumber": version + 1}
        given = update | {"localAuthorizationList": [driver(station)]}
        await station.command("SendLocalList", given, status="Accepted")
