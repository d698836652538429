"""Tests of the certificate checks that the misbehaviours of the reference station do not cover."""

from functools import cache
from hashlib import sha512

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.protocol.v2.certificates import hash_data
from tests.conformance.story import Story, accepted, variable
from tests.station.authority import Authority, ec_key

ROOT = "CSMSRootCertificate"


@cache
def first() -> Authority:
    """Return a certificate authority; it is made when first used."""
    return Authority("First")


@cache
def second() -> Authority:
    """Return another authority."""
    return Authority("Second")


def install(story: Story, certificate: str, status: str = "Accepted", type_: str = ROOT) -> Story:
    """Install a certificate."""
    return story.command(
        "InstallCertificate", {"certificateType": type_, "certificate": certificate}, {"status": status}
    )


def listing(story: Story, *hashes: Json, of: str | None = None, type_: str = ROOT) -> Story:
    """Let the station list its certificates."""
    chain = [{"certificateType": type_, "certificateHashData": each} for each in hashes]
    answer = {"status": "Accepted", "certificateHashDataChain": chain} if chain else {"status": "NotFound"}
    return story.command("GetInstalledCertificateIds", {"certificateType": [of]} if of else {}, answer)


def delete(story: Story, hash_data: Json, status: str = "Accepted") -> Story:
    """Delete a certificate."""
    return story.command("DeleteCertificate", {"certificateHashData": hash_data}, {"status": status})


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ({"status": "NotFound"}, []),
        ({"status": "Accepted"}, ["the status is Accepted, but 0 certificates are listed"]),
    ],
)
def test_an_empty_list(answer: Json, wrong: list[str]) -> None:
    """C01 reports an empty list with the status Accepted; NotFound is right."""
    assert accepted().command("GetInstalledCertificateIds", {}, answer).found("C01") == wrong


def test_a_type_that_was_not_requested() -> None:
    """C01 reports a type that was not requested."""
    story = listing(accepted(), first().hash_data(), of=ROOT, type_="V2GRootCertificate")
    assert story.found("C01") == ["V2GRootCertificate was not asked for"]


def test_hashes_in_another_form() -> None:
    """C02 recognizes a listed certificate despite other letter case, leading zeros or another hash algorithm."""
    data = first().hash_data() | {"serialNumber": "00AB"}
    assert listing(install(accepted(), first().root), data).found("C02") == []
    other = hash_data(first().root, first().root, "SHA512")
    assert len(other["issuerNameHash"]) == sha512().digest_size * 2
    assert listing(install(accepted(), first().root), other).found("C02") == []


def test_a_certificate_that_is_not_listed() -> None:
    """C02 reports a certificate missing from a list of its type, unless it was rejected or deleted."""
    wrong = ["CSMSRootCertificate with the serial number ab was accepted, but is not listed"]
    assert listing(install(accepted(), first().root), second().hash_data()).found("C02") == wrong
    assert listing(listing(install(accepted(), first().root)), of=ROOT).found("C02") == wrong
    assert listing(install(accepted(), first().root), of="V2GRootCertificate").found("C02") == []
    assert listing(install(accepted(), first().root, "Rejected")).found("C02") == []
    assert listing(delete(install(accepted(), first().root), first().hash_data())).found("C02") == []


def test_a_root_that_replaces_another() -> None:
    """C02 expects only the newest CSMS root, unless AdditionalRootCertificateCheck is false."""
    story = install(install(accepted(), first().root), second().root)
    assert listing(story, second().hash_data()).found("C02") == []
    check = variable("SecurityCtrlr", "AdditionalRootCertificateCheck", value="false")
    story = install(install(accepted().report(check), first().root), second().root)
    assert len(listing(story, second().hash_data()).found("C02")) == 1


def test_a_child_certificate_is_listed() -> None:
    """C02 also looks for a certificate in the childCertificateHashData of another one."""
    below = first().issue("Below", ec_key("Below").public_key())
    story = install(accepted(), below, type_="V2GRootCertificate")
    entry: Json = {"certificateType": "V2GRootCertificate", "certificateHashData": first().hash_data()}
    entry |= {"childCertificateHashData": [first().hash_data(0x0C0FFEE)]}
    story.command("GetInstalledCertificateIds", {}, {"status": "Accepted", "certificateHashDataChain": [entry]})
    assert story.found("C01", "C02") == []


def test_a_deleted_certificate() -> None:
    """C03 reports a deleted certificate that is listed again, unless it was installed again."""
    story = delete(listing(accepted(), first().hash_data()), first().hash_data())
    wrong = ["the certificate with the serial number ab was deleted, but is listed"]
    assert listing(story, first().hash_data()).found("C03") == wrong
    story = install(delete(listing(accepted(), first().hash_data()), first().hash_data()), first().root)
    assert listing(story, first().hash_data()).found("C03") == []


@pytest.mark.parametrize(("status", "is_wrong"), [("Accepted", True), ("NotFound", False), ("Failed", False)])
def test_deleting_an_unknown_certificate(status: str, is_wrong: bool) -> None:
    """C03 reports Accepted for the deletion of an unknown certificate, if all types have been listed."""
    story = listing(accepted(), first().hash_data())
    assert bool(delete(story, second().hash_data(), status).found("C03")) is is_wrong
    assert delete(listing(accepted(), first().hash_data(), of=ROOT), second().hash_data(), status).found("C03") == []


def test_deleting_the_own_certificate() -> None:
    """C03 reports a station that deletes its own certificate."""
    own = first().issue("Station", ec_key("Station").public_key())
    story = accepted().command("CertificateSigned", {"certificateChain": own}, {"status": "Accepted"})
    wrong = ["the station's own certificate was deleted, with the serial number c0ffee"]
    assert delete(story, first().hash_data(0x0C0FFEE)).found("C03") == wrong


@pytest.mark.parametrize(("check", "is_wrong"), [("true", True), ("false", False)])
def test_a_root_that_the_previous_root_has_not_signed(check: str, is_wrong: bool) -> None:
    """C04 reports a root not signed by the previous root, if AdditionalRootCertificateCheck is true."""
    story = accepted().report(variable("SecurityCtrlr", "AdditionalRootCertificateCheck", value=check))
    assert bool(install(install(story, first().root), second().root).found("C04")) is is_wrong
    signed = first().issue("Second", ec_key("Second").public_key())
    story = accepted().report(variable("SecurityCtrlr", "AdditionalRootCertificateCheck", value=check))
    assert install(install(story, first().root), signed).found("C04") == []
