"""Cases about certificates, customers and customData: they accept all behaviours that the requirements allow."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mock_csms.plans.v2 import certificates
from mock_csms.protocol.v2.certificates import hash_data
from tests.plans.scripted import Say, Scripted, outcome
from tests.plans.test_both_ways import Device
from tests.test_plans import run

ACCEPTED, REJECTED, NOT_FOUND = {"status": "Accepted"}, {"status": "Rejected"}, {"status": "NotFound"}
ABOUT = "NotifyCustomerInformation"
OF_ROOT = hash_data(certificates.ROOT, certificates.ROOT, "SHA512")
OURS = {"certificateType": "CSMSRootCertificate", "certificateHashData": OF_ROOT}
OTHER = {"certificateType": "V2GRootCertificate", "certificateHashData": certificates.HASHES}


class Store:
    """The roots in a station: it names them with SHA-384, in upper case, and lists them backwards."""

    def __init__(self, *others: Any) -> None:
        self.entries = [*others]

    def install(self, asked: Any) -> Any:
        """Answer InstallCertificate; an expired root is rejected."""
        pem = asked["certificate"]
        if pem == certificates.EXPIRED:
            return REJECTED
        named = {key: text.upper() for key, text in hash_data(pem, pem, "SHA384").items()}
        self.entries.append({"certificateType": asked["certificateType"], "certificateHashData": named})
        return ACCEPTED

    def listed(self, asked: Any) -> Any:
        """Answer GetInstalledCertificateIds."""
        kinds = asked.get("certificateType")
        found = [entry for entry in reversed(self.entries) if not kinds or entry["certificateType"] in kinds]
        return ACCEPTED | {"certificateHashDataChain": found} if found else NOT_FOUND

    def delete(self, asked: Any) -> Any:
        """Answer DeleteCertificate; hash data with another algorithm name no certificate."""
        kept = [entry for entry in self.entries if entry["certificateHashData"] != asked["certificateHashData"]]
        is_found, self.entries = len(kept) < len(self.entries), kept
        return ACCEPTED if is_found else NOT_FOUND


def with_roots(*others: Any) -> Device:
    """Return a station that installs, lists and deletes roots, and that has others from the beginning."""
    store = Store(*others)
    return Device(
        InstallCertificate=store.install, GetInstalledCertificateIds=store.listed, DeleteCertificate=store.delete
    )


def informing(text: Callable[[Any, int], str], again: Any = ACCEPTED) -> Device:
    """Return a station without a cache, which sends a text about a customer; `again` answers all further requests."""
    asked_before: list[Any] = []

    def answer(asked: Any) -> Any:
        asked_before.append(asked)
        part = {"requestId": asked["requestId"], "seqNo": 0, "generatedAt": "2026-01-01T00:00:00Z"}
        said = Say(ABOUT, part | {"data": text(asked, len(asked_before))})
        return [again, said][: 1 if again == REJECTED else 2] if len(asked_before) > 1 else [ACCEPTED, said]

    return Device(CustomerInformation=answer, GetLocalListVersion={"versionNumber": 1}, SendLocalList=ACCEPTED)


PASSED: dict[str, tuple[str, Device]] = {
    "names a root by another hash": ("TC_M_01_CS", with_roots()),
    "names a root of the manufacturer by another hash": ("TC_M_02_CS", with_roots()),
    "rejects an expired root": ("TC_M_07_CS", with_roots()),
    "has had the root before": (
        "TC_M_12_CS",
        with_roots(OURS),
    ),
    "lists roots backwards": ("TC_M_17_CS", with_roots()),
    "lists more roots than those of the case": ("TC_M_18_CS", with_roots(OTHER)),
    "has only other types": ("TC_M_19_CS", with_roots(OTHER)),
    "deletes with another hash": ("TC_M_20_CS", with_roots()),
    "knows only another hash": ("TC_M_22_CS", with_roots()),
    "says in words that there is nothing": ("TC_N_28_CS", informing(lambda *_: "nothing is known of this customer")),
    "says in words that nothing is cleared": ("TC_N_31_CS", informing(lambda *_: "nothing to clear")),
    "says nothing about what it has cleared": ("TC_N_32_CS", informing(lambda *_: "")),
    "has only a local list": ("TC_N_27_CS", informing(lambda *_: "local list: yes")),
    "has nothing left in words": ("TC_N_30_CS", informing(lambda _, number: ["one session", "no data"][number - 1])),
    "cannot report twice": ("TC_N_30_CS", informing(lambda *_: "one session", REJECTED)),
    "rejects data of others": ("TC_P_01_CS", Device(DataTransfer=REJECTED)),
    "knows no messages": ("TC_P_01_CS", Device(DataTransfer={"status": "UnknownMessageId"})),
    "needs a reboot for the variable": ("TC_P_03_CS", Device("RebootRequired")),
}
FAILED: dict[str, tuple[str, Device, str]] = {
    "still reports what it has cleared": (
        "TC_N_30_CS",
        informing(lambda *_: "one session"),
        "the station still reports the data that it has cleared",
    ),
    "deletes the root that is named by another hash": (
        "TC_M_22_CS",
        Device(
            InstallCertificate=ACCEPTED,
            GetInstalledCertificateIds=Store(OURS).listed,
            DeleteCertificate=ACCEPTED,
        ),
        "status: expected NotFound, got Accepted",
    ),
    "rejects a root with security profile 2": (
        "TC_M_01_CS",
        Device(InstallCertificate=REJECTED, GetInstalledCertificateIds=NOT_FOUND),
        "the station did not accept a valid CSMSRootCertificate: Rejected",
    ),
    "has no certificates with security profile 2": (
        "TC_M_01_CS",
        Device(InstallCertificate="NotImplemented", GetInstalledCertificateIds="NotImplemented"),
        "NotImplemented",
    ),
}


async def judged(folder: Path, case: str, script: Device, *flags: str) -> tuple[str, str]:
    """Return the verdict of a case on a station with a local list, and the output."""
    found = await outcome(folder, Scripted(script), "", "--case", case, *flags, features='"C-30", "LA-0"')
    return next(iter(found.verdicts.values()), "not run"), found.out


@pytest.mark.parametrize("way", PASSED)
async def test_the_other_behaviour_passes(tmp_path: Path, way: str) -> None:
    """The case passes with the other behaviour that the requirements allow."""
    case, script = PASSED[way]
    is_passed, out = await judged(tmp_path, case, script)
    assert is_passed == "passed", out


@pytest.mark.parametrize("way", FAILED)
async def test_a_wrong_behaviour_fails(tmp_path: Path, way: str) -> None:
    """The case fails, for this reason."""
    case, script, reason = FAILED[way]
    script.values["SecurityProfile"] = "2"
    found, out = await judged(tmp_path, case, script)
    assert (found, reason in out) == ("failure", True), out


@pytest.mark.parametrize(
    ("case", "answers", "reason"),
    [
        ("TC_M_01_CS", {"GetInstalledCertificateIds": "NotImplemented"}, "no commands for certificates"),
        ("TC_M_02_CS", {"GetInstalledCertificateIds": NOT_FOUND, "InstallCertificate": REJECTED}, "no certificates"),
        ("TC_M_12_CS", {"GetInstalledCertificateIds": NOT_FOUND, "InstallCertificate": REJECTED}, "no certificates"),
    ],
)
async def test_a_station_without_certificates_is_skipped(
    tmp_path: Path, case: str, answers: Mapping[str, Any], reason: str
) -> None:
    """With security profile 1 a station need not support certificates: it may also reject each root."""
    found, out = await judged(tmp_path, case, Device(**answers), "-rs")
    assert (found, f"the station has {reason}" in out) == ("skipped", True), out


async def test_a_station_with_certificates_must_accept_a_root(tmp_path: Path) -> None:
    """With security profile 1 too, a station that lists certificates must not reject a valid root."""
    found, out = await judged(
        tmp_path, "TC_M_01_CS", Device(InstallCertificate=REJECTED, GetInstalledCertificateIds=Store(OTHER).listed)
    )
    assert (found, "did not accept a valid CSMSRootCertificate: Rejected" in out) == ("failure", True), out


@pytest.mark.parametrize(
    ("cases", "flags"),
    [
        (["TC_A_19_CS"], "--security-profile 1 --misbehave no-csr"),  # from 1 to 2 it needs no certificate
        (["TC_B_50_CS"], "--variable SecurityCtrlr.AdditionalRootCertificateCheck=true"),
        (["TC_M_30_CS", "TC_M_31_CS"], ""),
        (["TC_N_27_CS", "TC_N_30_CS"], "--variable LocalAuthListCtrlr.Enabled=false"),
        (["TC_N_30_CS", "TC_N_62_CS"], "--variable AuthCacheCtrlr.Enabled=false"),
    ],
)
def test_cases_pass_with_other_stations(cases: list[str], flags: str) -> None:
    """The cases pass with another security profile, with AdditionalRootCertificateCheck, without a list or a cache.

    After a case the station trusts the root of --tls again, so the next case passes too.
    """
    words = [word for case in cases for word in ("--case", case)]
    done = run(*words, f"--reference-flags={flags}")
    assert (done.returncode, f"{len(cases)} passed" in done.stdout) == (0, True), done.stdout
