"""Learns why the station must reject the last charging profile: an EVSE, a unit or a transaction does not exist."""

from collections.abc import Set as AbstractSet

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, command

CHARGING = Subject("charging")


def evses_of(seen: Seen, station: KnownStation) -> AbstractSet[int] | None:
    """Return all EVSEs of a station, from a full inventory or statuses after a boot; None if some may be missing."""
    if station.reports.is_trusted:
        evses = {name[2] for name in station.variables.reported if name[2]}
        return (evses | station.connectors.evses) or None
    accepted_at = station.boots.accepted_at
    if accepted_at is None or seen.at - accepted_at < station.terms.patience:
        return None
    return station.connectors.evses or None


def has_no_evse(evse: int, seen: Seen, station: KnownStation) -> bool:
    """Whether an EVSE certainly does not exist; EVSE 0 is the whole station."""
    evses = evses_of(seen, station)
    return evse != 0 and evses is not None and evse not in evses


def has_no_unit(unit: str | None, station: KnownStation) -> bool:
    """Whether a station certainly does not support a chargingRateUnit."""
    units = station.variables.several("SmartChargingCtrlr", "RateUnit")
    return unit is not None and bool(units) and units is not None and unit not in units


@CHARGING.learn(command("SetChargingProfile"))
def sent(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS sends a charging profile."""
    evse, profile = seen.payload["evseId"], seen.payload["chargingProfile"]
    objection = _objection(evse, profile, seen, station)
    station.charging.objections = {seen.id: objection} if objection else {}


def _objection(evse: int, profile: Json, seen: Seen, station: KnownStation) -> str | None:
    if has_no_evse(evse, seen, station):
        return f"there is no EVSE {evse}"
    units = [schedule["chargingRateUnit"] for schedule in profile["chargingSchedule"]]
    if any(has_no_unit(unit, station) for unit in units):
        return f"the station does not support the unit {', '.join(units)}"
    return _no_transaction(evse, profile, station) if profile["chargingProfilePurpose"] == "TxProfile" else None


def _no_transaction(evse: int, profile: Json, station: KnownStation) -> str | None:
    """Return why a TxProfile has no transaction.

    None if the transaction may have begun before the mock first saw the station.
    """
    id_ = profile.get("transactionId")
    if evse == 0:
        return "a TxProfile needs an EVSE, not EVSE 0"
    if id_ is None:
        return None
    transaction = station.transactions.by_id.get(id_)
    if transaction is None:
        return f"there is no transaction {id_}" if station.boots.accepted_at is not None else None
    if not transaction.is_open:
        return f"transaction {id_} has ended"
    if transaction.evse not in (None, evse):
        return f"transaction {id_} is at EVSE {transaction.evse}"
    return None
