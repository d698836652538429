"""Tests of password and certificate checks (S) that the misbehaviours of the reference station do not cover."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.inspector import Inspector
from mock_csms.protocol.records import replace
from mock_csms.protocol.tls import TLS13, Agreement, Offer
from mock_csms.twin.events import Knocked
from tests.conformance.story import Story
from tests.conformance.witness import OLD, TERMS
from tests.station.authority import Authority, ec_key, named
from tests.station.bench import NOW

NEW = "a-new-password-1"
PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
TRIGGER = {"requestedMessage": "SignChargingStationCertificate"}
INVALID = "InvalidChargingStationCertificate"


def csr(name: str = "S-1", key: ec.EllipticCurvePrivateKey | None = None) -> str:
    """Return a certificate request in PEM."""
    builder = x509.CertificateSigningRequestBuilder(named(name))
    return builder.sign(key or ec_key("mine"), SHA256()).public_bytes(Encoding.PEM).decode()


def given(status: str, *used: str) -> list[str]:
    """Return what S05 reports if a station gets a new password and then connects with these passwords."""
    item = PASSWORD | {"attributeValue": NEW}
    answer = {"setVariableResult": [PASSWORD | {"attributeStatus": status}]}
    story = Story().begin().command("SetVariables", {"setVariableData": [item]}, answer)
    for password in used:
        story.wait(9).lose().connect(password)
    return story.found("S05")


def test_passwords() -> None:
    """S05 expects the new password if it was Accepted, and either one if a reboot is required."""
    assert given("Accepted", NEW, NEW) == []
    assert given("Accepted", OLD) == ["the password is the old one, although SetVariables was Accepted"]
    assert given("Rejected", OLD) == []
    assert given("Rejected", NEW) == ["the station did not accept this password in SetVariables"]
    assert given("RebootRequired", OLD, NEW) == []
    assert not any(word in text for text in given("Accepted", OLD) for word in (OLD, NEW))


def test_requests_for_certificates() -> None:
    """S06 reports a CSR with another name, a weak key, or a type other than the triggered one."""

    def findings_of_csr(request: str, **more: str) -> list[str]:
        story = Story().begin().command("TriggerMessage", TRIGGER, {"status": "Accepted"})
        return story.call("SignCertificate", {"csr": request} | more).wait(60).found("S06")

    assert findings_of_csr(csr()) == []
    assert findings_of_csr(csr("other")) == ["the common name of the csr is other, but the serial number is S-1"]
    assert findings_of_csr(csr("other"), certificateType="V2GCertificate") == [
        "no SignCertificate came after the trigger SignChargingStationCertificate"
    ]
    known = Story().begin().know(SecurityCtrlr_OrganizationName="Op").call("SignCertificate", {"csr": csr()})
    assert known.found("S06") == ["the organization of the csr is '', but OrganizationName is 'Op'"]
    weak = ec.generate_private_key(ec.SECP192R1())
    assert findings_of_csr(csr(key=weak)) == ["the csr has a weak key"]


def test_a_request_may_come_before_the_answer() -> None:
    """S06 counts a request that comes before the answer to its trigger (F01 reports that)."""
    story = Story().begin().command("TriggerMessage", TRIGGER, None).call("SignCertificate", {"csr": csr()})
    assert story.wait(60).found("S06") == []


def signed(chain: str, status: str, *, event: bool = False) -> list[str]:
    """Return what S07 and S08 report about a station that gets a certificate for its request."""
    story = Story().begin().call("SignCertificate", {"csr": csr()}).wait(9)
    story.command("CertificateSigned", {"certificateChain": chain}, {"status": status})
    return (story.secure(INVALID) if event else story).wait(60).found("S07", "S08")


def test_certificates() -> None:
    """S07 reports Accepted for an expired or invalid certificate or another key; S08 reports the missing event."""
    ca = Authority("CA")
    mine, others = (ca.issue("S-1", ec_key(name).public_key()) for name in ("mine", "other"))
    old = ca.issue("S-1", ec_key("mine").public_key(), days=-1)
    no_event = f"{INVALID} did not come after CertificateSigned"
    assert signed(mine, "Accepted") == []
    assert signed(mine, "Rejected", event=True) == []
    assert signed(mine, "Rejected") == [no_event]
    for chain in (others, old, "nothing"):
        assert signed(chain, "Rejected", event=True) == []
        assert signed(chain, "Accepted") == ["an invalid certificate was Accepted", no_event]


def test_certificates_that_the_station_did_not_request() -> None:
    """S08 allows a station without TLS to reject a certificate without a request; S07 reports that it accepts one."""

    def unasked(status: str) -> list[str]:
        story = Story().begin().command("CertificateSigned", {"certificateChain": "nothing"}, {"status": status})
        return story.wait(60).checks("S07", "S08")

    assert unasked("Rejected") == []
    assert unasked("Accepted") == ["S07", "S08"]


def test_repetitions() -> None:
    """S09 expects each wait to double; after a trigger the first wait applies again, and S10 allows the request."""

    def repeated(*pauses: float, trigger: bool = False) -> list[str]:
        story = (
            Story().begin().know(SecurityCtrlr_CertSigningWaitMinimum="30", SecurityCtrlr_CertSigningRepeatTimes="2")
        )
        story.call("SignCertificate", {"csr": csr()})
        for pause in pauses:
            story.wait(pause)
            if trigger:
                story.command("TriggerMessage", TRIGGER, {"status": "Accepted"})
            story.call("SignCertificate", {"csr": csr()})
        return story.found("S09", "S10")

    assert repeated(30, 60, 120) == []
    assert repeated(30, 30) == ["repetition 2 came after 30.0 s, not after 60 s"]
    assert repeated(30, 60, 120, 240, 480) == ["repetition 4 came, but CertSigningRepeatTimes is 2"]
    assert repeated(1, 1, 1, 1, 1, trigger=True) == []


def test_refused_requests() -> None:
    """S10 reports a request after a rejected one, but not after an error."""
    story = Story().begin().call("SignCertificate", {"csr": csr()}, {"status": "Rejected"}).wait(60)
    assert story.call("SignCertificate", {"csr": csr()}).found("S10") != []
    story = Story().begin().call("SignCertificate", {"csr": csr()}, "InternalError").wait(60)
    assert story.call("SignCertificate", {"csr": csr()}).found("S10") == []


def owed(*identities: str) -> list[str]:
    """Return what S03 reports if the first of several stations of a make refuses a certificate without an event."""
    offer = Offer((TLS13,), (0x1301,))
    inspector = Inspector([CHECKS["S03"]], TERMS)
    found: list[str] = []
    for number, identity in enumerate(identities):
        refused = ("expired",) if number == 0 else ()
        tls = Agreement("TLSv1.3", "TLS_AES_128_GCM_SHA256", offer, refused=refused)
        story = Story(0.0).connect().boot()
        for event in story.events:
            told = replace(event, station=identity)
            if isinstance(told, Knocked):
                told = replace(told, visitor=replace(told.visitor, tls=tls))
            inspector.look_at(told)
    found += [each.problem for each in inspector.tick(NOW + 1000.0)]
    return found


def test_only_one_station_of_a_make_can_be_accused() -> None:
    """S03 is silent if another station with the same TLS offer may be the one that has refused the certificate."""
    assert owed("CS-1") == ["InvalidCsmsCertificate did not come after the station refused expired"]
    assert owed("CS-1", "CS-2") == []
