"""Makes OCSP responses (RFC 6960) from the hashes in a request; the certificate itself is not needed."""

from datetime import datetime, timedelta
from typing import Any

from mock_csms.runtime.pki.making import Issuer


def response(
    asked: tuple[str, bytes, bytes, int], status: str, times: tuple[datetime, datetime], signer: Issuer
) -> bytes:
    """Return a signed response in DER.

    asked: the name of the hash algorithm, the hashes of the issuer's name and key, and the serial number. status: good,
    revoked or unknown. times: from when to when it is valid. Raises ValueError or KeyError if `asked` is inconsistent.
    """
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512  # noqa: PLC0415 - seldom needed
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - as above
    from cryptography.x509 import ocsp  # noqa: PLC0415 - as above

    algorithm, name_hash, key_hash, serial = asked
    hashes: Any = {"SHA256": SHA256(), "SHA384": SHA384(), "SHA512": SHA512()}[algorithm]
    now, end = times
    made = ocsp.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=name_hash,
        issuer_key_hash=key_hash,
        serial_number=serial,
        algorithm=hashes,
        cert_status=getattr(ocsp.OCSPCertStatus, status.upper()),
        this_update=now,
        next_update=end,
        revocation_time=now - timedelta(days=1) if status == "revoked" else None,
        revocation_reason=None,
    )
    made = made.responder_id(ocsp.OCSPResponderEncoding.HASH, signer.certificate)
    return made.sign(signer.key, SHA256()).public_bytes(Encoding.DER)
