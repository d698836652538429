"""What is known of the certificates of a station, and of the ways to the CSMS that need them."""

from typing import TYPE_CHECKING, TypeAlias

from mock_csms.conformance.subject import Subject
from mock_csms.protocol import x509
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.protocol.versions import DEFAULT
from mock_csms.twin.seen import Seen, error, result, when

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

CERTIFICATES = Subject("certificates")
_MOST = 100
_CHANGING = ("InstallCertificate", "DeleteCertificate")

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

    def has(self, wanted: Hash) -> bool:
        """Whether a hash is its own."""
        own = hash_of(hash_data(self.pem, self.pem, wanted[0]))
        return own == wanted if self.is_root else (own[1], own[3]) == (wanted[1], wanted[3])


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

    def is_unknown(self, wanted: Hash) -> bool:
        """Whether there is surely none with that hash; by another algorithm than that of the list none is known."""
        listed = {each for hashes in self.lists.values() for each in hashes}
        is_comparable = self.is_complete and all(each[0] == wanted[0] for each in listed)
        return is_comparable and wanted not in listed and not any(each.has(wanted) for each in self.new)


@CERTIFICATES.learn(result("GetInstalledCertificateIds"))
def listed(seen: Seen, known: "Known") -> None:
    """The list came: what it should have is judged by now."""
    certificates, asked = known.certificates, types_asked(seen.request)
    chain = seen.payload.get("certificateHashDataChain", ())
    if bool(chain) is not (seen.payload["status"] == "Accepted"):
        return certificates.lists.clear()  # nobody knows which of the two is right
    certificates.lists |= {type_: set() for type_ in asked}
    for entry in chain:
        if entry["certificateType"] in asked:
            certificates.lists[entry["certificateType"]] |= all_hashes(entry)
    certificates.new = [each for each in certificates.new if each.type not in asked]
    return certificates.gone.clear()


@CERTIFICATES.learn(result("InstallCertificate"))
def installed(seen: Seen, known: "Known") -> None:
    """It took a root, or said so."""
    if seen.payload["status"] == "Accepted":
        found = _read(seen.request["certificateType"], seen.request["certificate"])
        known.certificates.new = [*known.certificates.new[1 - _MOST :], *found]
        known.certificates.gone.clear()
        if seen.request["certificateType"] == "CSMSRootCertificate":
            known.certificates.root = found[0].pem if found else None


@CERTIFICATES.learn(result("DeleteCertificate"))
def deleted(seen: Seen, known: "Known") -> None:
    """It deleted a certificate, and maybe those below it (M04.FR.08)."""
    if seen.payload["status"] == "Accepted":
        certificates, wanted = known.certificates, hash_of(seen.request["certificateHashData"])
        certificates.new = [each for each in certificates.new if each.is_root and not each.has(wanted)]
        certificates.lists = {type_: hashes - {wanted} for type_, hashes in certificates.lists.items()}
        if len(certificates.gone) < _MOST:
            certificates.gone.add(wanted)


@CERTIFICATES.learn(error(*_CHANGING), when("spoiled", "unanswered"), any_payload=True)
def unsure(seen: Seen, known: "Known") -> None:
    """Nobody knows what has become of a certificate."""
    if seen.action in _CHANGING:
        known.certificates.lists.clear()
        known.certificates.new.clear()
        known.certificates.gone.clear()


@CERTIFICATES.learn(result("CertificateSigned"))
def signed(seen: Seen, known: "Known") -> None:
    """It took a certificate of its own."""
    if seen.payload["status"] == "Accepted":
        found = _read("ChargingStationCertificate", seen.request["certificateChain"], of_chain=True)
        known.certificates.own = found[0] if found else None


@CERTIFICATES.learn(result("SetNetworkProfile"))
def profile_set(seen: Seen, known: "Known") -> None:
    """It took a profile for a slot."""
    slots = known.certificates.slots
    slot, level = str(seen.request["configurationSlot"]), seen.request["connectionData"]["securityProfile"]
    if seen.payload["status"] == "Accepted" and (slot in slots or len(slots) < _MOST):
        slots[slot] = level


def _read(type_: str, text: str, *, of_chain: bool = False) -> list[Installed]:
    found = x509.split(text)
    if not found or (len(found) > 1 and not of_chain):
        return []
    return [Installed(type_, found[0], x509.is_issued_by(found[0], found[0]))]
