"""Certificates that the mock makes: the defaults of InstallCertificate and CertificateSigned, over a real WebSocket."""

import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from mock_csms.protocol.x509 import request
from mock_csms.runtime import clock
from tests.pace import turns
from tests.reference_station import run
from tests.wire import Mock

SCRIPT = """
[[command]]
on = "SignCertificate"
action = "CertificateSigned"

[[command]]
on = "SignCertificate"
action = "InstallCertificate"
delay = 0.1
"""
"""A script that sends CertificateSigned after SignCertificate, and then InstallCertificate."""


@pytest.fixture
def config(tmp_path: Path) -> str:
    """Return the flag that names the file with the script."""
    (tmp_path / "mock.toml").write_text(SCRIPT)
    return f"--config={tmp_path / 'mock.toml'}"


def certificates(text: str) -> list[x509.Certificate]:
    """Return the certificates in a PEM text."""
    return x509.load_pem_x509_certificates(text.encode())


def is_valid_now(certificate: x509.Certificate) -> bool:
    """Whether a certificate is valid now."""
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return begin.timestamp() < clock.now() < end.timestamp()


def key_of(certificate: x509.Certificate) -> bytes:
    """Return the public key of a certificate, which must be an elliptic-curve key."""
    key = certificate.public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    return key.public_numbers().x.to_bytes(32)


async def test_a_real_root_is_installed() -> None:
    """InstallCertificate sends a self-signed root that is valid now and stays the same during the run (M05)."""
    async with Mock("--commands=InstallCertificate:0,InstallCertificate:0") as mock, mock.station() as station:
        first, second = [(await station.obey("InstallCertificate"))["certificate"] for _ in range(2)]
    (root,) = certificates(first)
    assert is_valid_now(root)
    root.verify_directly_issued_by(root)
    assert first == second


async def test_the_same_seed_makes_the_same_key() -> None:
    """The same seed makes the same root; another seed makes another one."""
    keys = []
    for seed in (1, 1, 2):
        async with Mock(f"--seed={seed}", "--commands=InstallCertificate:0") as mock, mock.station() as station:
            keys.append(key_of(certificates((await station.obey("InstallCertificate"))["certificate"])[0]))
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("type_", [None, "ChargingStationCertificate", "V2GCertificate"])
async def test_the_request_of_a_station_is_signed(config: str, type_: str | None) -> None:
    """CertificateSigned has a certificate for the key of the last CSR (of any type), signed by the root (A02.FR.04)."""
    csr = request("SN-1", "Somebody", 1)
    async with Mock(config) as mock, mock.station() as station:
        await station.ask("SignCertificate", {"csr": csr} | ({"certificateType": type_} if type_ else {}))
        signed = await station.obey("CertificateSigned")
        (root,) = certificates((await station.obey("InstallCertificate"))["certificate"])
    own, behind = certificates(signed["certificateChain"])
    own.verify_directly_issued_by(root)
    assert signed["certificateType"] == "ChargingStationCertificate"
    assert behind == root
    assert own.public_key() == x509.load_pem_x509_csr(csr.encode()).public_key()
    assert own.subject == x509.load_pem_x509_csr(csr.encode()).subject
    assert is_valid_now(own)


@pytest.mark.parametrize("csr", ["no request", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n"])
async def test_certificate_signed_without_a_csr(config: str, csr: str) -> None:
    """Without a valid CSR CertificateSigned has a valid certificate for another key, with its root."""
    async with Mock(config) as mock, mock.station() as station:
        await station.ask("SignCertificate", {"csr": csr})
        own, root = certificates((await station.obey("CertificateSigned"))["certificateChain"])
    own.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)


def test_the_reference_station_accepts_the_certificates(config: str, tmp_path: Path) -> None:
    """mock-station accepts the certificate that it requested, and installs the root, without findings."""
    flags = ("--after=boot", "--command=TriggerMessage", "--trigger-message=SignChargingStationCertificate")
    for turn in turns():
        with turn as pace:
            mock = Mock(config, *flags, "--delay=0", f"--events={tmp_path / 'events'}")
            ended = run(f"{mock.url}/CS-1", f"--duration={0.7 * pace}")
            mock.finish()
            events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
            results = [e for e in events if (e["event"], e.get("messageType")) == ("Received", "Result")]
            (tmp_path / "events").unlink()
            assert ended.status == 0
            assert [event for event in events if event["event"] == "Finding"] == []
            assert [json.loads(result["text"])[2] for result in results] == [{"status": "Accepted"}] * 3
