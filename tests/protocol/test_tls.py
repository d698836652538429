"""The start of a TLS handshake: reading a ClientHello from any bytes, and writing a ServerHello."""

import ssl
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.protocol import x509
from mock_csms.protocol.tls import TLS10, TLS12, TLS13, BadHello, Offer, hello_in, server_hello


def hello(newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, *protocols: str) -> bytes:
    """Return a ClientHello made by the `ssl` module."""
    context = ssl.create_default_context()
    context.maximum_version = newest
    if protocols:
        context.set_alpn_protocols(protocols)
    outgoing = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="csms.example")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


HELLO = hello()


def records(data: bytes, size: int) -> bytes:
    """Return the same handshake message in TLS records of this size."""
    message = data[5:]
    parts = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(b"\x16\3\1" + len(part).to_bytes(2) + part for part in parts)


def test_a_client_hello_is_read() -> None:
    """The offer has the versions, cipher suites, server name and protocols of the client."""
    offer = hello_in(hello(ssl.TLSVersion.TLSv1_3, "http/1.1"))
    assert offer is not None
    assert (offer.versions, offer.server_name, offer.protocols) == ((TLS13, TLS12), "csms.example", ("http/1.1",))
    assert {"TLS_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"} <= {*offer.suite_names}
    assert offer.compressions == (0,)


def test_a_client_hello_without_a_list_of_versions() -> None:
    """Without the extension supported_versions the client accepts all versions up to the one it names."""
    offer = hello_in(hello(ssl.TLSVersion.TLSv1_2))
    assert offer is not None
    assert offer.version_names == ("TLSv1.2", "TLSv1.1", "TLSv1")


@pytest.mark.parametrize("size", [1000, 100, 20])
def test_a_client_hello_in_several_records(size: int) -> None:
    """A ClientHello in several records is read when the last record is complete."""
    data = records(HELLO, size)
    assert hello_in(data) == hello_in(HELLO)
    assert hello_in(data[:-1]) is None


def test_a_client_hello_in_too_many_records() -> None:
    """A ClientHello in more than 64 records is refused, as reading it again with each record takes long."""
    with pytest.raises(BadHello, match="more than 64 records"):
        hello_in(records(HELLO, 2))


@given(st.binary(max_size=600))
def test_any_bytes(data: bytes) -> None:
    """Any bytes are read as an offer, as incomplete (None), or raise BadHello, and cause no other error."""
    for begun in (data, b"\x16\3\1" + data, b"\x16\3\1\0\x40\1\0\0\x3c\3\3" + data, HELLO[:60] + data):
        with suppress(BadHello):
            assert isinstance(hello_in(begun), Offer | None)


@given(st.integers(0, len(HELLO) - 1), st.binary(min_size=1, max_size=4))
def test_a_changed_client_hello(at: int, by: bytes) -> None:
    """A ClientHello with changed bytes is read or refused, and its names are printable."""
    try:
        offer = hello_in(HELLO[:at] + by + HELLO[at + len(by) :])
    except BadHello:
        return
    if offer is not None:
        assert all(map(str.isprintable, [*offer.version_names, *offer.suite_names]))


@given(st.binary(max_size=300))
def test_an_invalid_certificate(der: bytes) -> None:
    """Bytes that are not a certificate have the description of an unreadable one, and no facts."""
    pem = ssl.DER_cert_to_PEM_cert(der)
    assert x509.described(pem) == "a certificate that cannot be read"
    assert x509.facts(pem) is None


def test_a_server_hello_with_a_version_not_offered() -> None:
    """A client refuses a version that it did not offer, with the alert protocol_version."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="csms.example")
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    outgoing.read()
    incoming.write(server_hello(TLS10, 0x002F, bytes(32)))
    with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
        tls.do_handshake()
    assert outgoing.read()[-2:] == bytes((2, 70))
