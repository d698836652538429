"""Certificates in the form in which messages of OCPP 2.x name them."""

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json


def hash_data(certificate: str, issuer: str, algorithm: str = "SHA256") -> Json:
    """Return the CertificateHashData (Part 2, 2.6) of a certificate in PEM, made from the certificate and its issuer.

    `algorithm` is SHA256, SHA384 or SHA512.
    """
    hashes = x509.hashes(certificate, issuer, algorithm)
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": hashes.issuer_name,
        "issuerKeyHash": hashes.issuer_key,
        "serialNumber": hashes.serial_number,
    }


def is_same_certificate(one: Json, other: Json) -> bool:
    """Return whether two CertificateHashData name the same certificate: they are compared as hexadecimal numbers."""
    return _folded(one) == _folded(other)


def has_same_name(one: Json, other: Json) -> bool:
    """Return whether two CertificateHashData have the same issuer's name and serial number."""
    return all(one[part].casefold() == other[part].casefold() for part in ("issuerNameHash", "serialNumber"))


def _folded(hashes: Json) -> Json:
    return {part: hashes[part].casefold() for part in hashes if part != "customData"}
