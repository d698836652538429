"""Turns on TLS at the mock's port if the settings ask for it; only then are the TLS modules loaded."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from mock_csms.runtime.pki.authority import Pki
from mock_csms.runtime.transport.endpoint import Endpoint
from mock_csms.settings import Config
from mock_csms.twin.events import Event

if TYPE_CHECKING:
    import ssl

    from mock_csms.runtime.encryption import TlsServer


class TlsSwitch:
    """TLS of one endpoint; it may be off."""

    def __init__(self, endpoint: Endpoint, publish: Callable[[Event], None]) -> None:
        self._endpoint, self._publish = endpoint, publish
        self._tls: TlsServer | None = None

    @property
    def is_on(self) -> bool:
        """Whether the port accepts wss://."""
        return self._tls is not None

    def open(self, config: Config, pki: Pki) -> None:
        """Turn on TLS if a flag asks for it; then `pki` signs with the same authority.

        Raises OSError for unusable files.
        """
        if config.tls or config.tls_cert:
            from mock_csms.runtime.encryption import TlsServer  # noqa: PLC0415 - without its flags it is not loaded

            self._endpoint.tls = self._tls = TlsServer(config, pki, self._publish)

    def context(self) -> "ssl.SSLContext | None":
        """Return the settings of TLS for a server beside the mock; None without TLS."""
        return None if self._tls is None else self._tls.context()

    def configure(self, config: Config) -> None:
        """Use other TLS faults."""
        if self._tls is not None:
            self._tls.configure(config)
