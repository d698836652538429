"""The wrong certificates of servers and stations: a maker for each kind of error."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.protocol.records import Record, replace
from mock_csms.runtime.pki.making import Issuer, Wish, certificate, new_rsa

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

DAY = 86_400.0
_WEAK = 1024
"""The bits of a weak key; A00.FR.502 requires 2048. (The library does not make keys of 512 bits.)"""
WRONG_SERIAL = "WRONG-SERIAL"
"""A serial number that no station has."""
WRONG_NAME = "wrong.example"
"""A host name that no mock has."""


class Right(Record):
    """What correct and wrong certificates are made from."""

    wish: Wish
    key: Any
    signer: Issuer
    """The intermediate authority."""
    stranger: Issuer
    """A root that nobody trusts."""
    now: float


class Made(Record):
    """A certificate with the certificates that are sent after it, and its key."""

    chain: "tuple[Certificate, ...]"
    key: Any


Maker: TypeAlias = Callable[[Right], Made]


def right(of: Right) -> Made:
    """Return a correct certificate, followed by that of its authority."""
    return Made((certificate(of.wish, of.key, of.signer), of.signer.certificate), of.key)


def _expired(of: Right) -> Made:
    return right(replace(of, wish=replace(of.wish, times=(of.now - 30 * DAY, of.now - DAY))))


def _not_yet_valid(of: Right) -> Made:
    return right(replace(of, wish=replace(of.wish, times=(of.now + DAY, of.now + 365 * DAY))))


def _unknown_root(of: Right) -> Made:
    return Made((certificate(of.wish, of.key, of.stranger), of.stranger.certificate), of.key)


def _self_signed(of: Right) -> Made:
    return Made((certificate(of.wish, of.key),), of.key)


def _incomplete_chain(of: Right) -> Made:
    return Made(right(of).chain[:1], of.key)


def _weak_key(of: Right) -> Made:
    return right(replace(of, key=new_rsa(_WEAK)))


def _sha1(of: Right) -> Made:
    return right(replace(of, wish=replace(of.wish, is_signed_with_sha1=True)))


def _wrong_name(of: Right) -> Made:
    return right(replace(of, wish=replace(of.wish, common_name=WRONG_NAME, names=(WRONG_NAME,))))


def _wrong_cn(of: Right) -> Made:
    return right(replace(of, wish=replace(of.wish, common_name=WRONG_SERIAL)))


def _wrong_organization(of: Right) -> Made:
    return right(replace(of, wish=replace(of.wish, organization="Wrong Operator")))


_BOTH: Mapping[str, Maker] = {
    "expired": _expired,
    "not-yet-valid": _not_yet_valid,
    "unknown-root": _unknown_root,
    "self-signed": _self_signed,
    "incomplete-chain": _incomplete_chain,
    "weak-key": _weak_key,
    "sha1": _sha1,
}
OF_SERVER: Mapping[str, Maker] = {**_BOTH, "wrong-name": _wrong_name}
"""By kind of error: the function that makes the wrong certificate of a server."""
OF_STATION: Mapping[str, Maker] = {**_BOTH, "wrong-cn": _wrong_cn, "wrong-organization": _wrong_organization}
"""By kind of error: the function that makes the wrong certificate of a station."""
