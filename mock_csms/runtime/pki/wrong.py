"""Every way in which a certificate of a server or of a station can be wrong, and how such a one is made."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.protocol.records import Record, replace
from mock_csms.runtime.pki.making import Issuer, Wish, certificate, new_rsa

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

DAY = 86_400.0
_WEAK = 1024
"""The bits of a weak key: A00.FR.502 wants 2048. (512 is too few for the library.)"""
WRONG_SERIAL = "WRONG-SERIAL"
"""A serial number that no station has."""
WRONG_NAME = "wrong.example"
"""A host name that no mock has."""


class Right(Record):
    """What a right certificate is made of."""

    wish: Wish
    key: Any
    signer: Issuer
    """The intermediate authority."""
    stranger: Issuer
    """A root that nobody trusts."""
    now: float


class Made(Record):
    """A certificate with those that are sent behind it, and its key."""

    chain: "tuple[Certificate, ...]"
    key: Any


Maker: TypeAlias = Callable[[Right], Made]


def right(of: Right) -> Made:
    """Return the right certificate, followed by that of its authority."""
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
"""By kind: who makes the certificate of a server that is wrong in that way."""
OF_STATION: Mapping[str, Maker] = {**_BOTH, "wrong-cn": _wrong_cn, "wrong-organization": _wrong_organization}
"""By kind: the same of a station."""
