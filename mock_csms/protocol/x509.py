"""Certificates and requests for them: reading and making them.

Only this module and `key_pairs.py` import `cryptography`, which is loaded with the first certificate. Certificates are
passed as PEM texts, so that no other module sees a type of that library. The functions here take certificates that
`split` has returned.
"""

from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from warnings import catch_warnings

from mock_csms.protocol.key_pairs import key_pair, private_key
from mock_csms.protocol.records import Record

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes as PublicKey
    from cryptography.x509 import Certificate, Name

_LEAST_RSA, _LEAST_EC = 2048, 224
"""The least number of bits of a key."""
_LONGEST_NAME = 64
"""The greatest length of a part of a distinguished name (RFC 5280, ub-common-name and ub-organization-name)."""


class Request(Record):
    """The content of a PKCS#10 request."""

    common_name: str
    """The commonName of its subject; empty without one."""
    key: bytes
    """Its public key, in DER."""
    is_strong: bool
    """Whether the key is long enough (A00.FR.502, A00.FR.503)."""
    is_signed: bool
    """Whether it is signed with that key."""
    organization: str = ""
    """The organizationName of its subject, or an empty text."""


class CertificateFacts(Record):
    """The facts in a certificate that requirements of OCPP are about."""

    common_name: str
    """The commonName of its subject; empty without one. `organization` is the same for the organizationName."""
    organization: str
    digest: str
    """The hash of its signature, such as `sha256`; empty if the hash is unknown."""
    is_strong: bool
    """Whether its key is long enough (A00.FR.502, A00.FR.503)."""


class CertificateHashes(Record):
    """The hashes that identify a certificate (RFC 6960, 4.1.1), in hexadecimal digits."""

    issuer_name: str
    """The hash of its issuer's name."""
    issuer_key: str
    """The hash of its issuer's public key."""
    serial_number: str


def read_request(text: str) -> Request | None:
    """Return the content of a request in PEM; None if it cannot be parsed (RFC 2986, A02.FR.03)."""
    from cryptography import x509  # noqa: PLC0415 - start-up does not wait for a library that is seldom needed
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above

    try:
        request_ = x509.load_pem_x509_csr(text.encode(errors="replace"))
        key = request_.public_key()
        oids = (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME)
        found = [request_.subject.get_attributes_for_oid(oid) for oid in oids]
        name, organization = (str(each[0].value) if each else "" for each in found)
        return Request(name, _bytes(key), _is_strong(key), request_.is_signature_valid, organization)
    except (ValueError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm):
        return None


def key_of(certificate: str) -> bytes:
    """Return the public key of a certificate, in DER."""
    return _bytes(_read(certificate).public_key())


def split(text: str) -> tuple[str, ...]:
    """Return each certificate in a PEM text; an empty tuple if any of them cannot be read.

    The library only warns about certificates that break RFC 5280, for instance by a negative serial number. They are
    not accepted.
    """
    from cryptography import x509  # noqa: PLC0415 - start-up does not wait for a library that is seldom needed
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - as above

    try:
        with catch_warnings(action="error"):
            found = x509.load_pem_x509_certificates(text.encode(errors="replace"))
            for each in found:
                _ = each.public_key(), each.not_valid_after_utc, each.subject, each.issuer
                _hashes(each, each)
    except (ValueError, TypeError, OverflowError, Warning, x509.InvalidVersion, UnsupportedAlgorithm):
        return ()
    return tuple(each.public_bytes(Encoding.PEM).decode() for each in found)


def validity(certificate: str) -> tuple[float, float]:
    """Return from when to when a certificate is valid, in seconds since 1970."""
    read = _read(certificate)
    return read.not_valid_before_utc.timestamp(), read.not_valid_after_utc.timestamp()


def is_expired(certificate: str, now: float) -> bool:
    """Return whether a certificate has expired at `now` (seconds since 1970)."""
    return validity(certificate)[1] < now


def described(certificate: str) -> str:
    """Return a line with the subject, the issuer and the validity of a certificate in PEM."""
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above

    try:
        with catch_warnings(action="ignore"):
            read = _read(certificate)
            times = f"{read.not_valid_before_utc:%Y-%m-%d} to {read.not_valid_after_utc:%Y-%m-%d}"
            subject, issuer = read.subject.rfc4514_string(), read.issuer.rfc4514_string()
            return f"certificate of {subject!r}, issued by {issuer!r}, serial {read.serial_number:x}, valid {times}"
    except (ValueError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm):
        return "a certificate that cannot be read"


def facts(certificate: str) -> CertificateFacts | None:
    """Return the facts in a certificate in PEM; None if it cannot be parsed."""
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - as above

    try:
        with catch_warnings(action="ignore"):
            read = _read(certificate)
            oids = (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME)
            found = [read.subject.get_attributes_for_oid(oid) for oid in oids]
            name, organization = (str(each[0].value) if each else "" for each in found)
            digest = read.signature_hash_algorithm
            return CertificateFacts(name, organization, digest.name if digest else "", _is_strong(read.public_key()))
    except (ValueError, TypeError, OverflowError, x509.InvalidVersion, UnsupportedAlgorithm):
        return None


def is_issued_by(certificate: str, issuer: str) -> bool:
    """Return whether a certificate names `issuer` as its issuer and is signed by it; a root is issued by itself."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - as above

    try:
        _read(certificate).verify_directly_issued_by(_read(issuer))
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def hashes(certificate: str, issuer: str, algorithm: str) -> CertificateHashes:
    """Return the hashes that identify a certificate; `algorithm` is SHA256, SHA384 or SHA512."""
    return _hashes(_read(certificate), _read(issuer), algorithm)


def request(serial_number: str, organization: str, number: int) -> str:
    """Return the PKCS#10 request for a certificate for a station's key pair `number` (A02.FR.02, A00.FR.511)."""
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - as above

    parts = {x509.NameOID.ORGANIZATION_NAME: organization, x509.NameOID.COMMON_NAME: serial_number}
    name = x509.Name(x509.NameAttribute(oid, text[:_LONGEST_NAME]) for oid, text in parts.items() if text)
    builder = x509.CertificateSigningRequestBuilder(name)
    signed = builder.sign(key_pair(serial_number, number), SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.PEM).decode()


def self_signed(name: str, secret: int, times: tuple[float, float]) -> str:
    """Return the root certificate of an authority with the private key `secret`, valid between two times."""
    from cryptography import x509  # noqa: PLC0415 - as above

    key, own = private_key(secret), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return _issued(own, own, key.public_key(), times, key, is_authority=True)


def issue(request_: str, issuer: str, secret: int, times: tuple[float, float]) -> str | None:
    """Return a certificate for a PKCS#10 request, signed by the root `issuer` with the private key `secret`.

    Returns None if the request cannot be read.
    """
    from cryptography import x509  # noqa: PLC0415 - as above

    if read_request(request_) is None:
        return None
    asked = x509.load_pem_x509_csr(request_.encode())
    return _issued(_read(issuer).subject, asked.subject, asked.public_key(), times, private_key(secret))


def has_key(certificate: str, serial_number: str, number: int) -> bool:
    """Return whether a certificate is for a station's key pair `number`."""
    return _read(certificate).public_key() == key_pair(serial_number, number).public_key()


def key_text(serial_number: str, number: int) -> str:
    """Return the private key of a station's key pair `number`, in PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: PLC0415 - as above

    key = key_pair(serial_number, number)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def has_signed(certificate: str, signature: str, digest: bytes) -> bool:
    """Return whether `signature` (base64) of a file was made with the key of a certificate (L01.FR.04).

    The signature is RSA-PSS or EC, with SHA-256; `digest` is the SHA-256 of the file.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above

    key, hashed = _read(certificate).public_key(), utils.Prehashed(SHA256())
    try:
        given = b64decode(signature, validate=True)
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(given, digest, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(given, digest, padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), hashed)
        else:
            return False
    except (ValueError, InvalidSignature):
        return False
    return True


def _bytes(key: "PublicKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - as above

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _is_strong(key: "PublicKey") -> bool:
    """Return whether a key is long enough (A00.FR.502, A00.FR.503); keys other than RSA, DSA and EC are accepted."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa  # noqa: PLC0415 - as above

    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        return key.key_size >= _LEAST_RSA
    return not isinstance(key, ec.EllipticCurvePublicKey) or key.key_size >= _LEAST_EC


def _read(certificate: str) -> "Certificate":
    from cryptography import x509  # noqa: PLC0415 - as above

    return x509.load_pem_x509_certificate(certificate.encode())


def _hashes(certificate: "Certificate", issuer: "Certificate", algorithm: str = "SHA256") -> CertificateHashes:
    """Return the hashes of the certificate and its issuer; OCSP uses the same ones (RFC 6960, 4.1.1)."""
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512  # noqa: PLC0415 - as above
    from cryptography.x509 import ocsp  # noqa: PLC0415 - as above

    algorithms = {"SHA256": SHA256(), "SHA384": SHA384(), "SHA512": SHA512()}
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithms[algorithm]).build()
    return CertificateHashes(asked.issuer_name_hash.hex(), asked.issuer_key_hash.hex(), f"{asked.serial_number:x}")


def _issued(
    issuer: "Name",
    subject: "Name",
    key: "PublicKey",
    times: tuple[float, float],
    by: "EllipticCurvePrivateKey",
    *,
    is_authority: bool = False,
) -> str:
    """Return a signed certificate. Its serial number is a hash of its content, so that no two have the same."""
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - as above

    begin, end = (datetime.fromtimestamp(at, UTC) for at in times)
    serial = sha256(_bytes(key) + f"{issuer} {subject} {times}".encode()).digest()[:19]
    builder = x509.CertificateBuilder(issuer, subject, key, int.from_bytes(serial) + 1)
    builder = builder.not_valid_before(begin).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    return builder.sign(by, SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.PEM).decode()
