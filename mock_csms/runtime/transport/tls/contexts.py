"""Makes the settings for OpenSSL: certificates, versions, cipher suites and trusted clients."""

import ssl
import warnings
from collections.abc import Sequence

from mock_csms.protocol.records import Record
from mock_csms.protocol.tls import TLS12, TLS13

SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-GCM-SHA384"
)
"""The four suites that A00.FR.319 requires, and those of stations that support none of the four.

OpenSSL's default lacks some of them. The suites of TLS 1.3 are always there.
"""
OLD_SUITES = f"{SUITES}:AES128-SHA:AES256-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"
"""The same suites and those of versions before TLS 1.2, at the security level that allows them."""


class Chain(Record):
    """The path of a PEM file with a certificate and its authorities, and that of its key (None if in the same file)."""

    file: str
    key: str | None


class TlsSettings(Record, kw_only=True):
    """The content of one `SSLContext`."""

    chains: Sequence[Chain]
    """An RSA and an ECDSA certificate, or only one of them."""
    oldest: int = TLS12
    newest: int = TLS13
    suites: str = SUITES
    trusted: Sequence[str] = ()
    """The certificates of the authorities of clients, in PEM. If empty, clients are not asked for a certificate."""
    must_have_certificate: bool = False
    """Whether a client without a certificate is refused."""
    accepts_any: bool = False
    """Whether any client certificate is accepted; the problem of one that is not trusted is reported."""
    key_log: str | None = None
    """The file to which the keys of connections are appended."""


def context_of(settings: TlsSettings) -> ssl.SSLContext:
    """Return a new context. Raises OSError that names the file that cannot be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(settings.suites)  # before the certificates, because it allows weak ones
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # for old versions of TLS
        context.minimum_version = ssl.TLSVersion(settings.oldest)
        context.maximum_version = ssl.TLSVersion(settings.newest)
    for chain in settings.chains:
        _load(context, chain)
    if settings.trusted:
        _trust(context, settings)
    if settings.key_log is not None:
        context.keylog_filename = settings.key_log
    return context


def _load(context: ssl.SSLContext, chain: Chain) -> None:
    try:
        context.load_cert_chain(chain.file, chain.key, password=lambda: "")
    except ssl.SSLError as error:
        reason = _WRONG_FILES.get(error.reason or "", "it has no certificate with its key in PEM")
        raise OSError(0, reason, chain.file) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, chain.file) from None


_WRONG_FILES = {
    "KEY_VALUES_MISMATCH": "the key is not that of the certificate",
    "NO_CERTIFICATE_ASSIGNED": "the key is not that of the certificate",
    "EE_KEY_TOO_SMALL": "the key is too short",
    "CA_MD_TOO_WEAK": "it is signed with SHA-1 or MD5",
}
"""By error of OpenSSL: what is wrong with a file."""


def _trust(context: ssl.SSLContext, settings: TlsSettings) -> None:
    """Ask clients for a certificate, and trust those of the authorities in the settings."""
    try:
        context.load_verify_locations(cadata="\n".join(settings.trusted))
    except (ssl.SSLError, ValueError):
        raise OSError(0, "it has no certificates in PEM") from None
    context.verify_mode = ssl.CERT_REQUIRED if settings.must_have_certificate else ssl.CERT_OPTIONAL
