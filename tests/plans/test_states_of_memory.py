"""The memory states with the reference station: certificates, a charging profile, an offline transaction."""

import pytest

from mock_csms.plans.station import Station
from mock_csms.plans.v2 import certificates, states
from mock_csms.plans.v2.messages import transaction_event
from mock_csms.protocol.v2.certificates import hash_data
from tests.plans.at_the_reference import run
from tests.virtual import in_virtual_time

KINDS = ("CSMSRootCertificate", "ManufacturerRootCertificate")
ASK_FOR_PROFILES = ("GetChargingProfiles", {"requestId": 1, "chargingProfile": {"stackLevel": 0}})


async def kinds(station: Station) -> list[str]:
    """Return the kinds of the certificates that are installed."""
    answer = await station.command("GetInstalledCertificateIds", {"certificateType": [*KINDS]})
    return sorted(chain["certificateType"] for chain in answer.get("certificateHashDataChain", []))


@in_virtual_time
async def test_certificates_are_installed_and_listed() -> None:
    """Each type of certificate is installed once; after the case only certificates of the case are deleted."""
    async with run() as it:
        station = await it.begin()
        for kind in (*KINDS, KINDS[0]):
            await states.certificate_installed(station, kind)
            await states.installed_certificates(station, kind)
        assert await kinds(station) == [*KINDS]
        await it.end(station)
        station = await it.begin()
        assert await kinds(station) == []
        root = {"certificateType": KINDS[0], "certificate": certificates.ROOT}
        await station.command("InstallCertificate", root, status="Accepted")
        await states.installed_certificates(station)
        await it.end(station)
        station = await it.begin()
        assert await kinds(station) == [KINDS[0]]


@in_virtual_time
async def test_a_certificate_that_is_not_listed_is_an_error() -> None:
    """A station that accepts the certificate but does not list it does not reach the state."""
    async with run("--misbehave", "certificates-without-list") as it:
        station = await it.begin()
        with pytest.raises(
            AssertionError,
            match=r"unexpected answer to GetInstalledCertificateIds\n  certificateHashDataChain: expected an item",
        ):
            await states.installed_certificates(station)
        assert it.findings.take()


def test_the_hash_data_of_the_root() -> None:
    """Hash data of the root match with any hash algorithm and letter case, and those of other certificates do not."""
    for algorithm in ("SHA256", "SHA384", "SHA512"):
        own = hash_data(certificates.ROOT, certificates.ROOT, algorithm)
        assert certificates.of_root.suits(own)
        assert certificates.of_root.suits({**own, "issuerKeyHash": own["issuerKeyHash"].upper()})
        assert not certificates.of_root.suits({**own, "serialNumber": "1"})
    assert not any(certificates.of_root.suits(other) for other in (certificates.HASHES, {}, None))


@in_virtual_time
async def test_a_charging_profile_is_set() -> None:
    """The charging profile takes effect, and is cleared after the case."""
    async with run() as it:
        station = await it.begin()
        await states.charging_profile_set(station)
        await states.charging_profile_set(station)
        await station.command(*ASK_FOR_PROFILES, status="Accepted")
        await states.energy_transfer_started(station)
        await it.end(station)
        station = await it.begin()
        await station.command(*ASK_FOR_PROFILES, status="NoProfiles")


@in_virtual_time
async def test_a_transaction_begins_offline() -> None:
    """From any state the step leads to an online station with a running transaction that started offline."""
    async with run() as it:
        station = await it.begin()
        for before in (station.settle, lambda: states.energy_transfer_started(station)):
            await before()
            await states.start_offline_transaction(station)
            assert station.known.is_connected
            assert len(station.known.transactions) == 1
            await station.expect(transaction_event("Started", offline=True))


@in_virtual_time
async def test_a_missing_offline_transaction_is_an_error() -> None:
    """A station that does not authorize offline does not reach the state."""
    async with run("--variable", "AuthCtrlr.OfflineTxForUnknownIdEnabled=false") as it:
        station = await it.begin()
        with pytest.raises(AssertionError, match="is back, but reported no transaction within 5 s"):
            await states.start_offline_transaction(station)
