"""Certificates as messages of OCPP 2.x name them."""

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json


def hash_data(certificate: str, issuer: str, algorithm: str = "SHA256") -> Json:
    """Return the CertificateHashData (Part 2, 2.6) of a certificate in PEM, from its own data and its issuer's.

    `algorithm` is SHA256, SHA384 or SHA512.
    """
    hashes = x509.hashes(certificate, issuer, algorithm)
    return {
        "hashAlgorithm": algorithm,
        "issuerNameHash": hashes.issuer_name,
        "issuerKeyHash": hashes.issuer_key,
        "serialNumber": hashes.serial_number,
    }
