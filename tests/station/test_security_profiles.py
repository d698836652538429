"""Stations that raise their security profile, and change their certificates, at the running mock (A02, A05, M05)."""

from collections.abc import Mapping
from typing import Any

import pytest

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.certificates import MONTH, Certificate, with_own
from mock_csms.station.state import Identity
from mock_csms.station.v2.variables import SECURITY_PROFILE
from mock_csms.station.v16 import security as security16
from mock_csms.station.v16.device import Device16
from mock_csms.station.v16.device import new_device as new_device16
from mock_csms.twin.events import Knocked, Received
from tests.pki import folder
from tests.station.rig import Rig

SLOW = 200.0
"""How long a station may take to try all its slots, in seconds."""
PRIORITY = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "NetworkConfigurationPriority"}}


class Rig16(Rig):
    """A station of OCPP 1.6 with a security profile."""

    offered = ("ocpp1.6",)

    def __init__(self, profile: int) -> None:
        super().__init__((), learns=False, profile=profile)
        own = (
            tuple((folder() / name).read_text() for name in ("station.pem", "station.key"))
            if profile == 3
            else ("", "")
        )
        root = (folder() / "root.pem").read_text() if profile > 1 else ""
        self._device: Any = security16.secured(new_device16(Identity(), 1, 1), profile, root, (own[0], own[1]))

    @property
    def now_16(self) -> Device16:
        """The state of the station."""
        assert isinstance(self._player.device, Device16)
        return self._player.device


def profiles(rig: Rig) -> list[int]:
    """Return the security profiles of all handshakes that the mock has let in."""
    return [event.visitor.profile for event in rig.events if isinstance(event, Knocked)]


def events_of(rig: Rig) -> list[str]:
    """Return the security events that came, except those of boots."""
    came = [event.message for event in rig.events if isinstance(event, Received)]
    found = [payload["type"] for message in came if (payload := _event(message))]
    return [kind for kind in found if kind not in ("StartupOfTheDevice", "ResetOrReboot")]


def _event(message: Any) -> Json:
    is_it = getattr(message, "action", "") == "SecurityEventNotification"
    return dict(message.payload) if is_it else {}


def raise_to(rig: Rig, profile: int, **more: Any) -> None:
    """Let the CSMS set a network profile with that security in slot 2, and reset the station (A05)."""
    url = f"{'wss' if profile > 1 else 'ws'}://{rig.mock.url.partition('://')[2]}"
    rig.command(
        "SetNetworkProfile",
        {"configurationSlot": 2, "connectionData": {"ocppCsmsUrl": url, "securityProfile": profile, **more}},
    )
    rig.command("SetVariables", {"setVariableData": [{**PRIORITY, "attributeValue": "2,1"}]})
    rig.command("Reset", {"type": "Immediate"})
    rig.wait(SLOW)


def sign(rig: Rig, kind: str) -> None:
    """Let the CSMS trigger a request for a certificate, and sign it in that way."""
    rig.configure(sign=[kind])
    rig.command("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
    rig.wait(10)


def own_of(state: Any) -> list[Certificate]:
    """Return the own certificates of a station."""
    held = state.certificates if isinstance(state, Device16) else state.storage.certificates
    return [each for each in held if each.key]


# OCPP 2.x.


def test_a_station_climbs_all_profiles() -> None:
    """By SetNetworkProfile, a priority and a reset it goes from 1 to 2 and 3, with the installed certificates."""
    with Rig((), profile=1) as rig:
        rig.connect()
        rig.command("InstallCertificate", {})
        raise_to(rig, 2)
        assert (profiles(rig)[-1], rig.device.variables[SECURITY_PROFILE]) == (2, "2")
        sign(rig, "on")
        raise_to(rig, 3)
        assert (profiles(rig)[-1], rig.device.variables[SECURITY_PROFILE]) == (3, "3")
        raise_to(rig, 2)
        assert (profiles(rig)[-1], rig.device.variables[SECURITY_PROFILE]) == (3, "3")
    assert (events_of(rig), rig.accidents) == ([], [])
    assert rig.found == []


def test_a_profile_that_fails() -> None:
    """With a wrong root the new profile fails, and the station goes back and reports it (A00.FR.310, B10.FR.07)."""
    with Rig((), profile=1) as rig:
        rig.connect()
        rig.command("InstallCertificate", {"certificate": (folder() / "other-root.pem").read_text()})
        raise_to(rig, 2)
        assert (profiles(rig)[-1], rig.device.variables[SECURITY_PROFILE]) == (1, "1")
    assert events_of(rig) == ["InvalidCsmsCertificate"]


@pytest.mark.parametrize("is_allowed", [True, False])
def test_a_profile_that_goes_down(is_allowed: bool) -> None:
    """The station goes from 3 to 2 only if AllowSecurityProfileDowngrade is true, and never to 1 (A05.FR.08 to 10)."""
    with Rig((), profile=3, SecurityCtrlr_AllowSecurityProfileDowngrade=str(is_allowed).lower()) as rig:
        rig.connect()
        raise_to(rig, 1)
        raise_to(rig, 2)
        assert rig.device.variables[SECURITY_PROFILE] == ("2" if is_allowed else "3")
        assert profiles(rig)[-1] == (2 if is_allowed else 3)


def test_a_new_certificate_is_used_at_once() -> None:
    """In security profile 3 the station connects anew with its new certificate, and drops the old one (A02.FR.08)."""
    with Rig((), profile=3) as rig:
        before = own_of(rig.connect().device)
        sign(rig, "on")
        after = own_of(rig.device)
        shown = [
            event.visitor.tls.certificate for event in rig.events if isinstance(event, Knocked) and event.visitor.tls
        ]
    assert (len(before), len(after), before == after) == (1, 1, False)
    assert [shown[0] in before[0].pem, shown[-1] in after[0].pem] == [True, True]
    assert (rig.found, events_of(rig)) == ([], [])


def test_a_new_certificate_that_the_csms_refuses() -> None:
    """The station goes back to the old certificate and reports it (A02.FR.28, A02.FR.29).

    The mock refuses the new one because it trusts only the authority of the old one.
    """
    with Rig((), profile=3, of_mock={"tls_client": "refuse"}) as rig:
        rig.connect()
        own = own_of(rig.device)[0]
        new = replace(of_stranger(own, rig.now, 2 * MONTH), is_new=True)
        rig.become(rig.device.storing(certificates=(*rig.device.storage.certificates, new)))
        rig.lose().connect().wait(SLOW)
        assert own_of(rig.device) == [own]
    assert events_of(rig) == ["DiscardedRenewedClientCertificate"]


def of_stranger(own: Certificate, now: float, seconds: float) -> Certificate:
    """Return a certificate for the same station that another authority has signed, valid for so many seconds."""
    times = (now - 1000.0, now + seconds)
    root = x509.self_signed("elsewhere", 5, times)
    chain = x509.issue(x509.request("MOCK-0001", "mock-csms", 7), root, 5, times)
    return replace(own, pem=chain or "", key=x509.key_text("MOCK-0001", 7))


WRONG = ("wrong-ca", "expired", "wrong-cn", "other-key", "garbage")


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_new_certificate(kind: str) -> None:
    """The station rejects it, keeps the old one, and reports it once (A02.FR.07)."""
    with Rig((), profile=3) as rig:
        before = own_of(rig.connect().device)
        sign(rig, kind)
        assert own_of(rig.device) == before
    assert events_of(rig) == ["InvalidChargingStationCertificate"]


def test_a_certificate_that_expires_soon() -> None:
    """A month before its certificate expires the station asks for a new one by itself (A03.FR.02)."""
    with Rig((), profile=3) as rig:
        rig.connect()
        rig.configure(sign=["on"])
        old = of_stranger(own_of(rig.device)[0], rig.now, MONTH + 1000.0)
        rig.become(rig.device.storing(certificates=with_own(rig.device.storage.certificates, old)))
        rig.command("Reset", {"type": "Immediate"})
        rig.wait(900)
        asked_before = requests(rig)
        rig.wait(200)
        assert (asked_before, requests(rig)) == (0, 1)
        assert own_of(rig.device) != [old]


def requests(rig: Rig) -> int:
    """Return how many SignCertificate came."""
    return sum(
        getattr(event.message, "action", "") == "SignCertificate" for event in rig.events if isinstance(event, Received)
    )


# OCPP 1.6.


def change(rig: Rig, **keys: str) -> None:
    """Set configuration keys."""
    for key, value in keys.items():
        rig.command("ChangeConfiguration", {"key": key, "value": value})
        rig.wait(SLOW)


def test_a_station_of_1_6_climbs_all_profiles() -> None:
    """The key SecurityProfile takes the station from 1 to 2 and 3 at once, on the same host and port (A05)."""
    with Rig16(profile=1) as rig:
        rig.connect()
        change(rig, SecurityProfile="2")
        assert profiles(rig)[-1] == 1  # it has no root
        rig.command("InstallCertificate", {})
        change(rig, SecurityProfile="2")
        assert (profiles(rig)[-1], rig.now_16.configuration["SecurityProfile"]) == (2, "2")
        change(rig, SecurityProfile="3")
        assert profiles(rig)[-1] == 2  # it has no certificate
        rig.configure(sign=["on"])
        rig.command("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})
        rig.wait(10)
        change(rig, SecurityProfile="3")
        assert (profiles(rig)[-1], rig.now_16.configuration["SecurityProfile"]) == (3, "3")
        change(rig, SecurityProfile="2")
        assert profiles(rig)[-1] == 3
        change(rig, AllowSecurityProfileDowngrade="true", AuthorizationKey="30" * 20, SecurityProfile="2")
        assert (profiles(rig)[-1], rig.now_16.configuration["SecurityProfile"]) == (2, "2")
    assert (events_of(rig), rig.accidents) == ([], [])


def test_a_profile_of_1_6_that_fails() -> None:
    """The station goes back to its former profile, and reports the wrong certificate (whitepaper, A05.FR.08)."""
    with Rig16(profile=1) as rig:
        rig.connect()
        rig.command("InstallCertificate", {"certificate": (folder() / "other-root.pem").read_text()})
        change(rig, SecurityProfile="2")
        assert (profiles(rig)[-1], rig.now_16.configuration["SecurityProfile"]) == (1, "1")
    assert events_of(rig) == ["InvalidCentralSystemCertificate"]


OF_TLS: Mapping[str, str] = {
    "expired": "InvalidCentralSystemCertificate",
    "tls1.1": "InvalidTLSVersion",
    "cipher": "InvalidTLSCipherSuite",
}


@pytest.mark.parametrize("kind", OF_TLS)
def test_bad_tls_is_reported_in_1_6(kind: str) -> None:
    """The station reports the TLS that it has refused once it is connected (whitepaper, A00.FR.309, 315 and 322)."""
    with Rig16(profile=2) as rig:
        rig.connect().meet(kind).wait(SLOW)
    assert events_of(rig) == [OF_TLS[kind]]


def test_a_new_certificate_in_1_6() -> None:
    """A station of 1.6 with security profile 3 connects anew with its new certificate too."""
    with Rig16(profile=3) as rig:
        before = own_of(rig.connect().now_16)
        rig.configure(sign=["on"])
        rig.command("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})
        rig.wait(SLOW)
        after = own_of(rig.now_16)
    assert (len(after), before == after, len(profiles(rig))) == (1, False, 2)
