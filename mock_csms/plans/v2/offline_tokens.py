"""Tokens that a station knows while it is offline: those of its local list or its cache (C10, C13)."""

from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.variables import prefer
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

LIST, CACHE = "LA-0", "C-49"
"""The features of a station that has a local list, and of one that has a cache."""
GROUP = "test_group"


async def known_offline(station: Station, *tokens: str, group: str = "") -> None:
    """Let the station know these tokens offline, from its list or else its cache; or let it charge unknown tokens.

    With a `group` the CSMS also tells it about each of them from now on.
    """
    ids = [station.profile.tokens[token]["idToken"] for token in tokens]
    station.configure(token=[{"id": id_, "status": "Accepted"} | ({"group": group} if group else {}) for id_ in ids])
    await prefer(station, "AuthCtrlr", "LocalAuthorizeOffline", "true")
    if station.profile.has(LIST):
        await prefer(station, "LocalAuthListCtrlr", "Enabled", "true")
        info: Json = {"status": "Accepted"}
        info |= {"groupIdToken": {"idToken": group, "type": "Central"}} if group else {}
        await states.local_list_set(station, dict.fromkeys(tokens, info))
    elif station.profile.has(CACHE):
        for token in tokens:
            await states.id_token_cached(station, token)
    else:
        await prefer(station, "AuthCtrlr", "OfflineTxForUnknownIdEnabled", "true")
