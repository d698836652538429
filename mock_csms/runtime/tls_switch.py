"""Switches TLS on at the mock's port if the settings want it; only then is what it needs loaded."""

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
    """TLS of one endpoint, or none."""

    def __init__(self, endpoint: Endpoint, publish: Callable[[Event], None]) -> None:
        self._endpoint, self._publish = endpoint, publish
        self._tls: TlsServer | None = None

    @property
    def is_on(self) -> bool:
        """Whether the port serves wss:// too."""
        return self._tls is not None

    def open(self, config: Config, pki: Pki) -> None:
        """Serve wss:// if a flag wants it; `pki` signs with the same authority then.

        Raises OSError if a certificate cannot be used.
        """
        if config.tls or config.tls_cert:
            from mock_csms.runtime.encryption import TlsServer  # noqa: PLC0415 - without its flags it is not loaded

            self._endpoint.tls = self._tls = TlsServer(config, pki, self._publish)

    def context(self) -> "ssl.SSLContext | None":
        """Return the settings of TLS for a server beside the mock; None without TLS."""
        return None if self._tls is None else self._tls.context()

    def configure(self, config: Config) -> None:
        """Use other faults for handshakes from now on."""
        if self._tls is not None:
            self._tls.configure(config)
