"""Network profiles (B09, B10): which ones may be stored and used, and where the station connects."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.certificates import Certificate
from mock_csms.station.cues import Opened, Redial
from mock_csms.station.state import Identity
from mock_csms.station.v2 import machine, network
from mock_csms.station.v2.device import new_device
from mock_csms.station.v2.security import secured
from tests.station.commanded import Bench

PROFILE: Json = {
    "ocppVersion": "OCPP20",
    "ocppTransport": "JSON",
    "ocppCsmsUrl": "ws://other",
    "messageTimeout": 30,
    "securityProfile": 1,
    "ocppInterface": "Wired0",
}
PRIORITY = "OCPPCommCtrlr.NetworkConfigurationPriority"
NAME: tuple[Json, Json] = ({"name": "OCPPCommCtrlr"}, {"name": "NetworkConfigurationPriority"})


def bench_of(profile: int = 1) -> Bench:
    """Return a station with a security profile."""
    device = new_device(Identity(), 1, 1)
    return Bench(device=replace(secured(device, profile, "", ("", "")), name="CS/1"))


def store(bench: Bench, slot: int, **changed: Any) -> str:
    """Set a network profile in a slot, and return the status."""
    answer, sent = bench.command("SetNetworkProfile", {"configurationSlot": slot, "connectionData": PROFILE | changed})
    assert sent == []
    return str(answer["status"])


@pytest.mark.parametrize(
    ("slot", "changed", "status"),
    [
        (1, {}, "Accepted"),
        (3, {"securityProfile": 3}, "Accepted"),
        (999, {}, "Rejected"),
        (-1, {}, "Rejected"),
        (2, {"securityProfile": 0}, "Rejected"),
        (2, {"securityProfile": 4}, "Rejected"),
        (2, {"ocppTransport": "SOAP"}, "Rejected"),
        (2, {"ocppVersion": "OCPP16"}, "Rejected"),
        (2, {"ocppCsmsUrl": ""}, "Rejected"),
        (2, {"ocppCsmsUrl": "http://other"}, "Rejected"),
    ],
)
def test_a_valid_profile_is_stored(slot: int, changed: Json, status: str) -> None:
    """A valid profile for an existing slot is stored; one with less security is Rejected (B09.FR.02)."""
    bench = bench_of()
    assert store(bench, slot, **changed) == status
    bench.reboot()
    assert bench.device.storage.slots == ({slot: PROFILE | changed} if status == "Accepted" else {})


@pytest.mark.parametrize("priority", ["2", "1,2", "9", "", "1,1", "x"])
def test_only_slots_with_a_profile_can_be_used(priority: str) -> None:
    """A priority list with an empty slot is rejected and changes nothing (B09.FR.04)."""
    bench = bench_of()
    assert bench.assign(PRIORITY, priority) == "Rejected"
    assert bench.value(*NAME) == "1"


def test_a_new_priority_takes_effect_after_a_reboot() -> None:
    """A new priority list is read back at once, and takes effect after a reboot (RebootRequired)."""
    bench = bench_of()
    store(bench, 2)
    assert bench.assign(PRIORITY, "2,1") == "RebootRequired"
    assert bench.value(*NAME) == "2,1"
    assert (network.slot_at(bench.device, 0), network.url_of(bench.device, 2)) == (1, None)
    bench.reboot()
    assert bench.value(*NAME) == "2,1"
    assert (network.slot_at(bench.device, 0), network.url_of(bench.device, 2)) == (2, "ws://other/CS%2F1")
    assert bench.device.storage.awaiting == {}
    bench.tell(Opened(2))
    assert bench.value(*NAME) == "2,1"


def test_each_slot_gets_its_attempts() -> None:
    """After NetworkProfileConnectionAttempts failures the next slot is tried, after the last the first (B10.FR.03)."""
    bench = bench_of()
    store(bench, 2)
    bench.assign("OCPPCommCtrlr.NetworkProfileConnectionAttempts", "2")
    bench.assign(PRIORITY, "2,1")
    bench.reboot()
    assert [network.slot_at(bench.device, attempt) for attempt in range(5)] == [2, 2, 1, 1, 2]
    assert network.url_of(bench.device, 1) is None


def test_the_last_connected_slot_is_tried_last() -> None:
    """If all slots of the priority list fail, the station tries the slot of its last connection (B10.FR.07)."""
    bench = bench_of()
    store(bench, 2)
    bench.assign("OCPPCommCtrlr.NetworkProfileConnectionAttempts", "1")
    bench.assign(PRIORITY, "2")
    bench.reboot()
    assert [network.slot_at(bench.device, attempt) for attempt in range(4)] == [2, 1, 2, 1]
    bench.tell(Opened(2))
    assert [network.slot_at(bench.device, attempt) for attempt in range(2)] == [2, 2]


@pytest.mark.parametrize(
    ("profile", "kinds"), [(2, ["CSMSRootCertificate"]), (3, ["CSMSRootCertificate", "ChargingStationCertificate"])]
)
def test_security_needs_certificates(profile: int, kinds: list[str]) -> None:
    """A slot with security profile 2 or 3 needs its certificates (A05.FR.02, A05.FR.03)."""
    bench = bench_of()
    store(bench, 2, securityProfile=profile)
    for count in range(len(kinds)):
        bench.device = bench.device.storing(certificates=[Certificate(kind, "", {}) for kind in kinds[:count]])
        assert bench.assign(PRIORITY, "2") == "Rejected"
    bench.device = bench.device.storing(certificates=[Certificate(kind, "", {}) for kind in kinds])
    assert bench.assign(PRIORITY, "2") == "RebootRequired"


def test_lower_security_profiles_are_removed() -> None:
    """A connection with a higher security profile sets SecurityProfile, and removes lower slots (A05.FR.05, .06)."""
    bench = bench_of()
    bench.device = bench.device.storing(certificates=[Certificate("CSMSRootCertificate", "", {})])
    assert [store(bench, 1), store(bench, 2, securityProfile=2), store(bench, 3)] == ["Accepted"] * 3
    assert bench.assign(PRIORITY, "2,1") == "RebootRequired"
    bench.reboot()
    assert bench.value({"name": "SecurityCtrlr"}, {"name": "SecurityProfile"}) == "1"
    bench.tell(Opened(2))
    assert bench.value({"name": "SecurityCtrlr"}, {"name": "SecurityProfile"}) == "2"
    assert bench.value({"name": "OCPPCommCtrlr"}, {"name": "ActiveNetworkProfile"}) == "2"
    assert bench.value(*NAME) == "2"
    assert bench.device.storage.slots.keys() == {2}
    assert store(bench, 3) == "Rejected"


def test_a_new_password_is_used_at_once() -> None:
    """After a valid new BasicAuthPassword the station reconnects with it at once (A01.FR.03)."""
    bench = bench_of()
    assert network.authorization_of(bench.device) is None
    name = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    for password, is_taken in (("short", False), ("0123456789abcdef", True)):
        item = {**name, "attributeValue": password}
        reply = machine.MACHINE.command(bench.device, "SetVariables", {"setVariableData": [item]}, bench.moment)
        assert (Redial() in reply.acts) is is_taken
    assert network.authorization_of(reply.device) == "Basic Q1MvMTowMTIzNDU2Nzg5YWJjZGVm"


def test_the_profile_of_a_device_file_stays() -> None:
    """A station that is started without a security profile keeps the one that its device file has."""
    device = bench_of(2).device
    assert secured(device, 0, "", ("", "")).variables == device.variables
    assert secured(device, 3, "", ("", "")).first_profile == 3
