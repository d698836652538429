"""Steps of cases about authorization: the mock's answers about tokens, and what a presented token does (C01 to C16)."""

from collections.abc import Mapping

from mock_csms.plans.messages import one_of, says
from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import sessions, states
from mock_csms.plans.v2.messages import connector_reports, transaction_event
from mock_csms.watch.inbox import Either, Taken, Wanted

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

NEEDS = (*sessions.NEEDS, sessions.RFID)
"""What a case with cards needs: the actions of the operator, and a station that reads one of these types of tokens."""
CACHE = "AuthCacheCtrlr", "Enabled"
PRE_AUTHORIZE = "AuthCtrlr", "LocalPreAuthorize"
FINAL = "AuthCacheCtrlr", "DisablePostAuthorize"
CHARGING = transaction_event(one_of("Started", "Updated"), charging="Charging")
"""An event of a transaction in which energy flows."""
STARTS = transaction_event("Started") | transaction_event(triggerReason="Authorized") | CHARGING
"""The events of a transaction in which a token starts."""


def judge(station: Station, statuses: Mapping[str, str], **info: str) -> None:
    """Let the mock answer with these statuses about kinds of tokens from now on; `info` may name their `group`."""
    tokens = station.profile.tokens
    table = [{"id": tokens[kind]["idToken"], "status": status, **info} for kind, status in statuses.items()]
    station.configure(token=table)


# How the station is prepared.


async def authorize_online(station: Station) -> None:
    """Make the station ask the CSMS about tokens that it does not know; skip the case if it does not authorize."""
    await sessions.authorizes(station)
    if await station.get("AuthCtrlr", "Enabled") == "false":
        station.lacks("enabled authorization")


async def clear_cache(station: Station) -> None:
    """Clear the cache, now and after the case; a station without a cache need not support the command (C11)."""
    if await station.get(*CACHE) == "true":
        await station.command("ClearCache", status="Accepted")
        station.undo_with("ClearCache", {})


async def use_cache(station: Station) -> None:
    """Enable the cache and clear it; let cached tokens that are Accepted start without an Authorize, and no others."""
    await authorize_online(station)
    await station.set(*CACHE, "true")
    await clear_cache(station)
    await station.set(*PRE_AUTHORIZE, "true")
    if await station.get(*FINAL) == "true":
        await station.set(*FINAL, "false")


async def plug_first(station: Station) -> None:
    """Plug in, unless the station keeps its cable locked until a driver is authorized."""
    if not station.profile.has(states.LOCKED):
        await states.ev_connected(station)


async def cache_valid(station: Station, token: str = VALID) -> None:
    """Let the cache hold an accepted token, which may start without an Authorize."""
    await use_cache(station)
    await states.id_token_cached(station, token)


async def cache_refused(station: Station, token: str) -> None:
    """Let the cache hold a token that the mock does not accept: it was presented once.

    The cable is plugged in, unless it is locked.
    """
    await plug_first(station)
    await station.answered(await present(station, token))
    await station.settle()


async def charge(station: Station, token: str = VALID) -> str:
    """Charge with a card that the station authorizes at the CSMS; return the id of the transaction."""
    await states.connected_and_authorized(station, token)
    await states.energy_transfer_started(station)
    return running(station)


def running(station: Station) -> str:
    """Return the id of the transaction at the EVSE of the case."""
    transaction = station.known.transaction_at(station.evse)
    if transaction is None:
        raise AssertionError(f"no transaction is running at EVSE {station.evse}")
    return transaction.id


# What a presented token does.


async def present(station: Station, token: str) -> Taken:
    """Present a card, and return the Authorize that the station must send about it."""
    await station.act("card", token=token)
    return await station.expect(asks(station, token))


def asks(station: Station, token: str) -> Wanted:
    """Describe an Authorize about a token."""
    return says("Authorize", idToken=station.profile.tokens[token])


async def present_unknown(station: Station, token: str) -> Taken:
    """Present a card that is not in the cache, and return the station's Authorize."""
    await station.prepare(authorize_online)
    await station.prepare(clear_cache)
    return await present(station, token)


async def starts_nothing(station: Station, asked: Taken, status: str) -> None:
    """Check that an Authorize was answered with a status, and that its token then starts nothing."""
    await station.answered(asked, idTokenInfo={"status": status})
    await station.expect_nothing(STARTS)


async def is_charged(station: Station, asked: Taken) -> None:
    """Check that the accepted token of an Authorize starts charging; plug in if that is still to be done."""
    token = asked.payload["idToken"]
    named = transaction_event(one_of("Started", "Updated"), idToken=token)
    if not states.is_plugged(station):
        await station.act("plug")
    await station.expect_all(named, CHARGING, after=asked.number)


async def asks_and_charges(station: Station, token: str = VALID) -> None:
    """Present a card that the mock accepts: the station asks about it, and charges. Plug in if that is still to do."""
    asked = await present(station, token)
    await station.answered(asked, idTokenInfo={"status": "Accepted"})
    await is_charged(station, asked)


async def is_used(station: Station, token: str = VALID) -> Taken:
    """Present a cached card: the station uses it without an Authorize. Return the event that names the token.

    A cable that is not plugged in yet is plugged in then; before that no energy flows.
    """
    begin = station.mark()
    await station.act("card", token=token)
    event = None
    if await states.is_started_by_authorization(station):
        event = await station.expect(await states.authorization_event(station, "Authorized", token))
    if not states.is_plugged(station):
        await station.settle()
        await station.expect_nothing(CHARGING, seconds=0, after=begin)
        await station.act("plug")
        await station.expect(connector_reports("Occupied", station.evse, station.connector), after=begin)
        event = event or await station.expect(transaction_event(idToken=station.profile.tokens[token]), after=begin)
    if event is None:
        raise AssertionError("TxStartPoint does not start a transaction for an authorized driver")
    await station.expect_nothing(says("Authorize"), after=begin, before=event)
    return event


async def start_from_cache(station: Station, token: str = VALID) -> str:
    """Present a cached card, which must charge without an Authorize; return the id of the transaction."""
    begin = station.mark()
    await is_used(station, token)
    transaction = running(station)
    if station.known.transactions[transaction].charging_state != "Charging":
        await station.expect(CHARGING, after=begin)
    return transaction


def stops(transaction: str) -> Either:
    """Describe the events with which a transaction is stopped."""
    of_it = {"transactionInfo": {"transactionId": transaction}}
    reasons = one_of("StopAuthorized", "Deauthorized")
    return transaction_event("Ended", **of_it) | transaction_event(triggerReason=reasons, **of_it)
