"""Makes keys and certificates, and converts them from and to PEM. No other module calls `cryptography` for that."""

from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.protocol.records import Record

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate, CertificateBuilder, GeneralName, Name

    Key: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey

ORGANIZATION = "mock-csms"
"""The organization in the subject of certificates, unless a setting gives another one."""

_RSA_WITH_SHA256 = bytes.fromhex("2a864886f70d01010b")
_RSA_WITH_SHA1 = bytes.fromhex("2a864886f70d010105")
"""The object identifiers of the two signature algorithms, in DER (RFC 8017, A.2.4)."""


class Wish(Record, kw_only=True):
    """The content of a certificate that is to be made."""

    common_name: str
    times: tuple[float, float]
    """The start and the end of its validity, in seconds since 1970."""
    organization: str = ORGANIZATION
    names: tuple[str, ...] = ()
    """The host names and IP addresses of a server; empty for other certificates."""
    is_authority: bool = False
    is_signed_with_sha1: bool = False
    subject: Any = None
    """The whole subject, an `x509.Name`; None if it is made from common name and organization."""


class Issuer(Record):
    """An authority: its certificate and its private key."""

    certificate: "Certificate"
    key: "Key"


def new_rsa(bits: int = 2048) -> "RSAPrivateKey":
    """Return a new RSA key."""
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - only who needs certificates waits

    return rsa.generate_private_key(65537, bits)  # only the wrong certificates have fewer than 2048 bits


def new_ec() -> "EllipticCurvePrivateKey":
    """Return a new key on P-256."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    return ec.generate_private_key(ec.SECP256R1())


def derived_key(secret: int) -> "EllipticCurvePrivateKey":
    """Return a key on P-256 that depends only on this number, as `x509.self_signed` uses it."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    return ec.derive_private_key(secret + 1, ec.SECP256R1())


def stranger(now: float) -> Issuer:
    """Return a new root that nobody trusts, valid for a year."""
    key, times = new_ec(), (now - 86_400.0, now + 365 * 86_400.0)
    return Issuer(certificate(Wish(common_name="mock-csms unknown root", times=times, is_authority=True), key), key)


def certificate(wish: Wish, key: Any, signer: Issuer | None = None) -> "Certificate":
    """Return a certificate for the public key of `key` (or of a CSR), signed by `signer`, or by `key` itself if None.

    With names it is a server certificate (A00.FR.511). Without names and without authority it is for a station: no
    extended key usage and no DNS name (A00.FR.513).
    """
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above

    name, by = wish.subject or _name(wish), signer.key if signer else key
    begin, end = (datetime.fromtimestamp(at, UTC) for at in wish.times)
    issuer = signer.certificate.subject if signer else name
    builder = x509.CertificateBuilder(issuer, name, key.public_key(), x509.random_serial_number(), begin, end)
    made = _extended(builder, wish, key, by).sign(by, SHA256())
    return _signed_with_sha1(made, by) if wish.is_signed_with_sha1 else made


def _name(wish: Wish) -> "Name":
    from cryptography import x509  # noqa: PLC0415 - as above

    parts = {x509.NameOID.ORGANIZATION_NAME: wish.organization, x509.NameOID.COMMON_NAME: wish.common_name}
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts.items() if text])


def _extended(builder: "CertificateBuilder", wish: Wish, key: Any, by: Any) -> "CertificateBuilder":
    """Add the extensions that OpenSSL and Node require."""
    from cryptography import x509  # noqa: PLC0415 - as above

    usage = dict.fromkeys(
        ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    usage |= {"digital_signature": not wish.is_authority, "key_encipherment": bool(wish.names)}
    usage |= {"key_cert_sign": wish.is_authority, "crl_sign": wish.is_authority}
    builder = builder.add_extension(x509.BasicConstraints(ca=wish.is_authority, path_length=None), critical=True)
    builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    builder = builder.add_extension(issuer_key, critical=False)
    if wish.names:
        builder = builder.add_extension(x509.SubjectAlternativeName(map(_general_name, wish.names)), critical=False)
        server = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(server, critical=False)
    return builder


def _general_name(name: str) -> "GeneralName":
    from cryptography import x509  # noqa: PLC0415 - as above

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _signed_with_sha1(made: "Certificate", by: Any) -> "Certificate":
    """Return the same certificate with a SHA-1 signature; `by` is an RSA key. The library refuses to make one."""
    from cryptography import x509  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA1  # noqa: PLC0415 - as above

    said = made.tbs_certificate_bytes.replace(_RSA_WITH_SHA256, _RSA_WITH_SHA1)
    signature = by.sign(said, PKCS1v15(), SHA1())  # noqa: S303 - that is what is wrong with it
    algorithm = _der(0x30, _der(0x06, _RSA_WITH_SHA1) + _der(0x05, b""))
    return x509.load_der_x509_certificate(_der(0x30, said + algorithm + _der(0x03, b"\0" + signature)))


def _der(tag: int, content: bytes) -> bytes:
    """Return a DER element (X.690, 8.1)."""
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def signature(sha256: bytes, key: Any) -> bytes:
    """Return the signature of what has that SHA-256, with RSA-PSS or ECDSA (L01.FR.12)."""
    from cryptography.hazmat.primitives.asymmetric import ec, padding, utils  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above

    digest = utils.Prehashed(SHA256())
    if isinstance(key, RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
        return key.sign(sha256, pss, digest)
    return bytes(key.sign(sha256, ec.ECDSA(digest)))


# PEM.


def certificate_pem(*certificates: "Certificate") -> str:
    """Return certificates in PEM, in that order."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - as above

    return "".join(each.public_bytes(Encoding.PEM).decode() for each in certificates)


def key_pem(key: Any) -> str:
    """Return a private key in PEM (PKCS#8, not encrypted)."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above

    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return str(key.private_bytes(*form).decode())


def read_certificates(text: str) -> "list[Certificate]":
    """Return the certificates in a PEM text. Raises ValueError if it has none, or one that cannot be read."""
    from cryptography import x509  # noqa: PLC0415 - as above

    return x509.load_pem_x509_certificates(text.encode())


def read_csr(text: str) -> Any:
    """Return the PKCS#10 request in a PEM text. Raises ValueError if it cannot be read."""
    from cryptography import x509  # noqa: PLC0415 - as above

    return x509.load_pem_x509_csr(text.encode())


def common_name_of(request: Any) -> str:
    """Return the commonName in the subject of a request; empty if there is none."""
    return _part_of(request.subject, "COMMON_NAME")


def organization_of(request: Any) -> str:
    """Return the organizationName in the subject of a request; empty if there is none."""
    return _part_of(request.subject, "ORGANIZATION_NAME")


def _part_of(name: Any, part: str) -> str:
    from cryptography import x509  # noqa: PLC0415 - as above

    found = name.get_attributes_for_oid(getattr(x509.NameOID, part))
    return str(found[0].value) if found else ""


def read_key(text: str) -> Any:
    """Return the private key in a PEM text. Raises ValueError if it cannot be read.

    An RSA key is not checked for being prime, which takes longer than the rest of a start: this program made it.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - as above

    try:
        return load_pem_private_key(text.encode(), None, unsafe_skip_rsa_key_validation=True)
    except TypeError as error:  # it is encrypted
        raise ValueError(str(error)) from None
