"""Makes the TLS context of a setting: with `ssl`, or with pyOpenSSL if any client certificate is accepted."""

from mock_csms.runtime.transport.tls.contexts import TlsSettings, context_of
from mock_csms.runtime.transport.tls.handling import TlsContext
from mock_csms.runtime.transport.tls.watched import WatchingContext


def prepared(settings: TlsSettings) -> TlsContext:
    """Return the TLS context for those settings. Raises OSError with the name of the file that cannot be used."""
    if not settings.accepts_any:
        return WatchingContext(context_of(settings))
    from mock_csms.runtime.transport.tls.tolerant import TolerantContext  # noqa: PLC0415 - only one flag needs it

    return TolerantContext(settings)
