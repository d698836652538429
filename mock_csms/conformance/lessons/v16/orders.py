"""Learns which commands the station has accepted."""

from mock_csms.conformance.facts.v16.orders import AvailabilityOrder16, RemoteStart16
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.identifiers import folded
from mock_csms.twin.seen import Seen, call, command, result

ORDERS = Subject("orders")
_MOST_STARTS = 20
_ALL = "ChargePointMaxProfile", "TxDefaultProfile"
"""The purposes of charging profiles that stay after the end of a transaction."""


@ORDERS.learn(command("RemoteStartTransaction", "RemoteStopTransaction", "UnlockConnector", "ChangeAvailability"))
def sent(seen: Seen, station: KnownStation16) -> None:
    """Note that the mock sends a command with a later effect."""
    station.orders.sent_at.renew(seen.id, seen.at)


@ORDERS.learn(result("RemoteStartTransaction"))
def start_ordered(seen: Seen, station: KnownStation16) -> None:
    """Note that the station accepts a remote start."""
    if seen.payload["status"] == "Accepted":
        at = station.orders.sent_at.get(seen.id, seen.at)
        start = RemoteStart16(folded(seen.request["idTag"]), at)
        station.orders.starts = [*station.orders.starts[1 - _MOST_STARTS :], start]


@ORDERS.learn(call("StatusNotification"))
def freed(seen: Seen, station: KnownStation16) -> None:
    """Note that a connector is Available: a remote start that waited there for a vehicle has ended."""
    if seen.payload["status"] == "Available" and seen.payload["connectorId"]:
        station.orders.freed_at = seen.at


@ORDERS.learn(result("RemoteStopTransaction"))
def stop_ordered(seen: Seen, station: KnownStation16) -> None:
    """Note that the station accepts a remote stop."""
    if seen.payload["status"] == "Accepted":
        station.orders.stops.renew(str(seen.request["transactionId"]), seen.at)


@ORDERS.learn(result("UnlockConnector"))
def unlocked(seen: Seen, station: KnownStation16) -> None:
    """Note that the station has unlocked a connector; it must first stop a transaction there."""
    running = station.running_at(seen.request["connectorId"])
    if seen.payload["status"] == "Unlocked" and running is not None:
        station.orders.unlocked.renew(running.id, seen.at)


@ORDERS.learn(result("ChangeAvailability"))
def availability_ordered(seen: Seen, station: KnownStation16) -> None:
    """Note that the station accepts another availability; an order for connector 0 replaces all others."""
    status, asked, known = seen.payload["status"], seen.request, station.orders
    if status != "Rejected":
        order = AvailabilityOrder16(asked["type"] == "Inoperative", seen.at, status == "Scheduled")
        known.availability = {**({} if asked["connectorId"] == 0 else known.availability), asked["connectorId"]: order}


@ORDERS.learn(result("SetChargingProfile"))
def profile_set(seen: Seen, station: KnownStation16) -> None:
    """Note that the station accepts a charging profile; it replaces those of the same purpose and stack level."""
    profile = seen.request["csChargingProfiles"]
    if seen.payload["status"] == "Accepted":
        station.orders.profiles.clear()
        if profile["chargingProfilePurpose"] in _ALL and "validTo" not in profile:
            station.orders.profiles[profile["chargingProfileId"]] = profile["chargingProfilePurpose"]


@ORDERS.learn(result("ClearChargingProfile"), call("BootNotification"), any_payload=True)
def profiles_cleared(_: Seen, station: KnownStation16) -> None:
    """Note that profiles are cleared, or may be lost because of a boot."""
    station.orders.profiles.clear()
