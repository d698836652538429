"""A certificate authority: keys, roots, certificates and signatures, good ones and bad ones."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from tests.station.bench import NOW

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

START = datetime.fromtimestamp(NOW, UTC)


@cache
def ec_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the key of this name, which is always the same."""
    return ec.derive_private_key(int.from_bytes(name.encode()), ec.SECP256R1())


@cache
def rsa_key() -> rsa.RSAPrivateKey:
    """Return an RSA key; it is made only once, as that takes long."""
    return rsa.generate_private_key(65537, 2048)


def named(name: str) -> x509.Name:
    """Return a distinguished name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """A certificate authority with a name."""

    def __init__(self, name: str, key: Key | None = None) -> None:
        self.name = name
        self.key = key or ec_key(name)
        self.root = self.issue(name, self.key.public_key(), serial=0xAB)

    def issue(
        self, name: str, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, *, serial: int = 0x0C0FFEE, days: float = 90
    ) -> str:
        """Return a certificate that expires a number of days from now."""
        builder = (
            x509.CertificateBuilder(named(self.name), named(name), key, serial)
            .not_valid_before(START - timedelta(days=60))
            .not_valid_after(START + timedelta(days=days))
        )
        return text(builder.sign(self.key, SHA256()))

    def expired_root(self) -> str:
        """Return a root certificate that has expired."""
        return self.issue(self.name, self.key.public_key(), days=-1)

    def hash_data(self, serial: int = 0xAB) -> dict[str, str]:
        """Return the hash data of an issued certificate, computed by hand (Part 2, CertificateHashDataType)."""
        assert isinstance(self.key, ec.EllipticCurvePrivateKey)
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": sha256(named(self.name).public_bytes()).hexdigest(),
            "issuerKeyHash": sha256(point).hexdigest(),
            "serialNumber": f"{serial:x}",
        }


def signature(key: Key, content: bytes) -> str:
    """Return a signature of firmware, as UpdateFirmware has it."""
    if isinstance(key, rsa.RSAPrivateKey):
        return b64encode(key.sign(content, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())).decode()
    return b64encode(key.sign(content, ec.ECDSA(SHA256()))).decode()


def spoilt(certificate: str, part: bytes, by: bytes) -> str:
    """Return a certificate with a part of its bytes replaced."""
    encoded = x509.load_pem_x509_certificate(certificate.encode()).public_bytes(Encoding.DER)
    assert part in encoded
    broken = b64encode(encoded.replace(part, by, 1)).decode()
    return f"-----BEGIN CERTIFICATE-----\n{broken}\n-----END CERTIFICATE-----\n"


def text(certificate: x509.Certificate) -> str:
    """Return a certificate in PEM, as messages have it."""
    return certificate.public_bytes(Encoding.PEM).decode()
