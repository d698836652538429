"""Learns the facts about stations of OCPP 2.1: streams, tariffs, dynamic profiles, DER controls, battery swaps."""

from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.subject import OF_V21, Subject
from mock_csms.protocol.messages import Call
from mock_csms.twin.seen import Seen, call, command, response, result, when
from mock_csms.twin.v2.transactions import evse_in
from mock_csms.twin.v2.variables import paired

ADDITIONS = Subject("additions", OF_V21)
MONITORS = ("SetVariableMonitoring", "ClearVariableMonitoring", "SetMonitoringBase")


# Streams.


@ADDITIONS.learn(command(*MONITORS), when("spoiled"), any_payload=True)
def may_stream(seen: Seen, station: KnownStation21) -> None:
    """Note that the CSMS changes monitors: until the station answers, it is not known which may be streamed."""
    station.streams.is_in_doubt |= seen.action in MONITORS


@ADDITIONS.learn(result("SetVariableMonitoring"))
def monitors_set(seen: Seen, station: KnownStation21) -> None:
    """Note that the station has set monitors, some of them with a stream."""
    station.streams.is_in_doubt = False
    for item, answer in paired(seen.request["setMonitoringData"], seen.payload["setMonitoringResult"]):
        if answer["status"] == "Accepted" and "id" in answer:
            station.streams.allowed.renew(answer["id"], "periodicEventStream" in item)


@ADDITIONS.learn(response("OpenPeriodicEventStream"))
def stream_judged(seen: Seen, station: KnownStation21) -> None:
    """Note whether the mock has accepted a stream."""
    station.streams.status.renew(seen.request["constantStreamData"]["id"], seen.payload["status"])


@ADDITIONS.learn(response("ClosePeriodicEventStream"))
def stream_closed(seen: Seen, station: KnownStation21) -> None:
    """Note that the station has closed a stream."""
    station.streams.status.renew(seen.request["id"], "Closed")


# Tariffs.


@ADDITIONS.learn(command("ClearTariffs", "SetDefaultTariff"), when("spoiled"), any_payload=True)
def tariffs_may_change(seen: Seen, station: KnownStation21) -> None:
    """Note that the CSMS sets or clears tariffs; whatever the station answers, the old ones may be gone."""
    known, message = station.tariffs.known, seen.message
    if not isinstance(message, Call) or message.action not in ("ClearTariffs", "SetDefaultTariff"):
        return
    if message.action == "ClearTariffs" or not seen.is_sound or seen.kind == "spoiled":
        known.clear()
        return
    evse, id_ = seen.payload["evseId"], seen.payload["tariff"]["tariffId"]
    for other in [each for each, place in known.items() if 0 in (evse, place) or place == evse]:
        if other != id_:
            del known[other]


@ADDITIONS.learn(result("SetDefaultTariff"))
def tariff_set(seen: Seen, station: KnownStation21) -> None:
    """Note that the station accepts a default tariff. If it is valid only later, the station may list it later."""
    if seen.payload["status"] == "Accepted" and "validFrom" not in seen.request["tariff"]:
        station.tariffs.known[seen.request["tariff"]["tariffId"]] = seen.request["evseId"]


@ADDITIONS.learn(call("BootNotification"))
def booted(_: Seen, station: KnownStation21) -> None:
    """Note a boot, by which the station may have lost its tariffs."""
    station.tariffs.known.clear()


@ADDITIONS.learn(call("TransactionEvent.Started", "TransactionEvent.Changed"))
def priced(seen: Seen, station: KnownStation21) -> None:
    """Note that an event names its tariff, or that a transaction starts where a default tariff is installed."""
    info, known = seen.payload["transactionInfo"], station.tariffs.known
    is_priced = "tariffId" in info
    if known and seen.detail == "Started" and not is_priced:
        evse = evse_in(seen.payload, station)
        is_priced = any(each in (0, evse) for each in known.values())
    if is_priced:
        station.tariffs.priced[info["transactionId"]] = None


@ADDITIONS.learn(response("NotifySettlement"))
def settled(seen: Seen, station: KnownStation21) -> None:
    """Note the answer of the mock to a settlement."""
    station.tariffs.settled.renew(seen.request["pspRef"], seen.request["status"])


# Charging profiles.


@ADDITIONS.learn(result("SetChargingProfile"))
def profile_set(seen: Seen, station: KnownStation21) -> None:
    """Note that the station accepts a charging profile."""
    profile = seen.request["chargingProfile"]
    if seen.payload["status"] == "Accepted":
        station.profiles.is_dynamic.renew(profile["id"], profile["chargingProfileKind"] == "Dynamic")


# DER controls.


@ADDITIONS.learn(command("SetDERControl"), when("spoiled"), any_payload=True)
def control_sent(seen: Seen, station: KnownStation21) -> None:
    """Note that the CSMS sends a control. The station may start it before it answers."""
    message = seen.message
    if isinstance(message, Call) and message.action == "SetDERControl" and isinstance(message.payload, dict):
        given, id_ = station.controls.given, str(message.payload.get("controlId"))
        given.pop(id_, None)
        given[id_] = False


@ADDITIONS.learn(call("NotifyDERStartStop"))
def control_told(seen: Seen, station: KnownStation21) -> None:
    """Note that a control has started or stopped."""
    if seen.payload["controlId"] in station.controls.given:
        station.controls.given[seen.payload["controlId"]] = seen.payload["started"]


# Battery swaps.


@ADDITIONS.learn(result("RequestBatterySwap"))
def swap_agreed(seen: Seen, station: KnownStation21) -> None:
    """Note that the station accepts a swap."""
    if seen.payload["status"] == "Accepted":
        station.swaps.asked = seen.request


@ADDITIONS.learn(call("BatterySwap"))
def swapped(seen: Seen, station: KnownStation21) -> None:
    """Note that a battery came in or went out."""
    swaps, id_ = station.swaps, seen.payload["requestId"]
    if swaps.asked is not None and (swaps.asked["requestId"] == id_ or _has_its_token(seen, swaps.asked["idToken"])):
        swaps.asked = None
    if seen.payload["eventType"] == "BatteryIn":
        swaps.inside[id_] = None


def _has_its_token(seen: Seen, token: dict[str, str]) -> bool:
    own: str = seen.payload["idToken"]["idToken"]
    return own.casefold() == token["idToken"].casefold()
