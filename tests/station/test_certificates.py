"""Commands for certificates, and their effects: install, list, delete, and CertificateSigned."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from mock_csms.behavior.templates import PEM
from mock_csms.protocol.v2.fragments import HASH
from mock_csms.station import cues
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.v2 import network
from mock_csms.station.v2.certificates import CAPACITY
from mock_csms.station.v2.device import equipped
from mock_csms.station.v2.features import CHECKS_ROOTS
from mock_csms.station.v2.security import secured
from mock_csms.station.v2.variables import (
    ADDITIONAL_ROOT_CHECK,
    CERT_SIGNING_REPEATS,
    CERT_SIGNING_WAIT,
    MAX_CHAIN_SIZE,
    ORGANIZATION,
)
from tests.station.authority import Authority, ec_key, spoilt
from tests.station.bench import NOW, Bench

CSMS_ROOT, MAKER_ROOT = "CSMSRootCertificate", "ManufacturerRootCertificate"
ROOT, OTHER = Authority("Root"), Authority("Other")
INVALID = "InvalidChargingStationCertificate"


def install(bench: Bench, certificate: str, kind: str = CSMS_ROOT) -> Any:
    """Install a certificate, and return the status."""
    return bench.status("InstallCertificate", {"certificateType": kind, "certificate": certificate})


def listed(bench: Bench, *kinds: str) -> list[tuple[str, Any]]:
    """Return the listed certificates of some types, or of all."""
    answer = bench.ask("GetInstalledCertificateIds", {"certificateType": list(kinds)} if kinds else {})
    chain = answer.get("certificateHashDataChain", [])
    assert answer["status"] == ("Accepted" if chain else "NotFound")
    return [(each["certificateType"], each["certificateHashData"]) for each in chain]


def delete(bench: Bench, hash_data: Any) -> Any:
    """Delete a certificate, and return the status."""
    return bench.status("DeleteCertificate", {"certificateHashData": hash_data})


def test_a_station_that_checks_new_roots() -> None:
    """With the feature AS-2 a root replaces the first one only if that has signed it, and a variable says so."""
    bench = Bench()
    bench.device = equipped(bench.device, {}, frozenset({CHECKS_ROOTS}))
    assert bench.device.variables[ADDITIONAL_ROOT_CHECK] == "true"
    assert (install(bench, ROOT.root), install(bench, OTHER.root)) == ("Accepted", "Rejected")


# Certificates that the CSMS installs.


def test_installed_certificates_are_listed() -> None:
    """GetInstalledCertificateIds lists the requested or all types with real hashes (M03.FR.02 to 04, M05.FR.01)."""
    bench = Bench()
    assert listed(bench) == []
    assert (install(bench, ROOT.root), install(bench, OTHER.root, MAKER_ROOT)) == ("Accepted", "Accepted")
    bench.restart()
    of_csms, of_maker = (CSMS_ROOT, ROOT.hash_data()), (MAKER_ROOT, OTHER.hash_data())
    assert listed(bench) == listed(bench, MAKER_ROOT, CSMS_ROOT) == [of_csms, of_maker]
    assert (listed(bench, CSMS_ROOT), listed(bench, MAKER_ROOT)) == ([of_csms], [of_maker])
    assert listed(bench, "MORootCertificate") == []


@pytest.mark.parametrize(
    "certificate",
    [
        PEM,
        "",
        "\x00\ud7ff",
        ROOT.root.replace("M", "", 1),
        ROOT.root[:200],
        ROOT.root + OTHER.root,
        spoilt(ROOT.root, b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"),
        spoilt(ROOT.root, b"\x02\x02\x00\xab", b"\x02\x02\xff\xab"),
        ROOT.expired_root(),
        ROOT.issue("Leaf", ec_key("Leaf").public_key()),
        OTHER.issue("Other", ec_key("Root").public_key()),
    ],
    ids=["mock", "empty", "binary", "broken", "cut", "two", "version", "serial", "expired", "no root", "other key"],
)
def test_an_invalid_root_is_rejected(certificate: str) -> None:
    """A text that is not a valid root certificate is Rejected, and not listed (M05.FR.07)."""
    bench = Bench()
    assert (install(bench, certificate), listed(bench)) == ("Rejected", [])


def test_a_certificate_is_stored_once() -> None:
    """A certificate replaces the one with the same hash data, also when the storage is full."""
    bench = Bench()
    for number in range(CAPACITY):
        assert install(bench, Authority(f"Root {number}").root) == "Accepted"
    assert (install(bench, ROOT.root), len(listed(bench))) == ("Rejected", CAPACITY)
    assert (install(bench, Authority("Root 0").root), len(listed(bench))) == ("Accepted", CAPACITY)


def test_certificates_are_deleted() -> None:
    """DeleteCertificate deletes the certificate under all types and no other; unknown: NotFound (M04.FR.02, .04)."""
    bench = Bench()
    for kind in (CSMS_ROOT, MAKER_ROOT):
        install(bench, ROOT.root, kind)
    install(bench, OTHER.root)
    assert (delete(bench, HASH), delete(bench, ROOT.hash_data(1)), len(listed(bench))) == ("NotFound", "NotFound", 3)
    in_capitals = {part: text.upper() for part, text in ROOT.hash_data().items()}
    assert (delete(bench, in_capitals), listed(bench)) == ("Accepted", [(CSMS_ROOT, OTHER.hash_data())])
    assert delete(bench, ROOT.hash_data()) == "NotFound"


FIRST = HandshakeRequest("wss://csms/CS")
NEXT = ROOT.issue("Other", ec_key("Other").public_key())
"""A root that the old one has signed."""


def trusted(bench: Bench, attempt: int) -> str:
    """Return the roots that the station trusts in an attempt to connect."""
    return network.route(bench.device, attempt, FIRST)[1].trust.authorities


@pytest.mark.parametrize(("attempt", "kept"), [(0, NEXT), (1, ROOT.root)])
def test_a_root_that_replaces_the_old_one(attempt: int, kept: str) -> None:
    """With AdditionalRootCertificateCheck a new root is signed by the old one, which stays for a while (M05.FR.12)."""
    bench = Bench({ADDITIONAL_ROOT_CHECK: "true"})
    assert [install(bench, each) for each in (ROOT.root, OTHER.root, NEXT)] == ["Accepted", "Rejected", "Accepted"]
    assert [trusted(bench, number) for number in range(3)] == [NEXT, ROOT.root, NEXT]
    bench.tell(cues.Closed())
    bench.tell(cues.Opened(attempt=attempt, is_secure=True))
    assert [each.pem for each in bench.device.storage.certificates] == [kept]
    assert trusted(bench, 0) == trusted(bench, 1) == kept


def test_a_connection_without_tls_decides_nothing() -> None:
    """The old root stays until the new one was used for TLS (M05.FR.13)."""
    bench = Bench({ADDITIONAL_ROOT_CHECK: "true"})
    for each in (ROOT.root, NEXT):
        install(bench, each)
    bench.tell(cues.Closed())
    bench.tell(cues.Opened())
    assert len(bench.device.storage.certificates) == 2


def test_the_last_root_stays_while_it_is_needed() -> None:
    """With TLS the last root of the CSMS cannot be deleted: the station could not connect any more (M04.FR.03)."""
    bench = Bench()
    bench.device = secured(bench.device, 2, ROOT.root, ("", ""))
    assert delete(bench, ROOT.hash_data()) == "Failed"
    install(bench, OTHER.root)
    assert delete(bench, ROOT.hash_data()) == "Accepted"


# The station's own certificate.


def with_request(variables: Any = None) -> tuple[Bench, x509.CertificateSigningRequest]:
    """Return a station that has sent SignCertificate, and the CSR."""
    bench = Bench(variables)
    assert bench.status("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"}) == "Accepted"
    return bench, requested(bench)


def requested(bench: Bench) -> x509.CertificateSigningRequest:
    """Return the only CSR that the station has sent."""
    ((action, payload),) = bench.take()
    assert (action, payload["certificateType"]) == ("SignCertificate", "ChargingStationCertificate")
    return x509.load_pem_x509_csr(payload["csr"].encode())


def certificate_for(request: x509.CertificateSigningRequest, days: float = 90) -> str:
    """Return the certificate that the authority issues for a CSR."""
    key = request.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return ROOT.issue("MOCK-0001", key, days=days)


def signed(bench: Bench, chain: str, **more: Any) -> Any:
    """Send a CertificateSigned, and return the status."""
    return bench.status("CertificateSigned", {"certificateChain": chain, **more})


def test_the_csr_is_valid() -> None:
    """The CSR is PKCS#10, signed by a strong key, with serial number and organization (A02.FR.02, A00.FR.511)."""
    _, request = with_request({ORGANIZATION: "Operator" * 10})
    key = request.public_key()
    assert request.is_signature_valid
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.key_size == 256
    assert request.subject.rfc4514_string() == "CN=MOCK-0001,O=" + "Operator" * 8


def test_a_csr_without_an_organization() -> None:
    """A CSR without an organization has only the serial number."""
    _, request = with_request({ORGANIZATION: ""})
    assert request.subject.rfc4514_string() == "CN=MOCK-0001"


def test_a_valid_own_certificate() -> None:
    """The own certificate is not listed and cannot be deleted (M04.FR.06), and the next CSR is for another key."""
    bench, request = with_request()
    assert (
        signed(bench, certificate_for(request) + ROOT.root, certificateType="ChargingStationCertificate") == "Accepted"
    )
    bench.wait(10_000)
    assert (bench.take("SignCertificate", "SecurityEventNotification"), listed(bench)) == ([], [])
    bench.restart()
    own = ROOT.hash_data(0x0C0FFEE)
    assert [delete(bench, own), delete(bench, own | {"issuerKeyHash": "00"})] == ["Failed", "Failed"]
    bench.take()
    bench.ask("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
    assert requested(bench).public_key() != request.public_key()
    assert signed(bench, certificate_for(request)) == "Rejected"


def test_an_own_certificate_replaces_the_previous_one() -> None:
    """A new own certificate replaces the old one, and no installed certificate."""
    bench, request = with_request()
    install(bench, ROOT.root)
    for _ in range(2):
        assert signed(bench, certificate_for(request)) == "Accepted"
        bench.ask("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
        request = requested(bench)
    assert [each.kind for each in bench.device.storage.certificates] == [CSMS_ROOT, "ChargingStationCertificate"]
    assert bench.device.storage.certificates[1].hash_data == ROOT.hash_data(0x0C0FFEE)


@pytest.mark.parametrize("wrong", ["no certificate", "other key", "expired", "other issuer", "expired issuer", "V2G"])
def test_a_wrong_own_certificate_is_rejected(wrong: str) -> None:
    """A wrong own certificate is Rejected with a security event (A02.FR.07), without a new CSR (A02.FR.20)."""
    bench, request = with_request()
    chains = {
        "no certificate": PEM,
        "other key": ROOT.issue("MOCK-0001", ec_key("other").public_key()),
        "expired": certificate_for(request, days=-1),
        "other issuer": certificate_for(request) + OTHER.root,
        "expired issuer": certificate_for(request) + ROOT.expired_root(),
    }
    more = {"certificateType": "V2GCertificate"} if wrong == "V2G" else {}
    assert signed(bench, chains.get(wrong, certificate_for(request)), **more) == "Rejected"
    assert [(each[0], each[1]["type"]) for each in bench.take()] == [("SecurityEventNotification", INVALID)]
    if wrong == "V2G":  # the CSR is still open
        assert signed(bench, certificate_for(request)) == "Accepted"
    bench.wait(10_000)
    assert bench.take("SignCertificate") == []
    assert signed(bench, certificate_for(request)) == "Rejected"


def test_a_chain_that_is_too_long() -> None:
    """A chain longer than MaxCertificateChainSize is Rejected, without a security event (A02.FR.16)."""
    bench, request = with_request({MAX_CHAIN_SIZE: "500"})
    assert signed(bench, certificate_for(request) + ROOT.root) == "Rejected"
    assert bench.take() == []


@pytest.mark.parametrize(("root", "status"), [(ROOT.root, "Accepted"), (OTHER.root, "Rejected")])
def test_the_hierarchy_of_the_operator(root: str, status: str) -> None:
    """An own certificate must be below an installed root of the CSMS, if there is any (A02.FR.06)."""
    bench, request = with_request()
    install(bench, root)
    assert signed(bench, certificate_for(request)) == status


def test_an_unrequested_certificate_is_rejected() -> None:
    """A valid certificate without a CSR is Rejected."""
    _, request = with_request()
    assert signed(Bench(), certificate_for(request)) == "Rejected"


@pytest.mark.parametrize(("repeats", "times"), [(0, [10]), (1, [10, 20]), (3, [10, 20, 40, 80])])
def test_a_csr_is_repeated(repeats: int, times: list[int]) -> None:
    """Each wait is twice the last one, CertSigningRepeatTimes times (A02.FR.17 to 19); a late certificate counts."""
    bench, request = with_request({CERT_SIGNING_WAIT: "10", CERT_SIGNING_REPEATS: str(repeats)})
    sent = []
    for _ in range(20):
        bench.wait(10)
        sent += [bench.now - NOW for _ in bench.take("SignCertificate")]
    assert [after - before for before, after in zip([0.0, *sent], sent, strict=False)] == times
    assert signed(bench, certificate_for(request)) == "Accepted"


def test_a_rejected_csr_is_not_repeated() -> None:
    """After a rejected CSR only a trigger starts another one (A02.FR.20), with the first wait."""
    bench = Bench()
    bench.replies["SignCertificate"] = {"status": "Rejected"}
    trigger = {"requestedMessage": "SignChargingStationCertificate"}
    bench.ask("TriggerMessage", trigger)
    bench.wait(10_000)
    assert len(bench.take("SignCertificate")) == 1
    bench.replies.clear()
    bench.ask("TriggerMessage", trigger)
    bench.wait(29)
    bench.ask("TriggerMessage", trigger)
    assert len(bench.take("SignCertificate")) == 2
    bench.wait(29)
    assert bench.take("SignCertificate") == []
    bench.wait(1)
    assert len(bench.take("SignCertificate")) == 1


def test_an_open_csr_survives_a_reboot() -> None:
    """After a reboot the station repeats an open CSR, and accepts a certificate for the first one."""
    bench, request = with_request()
    bench.restart()
    bench.take()
    bench.wait(30)
    assert requested_key(bench) == request.public_key()
    assert signed(bench, certificate_for(request)) == "Accepted"


def requested_key(bench: Bench) -> Any:
    """Return the public key of the CSR that the station has sent."""
    ((_, payload),) = bench.take("SignCertificate")
    return x509.load_pem_x509_csr(payload["csr"].encode()).public_key()


def test_a_csr_by_hand_is_not_repeated() -> None:
    """The station does not repeat a CSR that a person sent by hand."""
    bench, request = with_request()
    bench.replies["SignCertificate"] = {"status": "Rejected"}
    bench.tell(cues.CallRequested("SignCertificate", {"csr": "any"}))
    assert (len(bench.take()), signed(bench, certificate_for(request))) == (1, "Accepted")
    bench.replies.clear()
    bench.tell(cues.CallRequested("SignCertificate", {"csr": "any"}))
    bench.wait(10_000)
    assert len(bench.take("SignCertificate")) == 1


def test_a_csr_is_not_repeated_before_its_answer() -> None:
    """The wait starts with the answer to the CSR, however late, and again with a new trigger (A02.FR.17)."""
    bench, _ = with_request()
    bench.silent.add("SignCertificate")
    bench.ask("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
    bench.wait(50)
    assert (len(bench.take("SignCertificate")), bench.device.outbox.waiting) == (1, ())
