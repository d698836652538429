"""The key pairs of a reference station: of its certificates, and of its meters. They sign with ECDSA.

`cryptography` is loaded with the first key pair.
"""

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey


def key_pair(owner: str, number: int) -> "EllipticCurvePrivateKey":
    """Return a key pair that depends only on the arguments, so that the decisions of the station can be repeated.

    `owner` is a serial number. The key is not secret, because the key of a mock protects nothing.
    """
    seed = sha256(f"mock-station {owner} {number}".encode()).digest()
    return private_key(int.from_bytes(seed[:31]))


def private_key(secret: int) -> "EllipticCurvePrivateKey":
    """Return the key pair of a number below 2**248, which is less than the order of the curve."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - as above

    return ec.derive_private_key(secret + 1, ec.SECP256R1())


def signature(owner: str, number: int, signed: bytes) -> bytes:
    """Return the signature of a key pair, in DER; the same for the same arguments (RFC 6979)."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above

    return key_pair(owner, number).sign(signed, ECDSA(SHA256(), deterministic_signing=True))


def public_key(owner: str, number: int) -> bytes:
    """Return the public key of a key pair, in DER."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - as above

    public = key_pair(owner, number).public_key()
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
