"""Learns about idTokens: their last status from the CSMS, and when the station asked for it or used them."""

from typing import Any

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.tokens import Token, key_of
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import Call
from mock_csms.twin.seen import Seen, call, response, result, when
from mock_csms.twin.v2.occasions import driven

TOKENS = Subject("tokens")


@TOKENS.learn(call("Authorize"))
def asked(seen: Seen, station: KnownStation) -> None:
    """Note that the station sends an Authorize."""
    token = station.tokens.get(seen.payload["idToken"])
    if token:
        token.asked_at = seen.at


@TOKENS.learn(driven())
def used(seen: Seen, station: KnownStation) -> None:
    """Note that an idToken starts or continues charging. An idToken that stops charging is ignored."""
    if "idToken" in seen.payload and seen.payload["triggerReason"] != "StopAuthorized":
        token = station.tokens.get(seen.payload["idToken"])
        if token:
            token.used_at, token.used_in = seen.at, seen.payload["transactionInfo"]["transactionId"]


@TOKENS.learn(response("Authorize", "TransactionEvent.Authorized"))
def said(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS sends the status of an idToken."""
    info = seen.payload.get("idTokenInfo")
    token = station.tokens.get(seen.request.get("idToken")) if info else None
    if info and token:
        _learn(token, info, seen)


@TOKENS.learn(when("spoiled"))
def answer_spoiled(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS sends a spoiled answer. It is not known what the station reads in it."""
    answers = seen.answers
    if isinstance(answers, Call) and isinstance(answers.payload, dict):
        key = key_of(answers.payload.get("idToken"))
        if key:
            station.tokens.by_key.pop(key, None)


@TOKENS.learn(result("SendLocalList"))
def listed(seen: Seen, station: KnownStation) -> None:
    """Note the statuses in a local list. An item without a status makes the status unknown."""
    if seen.payload["status"] != "Accepted":
        return
    for item in seen.request.get("localAuthorizationList", ()):
        token = station.tokens.get(item["idToken"])
        if token:
            _learn(token, item.get("idTokenInfo", {}), seen)


@TOKENS.learn(result("ClearCache"))
def cleared(seen: Seen, station: KnownStation) -> None:
    """Note that the authorization cache is cleared."""
    station.tokens.is_cleared |= seen.payload["status"] == "Accepted"


def _learn(token: Token, info: Any, seen: Seen) -> None:
    group = info.get("groupIdToken", {}).get("idToken", "")
    token.status, token.group = info.get("status"), group.casefold()
    token.groups |= {token.group} if group else set()
    token.said_at, token.said_by = seen.at, seen.action
    token.evses = tuple(info.get("evseId", ()))
