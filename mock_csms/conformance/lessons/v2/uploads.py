"""Learns about log uploads: which the CSMS requested, and the status of each one."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.facts.v2.uploads import OVER
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import Call
from mock_csms.twin.seen import Seen, call, command, result, when

UPLOADS = Subject("uploads")


@UPLOADS.learn(command("GetLog"), when("spoiled"), any_payload=True)
def asked(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS requests a log. The station may have understood the command even if it was faulty."""
    call_ = seen.message
    if isinstance(call_, Call) and call_.action == "GetLog" and isinstance(call_.payload, dict):
        id_ = call_.payload.get("requestId")
        if isinstance(id_, int):
            station.uploads.asked.renew(id_, "")
            station.uploads.is_in_doubt = station.boots.is_in_doubt


@UPLOADS.learn(result("GetLog"))
def answered(seen: Seen, station: KnownStation) -> None:
    """Note the answer whether the station will upload. Statuses of the upload may have come before."""
    uploads, id_ = station.uploads, seen.request["requestId"]
    if seen.payload["status"] != "Rejected" and uploads.asked.get(id_) not in OVER:
        uploads.running = id_
        uploads.asked[id_] = uploads.asked.get(id_) or seen.payload["status"]


@UPLOADS.learn(when("malformed", "disconnected"), any_payload=True)
def lost(_: Seen, station: KnownStation) -> None:
    """Note that a status may be lost or was unreadable."""
    station.uploads.is_in_doubt = True


@UPLOADS.learn(call("LogStatusNotification"), any_payload=True)
def reported(seen: Seen, station: KnownStation) -> None:
    """Note the status of an upload."""
    if not seen.is_sound:
        return lost(seen, station)
    uploads, id_ = station.uploads, seen.payload.get("requestId")
    if id_ in uploads.asked:
        uploads.asked[id_] = seen.payload["status"]
        if seen.payload["status"] in OVER and uploads.running == id_:
            uploads.running = None
    return None


@UPLOADS.learn(call("BootNotification"))
def rebooted(_: Seen, station: KnownStation) -> None:
    """Note a boot, after which it is not known whether the upload continues."""
    station.uploads.running = None
