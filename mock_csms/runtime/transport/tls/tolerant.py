"""TLS that accepts clients with a wrong certificate and reports the problem; the only importer of pyOpenSSL.

The `ssl` module cannot do that: it refuses a wrong certificate even if no certificate is required. Here a callback
records the first problem of a chain and accepts it. The objects have the methods of `ssl` that the layer uses.
"""

import ssl
from collections.abc import Mapping
from typing import Any

from OpenSSL import SSL, crypto

from mock_csms.runtime.transport.tls.contexts import Chain, TlsSettings

_PROBLEMS: Mapping[int, str] = {
    2: "unable to get issuer certificate",
    7: "certificate signature failure",
    9: "certificate is not yet valid",
    10: "certificate has expired",
    18: "self-signed certificate",
    19: "self-signed certificate in certificate chain",
    20: "unable to get local issuer certificate",
    21: "unable to verify the first certificate",
    23: "certificate revoked",
    24: "invalid CA certificate",
    26: "unsuitable certificate purpose",
    66: "EE certificate key too weak",
    67: "CA certificate key too weak",
    68: "CA signature digest algorithm too weak",
}
"""By error number: the text of X509_verify_cert_error_string."""
_BATCH = 65536


class TolerantContext:
    """Settings of TLS that accept every client certificate. Raises OSError for a file that cannot be used."""

    def __init__(self, settings: TlsSettings) -> None:
        self._context = SSL.Context(SSL.TLS_METHOD)
        self._context.set_cipher_list(settings.suites.encode())
        self._context.set_min_proto_version(settings.oldest)
        self._context.set_max_proto_version(settings.newest)
        for chain in settings.chains:
            self._load(chain)
        if settings.trusted:
            self._trust(settings)
        if settings.key_log is not None:
            self._log_keys(settings.key_log)

    def _load(self, chain: Chain) -> None:
        try:
            self._context.use_certificate_chain_file(chain.file)
            self._context.use_privatekey_file(chain.key or chain.file)
        except SSL.Error:
            raise OSError(0, "it has no certificate with its key in PEM", chain.file) from None

    def _trust(self, settings: TlsSettings) -> None:
        store = self._context.get_cert_store()
        for text in settings.trusted:
            for part in text.split("-----END CERTIFICATE-----")[:-1]:
                whole = f"{part}-----END CERTIFICATE-----\n".encode()
                if store is not None:
                    store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, whole))
        must = SSL.VERIFY_FAIL_IF_NO_PEER_CERT if settings.must_have_certificate else 0
        self._context.set_verify(SSL.VERIFY_PEER | must, _note)
        self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)  # a resumed session would skip the check
        self._context.set_session_id(b"mock-csms")

    def _log_keys(self, path: str) -> None:
        def write(_: SSL.Connection, line: bytes) -> None:
            with open(path, "ab") as file:  # noqa: PTH123 - as short as it may be, in the midst of a handshake
                file.write(line + b"\n")

        self._context.set_keylog_callback(write)

    def wrap(self, incoming: "RecordsIn", outgoing: "RecordsOut") -> "TolerantTls":
        """Return the TLS object of a new connection."""
        connection = SSL.Connection(self._context, None)
        connection.set_accept_state()
        return TolerantTls(connection, incoming, outgoing)

    def buffers(self) -> "tuple[RecordsIn, RecordsOut]":
        """Return the buffer for bytes from the socket, and the buffer for bytes to the socket."""
        return RecordsIn(), RecordsOut()

    def rest(self, tls: Any) -> None:
        """Do nothing, because nothing is recorded after the handshake."""


def _note(connection: SSL.Connection, _: Any, error: int, depth: int, is_right: int) -> bool:
    """Record the first problem of a chain, and accept the chain."""
    tls = connection.get_app_data()
    if not is_right and not tls.doubt:
        where = "" if depth == 0 else f" (certificate {depth + 1} of the chain)"
        tls.doubt = _PROBLEMS.get(error, f"error {error}") + where
    return True


class RecordsIn:
    """The buffer for bytes from the socket; it gives them to OpenSSL record by record."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: Any) -> None:
        """Add bytes."""
        self._data += data

    def read(self) -> bytes:
        """Return all bytes that are left."""
        data = bytes(self._data)
        self._data.clear()
        return data

    @property
    def pending(self) -> int:
        """The length of the next record in bytes; 0 if it is not complete."""
        if len(self._data) < 5:
            return 0
        size = 5 + int.from_bytes(self._data[3:5])
        return size if len(self._data) >= size else 0

    def record(self) -> bytes:
        """Return the next record; if it is not complete, its first part."""
        size = self.pending or len(self._data)
        data = bytes(self._data[:size])
        del self._data[:size]
        return data


class RecordsOut:
    """The buffer for bytes to the socket."""

    def __init__(self) -> None:
        self._data = bytearray()

    def fill(self, connection: SSL.Connection) -> None:
        """Add the bytes that OpenSSL wants to send."""
        try:
            while part := connection.bio_read(_BATCH):
                self._data += part
        except SSL.WantReadError:
            pass

    def read(self) -> bytes:
        """Return all bytes that wait."""
        data = bytes(self._data)
        self._data.clear()
        return data

    @property
    def pending(self) -> int:
        """The number of bytes that wait."""
        return len(self._data)


class TolerantTls:
    """A connection with the methods of an `ssl.SSLObject`."""

    alert: int | None = None
    is_alert_ours = False
    certificate = b""

    def __init__(self, connection: SSL.Connection, incoming: RecordsIn, outgoing: RecordsOut) -> None:
        self._connection, self._incoming, self._outgoing = connection, incoming, outgoing
        self.doubt = ""
        """Why the certificate of the client is not trusted; empty if it is."""
        connection.set_app_data(self)

    def do_handshake(self) -> None:
        """Continue the handshake. Raises SSLWantReadError if it needs more bytes, SSLError if it fails."""
        self._feed(self._connection.do_handshake)

    def read(self, size: int, buffer: memoryview) -> int:
        """Decrypt at most one record into `buffer`; return the number of bytes, 0 at the end."""
        try:
            return int(self._feed(lambda: self._connection.recv_into(buffer, min(size, len(buffer)))))
        except SSL.ZeroReturnError:
            return 0

    def write(self, data: bytes) -> int:
        """Encrypt data, and return the number of bytes taken."""
        sent = int(self._connection.send(data))
        self._outgoing.fill(self._connection)
        return sent

    def unwrap(self) -> None:
        """Send close_notify."""
        self._feed(self._connection.shutdown)

    def _feed(self, act: Any) -> Any:
        """Call a function, and give OpenSSL as many records as the function needs."""
        while True:
            try:
                return act()
            except SSL.WantReadError:
                if not (record := self._incoming.record()):
                    raise ssl.SSLWantReadError from None
                self._connection.bio_write(record)
            except SSL.SysCallError as error:
                raise ssl.SSLError(str(error)) from None
            except SSL.Error as error:
                if isinstance(error, SSL.ZeroReturnError):
                    raise
                raise _error_of(error) from None
            finally:
                self._outgoing.fill(self._connection)

    def version(self) -> str:
        """Return the version of TLS, such as TLSv1.3."""
        return self._connection.get_protocol_version_name()

    def cipher(self) -> tuple[str | None, None, None]:
        """Return the cipher suite in the first item, as `ssl` does."""
        return self._connection.get_cipher_name(), None, None

    def compression(self) -> None:
        """Return None, because there is no compression."""

    def getpeercert(self, *, binary_form: bool) -> bytes | None:  # noqa: ARG002 - the signature of `ssl`
        """Return the certificate of the client in DER."""
        found = self._connection.get_peer_certificate()
        return None if found is None else crypto.dump_certificate(crypto.FILETYPE_ASN1, found)


def _error_of(error: SSL.Error) -> ssl.SSLError:
    """Return the error of the `ssl` module with the same reason."""
    reason = error.args[0][-1][-1] if error.args and error.args[0] else str(error)
    made = ssl.SSLError(1, reason)
    made.reason = reason.upper().replace(" ", "_").replace("/", "_")
    return made
