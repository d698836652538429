"""The occasions that really exercise a check of OCPP 2.x, if they differ from those at which the check runs."""

from collections.abc import Mapping

from mock_csms.behavior.handshake_faults import MUST_REFUSE
from mock_csms.conformance.common.transport import visitor_of
from mock_csms.conformance.exercise import (
    Exercise,
    at,
    in_text,
    where,
    would_mind,
    would_miss,
    would_speak,
)
from mock_csms.conformance.facts.v2.security import OWN, password_of
from mock_csms.conformance.lessons.v2.meters import samples_of
from mock_csms.conformance.v2.encryption import certificate_in_use, certificate_of, tls_of
from mock_csms.conformance.v2.exercise import (
    had_credentials,
    has_credentials,
    has_ended,
    has_limits,
    has_measurands,
    has_password,
    has_points,
    has_to_wait,
    is_boot,
    is_for_later,
    is_last,
    is_master,
    is_of_profile,
    is_remote,
    is_signed,
    is_told_again,
    is_write_only,
    last_part,
    may_ask,
    names_in,
    of_part,
    place_in,
    sent_status,
    transaction_of,
    update_of,
)
from mock_csms.conformance.v2.metering import CLOCK, is_asked_for
from mock_csms.twin.seen import call, response, result

_LATE = at()
"""Only the deadlines of the check exercise it."""
_EVENT, _VALUES, _STATUS = "TransactionEvent", "MeterValues", "FirmwareStatusNotification"
_REFUSED = response("Authorize", f"{_EVENT}.Authorized")

EXERCISES: Mapping[str, Exercise] = {
    # Connections.
    "T03": where(lambda seen, _: visitor_of(seen)),
    "T05": where(has_password),
    **dict.fromkeys(("T06", "T07"), where(has_credentials)),
    "T12": where(has_to_wait),
    "T13": where(lambda _, station: station.boots.is_accepted
                 and station.boots.answered_at < station.connections.opened_at),
    "T14": where(lambda seen, _: seen.payload["status"] == "Pending", response("BootNotification")),
    "T16": where(lambda seen, station: visitor_of(seen) and had_credentials(station)),
    **dict.fromkeys(("T08", "T21"), where(lambda seen, _: certificate_of(seen))),
    **dict.fromkeys(("T17", "T18", "T19"), where(lambda seen, _: tls_of(seen))),
    "T32": where(lambda seen, _: (tls := tls_of(seen)) and tls.fault in MUST_REFUSE),
    "T20": where(lambda seen, station: certificate_in_use(station)
                 and "serialNumber" in seen.payload["chargingStation"]),
    **dict.fromkeys(("S03", "S04"), _LATE),
    "S05": where(lambda seen, station: password_of(seen) is not None and station.security.password is not None),
    # Messages.
    "R19": at(call()),
    "R17": in_text(b'"customData"', call(), result()),
    # Boots, and what comes after them.
    "B01": where(lambda _, station: station.boots.due),
    "B02": where(is_boot("Pending", "Rejected")),
    "B03": where(is_boot("Rejected")),
    "B04": where(lambda seen, station: is_boot("Pending", "Rejected")(seen, station) and station.boots.interval,
                 call("BootNotification")),
    "B05": where(lambda seen, station: is_boot("Pending", "Rejected")(seen, station) and not station.boots.interval),
    "B06": where(lambda _, station: station.resets.status or station.resets.is_for_firmware
                 or station.boots.is_triggered),
    "B09": Exercise((), due=lambda station: station.boots.is_accepted and station.boots.heartbeat),
    "B10": where(lambda _, station: station.boots.beat_at and station.boots.heartbeat, call("Heartbeat")),
    "B12": where(lambda _, station: any(order.is_closed for order in station.availability.places.values())
                 and station.boots.is_accepted and station.boots.is_new),
    "B13": where(lambda _, station: station.reservations.keeping and station.boots.is_accepted),
    "B14": where(lambda seen, station: station.boots.commanded.get(seen.id) == "Pending"),
    "B15": where(lambda seen, station: station.boots.commanded.get(seen.id) == "Rejected"),
    "B17": where(lambda seen, station:
                 station.connections.outages and seen.at - station.connections.opened_at <= station.terms.patience),
    "B19": where(lambda _, station: station.resets.evse_at is not None, call("BootNotification")),
    "B20": where(lambda _, station: station.resets.ending),
    **dict.fromkeys(("B07", "B11", "B16", "S02", "S08"), _LATE),
    # Variables and reports.
    "V04": where(lambda _, station: station.variables.reported),
    "V06": where(lambda seen, station: any(
        name[4] == "BasicAuthPassword" or is_write_only(name, station)
        for name in names_in(seen))),
    "V07": where(lambda seen, station: any(name in station.variables.given for name in names_in(seen))),
    "V08": where(lambda seen, station: any(name in station.variables.reported for name in names_in(seen))),
    "V10": where(lambda seen, station: station.parts.of(seen) or station.boots.count),
    "V11": of_part(lambda entry, _: not entry.is_in_doubt),
    "V12": last_part("GetBaseReport", "GetReport"),
    "V13": where(lambda seen, _: seen.payload["status"] in ("NotSupported", "EmptyResultSet"),
                 result("GetBaseReport", "GetReport")),
    "V14": of_part(lambda entry, seen: entry.request.get("reportBase") != "SummaryInventory"
                   and "reportData" in seen.payload),
    "V15": of_part(lambda entry, _: entry.request.get("reportBase") == "ConfigurationInventory"),
    "V16": of_part(lambda entry, seen: entry.request.get("reportBase") == "FullInventory" and is_last(entry, seen)
                    and entry.count == seen.payload["seqNo"]),
    "V17": in_text(b'"WriteOnly"'),
    "V18": of_part(lambda entry, seen: not entry.is_in_doubt and "reportData" in seen.payload),
    "V19": where(has_limits),
    "V20": where(is_of_profile),
    # Security.
    "S06": at(call("SignCertificate")),
    "S07": where(lambda seen, _: seen.request.get("certificateType", OWN) == OWN),
    "S09": where(lambda seen, station: station.security.of(seen.payload.get("certificateType", OWN)).is_open),
    "S10": where(lambda seen, _: seen.payload["status"] == "Rejected", response("SignCertificate")),
    # idTokens: a prohibition is exercised when the station had the chance to break it.
    "A01": where(may_ask),
    **dict.fromkeys(("A02", "A03"), where(lambda seen, _: sent_status(seen) != "Accepted", _REFUSED)),
    "A04": where(lambda seen, _: seen.payload.get("idTokenInfo", {}).get("evseId"), _REFUSED),
    "A05": where(lambda seen, station: seen.payload["triggerReason"] == "StopAuthorized"
                 and transaction_of(seen, station)),
    "A06": where(is_master, _REFUSED),
    "A07": in_text(b'"NoAuthorization"'),
    # Transactions.
    "X01": at(call(f"{_EVENT}.Started")),
    "X04": where(transaction_of),
    "X05": where(lambda seen, station: seen.detail == "Ended"
                 or has_ended(seen, station)),
    "X06": would_miss("transactionInfo", "stoppedReason"),
    "X08": would_mind("PowerQuality", "transactionInfo", "stoppedReason"),
    "X09": where(is_remote),
    "X10": where(is_remote),
    "X11": where(lambda seen, station: is_remote(seen, station) and "idToken" in seen.payload),
    "X12": would_miss("idToken"),
    "X13": would_miss("evse"),
    "X14": would_miss("transactionInfo", "chargingState"),
    "X15": where(lambda seen, _: "evse" in seen.payload and seen.kind == "call"),
    "X16": where(lambda seen, station: seen.payload.get("offline") or station.connections.outages),
    "X18": where(is_told_again, call(_EVENT)),
    "X20": where(lambda seen, station: station.transactions.by_id.get(seen.request.get("transactionId"))),
    "X21": where(lambda seen, station: station.reservations.by_id and "idToken" in seen.payload),
    "X25": where(lambda seen, station: seen.request.get("evseId")
                 and station.transactions.open_at(seen.request["evseId"])),
    "X27": where(has_points),
    **dict.fromkeys(("X17", "X19", "X22", "X24"), _LATE),
    # Meter values.
    "M01": where(lambda seen, station: "evse" in seen.payload and station.meters.settings(station.variables).started),
    "M02": where(lambda _, station: station.meters.settings(station.variables).ended),
    "M03": where(lambda seen, station: seen.payload["triggerReason"] == "MeterValuePeriodic"
                 and station.meters.interval(station.variables) and transaction_of(seen, station)),
    "M04": where(lambda seen, station: CLOCK in samples_of(seen.payload, station).contexts),
    "M05": where(lambda _, station: station.meters.settings(station.variables).is_idle_only
                 and station.transactions.running),
    "M06": where(has_measurands, call(f"{_EVENT}.Updated", _VALUES)),
    "M07": where(lambda seen, station: seen.payload.get("meterValue") and station.meters.registers),
    "M08": where(lambda seen, _: seen.payload.get("meterValue")),
    "M09": where(lambda seen, station: seen.payload.get("meterValue")
                 and len({evse for evse, *_ in station.meters.registers}) > 1),
    "M10": where(lambda seen, station: is_asked_for(seen, station) and seen.payload.get("meterValue")),
    "M11": where(is_signed),
    "M12": where(lambda seen, station: seen.payload["evseId"] and station.connectors.statuses),
    "M13": where(lambda seen, station: station.transactions.tells_phases
                 and seen.payload["transactionInfo"].get("chargingState") == "Charging"),
    # Availability.
    "G02": Exercise(None, would_speak),
    "G03": where(lambda seen, station: station.transactions.open_at(seen.request.get("evse", {}).get("id"))
                 and seen.request["operationalStatus"] == "Inoperative", result("ChangeAvailability")),
    "G05": where(lambda _, station: any(len(station.connectors.of(evse)) > 1 for evse in station.connectors.evses)),
    "G06": where(lambda seen, station: place_in(seen) in station.connectors.statuses),
    "G07": in_text(b"(?i)AvailabilityState"),
    "G08": where(lambda seen, station: station.reports.is_complete
                 or (seen.request["evseId"], seen.request["connectorId"]) in station.connectors.statuses,
                 result("UnlockConnector")),
    **dict.fromkeys(("G01", "G04"), _LATE),
    # Commands.
    "B18": Exercise(result("Reset"), lambda seen, station, _: station.transactions.open_at(seen.request.get("evseId"))),
    **dict.fromkeys(("C04", "F01", "F04", "X23", "X26", "L07", "P01", "V09"), Exercise(None, would_speak)),
    "F02": where(lambda seen, station: station.triggers.is_due(seen.action), call()),
    "F05": where(lambda seen, _: seen.kind == "error" or seen.payload["status"] != "Accepted"),
    "F06": where(lambda seen, station: station.triggers.is_due(seen.action)),
    "L02": where(update_of),
    "L03": where(is_for_later, call(_STATUS)),
    "L04": where(lambda seen, _: "signingCertificate" in seen.request["firmware"], result("UpdateFirmware")),
    "N01": where(lambda seen, _: seen.payload["status"] == "Accepted"),
    "N05": last_part("CustomerInformation"),
    "N10": last_part("GetMonitoringReport"),
    "K01": last_part("GetChargingProfiles"),
    "O01": last_part("GetDisplayMessages"),
    "K03": in_text(b'"chargingSchedulePeriod"'),
    "C02": where(lambda _, station: "InstallCertificate" in station.commands.agreed),
    "C03": at(result("DeleteCertificate")),
    "D01": Exercise(None, would_speak),
    "D02": where(lambda _, station: station.local_list.version is not None),
    **dict.fromkeys(("F03", "L05", "L06", "N03", "N09", "H01", "H02"), _LATE),
}  # fmt: skip
"""What exercises a check, by the id of the check."""
