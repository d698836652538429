"""The conditions under which an occasion exercises a check of OCPP 2.x; the table in `occasions` uses them."""

from collections.abc import Callable
from typing import Any

from mock_csms.conformance.common.transport import visitor_of
from mock_csms.conformance.exercise import Exercise, where
from mock_csms.conformance.facts.v2.parts import REQUESTING
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.v2.handshakes import credentials_of
from mock_csms.conformance.v2.variables import items_of
from mock_csms.twin.firmware import Update
from mock_csms.twin.seen import Seen, call
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.v2.transactions import transaction_in
from mock_csms.twin.v2.variables import name_of
from mock_csms.twin.variables import Name


def is_boot(*statuses: str) -> Callable[[Seen, KnownStation], Any]:
    return lambda _, station: station.boots.count and station.boots.status in statuses


def of_part(holds: Callable[[Any, Seen], Any]) -> Exercise:
    """Accept the parts of a report if the mock knows the request for it, and the condition holds."""

    def is_so(seen: Seen, station: KnownStation) -> Any:
        entry = station.parts.of(seen) if seen.kind == "call" else None
        return entry is not None and holds(entry, seen)

    return where(is_so)


def is_last(entry: Any, seen: Seen) -> bool:
    return entry.is_agreed and not entry.is_in_doubt and not seen.payload.get("tbc", False)


def last_part(*actions: str) -> Exercise:
    """Accept the last part of a report that was requested and accepted."""
    telling = dict.fromkeys(REQUESTING[action] for action in actions)
    return Exercise(call(*telling), of_part(is_last).holds)


def has_password(seen: Seen, station: KnownStation) -> Any:
    visitor = visitor_of(seen)
    needs_one = visitor is not None and visitor.profile < 3  # a client certificate replaces it then
    return needs_one and visitor and (station.terms.passwords or {}).get(visitor.identity) is not None


def has_credentials(seen: Seen, station: KnownStation) -> Any:
    visitor = visitor_of(seen)
    return visitor and has_password(seen, station) and not isinstance(credentials_of(visitor.authorization), str)


def has_to_wait(seen: Seen, station: KnownStation) -> Any:
    least = station.variables.number("OCPPCommCtrlr", "RetryBackOffWaitMinimum")
    return seen.kind == "knocked" and station.connections.waits_since is not None and least


def sent_status(seen: Seen) -> str:
    """Return the status of an idToken in an answer of the CSMS."""
    return str(seen.payload.get("idTokenInfo", {}).get("status", "Accepted"))


def is_master(seen: Seen, station: KnownStation) -> Any:
    master = (station.variables.text("AuthCtrlr", "MasterPassGroupId") or "").casefold()
    group = seen.payload.get("idTokenInfo", {}).get("groupIdToken", {}).get("idToken", "")
    return master and group.casefold() == master


def had_credentials(station: KnownStation) -> bool:
    admitted = station.connections.admitted
    return admitted is not None and bool(admitted.authorization)


def transaction_of(seen: Seen, station: KnownStation) -> Transaction | None:
    return transaction_in(seen.payload, station)


def has_ended(seen: Seen, station: KnownStation) -> bool:
    transaction = transaction_of(seen, station)
    return transaction is not None and transaction.ended_by is not None


def is_told_again(seen: Seen, station: KnownStation) -> bool:
    transaction = transaction_of(seen, station)
    return transaction is not None and seen.payload["seqNo"] in transaction.events


def names_in(seen: Seen) -> list[Name]:
    return [name_of(item) for item in items_of(seen)[0]]


def has_limits(seen: Seen, station: KnownStation) -> Any:
    kept = ("ItemsPerMessage", "BytesPerMessage")
    return any(("DeviceDataCtrlr", "", 0, 0, kind, seen.action) in station.variables.values for kind in kept)


def has_measurands(seen: Seen, station: KnownStation) -> Any:
    settings = station.meters.settings(station.variables)
    names = settings.aligned if seen.action == "MeterValues" else settings.updated
    is_meant = seen.action == "MeterValues" or seen.payload["triggerReason"] == "MeterValuePeriodic"
    return names and is_meant and seen.payload.get("meterValue")


def is_signed(seen: Seen, station: KnownStation) -> Any:
    settings, is_alone = station.meters.settings(station.variables), seen.action == "MeterValues"
    is_aligned = is_alone or seen.payload["triggerReason"] == "MeterValueClock"
    return seen.payload.get("meterValue") and (settings.is_aligned_signed if is_aligned else settings.is_signed)


def is_of_profile(seen: Seen, station: KnownStation) -> Any:
    names = [] if seen.action == "SetNetworkProfile" else [name[4] for name in names_in(seen)]
    is_meant = seen.action == "SetNetworkProfile" or "NetworkConfigurationPriority" in names
    return is_meant and station.variables.number("SecurityCtrlr", "SecurityProfile") is not None


def has_points(seen: Seen, station: KnownStation) -> Any:
    return station.variables.several("TxCtrlr", "TxStartPoint" if seen.detail == "Started" else "TxStopPoint")


def is_remote(seen: Seen, station: KnownStation) -> Any:
    has_remote_start = seen.kind == "call" and "RequestStartTransaction" in station.commands.agreed
    return has_remote_start and (
        "remoteStartId" in seen.payload["transactionInfo"] or seen.payload["triggerReason"] == "RemoteStart"
    )


def may_ask(seen: Seen, station: KnownStation) -> Any:
    if seen.action == "Authorize":
        return station.variables.switch("AuthCtrlr", "Enabled") is not None
    return is_remote(seen, station)


def place_in(seen: Seen) -> tuple[int | None, int | None]:
    return seen.payload.get("evseId"), seen.payload.get("connectorId")


def is_write_only(name: Name, station: KnownStation) -> bool:
    reported = station.variables.reported.get(name)
    return reported is not None and reported.mutability == "WriteOnly"


def is_for_later(seen: Seen, station: KnownStation) -> Any:
    update = update_of(seen, station)
    return update is not None and update.retrieve_at


def update_of(seen: Seen, station: KnownStation) -> Update | None:
    return (
        station.firmware.update_of(seen.payload.get("requestId"))
        if seen.action == "FirmwareStatusNotification"
        else None
    )
