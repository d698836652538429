"""The occasions that really exercise a check of OCPP 1.6, if they differ from those at which the check runs."""

from collections.abc import Mapping

from mock_csms.conformance.common.transport import visitor_of
from mock_csms.conformance.exercise import Exercise, at, where, would_speak
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.v16.metering import CLOCK, contexts_in
from mock_csms.conformance.v16.transactions import transaction_of
from mock_csms.protocol.identifiers import folded
from mock_csms.twin.seen import Seen, call, error, result

_START, _STOP, _METER, _STATUS = "StartTransaction", "StopTransaction", "MeterValues", "StatusNotification"
_GET, _CHANGE = "GetConfiguration", "ChangeConfiguration"
_LATE = at()
"""Only the deadlines of the check exercise it."""


def _has_password(seen: Seen, station: KnownStation16) -> bool:
    visitor = visitor_of(seen)
    return visitor is not None and (station.terms.passwords or {}).get(folded(visitor.identity)) is not None


def _is_remote(seen: Seen, station: KnownStation16) -> bool:
    return any(start.tag == folded(seen.payload["idTag"]) for start in station.orders.starts)


def _has_certificate(_: Seen, station: KnownStation16) -> bool:
    admitted = station.connections.admitted
    return bool(admitted and admitted.tls and admitted.tls.certificate)


EXERCISES: Mapping[str, Exercise] = {
    "6T03": where(lambda seen, _: visitor_of(seen)),
    **dict.fromkeys(("6T04", "6T05"), where(_has_password)),
    "6T06": where(lambda seen, station: visitor_of(seen) and station.connections.refused),
    "6T07": where(lambda _, station: station.boots.is_accepted and station.places.cut_at is not None),
    "6T10": where(lambda _, station: station.boots.status == "Pending"),
    "6T13": where(_has_certificate),
    "6R11": where(lambda seen, _: not seen.payload),
    "6R12": where(lambda seen, station: station.is_unknown(seen.request["connectorId"])),
    "6B03": where(lambda seen, station: station.boots.commanded.get(seen.id) == "Rejected"),
    "6B06": where(lambda _, station: station.number("NumberOfConnectors") is not None),
    "6B09": where(lambda _, station: any(order.is_closed for order in station.orders.availability.values())
                  and station.boots.is_new),
    "6B12": where(lambda _, station: station.resets.ending),
    "6B13": where(lambda seen, station: seen.request["requestedMessage"] == "BootNotification"
                  and station.boots.is_accepted),
    **dict.fromkeys(("6B05", "6B08", "6B10", "6B11", "6M01", "6M06", "6F01", "6X08", "6X09"), _LATE),
    "6V01": where(lambda seen, _: seen.request.get("key")),
    "6V02": where(lambda seen, _: not seen.request.get("key")),
    "6V03": where(lambda seen, _: seen.payload.get("configurationKey")),
    "6V04": where(lambda _, station: station.variables.given),
    "6V06": where(lambda seen, _: seen.request["key"].startswith(("MeterValues", "StopTxn"))),
    "6V07": where(lambda seen, _: any(folded(item["key"]) == "authorizationkey"
                                      for item in seen.payload.get("configurationKey", ()))),
    "6V08": at(result(_GET), error()),
    "6S02": where(lambda _, station: station.configuration.key is not None),
    "6S03": where(lambda seen, station: folded(seen.request["key"]) == "securityprofile"
                  and station.number("SecurityProfile") is not None),
    "6A01": where(lambda seen, station: seen.payload.get("idTag") and transaction_of(seen, station)),
    "6A02": where(lambda seen, station: station.tags.known(seen.payload["idTag"]).status not in (None, "Accepted")),
    "6A03": where(lambda seen, station: station.switch("AuthorizeRemoteTxRequests") is not None
                  and _is_remote(seen, station)),
    **dict.fromkeys(("6A05", "6X11"), where(lambda _, station: station.bookings.by_id)),
    "6X02": where(lambda seen, station: seen.payload.get("transactionId") is not None and station.places.free_at),
    "6X03": where(lambda _, station: station.transactions.running),
    "6X04": where(lambda seen, station: str(seen.payload["transactionId"]) in {
        *station.orders.stops, *station.orders.unlocked, *station.trail.refused}),
    "6X05": where(lambda seen, station: "idTag" in seen.payload and transaction_of(seen, station)),
    "6X06": where(lambda _, station: station.trail.stamp),
    "6X07": where(lambda _, station: station.trail.failed and station.number("TransactionMessageAttempts"), call()),
    "6X10": where(lambda seen, station: str(seen.request["transactionId"]) in station.transactions.by_id,
                  result("RemoteStopTransaction")),
    "6X12": where(lambda seen, station: seen.action == _START or transaction_of(seen, station)),
    "6X13": where(transaction_of),
    "6M02": where(lambda seen, station: CLOCK in contexts_in(seen.payload)
                  and station.number("ClockAlignedDataInterval")),
    "6M03": where(lambda seen, station: station.names("MeterValuesSampledData") and "transactionId" in seen.payload),
    "6M04": where(transaction_of),
    "6M05": where(lambda _, station: station.names("StopTxnSampledData") is not None
                  and station.names("StopTxnAlignedData") is not None),
    "6M07": where(lambda seen, _: contexts_in(seen.payload)),
    "6M08": where(lambda seen, station: station.running_at(seen.payload["connectorId"])),
    "6M09": where(lambda seen, _: contexts_in(seen.payload)),
    "6G01": where(lambda seen, station: seen.payload["connectorId"] in station.places.chain),
    "6G02": where(lambda seen, _: seen.payload["connectorId"] == 0),
    "6G03": where(lambda _, station: station.places.free_at, call(_STATUS)),
    "6G04": where(lambda seen, _: seen.payload["errorCode"] == "EVCommunicationError"),
    "6G05": at(result("ChangeAvailability")),
    "6G06": where(lambda seen, station: station.is_unknown(seen.request["connectorId"])
                  or station.running_at(seen.request["connectorId"]), result("UnlockConnector")),
    "6L01": where(lambda _, station: station.files.retrieve_at is not None, call("FirmwareStatusNotification")),
    "6L02": where(lambda seen, _: seen.payload["status"] == "Idle"),
    "6L03": at(result("GetDiagnostics")),
    "6N01": at(result("GetLog")),
    **dict.fromkeys(("6C01", "6P01", "6K03", "6K01"), Exercise(None, would_speak)),
    "6D01": where(lambda _, station: station.local_list.version is not None),
    "6K02": where(lambda seen, _: seen.payload["status"] == "Accepted"),
    "6H01": at(result("ReserveNow")),
}  # fmt: skip
"""What exercises a check, by the id of the check."""
CLOSINGS: frozenset[str] = frozenset({"6T07", "6T10", "6T13", "6S02"})
"""Checks of messages that must know how connections ended, or began."""
