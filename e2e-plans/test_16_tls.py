"""OCPP 1.6, the security whitepaper: TLS, and the station's own certificate (A00, A02)."""

from mock_csms.plans import Station, says
from mock_csms.plans.connection import next_connection_event, reconnects
from mock_csms.plans.v2.certificates import BROKEN
from mock_csms.plans.v2.security import check_request, refuses_tls
from mock_csms.plans.v16 import passwords, states
from mock_csms.plans.v16.cases import case

UNSIGNED = {"never-signs": "sent no SignCertificate"}


async def asks_for_certificate(station: Station) -> None:
    """With security profile 3, let the station ask for a certificate, with a strong CSR."""
    await passwords.uses_profile(station, "3")
    trigger = {"requestedMessage": "SignChargePointCertificate"}
    await station.command("ExtendedTriggerMessage", trigger, status="Accepted")
    check_request(await station.expect(says("SignCertificate")))
    station.known.connection_events.clear()


@case(
    "TC_074_CS",
    use_case="Update Charge Point Certificate",
    requirement="whitepaper A02.FR.02, whitepaper A02.FR.03, whitepaper A02.FR.08",
    needs=("tls", "certificate"),
    fails_with={**UNSIGNED, "takes-no-certificate": "status: expected Accepted, got Rejected"},
)
async def test_16_certificate_is_renewed(station: Station) -> None:
    """The station sends a CSR when it is triggered, accepts the certificate, and connects with it."""
    before = station.known.certificate
    await asks_for_certificate(station)
    await station.command("CertificateSigned", status="Accepted")
    await reconnects(station)
    if station.known.certificate == before:
        raise AssertionError("the station still uses its old certificate")


@case(
    "TC_077_CS",
    use_case="Update Charge Point Certificate",
    requirement="whitepaper A02.FR.07",
    needs=("tls", "certificate"),
    fails_with={"takes-every-certificate": "status: expected Rejected, got Accepted", **UNSIGNED},
)
async def test_16_invalid_certificate(station: Station) -> None:
    """The station rejects an invalid certificate, and reports it in a security event."""
    await asks_for_certificate(station)
    begin = station.mark()
    await station.command("CertificateSigned", {"certificateChain": BROKEN}, status="Rejected")
    await station.expect(says("SecurityEventNotification", type="InvalidChargePointCertificate"), after=begin)


@case(
    "TC_078_CS",
    use_case="TLS with Basic Authentication, TLS with Client Side Certificates",
    requirement="whitepaper A00.FR.309, whitepaper A00.FR.310, whitepaper A00.FR.413, whitepaper A00.FR.414",
    needs=("tls", "password"),
    fails_with={
        "trusts-any-central-system": "the station accepted a certificate of an authority that nobody trusts",
        "hides-wrong-central-system": "sent no SecurityEventNotification",
    },
)
async def test_16_invalid_central_system(station: Station) -> None:
    """The station refuses a wrong certificate of the mock, connects once it is right, and reports the refusal."""
    await passwords.uses_profile(station, "2", "3")
    begin = station.mark()
    station.configure(tls_fault=["unknown-root*1"])
    station.known.connection_events.clear()
    station.known.handshakes.clear()
    await states.booting(station)
    await next_connection_event(station, "Disconnected")
    await refuses_tls(station, "unknown-root")
    await next_connection_event(station, "Connected")
    await station.expect(says("SecurityEventNotification", type="InvalidCentralSystemCertificate"), after=begin)
