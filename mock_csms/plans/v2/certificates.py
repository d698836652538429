"""Certificates to send to a station, and steps that install, list and delete them (M03, M04, M05)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mock_csms.behavior.matching import Predicate
from mock_csms.plans.messages import differences, one_of
from mock_csms.plans.station import Station
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.protocol.v2.certificates import hash_data
from mock_csms.runtime.open_call import CallFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

OF_CSMS = "CSMSRootCertificate"
OF_MAKER = "ManufacturerRootCertificate"
OF_OPERATOR = "MORootCertificate"

ROOT = """\
-----BEGIN CERTIFICATE-----
MIIBqTCCAVCgAwIBAgIUbb6IR2dbfjBYbR9AjDeWIOecUoYwCgYIKoZIzj0EAwIw
MjESMBAGA1UECgwJbW9jay1jc21zMRwwGgYDVQQDDBNtb2NrLWNzbXMgdGVzdCBy
b290MCAXDTI0MDEwMTAwMDAwMFoYDzIxMDAwMTAxMDAwMDAwWjAyMRIwEAYDVQQK
DAltb2NrLWNzbXMxHDAaBgNVBAMME21vY2stY3NtcyB0ZXN0IHJvb3QwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAARyzEIJTpdUNrhCTRWbcsya3pFzi256re/GpLon
ZeHjTr/iEIp4rYgtIl3aEV6YcGcBfpCCRAr2yjAMznTMRcBJo0IwQDAPBgNVHRMB
Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUlqDQA6gXBvmQJRea
XvnsJ8pb1fMwCgYIKoZIzj0EAwIDRwAwRAIgMn7WgjNLi/LoF8phOYWYWS1A081e
cEP5Cyf1h3lSBLMCIBeOlpe4gRMQvnI3XeNbmv2ol0yl3vzpw61oL5GvVd8V
-----END CERTIFICATE-----
"""
"""A valid root certificate, from 2024 to 2100; its private key was destroyed."""

EXPIRED = """\
-----BEGIN CERTIFICATE-----
MIIBuDCCAV6gAwIBAgIUX/IMmBRYj5qy0LGjwB6T3CdlIVswCgYIKoZIzj0EAwIw
OjESMBAGA1UECgwJbW9jay1jc21zMSQwIgYDVQQDDBttb2NrLWNzbXMgZXhwaXJl
ZCB0ZXN0IHJvb3QwHhcNMjAwMTAxMDAwMDAwWhcNMjEwMTAxMDAwMDAwWjA6MRIw
EAYDVQQKDAltb2NrLWNzbXMxJDAiBgNVBAMMG21vY2stY3NtcyBleHBpcmVkIHRl
c3Qgcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCZfwFM990leTc7U2CEN
gojs0+QVBEqErdG3B6xkM//tjaW40WCJHQ3jx1EJF4ptSWh648Hu9k9tnObB/cj8
rlCjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQW
BBRGyQXyEx0VzkrKXGft6MvJAGg7LjAKBggqhkjOPQQDAgNIADBFAiEAlbLWq1oe
I8XvuLcgKW0Sb2Dqlz8v6HTc/eFnQhhkbf0CIG9hT/nLGAYkYg0buIESQVCqeIGU
m/hMfBonqgOblHzN
-----END CERTIFICATE-----
"""
"""A root certificate of the year 2020; its private key was destroyed."""

BROKEN = "-----BEGIN CERTIFICATE-----\nMIIBmockcertificate\n-----END CERTIFICATE-----\n"
"""A PEM block that does not contain a certificate."""

HASHES = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "0123456789abcdef" * 4,
    "issuerKeyHash": "fedcba9876543210" * 4,
    "serialNumber": "1a2b3c4d5e6f",
}
"""The hash data of a certificate that no station has."""

_UNSUPPORTED = (": NotImplemented:", ": NotSupported:")
"""What is in the text of a failure if a station does not support a command."""


class Root(Record):
    """A root certificate to install."""

    pem: str
    issuer: str
    """The certificate that has signed it, in PEM: that of the root itself, or of the root before it."""

    @property
    def hashes(self) -> Predicate:
        """Matches the hash data of the root, with any hash algorithm."""
        return Predicate("the hash data of the root", self._is_named_by)

    def _is_named_by(self, found: Any) -> bool:
        algorithm = found.get("hashAlgorithm") if isinstance(found, dict) else None
        if algorithm not in ("SHA256", "SHA384", "SHA512"):
            return False
        own = hash_data(self.pem, self.issuer, algorithm)
        return all(f"{found.get(part)}".lower().lstrip("0") == own[part].lower().lstrip("0") for part in own)

    def entry_in(self, entries: Sequence[Json], kind: str) -> Json | None:
        """Return the entry of the root with that type in a list of certificates; None if there is none."""
        wanted = {"certificateType": kind, "certificateHashData": self.hashes}
        return next((entry for entry in entries if not differences(entry, wanted)), None)


OF_PLANS = Root(ROOT, ROOT)
"""The root of the plans."""
EXPIRED_ROOT = Root(EXPIRED, EXPIRED)
of_root = OF_PLANS.hashes
"""Matches the hash data of ROOT, with any hash algorithm."""


def unknown_hashes(like: Json) -> Json:
    """Return the hash data of a certificate that no station has, with the hash algorithm of others (M04.FR.07)."""
    parts = ("issuerNameHash", "issuerKeyHash")
    longer = {part: (HASHES[part] * 2)[: len(like[part])] for part in parts}
    return {**HASHES, **longer, "hashAlgorithm": like["hashAlgorithm"]}


async def supported(station: Station) -> None:
    """Skip the case if the station does not support certificates; with security profile 2 or 3 it must."""
    try:
        await station.csms.call(station.identity, "GetInstalledCertificateIds", {"certificateType": [OF_CSMS]})
    except CallFailed as failure:
        if any(text in str(failure) for text in _UNSUPPORTED) and not await _must_support(station):
            station.lacks("commands for certificates")


async def _must_support(station: Station) -> bool:
    """Whether the station must support certificates: it uses security profile 2 or 3 (errata of M01 and M02)."""
    return await station.get("SecurityCtrlr", "SecurityProfile") in ("2", "3")


async def listed(station: Station, *kinds: str) -> list[Json]:
    """Return the list of certificates of these types, or of all types without any.

    The station must return a list, or NotFound; the list must only have these types (M03.FR.02 to 04).
    """
    asked = {"certificateType": [*kinds] or None}
    answer = await station.command("GetInstalledCertificateIds", asked, status=one_of("Accepted", "NotFound"))
    entries: list[Json] = answer.get("certificateHashDataChain", [])
    if bool(entries) != (answer["status"] == "Accepted"):
        raise AssertionError(f"{answer['status']} with {len(entries)} certificates")
    others = {entry["certificateType"] for entry in entries} - set(kinds)
    if kinds and others:
        raise AssertionError(f"the list has {', '.join(sorted(others))}, which was not requested")
    return entries


async def expect_listed(station: Station, kinds: Sequence[str], *roots: tuple[str, Root]) -> None:
    """Check that the list of these types, or of all, has each of these roots with its type."""
    entries = await listed(station, *kinds)
    for kind, root in roots:
        if root.entry_in(entries, kind) is None:
            raise AssertionError(f"the station does not list the {kind} that was installed")


async def still_listed(station: Station, before: Sequence[Json]) -> None:
    """Check that the station lists all roots of the CSMS that it has listed before."""
    after = await listed(station, OF_CSMS)
    if not all(entry in after for entry in before):
        raise AssertionError("the station does not list its old root any more")


async def install(station: Station, kind: str, root: Root) -> None:
    """Install a root, which the station must accept; it is deleted after the case, unless it was there before."""
    before = await _hashes_in_station(station, kind, root)
    await accepted(station, {"certificateType": kind, "certificate": root.pem})
    if before is None:
        after = await _hashes_in_station(station, kind, root) or hash_data(root.pem, root.issuer)
        station.undo_with("DeleteCertificate", {"certificateHashData": after})


async def rejects(station: Station, root: Root) -> None:
    """Send a root of the CSMS, which the station must reject, and not list."""
    given = {"certificateType": OF_CSMS, "certificate": root.pem}
    await station.command("InstallCertificate", given, status="Rejected")
    if root.entry_in(await listed(station, OF_CSMS), OF_CSMS):
        raise AssertionError("the station lists the root that it has rejected")


async def accepted(station: Station, asked: Json) -> None:
    """Send InstallCertificate, which the station must accept.

    Skips the case if the station rejects it, has no certificate of any type, and does not use security profile 2 or 3:
    it need not support certificates.
    """
    status = (await station.command("InstallCertificate", asked))["status"]
    if status == "Rejected" and not await _must_support(station) and not await listed(station):
        station.lacks("certificates, and rejects a root; only with security profile 2 or 3 it must accept one (--tls)")
    if status != "Accepted":
        raise AssertionError(f"the station did not accept a valid {asked['certificateType']}: {status}")


async def installed(station: Station, kind: str) -> Root:
    """Install a root of the plans unless the station has it, and return it."""
    root = await new_root(station, kind)
    if await _hashes_in_station(station, kind, root) is None:
        await install(station, kind, root)
    return root


async def trusts_tls(station: Station) -> None:
    """Let the station have the root of --tls, for good."""
    root = root_of_tls(station)
    if root is None:
        station.skip("needs wss://; see --tls")
    if root.entry_in(await in_station(station, OF_CSMS), OF_CSMS) is None:
        given = {"certificateType": OF_CSMS, "certificate": root.pem}
        await station.command("InstallCertificate", given, status="Accepted")


async def new_root(station: Station, kind: str) -> Root:
    """Return a root that the station must accept: that of the plans.

    With AdditionalRootCertificateCheck the root of the station must have signed it (M05.FR.10): it is another root of
    --tls, and the case is skipped if the station has another root than that of --tls.
    """
    if kind != OF_CSMS or await station.get("SecurityCtrlr", "AdditionalRootCertificateCheck") != "true":
        return OF_PLANS
    entries, own = await in_station(station, kind), root_of_tls(station)
    if entries and (own is None or own.entry_in(entries, kind) is None):
        station.skip("the plans have no root that the root of the station has signed; see --tls")
    return Root(of_tls(station, "other-root-signed"), own.pem) if entries and own else OF_PLANS


def root_of_tls(station: Station) -> Root | None:
    """Return the root of --tls, which stations must trust; None without --tls."""
    pem = of_tls(station, "root")
    return Root(pem, pem) if pem else None


def of_tls(station: Station, name: str) -> str:
    """Return a certificate of the test authority of --tls; "" without --tls."""
    config = station.csms.config
    return (Path(config.state_dir) / f"{name}.pem").read_text("utf-8") if config.tls and config.state_dir else ""


async def delete(station: Station, hash_data_: Json, status: object = "Accepted") -> None:
    """Delete a certificate; the result must have this status."""
    await station.command("DeleteCertificate", {"certificateHashData": hash_data_}, status=status)


async def in_station(station: Station, kind: str) -> list[Json]:
    """Return the certificates of a type in the station, whatever the status of its answer is."""
    answer = await station.command("GetInstalledCertificateIds", {"certificateType": [kind]})
    entries: list[Json] = answer.get("certificateHashDataChain", [])
    return entries


async def _hashes_in_station(station: Station, kind: str, root: Root) -> Json | None:
    """Return the hash data of a root in the station's list; None if the list lacks it."""
    entry = root.entry_in(await in_station(station, kind), kind)
    return entry["certificateHashData"] if entry else None
