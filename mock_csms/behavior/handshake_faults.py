"""The faults of TLS handshakes (--tls-fault), and which fault the next handshake gets.

A handshake comes before the request with the identity, so the faults cannot depend on the station.
"""

from collections.abc import Mapping, Sequence

from mock_csms.protocol.records import Bounded, Mutable, Record
from mock_csms.protocol.tls import Offer

_MOST_OFFERS = 100
"""How many clients that refused a fault are remembered."""

OF_CERTIFICATE: Mapping[str, str] = {
    "expired": "a certificate that has expired",
    "not-yet-valid": "a certificate that is not valid yet",
    "wrong-name": "a certificate for another host name",
    "unknown-root": "a certificate of an authority that nobody trusts",
    "self-signed": "a certificate that no authority has signed",
    "incomplete-chain": "a right certificate without that of its authority",
    "weak-key": "a certificate with an RSA key of 1024 bits",
    "sha1": "a certificate that is signed with SHA-1",
    "other-root": "a right certificate below `other-root.pem`: as if the CSMS had changed its authority",
}
"""Faults of the mock's certificate, each with what the station sees. They need --tls auto."""

OLD: Mapping[str, str] = {
    "tls1.0": "TLS 1.0, picked in the ServerHello whether it was offered or not",
    "tls1.1": "TLS 1.1, picked in the ServerHello whether it was offered or not",
    "cipher": "a weak cipher suite: one that it offers, or else RC4, which it does not offer",
}
"""Faults in which the mock picks a TLS version or a cipher suite that a station must refuse."""

MUST_REFUSE: Mapping[str, str] = {
    **{kind: sight for kind, sight in OF_CERTIFICATE.items() if kind != "other-root"},
    "cipher": "a weak cipher suite",
}
"""The kinds for which a station must end the handshake, beside old versions (A00.FR.311, A00.FR.316, A00.FR.323)."""

EVENTS: Mapping[str, str] = {
    **dict.fromkeys(OF_CERTIFICATE, "InvalidCsmsCertificate"),
    **dict.fromkeys(("tls1.0", "tls1.1"), "InvalidTLSVersion"),
    "cipher": "InvalidTLSCipherSuite",
}
"""The security event that a station must report once it has refused a kind (A00.FR.310, A00.FR.316, A00.FR.323)."""

KINDS: Mapping[str, str] = {
    **OF_CERTIFICATE,
    **OLD,
    "hang": "no answer to its ClientHello",
    "reset": "a TCP RST in answer to its ClientHello",
    "slow": "the handshake in pieces of 64 bytes, four a second",
}
"""Every fault of a TLS handshake, each with what the station sees."""


class TlsFault(Record):
    """One fault, and how long it lasts."""

    kind: str
    times: int | None = None
    """The number of handshakes that get the fault; None for no limit."""
    seconds: float | None = None
    """How many seconds the fault lasts, from its first handshake; None for no limit."""


class RefusedFaults:
    """Which faults clients have refused, by what they offer: no identity is known before a handshake is over."""

    def __init__(self) -> None:
        self._faults: Bounded[Offer, tuple[str, ...]] = Bounded(_MOST_OFFERS)

    def note(self, offer: Offer, kind: str) -> None:
        """Note that a client with that offer has ended a handshake with that fault."""
        known = self._faults.get(offer, ())
        self._faults.renew(offer, known if kind in known else (*known, kind))

    def take(self, offer: Offer) -> tuple[str, ...]:
        """Return the faults that such a client has refused since the last call, and forget them."""
        return self._faults.pop(offer, ())


class _Used(Mutable):
    """How much of a fault is used up."""

    times: int = 0
    since: float | None = None


class TlsFaults:
    """The faults of one listener. They come one after the other: the next one starts when the one before is used up."""

    def __init__(self, faults: Sequence[TlsFault]) -> None:
        self._left = [(fault, _Used()) for fault in faults]

    def next(self, now: float) -> str:
        """Count a handshake, and return the kind of its fault; empty for none. `now` is in seconds."""
        while self._left:
            fault, used = self._left[0]
            used.since = now if used.since is None else used.since
            in_time = fault.seconds is None or now < used.since + fault.seconds
            if in_time and (fault.times is None or used.times < fault.times):
                used.times += 1
                return fault.kind
            del self._left[0]
        return ""
