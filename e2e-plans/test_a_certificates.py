"""Block A, security: the station's own certificate with security profile 3 (A00, A02)."""

from mock_csms.plans import Station, case, says
from mock_csms.plans.connection import next_connection_event
from mock_csms.plans.v2 import certificates, security, states
from mock_csms.plans.v2.security import OWN, OWN_REQUEST


@case(
    "TC_A_07_CS",
    use_case="A00",
    requirement="A00.FR.402, A00.FR.405, A00.FR.416, A00.FR.422, A00.FR.502, A00.FR.503",
    needs=("tls", "certificate"),
    fails_with={
        "old-tls@2": "the station offers only TLSv1",
        "few-suites": "offers neither pair of required cipher suites",
        "other-serial-number": "the certificate is for 'MOCK-0001', the serial number is 'OTHER-0001'",
    },
)
async def test_a_07_client_certificate(station: Station) -> None:
    """After a restart the station shows a certificate with its serial number and a strong key, and boots."""
    await security.uses(station, 3)
    station.known.connection_events.clear()
    station.known.handshakes.clear()
    begin = station.mark()
    await states.booting(station)
    await next_connection_event(station, "Disconnected")
    await security.offers_safe_tls(station)
    await next_connection_event(station, "Connected")
    boot = await station.expect(says("BootNotification"), within=station.profile.timeouts.boot, after=begin)
    security.check_certificate(station, boot.payload["chargingStation"].get("serialNumber"))
    await states.reports_connectors(station, states.STARTUP)


@case(
    "TC_A_11_CS",
    use_case="A02",
    requirement="A02.FR.02, A02.FR.03, A02.FR.06",
    needs=("tls", "certificate"),
    fails_with={
        "no-csr": "sent no SignCertificate",
        "bad-csr": "csr: expected .*, got MOCK",
    },
)
async def test_a_11_certificate_is_renewed(station: Station) -> None:
    """A triggered station sends a strong CSR, accepts the certificate that is made for it, and connects with it."""
    await security.uses(station, 3)
    before = station.known.certificate
    security.check_request(await security.requests_certificate(station))
    station.known.connection_events.clear()
    await station.command("CertificateSigned", {"certificateType": OWN}, status="Accepted")
    await security.reconnects(station, "Accepted")
    if station.known.certificate == before:
        raise AssertionError("the station still uses its old certificate")


@case(
    "TC_A_14_CS",
    use_case="A02",
    requirement="A02.FR.02, A02.FR.07",
    needs=("tls", "certificate"),
    fails_with={"certificate-always-accepted": "status: expected Rejected, got Accepted"},
)
async def test_a_14_certificate_is_invalid(station: Station) -> None:
    """The station rejects an invalid certificate, and reports it in a security event."""
    await security.uses(station, 3)
    await security.requests_certificate(station)
    broken = {"certificateChain": certificates.BROKEN, "certificateType": OWN}
    await station.command("CertificateSigned", broken, status="Rejected")
    await station.expect(says("SecurityEventNotification", type="InvalidChargingStationCertificate"))


@case(
    "TC_A_15_CS",
    use_case="A02",
    requirement="A02.FR.02, A02.FR.20",
    needs=("tls", "certificate"),
    fails_with={
        "no-csr": "sent no SignCertificate",
        "bad-csr": "csr: expected .*, got MOCK",
    },
)
async def test_a_15_request_is_rejected(station: Station) -> None:
    """A triggered station sends a CSR; after the mock has rejected it, the station sends no further one."""
    await security.uses(station, 3)
    station.configure(sign=["refuse"])
    request = await security.requests_certificate(station)
    await station.answered(request, status="Rejected")
    await station.expect_nothing(OWN_REQUEST)


@case(
    "TC_A_23_CS",
    use_case="A02",
    requirement="A02.FR.17, A02.FR.18, A02.FR.19",
    needs=("tls", "certificate", "AS-3"),
    fails_with={
        "asks-for-certificate-too-soon": "SignCertificate came .* s after SignCertificate, expected at least 1 s",
        "no-csr": "sent no SignCertificate",
    },
)
async def test_a_23_request_is_repeated(station: Station) -> None:
    """Without a certificate the station repeats its CSR, each time after twice the wait; then it accepts one."""
    await security.uses(station, 3)
    wait = station.profile.timeouts.interval
    await station.set("SecurityCtrlr", "CertSigningWaitMinimum", f"{wait:.0f}")
    await station.set("SecurityCtrlr", "CertSigningRepeatTimes", "1")
    last = await security.requests_certificate(station)
    for least in (wait, 2 * wait):
        request = await station.expect(OWN_REQUEST, within=least + station.profile.timeouts.message)
        station.check_gap(last, request, least=least)
        last = request
    station.known.connection_events.clear()
    await station.command("CertificateSigned", {"certificateType": OWN}, status="Accepted")
    await security.reconnects(station, "Accepted")
