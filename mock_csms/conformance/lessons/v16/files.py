"""Learns about firmware updates and uploads."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.seen import Seen, call, command, result, when

FILES = Subject("files")


@FILES.learn(result("UpdateFirmware"))
def update_asked(seen: Seen, station: KnownStation16) -> None:
    """Note that the CSMS requests an update, so that new statuses begin."""
    station.files.status, station.files.is_in_doubt = "", False
    station.files.retrieve_at = seconds_of(seen.request["retrieveDate"])


@FILES.learn(call("FirmwareStatusNotification"))
def firmware_told(seen: Seen, station: KnownStation16) -> None:
    """Note the status of an update."""
    if seen.payload["status"] != "Idle":
        station.files.status = seen.payload["status"]


@FILES.learn(command("GetLog", "SignedUpdateFirmware"))
def request_sent(seen: Seen, station: KnownStation16) -> None:
    """Note that the CSMS requests a log or a signed update with this id."""
    known = station.files.logs if seen.action == "GetLog" else station.files.updates
    known.renew(seen.payload["requestId"], "")


@FILES.learn(call("LogStatusNotification", "SignedFirmwareStatusNotification"))
def request_told(seen: Seen, station: KnownStation16) -> None:
    """Note the status of a log upload or of a signed update."""
    known = station.files.logs if seen.action == "LogStatusNotification" else station.files.updates
    if seen.payload.get("requestId") in known:
        known[seen.payload["requestId"]] = seen.payload["status"]


@FILES.learn(when("malformed", "disconnected", "refusal"), call("BootNotification"), any_payload=True)
def lost(_: Seen, station: KnownStation16) -> None:
    """Note that a status may be lost, or that a boot may have interrupted the update."""
    station.files.is_in_doubt = True
