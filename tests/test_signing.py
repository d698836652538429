"""Certificates that --sign makes for requests of stations (A02, A03), and OCSP responses (M06)."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import ocsp

from mock_csms.behavior.signing import SIGN_KINDS
from mock_csms.runtime import clock
from tests.pki import flags, folder, strict
from tests.raw import refused, until
from tests.wire import BOOT, Mock, Station

KEY = ec.generate_private_key(ec.SECP256R1())


def csr(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey = KEY, name: str = "SN-1", operator: str = "Op") -> str:
    """Return a certificate signing request in PEM."""
    parts = {x509.NameOID.ORGANIZATION_NAME: operator, x509.NameOID.COMMON_NAME: name}
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts.items()])
    return x509.CertificateSigningRequestBuilder(subject).sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def certificates(text: str) -> list[x509.Certificate]:
    """Return the certificates in a PEM text."""
    return x509.load_pem_x509_certificates(text.encode())


async def request_certificate(station: Station, text: str, **more: Any) -> str:
    """Ask for a certificate, and return the status of the answer."""
    return str((await station.ask("SignCertificate", {"csr": text, **more}))["status"])


async def signed(station: Station, text: str, **more: Any) -> dict[str, Any]:
    """Send SignCertificate, and return the payload of the CertificateSigned that follows."""
    assert await request_certificate(station, text, **more) == "Accepted"
    return dict(await station.obey("CertificateSigned"))


@pytest.mark.parametrize("type_", [None, "ChargingStationCertificate", "V2GCertificate"])
async def test_a_request_is_signed(type_: str | None) -> None:
    """With --sign on the station gets a certificate with the type of the request and the key and subject of the CSR."""
    more = {"certificateType": type_} if type_ else {}
    async with Mock("--sign", "on") as mock, mock.station() as station:
        payload = await signed(station, csr(), **more)
    own, root = certificates(payload["certificateChain"])
    own.verify_directly_issued_by(root)
    assert payload["certificateType"] == (type_ or "ChargingStationCertificate")
    assert own.public_key() == KEY.public_key()
    assert own.subject == x509.load_pem_x509_csr(csr().encode()).subject
    assert own.not_valid_before_utc.timestamp() < clock.now() < own.not_valid_after_utc.timestamp()


async def test_a_station_connects_with_its_certificate(tmp_path: Path) -> None:
    """A station can use its signed certificate for security profile 3, with --tls auto and with --tls-cert."""
    own = str(folder() / "server-ec")
    for given in (flags(), ["--tls-cert", f"{own}.pem", "--tls-key", f"{own}.key"]):
        async with Mock(*given, "--sign", "on", "--security-profile", "1,3") as mock:
            mock.url = f"ws://127.0.0.1:{mock.port}"
            async with mock.station(headers={"Authorization": "Basic Q1MtMTpwYXNzd29yZA=="}) as station:
                chain = (await signed(station, csr()))["certificateChain"]
            secret = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            (tmp_path / "own.pem").write_text(chain + secret)
            context = strict()
            context.load_cert_chain(tmp_path / "own.pem")
            mock.url = f"wss://127.0.0.1:{mock.port}"
            async with mock.station(tls=context) as station:
                await station.ask("BootNotification", BOOT)
            await until(lambda: "certificate of 'CN=SN-1,O=Op'" in mock.log)


@pytest.mark.parametrize("kind", ["wrong-ca", "expired", "wrong-cn", "other-key", "garbage"])
async def test_wrong_certificates(kind: str) -> None:
    """Each kind of wrong certificate has exactly the fault in its name."""
    async with Mock(*flags(), "--sign", kind) as mock, mock.station(tls=strict()) as station:
        text = (await signed(station, csr()))["certificateChain"]
    if kind == "garbage":
        with pytest.raises(ValueError, match=r"Unable to load PEM file|error"):
            certificates(text)
        return
    own, above = certificates(text)
    own.verify_directly_issued_by(above)
    authority = certificates((folder() / "intermediate.pem").read_text())[0]
    found = {
        "wrong-ca": above != authority,
        "expired": own.not_valid_after_utc.timestamp() < clock.now(),
        "wrong-cn": "CN=SN-1" not in own.subject.rfc4514_string(),
        "other-key": own.public_key() != KEY.public_key(),
    }
    assert [name for name, is_so in found.items() if is_so] == [kind]


async def test_refused_withheld_and_delayed() -> None:
    """With `refuse` a request is Rejected, with `withhold` no certificate follows, with `delay` it comes later."""
    given = ["--sign", "refuse*1", "--sign", "withhold*1", "--sign", "delay=0.3*1", "--sign", "on"]
    async with Mock(*given) as mock, mock.station() as station:
        assert await request_certificate(station, csr()) == "Rejected"
        await station.nothing(0.2)
        assert await request_certificate(station, csr()) == "Accepted"
        await station.nothing(0.2)
        assert await request_certificate(station, csr()) == "Accepted"
        await station.nothing(0.2)
        await station.obey("CertificateSigned")
        await signed(station, csr())


async def test_kinds_for_some_stations() -> None:
    """`KIND@GLOB` applies only to stations whose identity matches."""
    async with Mock("--sign", "refuse@CS-*") as mock:
        async with mock.station("CS-1") as station:
            assert await request_certificate(station, csr()) == "Rejected"
        async with mock.station("OTHER") as station:
            assert await request_certificate(station, csr()) == "Accepted"
            await station.nothing(0.2)


@pytest.mark.parametrize(
    "text",
    [
        "no request",
        csr(rsa.generate_private_key(65537, 1024)),
        csr(ec.generate_private_key(ec.SECP192R1())),
        csr().replace("CERTIFICATE REQUEST", "CERTIFICATE"),
    ],
    ids=["garbage", "RSA 1024", "P-192", "no request"],
)
async def test_a_csr_that_must_not_be_signed(text: str) -> None:
    """A CSR that cannot be read or has a weak key is Rejected, and no certificate follows (A02.FR.03)."""
    async with Mock("--sign", "on") as mock, mock.station() as station:
        assert await request_certificate(station, text) == "Rejected"
        await station.nothing(0.2)


async def test_a_csr_with_another_name_is_signed() -> None:
    """A CSR whose common name is not the station's serial number is signed, and S06 reports it."""
    boot = {"reason": "PowerUp", "chargingStation": {"model": "m", "vendorName": "v", "serialNumber": "SN-2"}}
    async with Mock("--sign", "on", "--checks", "S06") as mock, mock.station() as station:
        await station.ask("BootNotification", boot)
        await signed(station, csr())
        await until(lambda: "the common name of the csr is SN-1, but the serial number is SN-2" in mock.log)


async def test_the_length_of_the_chain() -> None:
    """If the chain would exceed MaxCertificateChainSize, it has only the station's certificate."""
    report = {
        "component": {"name": "SecurityCtrlr"},
        "variable": {"name": "MaxCertificateChainSize"},
        "variableAttribute": [{"value": "1500", "mutability": "ReadOnly"}],
        "variableCharacteristics": {"dataType": "integer", "supportsMonitoring": False},
    }
    result = {"requestId": 1, "generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0, "reportData": [report]}
    async with Mock(*flags(), "--sign", "on") as mock, mock.station(tls=strict()) as station:
        assert len(certificates((await signed(station, csr()))["certificateChain"])) == 2
        await station.ask("NotifyReport", result)
        text = (await signed(station, csr()))["certificateChain"]
    assert len(certificates(text)) == 1
    assert len(text) <= 1500


@pytest.mark.parametrize("version", ["ocpp1.6", "ocpp2.1"])
async def test_other_versions(version: str) -> None:
    """Stations with OCPP 1.6 and 2.1 get certificates too, in 2.1 with the requestId of the request."""
    more = {"requestId": 7, "certificateType": "ChargingStationCertificate"} if version == "ocpp2.1" else {}
    async with Mock("--sign", "on") as mock, mock.station("CS-1", version) as station:
        answer = await station.call("SignCertificate", {"csr": csr(), **more})
        assert answer[2] == {"status": "Accepted"}
        payload = (await station.expect(2, ..., "CertificateSigned"))[3]
    own, root = certificates(payload["certificateChain"])
    own.verify_directly_issued_by(root)
    assert payload.get("requestId") == more.get("requestId")


# OCSP.

HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "ab" * 32, "issuerKeyHash": "cd" * 32, "serialNumber": "1A2b"}
ASKED = {"ocspRequestData": {**HASHES, "responderURL": "http://ocsp.example"}}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([], "GOOD"),
        (["--certificate-status", "revoked"], "REVOKED"),
        (
            ["--certificate-status", "unknown:1a2B", "--certificate-status", "revoked"],
            "UNKNOWN",
        ),
        (
            ["--certificate-status", "revoked:2,1A:2B", "--certificate-status", "good"],
            "REVOKED",
        ),
        (["--certificate-status", "revoked:99"], "GOOD"),
    ],
)
async def test_ocsp_responses(given: list[str], wanted: str) -> None:
    """GetCertificateStatus returns a signed OCSP response for the certificate: good, revoked or unknown."""
    async with Mock(*flags(), *given) as mock, mock.station(tls=strict()) as station:
        answer = await station.ask("GetCertificateStatus", ASKED)
    response = ocsp.load_der_ocsp_response(b64decode(answer["ocspResult"]))
    assert (answer["status"], len(answer["ocspResult"]) <= 5500) == ("Accepted", True)
    assert response.certificate_status is ocsp.OCSPCertStatus[wanted]
    assert (response.serial_number, response.issuer_key_hash.hex()) == (0x1A2B, "cd" * 32)
    assert response.this_update_utc.timestamp() <= clock.now() + 1
    key = certificates((folder() / "intermediate.pem").read_text())[0].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(response.signature, response.tbs_response_bytes, PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(response.signature, response.tbs_response_bytes + b"x", PKCS1v15(), SHA256())


async def test_invalid_hashes() -> None:
    """A request whose hashes are no hexadecimal digits gets the status Failed, without a response."""
    broken = {"ocspRequestData": {**ASKED["ocspRequestData"], "issuerKeyHash": "not hexadecimal"}}
    async with Mock() as mock, mock.station() as station:
        assert await station.ask("GetCertificateStatus", broken) == {"status": "Failed"}


# Bad input.


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--sign", "of"], ["--sign: 'of' is not one of on, refuse, withhold, delay, wrong-ca"]),
        (["--sign", "delay"], ["only delay has a number of seconds, as in delay=5, and it needs one"]),
        (["--sign", "on=5"], ["only delay has a number of seconds"]),
        (["--sign", "on*0"], ["'0' is not between 1"]),
        (["--sign", "on off"], ["is not KIND, with *N and @GLOB"]),
        (
            ["--certificate-status", "bad"],
            ["--certificate-status: 'bad' is not one of good, revoked, unknown"],
        ),
        (["--certificate-status", "good:xyz"], ["'xyz' is not a serial number in hexadecimal digits"]),
    ],
)
def test_bad_flags(given: list[str], words: list[str]) -> None:
    """A bad value is refused with one line and status 2."""
    refused(given, *words)


def test_every_kind_is_tested() -> None:
    """Each kind of --sign is used in this file."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in SIGN_KINDS if f'"{kind}' not in text] == []
