"""Checks of certificates, where the reference station cannot be so wrong, or might be wronged."""

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
    """Return an authority, made when it is wanted."""
    return Authority("First")


@cache
def second() -> Authority:
    """Return another one."""
    return Authority("Second")


def install(story: Story, certificate: str, status: str = "Accepted", type_: str = ROOT) -> Story:
    """Install a certificate."""
    return story.command(
        "InstallCertificate", {"certificateType": type_, "certificate": certificate}, {"status": status}
    )


def listing(story: Story, *hashes: Json, of: str | None = None, type_: str = ROOT) -> Story:
    """Let the station list what it has."""
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
    """It says so (C01)."""
    assert accepted().command("GetInstalledCertificateIds", {}, answer).found("C01") == wrong


def test_a_type_that_was_not_asked_for() -> None:
    """It is not listed (C01)."""
    story = listing(accepted(), first().hash_data(), of=ROOT, type_="V2GRootCertificate")
    assert story.found("C01") == ["V2GRootCertificate was not asked for"]


def test_hashes_that_are_written_otherwise() -> None:
    """Case and leading zeros do not matter, nor does the algorithm (C02)."""
    data = first().hash_data() | {"serialNumber": "00AB"}
    assert listing(install(accepted(), first().root), data).found("C02") == []
    other = hash_data(first().root, first().root, "SHA512")
    assert len(other["issuerNameHash"]) == sha512().digest_size * 2
    assert listing(install(accepted(), first().root), other).found("C02") == []


def test_a_certificate_that_is_not_listed() -> None:
    """It was installed, and not deleted since; another list is not the one (C02)."""
    wrong = ["CSMSRootCertificate with the serial number ab was accepted, but is not listed"]
    assert listing(install(accepted(), first().root), second().hash_data()).found("C02") == wrong
    assert listing(listing(install(accepted(), first().root)), of=ROOT).found("C02") == wrong
    assert listing(install(accepted(), first().root), of="V2GRootCertificate").found("C02") == []
    assert listing(install(accepted(), first().root, "Rejected")).found("C02") == []
    assert listing(delete(install(accepted(), first().root), first().hash_data())).found("C02") == []


def test_a_root_that_takes_the_place_of_another() -> None:
    """Of the roots of the CSMS there may be one at a time, unless the station says that it does not check (C02)."""
    story = install(install(accepted(), first().root), second().root)
    assert listing(story, second().hash_data()).found("C02") == []
    check = variable("SecurityCtrlr", "AdditionalRootCertificateCheck", value="false")
    story = install(install(accepted().report(check), first().root), second().root)
    assert len(listing(story, second().hash_data()).found("C02")) == 1


def test_what_is_below_a_certificate_is_listed() -> None:
    """A list has it in its own place (C02)."""
    below = first().issue("Below", ec_key("Below").public_key())
    story = install(accepted(), below, type_="V2GRootCertificate")
    entry: Json = {"certificateType": "V2GRootCertificate", "certificateHashData": first().hash_data()}
    entry |= {"childCertificateHashData": [first().hash_data(0x0C0FFEE)]}
    story.command("GetInstalledCertificateIds", {}, {"status": "Accepted", "certificateHashDataChain": [entry]})
    assert story.found("C01", "C02") == []


def test_what_was_deleted() -> None:
    """It is not listed again, unless it was installed again (C03)."""
    story = delete(listing(accepted(), first().hash_data()), first().hash_data())
    wrong = ["the certificate with the serial number ab was deleted, but is listed"]
    assert listing(story, first().hash_data()).found("C03") == wrong
    story = install(delete(listing(accepted(), first().hash_data()), first().hash_data()), first().root)
    assert listing(story, first().hash_data()).found("C03") == []


@pytest.mark.parametrize(("status", "is_wrong"), [("Accepted", True), ("NotFound", False), ("Failed", False)])
def test_deleting_what_is_not_there(status: str, is_wrong: bool) -> None:
    """It cannot be, where all of them were listed (C03)."""
    story = listing(accepted(), first().hash_data())
    assert bool(delete(story, second().hash_data(), status).found("C03")) is is_wrong
    assert delete(listing(accepted(), first().hash_data(), of=ROOT), second().hash_data(), status).found("C03") == []


def test_deleting_the_own_certificate() -> None:
    """It cannot be deleted (C03)."""
    own = first().issue("Station", ec_key("Station").public_key())
    story = accepted().command("CertificateSigned", {"certificateChain": own}, {"status": "Accepted"})
    wrong = ["the station's own certificate was deleted, with the serial number c0ffee"]
    assert delete(story, first().hash_data(0x0C0FFEE)).found("C03") == wrong


@pytest.mark.parametrize(("check", "is_wrong"), [("true", True), ("false", False)])
def test_a_root_that_the_one_before_has_not_signed(check: str, is_wrong: bool) -> None:
    """It does not take its place, if the station checks that (C04)."""
    story = accepted().report(variable("SecurityCtrlr", "AdditionalRootCertificateCheck", value=check))
    assert bool(install(install(story, first().root), second().root).found("C04")) is is_wrong
    signed = first().issue("Second", ec_key("Second").public_key())
    story = accepted().report(variable("SecurityCtrlr", "AdditionalRootCertificateCheck", value=check))
    assert install(install(story, first().root), signed).found("C04") == []
