"""What a station remembers: tokens in its cache and its local list, a session that it could not tell of yet."""

import asyncio

from mock_csms.plans.profile import VALID
from mock_csms.plans.states.sessions import (
    authorized_locally,
    ev_connected,
    ev_connected_post_session,
    ev_disconnected,
    stop_authorized_locally,
)
from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the case, and the text says all


async def id_token_in_local_list(station: Station, token: str = VALID, status: str = "Accepted") -> None:
    """IdTokenLocalAuthList: the local list has one token, with that status."""
    version = (await station.command("GetLocalListVersion"))["versionNumber"]
    entry = {"idToken": station.profile.tokens[token], "idTokenInfo": {"status": status}}
    payload = {"updateType": "Full", "versionNumber": version + 1, "localAuthorizationList": [entry]}
    await station.command("SendLocalList", payload, status="Accepted")


async def id_token_cached(station: Station, token: str = VALID) -> None:
    """IdTokenCached: the cache has an accepted token, because a session with it was gone through."""
    await station.set("AuthCacheCtrlr", "Enabled", "true")
    await ev_connected(station)
    await authorized_locally(station, token)
    await stop_authorized_locally(station, token)
    await ev_connected_post_session(station)
    await ev_disconnected(station)


async def offline_session(station: Station) -> None:
    """TransactionEventsInQueueEnded: a session was gone through offline, and waits to be told; the station is away."""
    station.keep_away()
    for action in ("plug", "card", "card", "unplug"):
        await station.act(action, token=VALID if action == "card" else None)
        await asyncio.sleep(station.profile.timeouts.settle)
