"""What is known of the certificates of a station, and of the ways to the CSMS that need them."""

from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.protocol.versions import DEFAULT

Hash: TypeAlias = tuple[str, str, str, str]
"""The algorithm, the hashes of the name and of the key of the issuer, and the serial number, as they are compared."""


def hash_of(data: Json) -> Hash:
    """Return a CertificateHashData as it is compared: its parts are hexadecimal."""
    serial = data["serialNumber"].casefold().lstrip("0")
    return data["hashAlgorithm"], data["issuerNameHash"].casefold(), data["issuerKeyHash"].casefold(), serial


def all_hashes(entry: Json) -> set[Hash]:
    """Return those of an entry of the list, with what is below it."""
    below = entry.get("childCertificateHashData", ())
    return {hash_of(data) for data in (entry["certificateHashData"], *below)}


def types_asked(request: Json) -> tuple[str, ...]:
    """Return the types that a list is to have."""
    every = DEFAULT.schemas.values("GetInstalledCertificateIdsRequest", "certificateType", "0")
    return tuple(request.get("certificateType") or every)


class Installed(Record):
    """A certificate that the station took: its type, its PEM text, and whether it is its own issuer."""

    type: str
    pem: str
    is_root: bool

    def is_in(self, hashes: set[Hash]) -> bool:
        """Whether it is listed, by whatever algorithm; the key of its issuer is known of a root only."""
        return any(self.has(each) for each in hashes)

    def has(self, hash_: Hash) -> bool:
        """Whether a hash is its own."""
        own = hash_of(hash_data(self.pem, self.pem, hash_[0]))
        return own == hash_ if self.is_root else (own[1], own[3]) == (hash_[1], hash_[3])


class Certificates(Mutable):
    """What is installed."""

    lists: dict[str, set[Hash]] = field(default_factory=dict)
    """What was listed last, by type."""
    new: list[Installed] = field(default_factory=list)
    """What was installed since."""
    gone: set[Hash] = field(default_factory=set)
    """What was deleted since."""
    own: Installed | None = None
    """The last certificate of the station's own that it took."""
    root: str | None = None
    """The last CSMSRootCertificate."""
    slots: dict[str, int] = field(default_factory=dict)
    """The security profile of each slot that was set."""

    @property
    def is_complete(self) -> bool:
        """Whether all of them were listed."""
        return len(self.lists) == len(types_asked({}))

    def has_none(self, type_: str) -> bool:
        """Whether there is surely none of a type."""
        return self.lists.get(type_) == set() and not any(each.type == type_ for each in self.new)

    def is_unknown(self, hash_: Hash) -> bool:
        """Whether there is surely none with that hash; by another algorithm than that of the list none is known."""
        listed = {each for hashes in self.lists.values() for each in hashes}
        is_comparable = self.is_complete and all(each[0] == hash_[0] for each in listed)
        return is_comparable and hash_ not in listed and not any(each.has(hash_) for each in self.new)
