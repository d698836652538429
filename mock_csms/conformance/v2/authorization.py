"""Checks of idTokens (checks A): when the station sends Authorize, and which transactions an idToken may control."""

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v2.remote_starts import is_same_token
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.tokens import Token, key_of
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Subject
from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, response
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.v2.occasions import driven

AUTHORIZATION = Subject("authorization")
AUTHORIZE, EVENT, LIST = "Authorize", "TransactionEvent", "SendLocalList"
_FOR_ONE_USE = {"Central", "DirectPayment", "NoAuthorization"}
"""DirectPayment is a type of OCPP 2.1."""


def _admitted(seen: Seen, station: KnownStation) -> Token | None:
    """Return the known idToken with which this event starts charging; None if the event does not start charging.

    Remote starts are skipped, because the CSMS itself chose their idToken. Repeated events are skipped too, and events
    that are older than the last status of the idToken.
    """
    payload = seen.payload
    if "idToken" not in payload or payload["triggerReason"] in ("RemoteStart", "StopAuthorized"):
        return None
    is_start, info = payload["eventType"] == "Started", payload["transactionInfo"]
    if "remoteStartId" in info or not (is_start or payload["triggerReason"] == "Authorized"):
        return None
    token, transaction = station.tokens.of(payload["idToken"]), station.transactions.by_id.get(info["transactionId"])
    if token is None or (transaction is not None and (is_start or transaction.token is not None or transaction.remote)):
        return None
    at = seconds_of(payload["timestamp"])
    return token if at is not None and at >= token.said_at - station.terms.tolerance else None


@AUTHORIZATION.check(
    "A01",
    "C01.FR.02, C01.FR.04",
    WARNING,
    "Authorize is sent when required, and not when authorization is off",
    call(AUTHORIZE),
    driven(),
)
def authorizes_when_required(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an Authorize while AuthCtrlr.Enabled is false, or a remote start without a required Authorize.

    A remote start needs no Authorize if the idToken is of type Central or NoAuthorization, if the station sent an
    Authorize for it before, or if its cache or local list may contain it. Events made offline are skipped.
    """
    variables = station.variables
    if seen.action == AUTHORIZE:
        is_off = variables.switch("AuthCtrlr", "Enabled") is False
        return f"{AUTHORIZE} was sent although AuthCtrlr.Enabled is false" if is_off else None
    if seen.payload["triggerReason"] != "RemoteStart" or seen.payload.get("offline"):
        return None
    given = station.commands.agreed.get("RequestStartTransaction")
    if given is None or given.request["remoteStartId"] != seen.payload["transactionInfo"].get("remoteStartId"):
        return None
    token, kind = station.tokens.of(given.request["idToken"]), given.request["idToken"]["type"]
    is_asked = token is not None and (token.status is not None or token.asked_at > 0)
    if is_asked or kind in _FOR_ONE_USE or not _must_authorize_remote_starts(station):
        return None
    return f"the remote start {given.request['remoteStartId']} was not authorized"


def _must_authorize_remote_starts(station: KnownStation) -> bool:
    """Whether the variables oblige a station to send Authorize for an idToken without a status from the CSMS."""
    variables, is_cleared = station.variables, station.tokens.is_cleared
    return (
        variables.switch("AuthCtrlr", "AuthorizeRemoteStart") is True
        and variables.switch("AuthCtrlr", "Enabled") is True
        and (is_cleared or variables.switch("AuthCacheCtrlr", "Enabled") is False)
        and variables.switch("LocalAuthListCtrlr", "Enabled") is False
    )


@AUTHORIZATION.check("A02", "C01.FR.02", ERROR, "a refused idToken starts no charging", driven())
def refused_token_starts_nothing(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a start with an idToken if the answer to the last Authorize, shortly before, was not Accepted.

    Silent about events made offline: the station may have forgotten the answer, for example after a ClearCache, and
    then OfflineTxForUnknownIdEnabled allows it to start (C15.FR.08).
    """
    token = _admitted(seen, station) if "idToken" in seen.payload else None
    if token is None or token.status in (None, "Accepted") or token.said_by != AUTHORIZE or seen.payload.get("offline"):
        return None
    if seen.at - token.said_at > station.terms.patience:
        return None
    text = seen.payload["idToken"]["idToken"]
    return f"idToken {text} was {token.status}, but started charging {seen.at - token.said_at:.1f} s later"


@AUTHORIZATION.check(
    "A03", "C12.FR.05, C01.FR.05", WARNING, "an idToken cached as invalid is authorized again", driven()
)
def invalid_is_authorized_again(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a start with an idToken that was refused some time ago, without a new Authorize.

    Silent about idTokens of the local list, about events made offline, and where DisablePostAuthorize is true.
    """
    token = _admitted(seen, station) if "idToken" in seen.payload else None
    if token is None or token.status in (None, "Accepted") or token.said_by == LIST or seen.payload.get("offline"):
        return None
    is_final = station.variables.switch("AuthCacheCtrlr", "DisablePostAuthorize") is True
    if seen.at - token.said_at <= station.terms.patience or token.asked_at > token.said_at or is_final:
        return None
    if not station.connections.is_online(seconds_of(seen.payload["timestamp"]) or 0.0, station.terms.tolerance):
        return None
    text = seen.payload["idToken"]["idToken"]
    return f"idToken {text} was {token.status}, but started charging without a new {AUTHORIZE}"


@AUTHORIZATION.check("A04", "C01.FR.21", ERROR, "an idToken charges only at the EVSEs allowed for it", driven())
def charges_at_allowed_evses(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a start at an EVSE outside the evseId list of the idTokenInfo."""
    token = _admitted(seen, station) if "idToken" in seen.payload else None
    if token is None or not token.evses or "evse" not in seen.payload:
        return None
    evse, allowed = seen.payload["evse"]["id"], ", ".join(map(str, token.evses))
    if evse in token.evses:
        return None
    return f"idToken {seen.payload['idToken']['idToken']} started charging at EVSE {evse}, but is allowed at {allowed}"


@AUTHORIZATION.check(
    "A05", "C01.FR.03", WARNING, "no Authorize for the idToken that started the transaction", driven(), implies=("A01",)
)
def stops_without_authorize(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an Authorize shortly before the end, for the idToken that started the transaction.

    Silent while AuthCtrlr.Enabled is false: A01 reports that Authorize.
    """
    payload = seen.payload
    if payload["triggerReason"] != "StopAuthorized":
        return None
    transaction = station.transactions.by_id.get(payload["transactionInfo"]["transactionId"])
    key = key_of(transaction.token) if transaction else None
    token = station.tokens.by_key.get(key) if key else None
    if token is None or key_of(payload.get("idToken")) not in (None, key):
        return None
    if (mock_time_of(payload["timestamp"], station) or 0.0) < token.asked_at:
        return None  # the event came late: the transaction was stopped before the Authorize
    if station.variables.switch("AuthCtrlr", "Enabled") is False:
        return None  # A01 reports this
    if token.asked_at <= token.used_at or seen.at - token.asked_at > station.terms.patience:
        return None
    return f"{AUTHORIZE} was sent {seen.at - token.asked_at:.1f} s before the same idToken stopped its transaction"


@AUTHORIZATION.check("A06", "C12.FR.09, C16.FR.03", ERROR, "a master pass starts no transaction", driven())
def master_starts_nothing(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a start with an idToken of the group MasterPassGroupId."""
    token = _admitted(seen, station) if "idToken" in seen.payload else None
    if token is None or not token.group:
        return None
    is_master = token.group == (station.variables.text("AuthCtrlr", "MasterPassGroupId") or "").casefold()
    return f"idToken {seen.payload['idToken']['idToken']} is a master pass, but started charging" if is_master else None


@AUTHORIZATION.check(
    "A07", "IdTokenType", WARNING, "an idToken of type NoAuthorization is empty", call(AUTHORIZE), driven()
)
def button_has_no_text(seen: Seen, _: KnownStation) -> CheckResult:
    """Report an idToken of type NoAuthorization that has a text."""
    token = seen.payload.get("idToken")
    if token is None or token["type"] != "NoAuthorization" or not token["idToken"]:
        return None
    return f"the idToken of the type NoAuthorization is {token['idToken']!r}"


@AUTHORIZATION.check(
    "A08",
    "C01.FR.03, E07.FR.01",
    ERROR,
    "a transaction is stopped by its own idToken, its group or a master pass",
    response(EVENT),
)
def token_stops_own_transaction(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a StopAuthorized if its idToken has no group in common with the one that started charging.

    The check looks at the answer of the CSMS, because only the answer contains the group of the idToken.
    """
    match seen.request:
        case {"triggerReason": "StopAuthorized", "idToken": token, "transactionInfo": {"transactionId": str(id_)}}:
            transaction = station.transactions.by_id.get(id_)
        case _:
            return None
    if transaction is None or not _is_foreign(token, transaction, seen.payload.get("idTokenInfo"), station):
        return None
    return f"{id_} was started by {transaction.token['idToken']} and stopped by {token['idToken']}"


def _is_foreign(token: Json, transaction: Transaction, info: Json | None, station: KnownStation) -> bool:
    """Whether an idToken certainly may not stop a transaction: both idTokens are known and share no group."""
    own, its, other = transaction.token, station.tokens.of(transaction.token), station.tokens.of(token)
    if own is None or its is None or its.status is None or is_same_token(own, token):
        return False
    if "NoAuthorization" in (own["type"], token["type"]) or station.variables.switch("AuthCtrlr", "Enabled") is False:
        return False
    if other is not None and other.used_in == transaction.id:
        return False
    if info is None and (other is None or other.status is None):
        return False
    groups = other.groups if other else frozenset()
    group = (info or {}).get("groupIdToken", {}).get("idToken", "").casefold()
    groups |= {group} if group else set()
    master = station.variables.text("AuthCtrlr", "MasterPassGroupId")
    if groups and (master is None or master.casefold() in groups):
        return False
    is_one = token["idToken"].casefold() in its.groups or own["idToken"].casefold() in groups
    return not (is_one or groups & its.groups)
