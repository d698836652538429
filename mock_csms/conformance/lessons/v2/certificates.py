"""Learns about the certificates of a station, and about the network profiles that need them."""

from mock_csms.conformance.facts.v2.certificates import Installed, all_hashes, hash_of, types_asked
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol import x509
from mock_csms.twin.seen import Seen, error, result, when

CERTIFICATES = Subject("certificates")
_MOST = 100
_CHANGING = ("InstallCertificate", "DeleteCertificate")


@CERTIFICATES.learn(result("GetInstalledCertificateIds"))
def listed(seen: Seen, station: KnownStation) -> None:
    """Note the certificates that the station lists. The next list is compared with this one."""
    certificates, asked = station.certificates, types_asked(seen.request)
    chain = seen.payload.get("certificateHashDataChain", ())
    if bool(chain) is not (seen.payload["status"] == "Accepted"):
        return certificates.lists.clear()  # status and list contradict each other, so it is not known which is right
    certificates.lists |= {type_: set() for type_ in asked}
    for entry in chain:
        if entry["certificateType"] in asked:
            certificates.lists[entry["certificateType"]] |= all_hashes(entry)
    certificates.new = [each for each in certificates.new if each.type not in asked]
    return certificates.gone.clear()


@CERTIFICATES.learn(result("InstallCertificate"))
def installed(seen: Seen, station: KnownStation) -> None:
    """Note that the station accepts a certificate."""
    if seen.payload["status"] == "Accepted":
        found = _read(seen.request["certificateType"], seen.request["certificate"])
        station.certificates.new = [*station.certificates.new[1 - _MOST :], *found]
        station.certificates.gone.clear()
        if seen.request["certificateType"] == "CSMSRootCertificate":
            station.certificates.root = found[0].pem if found else None


@CERTIFICATES.learn(result("DeleteCertificate"))
def deleted(seen: Seen, station: KnownStation) -> None:
    """Note that the station deletes a certificate, maybe with the certificates that it has signed (M04.FR.08)."""
    if seen.payload["status"] == "Accepted":
        certificates, hash_ = station.certificates, hash_of(seen.request["certificateHashData"])
        certificates.new = [each for each in certificates.new if each.is_root and not each.has(hash_)]
        certificates.lists = {type_: hashes - {hash_} for type_, hashes in certificates.lists.items()}
        if len(certificates.gone) < _MOST:
            certificates.gone.add(hash_)


@CERTIFICATES.learn(error(*_CHANGING), when("spoiled", "unanswered"), any_payload=True)
def unsure(seen: Seen, station: KnownStation) -> None:
    """Note that a command failed or was spoiled, so that the station's certificates are unknown."""
    if seen.action in _CHANGING:
        station.certificates.lists.clear()
        station.certificates.new.clear()
        station.certificates.gone.clear()


@CERTIFICATES.learn(result("CertificateSigned"))
def signed(seen: Seen, station: KnownStation) -> None:
    """Note that the station accepts a certificate of its own."""
    if seen.payload["status"] == "Accepted":
        found = _read("ChargingStationCertificate", seen.request["certificateChain"], of_chain=True)
        station.certificates.own = found[0] if found else None


@CERTIFICATES.learn(result("SetNetworkProfile"))
def profile_set(seen: Seen, station: KnownStation) -> None:
    """Note that the station accepts a network profile for a slot."""
    slots = station.certificates.slots
    slot, level = str(seen.request["configurationSlot"]), seen.request["connectionData"]["securityProfile"]
    if seen.payload["status"] == "Accepted" and (slot in slots or len(slots) < _MOST):
        slots[slot] = level


def _read(type_: str, text: str, *, of_chain: bool = False) -> list[Installed]:
    found = x509.split(text)
    if not found or (len(found) > 1 and not of_chain):
        return []
    return [Installed(type_, found[0], x509.is_issued_by(found[0], found[0]))]
