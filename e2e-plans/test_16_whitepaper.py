"""OCPP 1.6, the security whitepaper: the password, certificates, logs and signed firmware."""

from mock_csms.plans import Station, one_of, says
from mock_csms.plans.connection import reconnects
from mock_csms.plans.v2.firmware import FILE
from mock_csms.plans.v2.logs import file_came
from mock_csms.plans.v16 import files, keys, passwords
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.certificates import deletes, installs, lists
from mock_csms.plans.v16.files import LOG, SIGNED

MAKER, CENTRAL = "ManufacturerRootCertificate", "CentralSystemRootCertificate"
LISTED = {"lists-no-certificates": "does not list the certificate that was installed"}


@case(
    "TC_073_CS",
    use_case="Update Charge Point Password",
    requirement="5.3, whitepaper A01, whitepaper A01.FR.03, OCPP-J 6.2.2",
    needs=("password",),
    fails_with={"old-key": "expected Connected, got Refused"},
)
async def test_16_password(station: Station) -> None:
    """The station accepts a new AuthorizationKey, and connects with it."""
    await passwords.uses_password(station)
    await passwords.change(station, passwords.NEW)
    await reconnects(station)


@case(
    "TC_075_1_CS",
    use_case="Install CA certificate",
    requirement="whitepaper M05, whitepaper M03",
    fails_with=LISTED,
)
async def test_16_install_root_of_manufacturer(station: Station) -> None:
    """The station installs a root of the manufacturer, and lists it."""
    await installs(station, MAKER)
    await lists(station, MAKER)


@case(
    "TC_075_2_CS",
    use_case="Install CA certificate",
    requirement="whitepaper M05, whitepaper M03",
    fails_with=LISTED,
)
async def test_16_install_root_of_central_system(station: Station) -> None:
    """The station installs a root of the central system, and lists it."""
    if (await keys.get(station, "AdditionalRootCertificateCheck") or "").casefold() == "true":
        station.skip("the station only accepts a root that its present root has signed", applies=False)
    await installs(station, CENTRAL)
    await lists(station, CENTRAL)


@case(
    "TC_076_CS",
    use_case="Delete a specific certificate",
    requirement="whitepaper M04, whitepaper M03",
    fails_with={"keeps-certificates": "still lists the certificate that was deleted"},
)
async def test_16_delete_certificate(station: Station) -> None:
    """The station deletes a root of the manufacturer, and does not list it any more."""
    await installs(station, MAKER)
    await deletes(station, MAKER)


@case(
    "TC_079_CS",
    use_case="Retrieve Log Information",
    requirement="whitepaper N01",
    needs=("files",),
    fails_with={
        "nameless-logs": "accepted without a filename",
        "silent-logs": "sent no LogStatusNotification",
    },
)
async def test_16_security_log(station: Station) -> None:
    """The station uploads its security log, and reports Uploading and Uploaded."""
    await files.has_whitepaper(station)
    begin = station.mark()
    number = await files.request_log(station, "SecurityLog")
    await files.reports(station, LOG, "Uploading", "Uploaded", after=begin, request=number)
    await file_came(station)


@case(
    "TC_080_CS",
    use_case="Secure Firmware Update",
    requirement="whitepaper L01",
    needs=("files",),
    fails_with={"unverified-firmware": "status: expected SignatureVerified, got Install"},
)
async def test_16_signed_firmware(station: Station) -> None:
    """The station downloads signed firmware, checks its signature, and installs it; it reports each step."""
    begin = station.mark()
    number = await files.signed_update(station)
    steps = "Downloading", "Downloaded", "SignatureVerified", "Installed"
    between = ["DownloadScheduled", "Installing", "InstallRebooting"]
    await files.reports(station, SIGNED, *steps, after=begin, request=number, optional=between)


@case(
    "TC_081_CS",
    use_case="Secure Firmware Update",
    requirement="whitepaper L01",
    needs=("files",),
    fails_with={"trusts-any-firmware": "status: expected InvalidSignature, got SignatureVerified"},
)
async def test_16_wrong_signature(station: Station) -> None:
    """If the firmware does not fit its signature, the station reports that, also as a security event."""
    station.configure(files_fault=[f"wrong-image@{FILE}"])
    begin = station.mark()
    number = await files.signed_update(station)
    steps = one_of("Downloading", "DownloadScheduled"), "Downloaded", "InvalidSignature"
    end = await files.reports(station, SIGNED, *steps, after=begin, request=number)
    await station.expect(says("SecurityEventNotification", type="InvalidFirmwareSignature"), after=begin)
    await station.expect_nothing(says(SIGNED), after=end.number)
