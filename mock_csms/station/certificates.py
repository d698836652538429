"""The certificates that a station of any version holds: which ones a connection uses, and which ones are accepted.

A new certificate of the station (A02), and a new root that replaces the previous one (M05.FR.12), stay beside the old
one until a connection shows which of the two works; then the other one is removed.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.v2.certificates import has_same_name, hash_data, is_same_certificate
from mock_csms.runtime.transport.trust import Trust

MONTH = 30 * 86_400.0
"""How long before its certificate expires a station asks for a new one (A03.FR.02), in seconds."""
_LONGEST_NAME = 64
"""How many characters of a name a certificate has (RFC 5280)."""


class Certificate(Record):
    """One certificate."""

    kind: str
    """Its certificateType."""
    pem: str
    """The certificate in PEM; the station's own one is followed by those of its authorities."""
    hash_data: Json
    """A CertificateHashDataType."""
    key: str = ""
    """The private key in PEM, if it is the station's own one."""
    is_new: bool = False
    """Whether it is to replace another certificate, and was not used for a connection so far."""


class Types(Record):
    """The certificateTypes of one version of OCPP that TLS needs."""

    root: str
    """The type of the root of the CSMS."""
    own: str
    """The type of the station's own certificate, which cannot be installed, listed or deleted."""


class Uses(Record):
    """The certificates that a connection uses."""

    is_secure: bool = False
    """Whether it uses TLS."""
    has_own: bool = False
    """Whether the station shows its own certificate: security profile 3."""
    new_root: bool = True
    """Whether the new root is trusted in place of the old one, if there are both; the same for the own certificate."""
    new_own: bool = True


class Applicant(Record):
    """A station that has asked for a certificate."""

    serial_number: str
    organization: str
    number: int
    """The number of the station's key pair."""


class Held(Record):
    """The certificates in a station, and the rules for a new root."""

    certificates: tuple[Certificate, ...]
    types: Types
    most: int
    """How many certificates the station can hold in addition to its own."""
    is_strict: bool
    """Whether a new root of the CSMS must be signed by the old one: AdditionalRootCertificateCheck (M05.FR.10)."""


def others(certificates: Iterable[Certificate], types: Types) -> list[Certificate]:
    """Return all certificates except the station's own."""
    return [each for each in certificates if each.kind != types.own]


def trust_of(certificates: Sequence[Certificate], types: Types, uses: Uses, first: Trust) -> Trust:
    """Return the TLS settings for a connection; `first` are those with which the station was started."""
    roots = _chosen(certificates, types.root, is_new=uses.new_root)
    trust = replace(first, authorities="".join(each.pem for each in roots) or first.authorities)
    if not uses.has_own:
        return replace(trust, certificate="", key="")
    own = _chosen(certificates, types.own, is_new=uses.new_own)
    return replace(trust, certificate=own[0].pem, key=own[0].key) if own else trust


def settled(certificates: Sequence[Certificate], types: Types, uses: Uses) -> tuple[Certificate, ...]:
    """Return the certificates that stay after a connection: only those that it has used (A02.FR.10, M05.FR.13)."""
    removed: list[Certificate] = []
    for kind, is_used, is_new in ((types.root, uses.is_secure, uses.new_root), (types.own, uses.has_own, uses.new_own)):
        chosen = _chosen(certificates, kind, is_new=is_new) if is_used else []
        removed += [each for each in certificates if is_used and each.kind == kind and each not in chosen]
        certificates = [replace(each, is_new=False) if each in chosen else each for each in certificates]
    return tuple(each for each in certificates if each not in removed)


def _chosen(certificates: Iterable[Certificate], kind: str, *, is_new: bool) -> list[Certificate]:
    """Return the certificates of a type: if there is a new one, either the new one or the old ones."""
    found = [each for each in certificates if each.kind == kind]
    fitting = [each for each in found if each.is_new is is_new]
    return fitting or found


def own_of(certificates: Iterable[Certificate], types: Types) -> Certificate | None:
    """Return the station's own certificate, the newest if it has two."""
    return next(iter(_chosen(certificates, types.own, is_new=True)), None)


def with_own(certificates: Sequence[Certificate], own: Certificate) -> tuple[Certificate, ...]:
    """Return the certificates together with a new one of the station.

    If `own` has to replace the old one, the old one stays until then. A new one that was never used is removed.
    """
    return (*(each for each in certificates if each.kind != own.kind or (own.is_new and not each.is_new)), own)


def own_certificate(text: str, key: str, types: Types, known: Iterable[Certificate]) -> Certificate:
    """Return the station's own certificate, from its chain. Raises ValueError if that cannot be read."""
    chain = x509.split(text)
    if not chain:
        raise ValueError("it has no certificate that can be read")
    issuers = [*chain[1:], *(each.pem for each in known if each.kind == types.root)]
    issuer = next((each for each in issuers if x509.is_issued_by(chain[0], each)), chain[0])
    return Certificate(types.own, "".join(chain), hash_data(chain[0], issuer), key)


def first_certificates(roots: str, own: tuple[str, str], types: Types, most: int) -> tuple[Certificate, ...]:
    """Return the certificates with which a station starts: roots of the CSMS, and its own one with its key.

    If there are more roots than it can hold, such as those of a system, none is held; they are trusted all the same.
    Raises ValueError if the own one cannot be read.
    """
    found = tuple(dict.fromkeys(x509.split(roots))) if roots else ()
    held = tuple(Certificate(types.root, each, hash_data(each, each)) for each in found if len(found) <= most)
    return (*held, own_certificate(*own, types, held)) if own[0] else held


def renewal_at(certificates: Iterable[Certificate], types: Types) -> float | None:
    """Return when the station must request a new certificate (A03.FR.02); None if it has no readable one."""
    own = own_of(certificates, types)
    chain = x509.split(own.pem) if own else ()
    return x509.validity(chain[0])[1] - MONTH if chain else None


def problem_of(chain: Sequence[str], applicant: Applicant, roots: Sequence[str], now: float) -> str:
    """Return why a station must reject its new certificate (A02.FR.06); empty if it is valid.

    Without an installed root of the CSMS, the station cannot know to which hierarchy the certificate must belong.
    """
    facts = x509.facts(chain[0]) if chain else None
    if facts is None:
        return "it is no certificate that can be read"
    organization = applicant.organization[:_LONGEST_NAME]
    problems = {
        "it is for another key": not x509.has_key(chain[0], applicant.serial_number, applicant.number),
        "it is not valid now": not all(_is_valid(each, now) for each in chain),
        "it names another serial number": facts.common_name != applicant.serial_number[:_LONGEST_NAME],
        "it names another operator": bool(organization) and facts.organization not in ("", organization),
        "it is signed with SHA-1 or MD5": facts.digest in ("md5", "sha1"),
        "its chain is broken": not all(x509.is_issued_by(each, issuer) for each, issuer in pairwise(chain)),
        "no installed root has signed it": bool(roots)
        and not any(x509.is_issued_by(chain[-1], root) for root in roots),
    }
    return next((problem for problem, holds in problems.items() if holds), "")


def _is_valid(certificate: str, now: float) -> bool:
    begin, end = x509.validity(certificate)
    return begin <= now <= end


def install(held: Held, kind: str, text: str, now: float) -> tuple[tuple[Certificate, ...], str]:
    """Return the certificates with a new root, and why it is not installed: `invalid`, `full` or nothing (M05).

    The same root again replaces the first (M05.FR.17).
    """
    found = x509.split(text)
    if len(found) != 1 or x509.is_expired(found[0], now):
        return held.certificates, "invalid"
    is_strict = held.is_strict and kind == held.types.root
    old = [each for each in held.certificates if is_strict and each.kind == kind and not each.is_new]
    issuer = next((each.pem for each in old if x509.is_issued_by(found[0], each.pem)), "" if old else found[0])
    if not issuer or not x509.is_issued_by(found[0], issuer):
        return held.certificates, "invalid"  # M05.FR.07, M05.FR.11
    new = Certificate(kind, found[0], hash_data(found[0], issuer), is_new=bool(old))
    kept = [each for each in held.certificates if (each.kind, each.hash_data) != (kind, new.hash_data)]
    if old:  # only one more root to fall back to (M05.FR.09)
        kept = [each for each in kept if each.kind != kind or not each.is_new]
    if len(others(kept, held.types)) >= held.most:
        return held.certificates, "full"
    return (*kept, new), ""


def delete(
    certificates: tuple[Certificate, ...], types: Types, wanted: Json, *, is_secure: bool
) -> tuple[tuple[Certificate, ...], str]:
    """Return the certificates without the one with these hash data, and the status (M04.FR.02 to 06).

    The station's own one is never deleted, nor the last root while a connection `is_secure`.
    """
    if any(each.kind == types.own and has_same_name(each.hash_data, wanted) for each in certificates):
        return certificates, "Failed"
    found = [each for each in others(certificates, types) if is_same_certificate(each.hash_data, wanted)]
    if not found:
        return certificates, "NotFound"
    kept = tuple(each for each in certificates if each not in found)
    is_needed = is_secure and any(each.kind == types.root for each in found)
    if is_needed and not any(each.kind == types.root for each in kept):
        return certificates, "Failed"
    return kept, "Accepted"
