"""The TLS settings of a client: trusted authorities, own certificate, versions, suites; and why a handshake failed.

All certificates and keys are texts in PEM, because a station gets new ones while it runs.
"""

import ssl
import tempfile
import warnings
from collections.abc import Mapping

from mock_csms.protocol.records import Record
from mock_csms.protocol.tls import TLS12, TLS13
from mock_csms.runtime.transport.tls.contexts import SUITES

BAD_CERTIFICATE, BAD_VERSION, BAD_SUITE = "certificate", "version", "suite"
"""The parts of the server's TLS that a client must refuse if they are wrong (A00.FR.310, A00.FR.316, A00.FR.323)."""

_REFUSALS: Mapping[str, str] = {
    "CERTIFICATE_VERIFY_FAILED": BAD_CERTIFICATE,
    "UNSUPPORTED_PROTOCOL": BAD_VERSION,
    "WRONG_SSL_VERSION": BAD_VERSION,
    "TLSV1_ALERT_PROTOCOL_VERSION": BAD_VERSION,
    "UNKNOWN_CIPHER_RETURNED": BAD_SUITE,
    "WRONG_CIPHER_RETURNED": BAD_SUITE,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": BAD_SUITE,
    "DH_KEY_TOO_SMALL": BAD_SUITE,
}
"""By error of OpenSSL: which part of the server's TLS was refused."""


class Trust(Record):
    """The TLS settings of a client."""

    authorities: str = ""
    """The trusted authorities; empty for those of the system."""
    certificate: str = ""
    """The client's certificate, followed by those of its authorities; empty for none."""
    key: str = ""
    """The key of that certificate."""
    oldest: int = TLS12
    newest: int = TLS13
    suites: str = SUITES
    """The cipher suites of TLS 1.2 and older, as OpenSSL writes them."""
    is_careless: bool = False
    """Whether any certificate of the server is accepted."""


def client_context(trust: Trust) -> ssl.SSLContext:
    """Return the settings of OpenSSL. Raises ValueError for a text that is not PEM, or that lacks a necessary part.

    Each authority is trusted by itself, even if another authority has signed it: the CSMS may install a root that the
    root before it has signed (M05.FR.10).
    """
    context = _trusting(trust.authorities)
    context.set_ciphers(trust.suites)
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # about the old versions
        context.minimum_version = ssl.TLSVersion(trust.oldest)
        context.maximum_version = ssl.TLSVersion(trust.newest)
    if trust.certificate or trust.key:
        _load(context, trust)
    if trust.is_careless:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _trusting(authorities: str) -> ssl.SSLContext:
    if not authorities:
        return ssl.create_default_context()
    try:
        context = ssl.create_default_context(cadata=authorities)
    except ssl.SSLError:
        raise ValueError("it has no certificate in PEM") from None
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _load(context: ssl.SSLContext, trust: Trust) -> None:
    """Load our own certificate: OpenSSL only takes it from a file."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".pem") as file:
        file.write(f"{trust.certificate}\n{trust.key}")
        file.flush()
        try:
            context.load_cert_chain(file.name, password=lambda: "")
        except ssl.SSLError:
            raise ValueError("it has no certificate with its key in PEM") from None


def refusal_of(error: BaseException | None) -> str:
    """Return which part of the server's TLS was refused with this error; empty for other errors."""
    return _REFUSALS.get(error.reason or "", "") if isinstance(error, ssl.SSLError) else ""
