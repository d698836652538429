"""The start of TLS (RFC 5246, RFC 8446): parses the ClientHello, and names alerts, versions and cipher suites.

Everything after the ClientHello is left to the `ssl` module.
"""

from collections.abc import Iterator, Mapping

from mock_csms.protocol.records import Record

HANDSHAKE = 0x16
"""The content type of a TLS record with a handshake message; the first byte of a connection with TLS."""
TLS10, TLS11, TLS12, TLS13 = 0x0301, 0x0302, 0x0303, 0x0304
VERSIONS: Mapping[int, str] = {0x0300: "SSLv3", TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3"}

_CLIENT_HELLO = 1
_LONGEST, _MOST_RECORDS = 65536, 64
"""The greatest length of a ClientHello in bytes, and the most records for it. Real ones have 2 kB in one record."""
_MOST_SHOWN = 100
"""The most cipher suites of one ClientHello that are kept."""
_SERVER_NAME, _ALPN, _SUPPORTED_VERSIONS = 0, 16, 43
"""The numbers of the extensions that are parsed."""

SUITES: Mapping[int, str] = {
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0x1304: "TLS_AES_128_CCM_SHA256",
    0xC02B: "ECDHE-ECDSA-AES128-GCM-SHA256",
    0xC02C: "ECDHE-ECDSA-AES256-GCM-SHA384",
    0xC02F: "ECDHE-RSA-AES128-GCM-SHA256",
    0xC030: "ECDHE-RSA-AES256-GCM-SHA384",
    0x009C: "AES128-GCM-SHA256",
    0x009D: "AES256-GCM-SHA384",
    0x009E: "DHE-RSA-AES128-GCM-SHA256",
    0x009F: "DHE-RSA-AES256-GCM-SHA384",
    0xCCA8: "ECDHE-RSA-CHACHA20-POLY1305",
    0xCCA9: "ECDHE-ECDSA-CHACHA20-POLY1305",
    0xC0AC: "ECDHE-ECDSA-AES128-CCM",
    0xC0AE: "ECDHE-ECDSA-AES128-CCM8",
    0xC023: "ECDHE-ECDSA-AES128-SHA256",
    0xC024: "ECDHE-ECDSA-AES256-SHA384",
    0xC027: "ECDHE-RSA-AES128-SHA256",
    0xC028: "ECDHE-RSA-AES256-SHA384",
    0xC009: "ECDHE-ECDSA-AES128-SHA",
    0xC00A: "ECDHE-ECDSA-AES256-SHA",
    0xC013: "ECDHE-RSA-AES128-SHA",
    0xC014: "ECDHE-RSA-AES256-SHA",
    0x003C: "AES128-SHA256",
    0x003D: "AES256-SHA256",
    0x002F: "AES128-SHA",
    0x0035: "AES256-SHA",
    0x000A: "DES-CBC3-SHA",
    0x0005: "RC4-SHA",
    0x0004: "RC4-MD5",
    0x0001: "NULL-MD5",
    0x0002: "NULL-SHA",
}
"""The names of cipher suites in OpenSSL, by number; other suites are shown as numbers."""
_SIGNALS = (0x00FF, 0x5600)
"""Numbers in the list of cipher suites that are signals (RFC 5746, RFC 7507).

Those of GREASE (RFC 8701) are dropped too.
"""

ALERTS: Mapping[int, str] = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    109: "missing_extension",
    110: "unsupported_extension",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    116: "certificate_required",
    120: "no_application_protocol",
}
"""The alerts by their numbers (RFC 8446, 6.2)."""


class Offer(Record):
    """What a ClientHello offers."""

    versions: tuple[int, ...]
    """The versions of TLS. Without the extension supported_versions: all versions up to the one in the ClientHello."""
    suites: tuple[int, ...]
    """The cipher suites, in the client's order."""
    compressions: tuple[int, ...] = (0,)
    """The numbers of the compression methods; 0 means no compression."""
    server_name: str = ""
    """The host name that the client asks for (SNI); empty if it asks for none."""
    protocols: tuple[str, ...] = ()
    """The application protocols (ALPN)."""

    @property
    def version_names(self) -> tuple[str, ...]:
        """The names of the versions of TLS."""
        return tuple(VERSIONS.get(each, f"0x{each:04X}") for each in self.versions)

    @property
    def suite_names(self) -> tuple[str, ...]:
        """The names of the cipher suites, at most a hundred."""
        return tuple(SUITES.get(each, f"0x{each:04X}") for each in self.suites[:_MOST_SHOWN])


class Agreement(Record):
    """The result of a TLS handshake, and the offer of the client."""

    version: str
    """The version of TLS, such as `TLSv1.3`."""
    suite: str
    offer: Offer
    is_compressed: bool = False
    certificate: str = ""
    """The certificate of the client in PEM; empty if it sent none."""
    doubt: str = ""
    """Why the certificate of the client is not trusted; empty if it is, or if there is none."""
    fault: str = ""
    """The fault that the mock put into the handshake; empty without one."""
    refused: tuple[str, ...] = ()
    """The faults in earlier handshakes of a client with the same offer, which it has ended."""


class BadHello(ValueError):
    """The bytes are not a ClientHello; the text says why."""


def hello_in(data: bytes) -> Offer | None:
    """Return the offer in the ClientHello at the start of a connection; None if more bytes are needed.

    Raises BadHello for anything else.
    """
    message, position = bytearray(), 0
    for _ in range(_MOST_RECORDS):
        if message[:1] not in (b"", bytes((_CLIENT_HELLO,))):
            raise BadHello(f"the first handshake message is of type {message[0]}, not a ClientHello")
        if len(message) >= 4 and len(message) >= (end := 4 + int.from_bytes(message[1:4])):
            return _offer(bytes(message[4:end]))
        if len(data) - position < 5:
            return None
        kind, size = data[position], int.from_bytes(data[position + 3 : position + 5])
        if kind != HANDSHAKE or data[position + 1] != 3 or not 0 < size <= 2**14 or len(message) > _LONGEST:
            raise BadHello("it is no record of TLS")
        message += data[position + 5 : position + 5 + size]
        if len(data) < position + 5 + size:
            return None
        position += 5 + size
    raise BadHello(f"the ClientHello comes in more than {_MOST_RECORDS} records")


class _Reader:
    """Reads the parts of a message in their order."""

    def __init__(self, data: bytes) -> None:
        self._data, self._position = data, 0

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes. Raises BadHello if there are fewer."""
        part = self._data[self._position : self._position + size]
        if len(part) < size:
            raise BadHello("a ClientHello ends too early")
        self._position += size
        return part

    def vector(self, length_size: int) -> bytes:
        """Return a part of the message that begins with its length in `length_size` bytes."""
        return self.take(int.from_bytes(self.take(length_size)))

    @property
    def has_more(self) -> bool:
        """Whether there are bytes left."""
        return self._position < len(self._data)


def _offer(body: bytes) -> Offer:
    reader = _Reader(body)
    legacy = int.from_bytes(reader.take(2))
    reader.take(32)
    reader.vector(1)
    suites = tuple(each for each in _numbers(reader.vector(2)) if not _is_signal(each))
    compressions = tuple(reader.vector(1))
    extensions = dict(_extensions(reader.vector(2))) if reader.has_more else {}
    return Offer(_versions(legacy, extensions), suites, compressions, _server_name(extensions), _protocols(extensions))


def _extensions(data: bytes) -> Iterator[tuple[int, bytes]]:
    reader = _Reader(data)
    while reader.has_more:
        yield int.from_bytes(reader.take(2)), reader.vector(2)


def _numbers(data: bytes) -> tuple[int, ...]:
    """Return the list of numbers in these bytes; each number has two bytes."""
    return tuple(int.from_bytes(data[at : at + 2]) for at in range(0, len(data) - 1, 2))


def _is_signal(number: int) -> bool:
    return number in _SIGNALS or (number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF)


def _versions(legacy: int, extensions: Mapping[int, bytes]) -> tuple[int, ...]:
    """Return the versions of TLS, the newest first. Without supported_versions, a client accepts all up to `legacy`."""
    if _SUPPORTED_VERSIONS in extensions:
        return tuple(each for each in _numbers(extensions[_SUPPORTED_VERSIONS][1:]) if not _is_signal(each))
    return tuple(each for each in sorted(VERSIONS, reverse=True) if TLS10 <= each <= legacy) or (legacy,)


def _server_name(extensions: Mapping[int, bytes]) -> str:
    data = extensions.get(_SERVER_NAME, b"")
    return data[5 : 5 + int.from_bytes(data[3:5])].decode("ascii", "backslashreplace")[:255]


def _protocols(extensions: Mapping[int, bytes]) -> tuple[str, ...]:
    reader, found = _Reader(extensions.get(_ALPN, b"")[2:]), list[str]()
    while reader.has_more:
        found.append(reader.vector(1).decode("ascii", "backslashreplace"))
    return tuple(found)


def server_hello(version: int, suite: int, random: bytes) -> bytes:
    """Return a record with a ServerHello that picks this version and cipher suite, whatever the client offered.

    No library can do that: pick TLS 1.0, TLS 1.1 or a cipher suite that the client did not offer. `random` has 32
    bytes.
    """
    body = version.to_bytes(2) + random + b"\0" + suite.to_bytes(2) + b"\0"
    message = b"\2" + len(body).to_bytes(3) + body
    return bytes((HANDSHAKE,)) + version.to_bytes(2) + len(message).to_bytes(2) + message
