"""Block A, security: the station's own certificate, and security events (A02 to A04)."""

from mock_csms.plans import Station, case, one_of, says
from mock_csms.plans.v2 import certificates, security
from mock_csms.plans.v2.security import OWN

BROKEN = {"certificateChain": certificates.BROKEN, "certificateType": OWN}


@case(
    "TC-A03",
    use_case="A02",
    fails_with={"no-csr": "sent no SignCertificate", "bad-csr": "csr: expected .*, got MOCK"},
)
async def test_a03_certificate_is_asked_for(station: Station) -> None:
    """A station that is triggered to request a certificate sends a CSR in PEM; the mock accepts it."""
    await station.answered(await security.requests_certificate(station), status="Accepted")
    station.undo_with("CertificateSigned", BROKEN)  # so that it does not ask again


@case(
    "TC-A02",
    use_case="A02",
    fails_with={"certificate-always-accepted": "status: expected Rejected, got Accepted"},
)
async def test_a02_broken_certificate_is_rejected(station: Station) -> None:
    """A broken certificate is rejected, and a security event reports it.

    A station that has not requested a certificate may reject it without looking at it, and then sends no event.
    """
    asked = {"requestedMessage": f"Sign{OWN}"}
    answer = await station.command("TriggerMessage", asked, status=one_of("Accepted", "NotImplemented", "Rejected"))
    if answer["status"] == "Accepted":
        await station.expect(says("SignCertificate"))
    await station.command("CertificateSigned", BROKEN, status="Rejected")
    event = says("SecurityEventNotification", type="InvalidChargingStationCertificate")
    await (station.expect if answer["status"] == "Accepted" else station.expect_optional)(event)


@case(
    "TC-A04",
    use_case="A04",
    needs=("send",),
    fails_with={"unknown-security-event": "type: expected FirmwareUpdated, got SomethingHappened"},
)
async def test_a04_security_event(station: Station) -> None:
    """A security event gets an empty answer."""
    event = await station.send("SecurityEventNotification", type="FirmwareUpdated")
    assert await station.answered(event) == {}
