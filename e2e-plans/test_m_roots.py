"""Block M, certificates: roots are installed, listed and deleted (M03, M04, M05)."""

from collections.abc import Sequence

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import certificates
from mock_csms.plans.v2.certificates import OF_CSMS, OF_MAKER, OF_OPERATOR
from mock_csms.protocol.actions import Json

NOT_INSTALLED = {
    "certificate-not-installed": "the station does not list the .*RootCertificate that was installed",
    "certificates-without-list": "Accepted with 0 certificates",
}
WRONG_LIST = {
    "certificates-without-list": "Accepted with 0 certificates",
    "certificates-of-other-types": "the list has V2GRootCertificate, which was not requested",
}


async def is_installed(station: Station, kind: str) -> None:
    """Install a root; the station must accept it, and list it."""
    await certificates.supported(station)
    root = await certificates.new_root(station, kind)
    await certificates.install(station, kind, root)
    await certificates.expect_listed(station, [kind], (kind, root))


async def is_listed(station: Station, asked: Sequence[str], *kinds: str) -> None:
    """Install a root of each kind; the list of the requested types must have these roots."""
    await certificates.supported(station)
    roots = [(kind, await station.prepare(certificates.installed, kind)) for kind in kinds]
    await certificates.expect_listed(station, asked, *roots)


@case(
    "TC_M_01_CS",
    use_case="M05",
    requirement="M05.FR.01, M05.FR.02",
    fails_with=NOT_INSTALLED,
)
async def test_m_01_root_of_the_csms_is_installed(station: Station) -> None:
    """The station accepts a root of the CSMS, and lists it with its hash data."""
    await is_installed(station, OF_CSMS)


@case(
    "TC_M_02_CS",
    use_case="M05",
    requirement="M05.FR.01, M05.FR.02",
    fails_with=NOT_INSTALLED,
)
async def test_m_02_root_of_the_manufacturer_is_installed(station: Station) -> None:
    """The station accepts a root of the manufacturer, and lists it with its hash data."""
    await is_installed(station, OF_MAKER)


@case(
    "TC_M_07_CS",
    use_case="M05",
    requirement="M05.FR.07",
    needs=("not AS-2",),
    fails_with={"certificate-not-installed": "status: expected Rejected, got Accepted"},
)
async def test_m_07_expired_root_is_rejected(station: Station) -> None:
    """The station rejects a root that has expired, and does not list it."""
    await certificates.supported(station)
    await certificates.rejects(station, certificates.EXPIRED_ROOT)


@case(
    "TC_M_12_CS",
    use_case="M03",
    requirement="M03.FR.01, M03.FR.03",
    fails_with=WRONG_LIST,
)
async def test_m_12_roots_of_the_csms_are_listed(station: Station) -> None:
    """The list of roots of the CSMS has the root that was installed, and no other type."""
    await is_listed(station, [OF_CSMS], OF_CSMS)


@case(
    "TC_M_13_CS",
    use_case="M03",
    requirement="M03.FR.01, M03.FR.03",
    fails_with=WRONG_LIST,
)
async def test_m_13_roots_of_the_manufacturer_are_listed(station: Station) -> None:
    """The list of roots of the manufacturer has the root that was installed, and no other type."""
    await is_listed(station, [OF_MAKER], OF_MAKER)


@case(
    "TC_M_17_CS",
    use_case="M03",
    requirement="M03.FR.01, M03.FR.03",
    fails_with=WRONG_LIST,
)
async def test_m_17_roots_of_two_types_are_listed(station: Station) -> None:
    """The list of two types has the roots of both, in any order, and no other type."""
    await is_listed(station, [OF_CSMS, OF_MAKER], OF_CSMS, OF_MAKER)


@case(
    "TC_M_18_CS",
    use_case="M03",
    requirement="M03.FR.01, M03.FR.03, M03.FR.04",
    fails_with={
        "certificates-without-list": "Accepted with 0 certificates",
        "certificate-not-installed": "the station does not list the CSMSRootCertificate that was installed",
    },
)
async def test_m_18_roots_of_all_types_are_listed(station: Station) -> None:
    """The list without types has the roots of all types, in any order."""
    await is_listed(station, [], OF_CSMS, OF_MAKER)


@case(
    "TC_M_19_CS",
    use_case="M03",
    requirement="M03.FR.01, M03.FR.02",
    fails_with={"certificates-of-other-types": "the list has V2GRootCertificate, which was not requested"},
)
async def test_m_19_no_root_of_the_type_is_installed(station: Station) -> None:
    """For a type of which nothing is installed, the station returns NotFound and no list, although it has others."""
    await certificates.supported(station)
    await station.prepare(certificates.installed, OF_CSMS)
    if await certificates.listed(station, OF_OPERATOR):
        station.skip(f"the station has a {OF_OPERATOR}", applies=False)


async def entry_of_new_root(station: Station) -> Json:
    """Let the station have a root of the CSMS, and return the hash data with which the station lists it."""
    await certificates.supported(station)
    root = await station.prepare(certificates.installed, OF_CSMS)
    entry = root.entry_in(await certificates.listed(station, OF_CSMS), OF_CSMS)
    if entry is None:
        raise AssertionError("the station does not list the root that was installed")
    return entry


@case(
    "TC_M_20_CS",
    use_case="M03, M04",
    requirement="M04.FR.01, M04.FR.02, M04.FR.07",
    fails_with={
        "certificate-kept": "the station still lists the certificate that it has deleted",
        "certificates-without-list": "Accepted with 0 certificates",
    },
)
async def test_m_20_certificate_is_deleted(station: Station) -> None:
    """The station deletes a root that is named as in its list, and does not list it any more."""
    entry = await entry_of_new_root(station)
    await certificates.delete(station, entry["certificateHashData"])
    if entry in await certificates.listed(station, OF_CSMS):
        raise AssertionError("the station still lists the certificate that it has deleted")


@case(
    "TC_M_22_CS",
    use_case="M03, M04",
    requirement="M04.FR.01, M04.FR.04, M04.FR.07",
    fails_with={"certificate-not-deleted": "status: expected NotFound, got Accepted"},
)
async def test_m_22_unknown_certificate_is_not_deleted(station: Station) -> None:
    """For the hash data of a certificate that the station does not have, it returns NotFound."""
    own = (await entry_of_new_root(station))["certificateHashData"]
    await certificates.delete(station, certificates.unknown_hashes(own), "NotFound")
