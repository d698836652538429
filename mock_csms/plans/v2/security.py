"""Steps about security profiles: the password of a station, and how it connects with it (A00, A01)."""

from pathlib import Path

from mock_csms.behavior.handshake_faults import KINDS
from mock_csms.plans import connection
from mock_csms.plans.connection import next_connection_event
from mock_csms.plans.messages import matching, one_of, says
from mock_csms.plans.station import Station
from mock_csms.plans.under_test import TlsHandshake
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.messages import variable
from mock_csms.plans.v2.network import security_of
from mock_csms.plans.v2.triggers import trigger
from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.twin.events import TlsAgreed, TlsFailed
from mock_csms.watch.inbox import Taken

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

NEW = "Mock-csms_0001@plans"
"""A password that a station must accept: 16 to 40 characters of an identifierString (A00.FR.205)."""
TOO_SHORT = NEW[:15]
"""A password with a character less than the shortest one."""
OWN = "ChargingStationCertificate"
"""The type of the station's own certificate."""
_CSR = r"-----BEGIN CERTIFICATE REQUEST-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE REQUEST-----\s*"
OWN_REQUEST = says("SignCertificate", csr=matching(_CSR), certificateType=OWN)
"""A request for the station's own certificate, with a CSR in PEM."""
CHANGED = one_of("Accepted", "RebootRequired")
"""The status for a password that the station accepts."""

_AUTHORITIES = ("intermediate.pem", "root.pem")
"""The files of --tls with the certificates that issue those of stations."""
_SAFE = ("TLSv1.2", "TLSv1.3")
_SUITES = (
    {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"AES128-GCM-SHA256", "AES256-GCM-SHA384"},
)
"""The pairs of cipher suites of which a station must offer one (A00.FR.319)."""


async def uses(station: Station, *profiles: int) -> int:
    """Return the security profile in use; skip the case unless it is one of these."""
    security = await security_of(station)
    if security not in profiles:
        wanted = " or ".join(map(str, profiles))
        station.skip(f"applies to security profile {wanted}; the station uses {security}", applies=False)
    return security


def require_password(station: Station) -> None:
    """Let the station in only with its password: the one that the mock has set, or else that of --password-file."""
    station.configure(basic_auth=[f"{station.identity}:{station.profile.password}"])


async def set_password(station: Station, password: str, *, status: object = CHANGED) -> str:
    """Set the password of the station, and return the status, which must be `status`.

    After the case the station gets its first password again.
    """
    station.known.connection_events.clear()
    station.undo_with("SetVariables", _given(station.profile.password))
    answer = await station.command("SetVariables", _given(password), setVariableResult=[{"attributeStatus": status}])
    return str(answer["setVariableResult"][0]["attributeStatus"])


async def reconnects(station: Station, status: str) -> None:
    """Expect that the station connects again after its password was set with that status (A01.FR.03).

    After RebootRequired it is reset, and boots. If it does not reconnect by itself, the mock closes the connection.
    """
    if status == "RebootRequired":
        await connects_after_reset(station)
        return
    await connection.reconnects(station)


async def connects_after_reset(station: Station) -> None:
    """Restart the station; it must be let in at its first attempt, and boot."""
    station.known.connection_events.clear()
    await states.booting(station)
    await next_connection_event(station, "Disconnected")
    await next_connection_event(station, "Connected")
    await states.comes_up(station)


async def offers_safe_tls(station: Station) -> None:
    """Check the next handshake: it succeeds, and the station offers TLS 1.2 or newer and a required pair of suites.

    (A00.FR.313, A00.FR.319.)
    """
    handshake = await _next_handshake(station)
    offer, result = handshake.offer, handshake.result
    if offer is None or not {*_SAFE} & {*offer.versions}:
        raise AssertionError(f"the station offers only {', '.join(offer.versions) if offer else 'no TLS'}")
    if not any(pair <= {*offer.suites} for pair in _SUITES):
        raise AssertionError(f"the station offers neither pair of required cipher suites: {', '.join(offer.suites)}")
    if isinstance(result, TlsFailed):
        raise AssertionError(f"the TLS handshake failed: {result.reason}")


def check_certificate(station: Station, serial_number: object) -> None:
    """Check the client certificate of the last connection: its key, and that its name is the station's serial number.

    (A00.FR.405, A00.FR.502, A00.FR.503.)
    """
    facts = x509.facts(station.known.certificate)
    if facts is None:
        raise AssertionError("the station has shown no readable certificate")
    if not facts.is_strong:
        raise AssertionError("the key of the station's certificate is too short")
    if facts.common_name != serial_number:
        raise AssertionError(f"the certificate is for {facts.common_name!r}, the serial number is {serial_number!r}")


async def requests_certificate(station: Station) -> Taken:
    """Let the station request its own certificate, and return its SignCertificate (A02.FR.02)."""
    await trigger(station, f"Sign{OWN}")
    return await station.expect(OWN_REQUEST)


async def certificate_signed(station: Station) -> None:
    """Let the station request its own certificate, and accept the one that the mock makes for it (A02)."""
    check_request(await requests_certificate(station))
    await station.command("CertificateSigned", {"certificateType": OWN}, status="Accepted")


def hashes_of_own(station: Station) -> Json:
    """Return the hash data of the certificate that the station has shown; skip the case if --tls did not issue it."""
    own, directory = station.known.certificate, Path(station.csms.config.state_dir or "")
    issuers = [(directory / file).read_text("utf-8") for file in _AUTHORITIES]
    found = [issuer for issuer in issuers if x509.is_issued_by(own, issuer)]
    if not found:
        station.skip("the station has a certificate of another authority than that of --tls")
    return hash_data(own, found[0])


def check_request(taken: Taken) -> None:
    """Check the CSR of a SignCertificate: it is signed with its own key, and that is long enough (A02.FR.03)."""
    request = x509.read_request(taken.payload["csr"])
    if request is None or not request.is_signed:
        raise AssertionError("the CSR cannot be read, or is not signed with its own key")
    if not request.is_strong:
        raise AssertionError("the key of the CSR is too short")


async def refuses_tls(station: Station, fault: str) -> None:
    """Check the next handshake, to which the mock has added this fault: the station must end it."""
    result = (await _next_handshake(station)).result
    if result.fault != fault:
        raise AssertionError(f"the mock did not send {KINDS[fault]}: {result}")
    if isinstance(result, TlsAgreed):
        raise AssertionError(f"the station accepted {KINDS[fault]}")


async def _next_handshake(station: Station) -> TlsHandshake:
    """Return the next TLS handshake. Raises AssertionError if none comes within the time for a reboot."""
    within, handshakes = station.profile.timeouts.boot, station.known.handshakes
    if not await station.known.until(lambda: bool(handshakes), within):
        raise AssertionError(f"{station.identity} did not begin a TLS handshake within {within:g} s")
    return handshakes.pop(0)


def _given(password: str) -> Json:
    return {"setVariableData": [variable("SecurityCtrlr", "BasicAuthPassword", attributeValue=password)]}
