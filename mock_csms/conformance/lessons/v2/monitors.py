"""Learns about the monitors that the CSMS set at a station, and about their events."""

from mock_csms.conformance.facts.v2.monitors import SetMonitor
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, call, command, refusal, result, when
from mock_csms.twin.v2.variables import folded, name_of, paired

MONITORS = Subject("monitors")


@MONITORS.learn(result("SetVariableMonitoring"))
def was_set(seen: Seen, station: KnownStation) -> None:
    """Note the monitors that the station has set. A monitor replaces an older one with the same id."""
    monitors = station.monitors.by_id
    for item, answer in paired(seen.request["setMonitoringData"], seen.payload["setMonitoringResult"]):
        if answer["status"] == "Accepted" and "id" in answer:
            monitors.renew(answer["id"], SetMonitor(folded(name_of(item)), item, seen.at))


@MONITORS.learn(
    command("ClearVariableMonitoring", "SetMonitoringBase", "SetVariableMonitoring"), when("spoiled"), any_payload=True
)
def may_change(seen: Seen, station: KnownStation) -> None:
    """Note that the CSMS changes monitors. Until the answer it is not known which monitors exist."""
    monitors, is_sound = station.monitors.by_id, seen.kind == "command" and seen.is_sound
    if is_sound and seen.action == "ClearVariableMonitoring":
        for id_ in seen.payload["id"]:
            monitors.pop(id_, None)
    elif is_sound and seen.action == "SetVariableMonitoring":
        for item in seen.payload["setMonitoringData"]:
            monitors.pop(item.get("id", -1), None)
    elif seen.action in ("ClearVariableMonitoring", "SetMonitoringBase", "SetVariableMonitoring"):
        monitors.clear()


@MONITORS.learn(call("NotifyEvent"), any_payload=True)
def reported(seen: Seen, station: KnownStation) -> None:
    """Note the events that the station reports."""
    if not seen.is_sound:
        station.monitors.next = None
        return
    station.monitors.next = seen.payload["seqNo"] + 1 if seen.payload.get("tbc") else 0
    for event in seen.payload["eventData"]:
        monitor = station.monitors.of(event)
        if monitor is not None and event["trigger"] == "Alerting":
            monitor.is_crossed = not event.get("cleared", False)


@MONITORS.learn(refusal("NotifyEvent"), when("disconnected", "spoiled", "malformed"), any_payload=True)
def lost(_: Seen, station: KnownStation) -> None:
    """Note that the station may repeat an event, or that an event may be lost."""
    station.monitors.next = None
