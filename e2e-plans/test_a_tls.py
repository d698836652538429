"""Block A, security: TLS, and the certificate of the CSMS (A00)."""

from mock_csms.plans import Station, case, says
from mock_csms.plans.connection import next_connection_event
from mock_csms.plans.v2 import network, security, states

WRONG_CERTIFICATES = ("unknown-root", "expired", "wrong-name")


async def starts_again(station: Station) -> None:
    """Restart the station; the next handshake is that of its first attempt to connect."""
    station.known.connection_events.clear()
    station.known.handshakes.clear()
    await states.booting(station)
    await next_connection_event(station, "Disconnected")


async def connects_after_refusal(station: Station, fault: str, attempts: int) -> None:
    """Restart the station with a fault in the first handshake: it refuses that one, connects again, and boots."""
    await station.set("OCPPCommCtrlr", "NetworkProfileConnectionAttempts", f"{attempts}")
    station.configure(tls_fault=[f"{fault}*1"])
    await starts_again(station)
    await security.refuses_tls(station, fault)
    await security.offers_safe_tls(station)
    await next_connection_event(station, "Connected")
    await states.comes_up(station)


@case(
    "TC_A_04_CS",
    use_case="A00",
    requirement="A00.FR.313, A00.FR.319",
    needs=("tls", "password"),
    fails_with={
        "old-tls@2": "the station offers only TLSv1",
        "few-suites": "offers neither pair of required cipher suites",
    },
)
async def test_a_04_certificate_is_accepted(station: Station) -> None:
    """After a restart the station offers TLS 1.2 or newer with the required cipher suites, connects and boots."""
    await security.uses(station, 2, 3)
    await starts_again(station)
    await security.offers_safe_tls(station)
    await next_connection_event(station, "Connected")
    await states.comes_up(station)


@case(
    "TC_A_05_CS",
    use_case="A00",
    requirement="A00.FR.310, A00.FR.311",
    needs=("tls", "password"),
    fails_with={
        "trusts-any-certificate": "the station accepted a certificate of an authority that nobody trusts",
        "hides-wrong-certificates": "sent no SecurityEventNotification",
    },
)
async def test_a_05_certificate_is_wrong(station: Station) -> None:
    """The station refuses a wrong certificate of the CSMS, connects once it is right, and reports the refusal."""
    await security.uses(station, 2, 3)
    for fault in WRONG_CERTIFICATES:
        begin = station.mark()
        await connects_after_refusal(station, fault, attempts=2)
        await station.expect(says("SecurityEventNotification", type="InvalidCsmsCertificate"), after=begin)


@case(
    "TC_A_06_CS",
    use_case="A00",
    requirement="A00.FR.313, A00.FR.316",
    needs=("tls", "password"),
    fails_with={"old-tls@2": "the station accepted TLS 1.1"},
)
async def test_a_06_tls_is_too_old(station: Station) -> None:
    """The station refuses TLS 1.1, and connects once the mock uses TLS 1.2 or newer."""
    await security.uses(station, 2, 3)
    await connects_after_refusal(station, "tls1.1", attempts=1)


@case(
    "TC_A_22_CS",
    use_case="B09",
    requirement="B09.FR.04",
    needs=("tls", "password"),
    fails_with={"slot-accepted": "status: expected Rejected, got Accepted"},
)
async def test_a_22_profile_is_not_lowered(station: Station) -> None:
    """The station rejects a network profile with a lower security profile than the one in use."""
    used = await security.uses(station, 2, 3)
    _, other = await network.slots(station)
    here, _ = network.paths(station)
    await network.put(station, other, here, security=used - 1, status="Rejected")
