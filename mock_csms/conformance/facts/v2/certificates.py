"""The certificates of a station, and the network profiles that need them."""

from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.protocol.versions import DEFAULT

Hash: TypeAlias = tuple[str, str, str, str]
"""A CertificateHashData for comparing: algorithm, hash of the issuer's name, hash of the issuer's key, serial
number."""


def hash_of(data: Json) -> Hash:
    """Return a CertificateHashData for comparing: letter case and leading zeros do not matter."""
    serial = data["serialNumber"].casefold().lstrip("0")
    return data["hashAlgorithm"], data["issuerNameHash"].casefold(), data["issuerKeyHash"].casefold(), serial


def all_hashes(entry: Json) -> set[Hash]:
    """Return the hashes of an entry of the list: of the certificate and of all certificates below it."""
    below = entry.get("childCertificateHashData", ())
    return {hash_of(data) for data in (entry["certificateHashData"], *below)}


def types_asked(request: Json) -> tuple[str, ...]:
    """Return the certificate types that a GetInstalledCertificateIds requests; all types if it names none."""
    every = DEFAULT.schemas.values("GetInstalledCertificateIdsRequest", "certificateType", "0")
    return tuple(request.get("certificateType") or every)


class Installed(Record):
    """A certificate that the station accepted."""

    type: str
    """The certificateType of the command."""
    pem: str
    """Its text in PEM."""
    is_root: bool
    """Whether it is self-signed: issuer and subject are the same."""

    def is_in(self, hashes: set[Hash]) -> bool:
        """Whether a list has this certificate, under any hash algorithm."""
        return any(self.has(each) for each in hashes)

    def has(self, hash_: Hash) -> bool:
        """Whether a hash belongs to this certificate. Only for a root the mock knows the hash of the issuer's key."""
        own = hash_of(hash_data(self.pem, self.pem, hash_[0]))
        return own == hash_ if self.is_root else (own[1], own[3]) == (hash_[1], hash_[3])


class Certificates(Mutable):
    """The installed certificates."""

    lists: dict[str, set[Hash]] = field(default_factory=dict)
    """The hashes in the last list of the station, by certificateType."""
    new: list[Installed] = field(default_factory=list)
    """The certificates that the station installed after it sent the list."""
    gone: set[Hash] = field(default_factory=set)
    """The hashes of the certificates that the station deleted after it sent the list."""
    own: Installed | None = None
    """The last certificate of the station itself that it has accepted (CertificateSigned)."""
    root: str | None = None
    """The PEM text of the last CSMSRootCertificate."""
    slots: dict[str, int] = field(default_factory=dict)
    """The security profile of each configuration slot that the CSMS set."""

    @property
    def is_complete(self) -> bool:
        """Whether the station has listed all types."""
        return len(self.lists) == len(types_asked({}))

    def has_none(self, type_: str) -> bool:
        """Whether the station certainly has no certificate of a type."""
        return self.lists.get(type_) == set() and not any(each.type == type_ for each in self.new)

    def is_unknown(self, hash_: Hash) -> bool:
        """Whether the station certainly has no certificate with this hash.

        A hash can only be compared if the list has the same algorithm.
        """
        listed = {each for hashes in self.lists.values() for each in hashes}
        is_comparable = self.is_complete and all(each[0] == hash_[0] for each in listed)
        return is_comparable and hash_ not in listed and not any(each.has(hash_) for each in self.new)
