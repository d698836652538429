"""Block L, firmware management: updates with signed firmware (L01)."""

from mock_csms.plans import Station, case, one_of, says
from mock_csms.plans.v2 import certificates, firmware

STATUS = says("FirmwareStatusNotification")


@case(
    "TC_L_01_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.04, L01.FR.05, L01.FR.10, L01.FR.20, L01.FR.28, L01.FR.31",
    needs=("files",),
    fails_with={
        "firmware-out-of-order": r"sent no FirmwareStatusNotification\[requestId=1,status=Downloading\]",
        "wrong-firmware-id": "requestId: expected 1, got 2",
        "no-firmware-event": "sent no SecurityEventNotification",
        "wrong-boot-reason": "reason: expected FirmwareUpdate, got Watchdog",
    },
)
async def test_l_01_firmware_is_installed(station: Station) -> None:
    """The station downloads firmware, verifies its signature and installs it; it reports each step and the update."""
    await station.prepare(firmware.signer_trusted)
    update = await firmware.request(station)
    await firmware.installed(station, update, await firmware.verified(station, update))


@case(
    "TC_L_02_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.04, L01.FR.10, L01.FR.16, L01.FR.20, L01.FR.28, L01.FR.31",
    needs=("files",),
    fails_with={
        "no-scheduled-status": "sent no FirmwareStatusNotification.*InstallScheduled",
        "no-firmware-event": "sent no SecurityEventNotification",
        "--speed 2": "came .* s too early",
    },
)
async def test_l_02_installation_is_scheduled(station: Station) -> None:
    """With an installDateTime in the future, the station reports InstallScheduled, and installs at that time."""
    await station.prepare(firmware.signer_trusted)
    earliest, written = firmware.later(5 * station.profile.timeouts.interval)
    update = await firmware.request(station, {"installDateTime": written})
    await firmware.verified(station, update)
    waiting = await firmware.reports(station, update, "InstallScheduled")
    begun = firmware.told(update, one_of("Installing", "InstallRebooting", "Installed"))
    first = await station.expect(begun, within=station.profile.timeouts.boot)
    firmware.check_time(station, first, earliest)
    await firmware.installed(station, update, waiting)


@case(
    "TC_L_03_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.04, L01.FR.10, L01.FR.13, L01.FR.20, L01.FR.28, L01.FR.31",
    needs=("files",),
    fails_with={
        "no-scheduled-status": "sent no FirmwareStatusNotification.*DownloadScheduled",
        "downloads-too-soon": "sent no FirmwareStatusNotification.*DownloadScheduled",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l_03_download_is_scheduled(station: Station) -> None:
    """With a retrieveDateTime in the future, the station reports DownloadScheduled, and downloads at that time."""
    await station.prepare(firmware.signer_trusted)
    earliest, written = firmware.later(2 * station.profile.timeouts.interval)
    update = await firmware.request(station, {"retrieveDateTime": written})
    await firmware.reports(station, update, "DownloadScheduled")
    firmware.check_time(station, await firmware.reports(station, update, "Downloading"), earliest)
    verified = await firmware.reports(station, update, "Downloaded", "SignatureVerified")
    await firmware.installed(station, update, verified)


@case(
    "TC_L_05_CS",
    use_case="L01",
    requirement="L01.FR.02, L01.FR.21, L01.FR.22",
    needs=("files",),
    fails_with={
        "bad-signer-accepted": "status: expected InvalidCertificate or RevokedCertificate, got Accepted",
        "no-signature-event": "sent no SecurityEventNotification",
    },
)
async def test_l_05_signing_certificate_is_invalid(station: Station) -> None:
    """The station rejects a signing certificate that its manufacturer's root did not issue, and reports the attempt."""
    await station.prepare(firmware.signer_trusted)
    begin = station.mark()
    answers = one_of("InvalidCertificate", "RevokedCertificate")
    await firmware.request(station, {"signingCertificate": certificates.ROOT}, status=answers)
    await station.expect(says("SecurityEventNotification", type="InvalidFirmwareSigningCertificate"), after=begin)
    await station.expect_nothing(STATUS, after=begin)


@case(
    "TC_L_06_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.03, L01.FR.04, L01.FR.10",
    needs=("files",),
    fails_with={
        "bad-signature-verified": "sent no FirmwareStatusNotification.*InvalidSignature",
        "no-signature-event": "sent no SecurityEventNotification",
    },
)
async def test_l_06_signature_is_invalid(station: Station) -> None:
    """If the downloaded file does not fit its signature, the station reports that, and installs nothing."""
    await station.prepare(firmware.signer_trusted)
    station.configure(files_fault=[f"wrong-image@{firmware.FILE}"])
    update = await firmware.request(station)
    invalid = await firmware.reports(station, update, "Downloading", "Downloaded", "InvalidSignature")
    event = says("SecurityEventNotification", type="InvalidFirmwareSignature")
    await station.expect(event, after=invalid.number - 2)
    await station.expect_nothing(STATUS, after=invalid.number)


@case(
    "TC_L_07_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.10, L01.FR.30",
    needs=("files",),
    fails_with={
        "wrong-firmware-id": "requestId: expected 1, got 2",
        "firmware-out-of-order": "status: expected Downloading or DownloadFailed, got Installed",
    },
)
async def test_l_07_download_fails(station: Station) -> None:
    """If there is no file at the location, the station reports DownloadFailed, and installs nothing."""
    await station.prepare(firmware.signer_trusted)
    station.configure(files_fault=[f"missing@{firmware.FILE}"])
    update = await firmware.request(station)
    first = await station.expect(STATUS, within=station.profile.timeouts.boot)
    station.check(first, firmware.told(update, one_of("Downloading", "DownloadFailed")))
    if first.payload["status"] == "Downloading":
        await firmware.reports(station, update, "DownloadFailed")
    await station.expect_nothing(STATUS)


@case(
    "TC_L_08_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.04, L01.FR.10, L01.FR.29",
    needs=("files",),
    fails_with={
        "firmware-out-of-order": r"sent no FirmwareStatusNotification\[requestId=1,status=Downloading\]",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l_08_installation_fails(station: Station) -> None:
    """If a rightly signed image cannot be installed, the station reports that, and not Installed."""
    firmware.needs_file(station, firmware.BROKEN)
    await station.prepare(firmware.signer_trusted)
    update = await firmware.request(station, {"location": f"{{{{files}}}}/{firmware.BROKEN}"})
    verified = await firmware.verified(station, update)
    ended = firmware.told(update, one_of("InstallVerificationFailed", "InstallationFailed", "Installed"))
    end = await station.expect(ended, within=station.profile.timeouts.boot, after=verified.number)
    failed = one_of("InstallVerificationFailed", "InstallationFailed")
    station.check(end, firmware.told(update, failed))
    await firmware.check_boot(station, update, verified.number)
    await station.expect_nothing(STATUS, after=end.number)


@case(
    "TC_L_18_CS",
    use_case="L01",
    requirement="L01.FR.21, L01.FR.22",
    needs=("files", "not L02"),
    fails_with={
        "firmware-always-accepted": "status: expected Rejected or InvalidCertificate, got Accepted",
        "--features L02": "status: expected Rejected or InvalidCertificate, got Accepted",
    },
)
async def test_l_18_signature_is_missing(station: Station) -> None:
    """The station rejects firmware without a certificate and a signature, and downloads nothing.

    It does not apply to stations that also support the use case L02, which installs such firmware.
    """
    begin = station.mark()
    unsigned = {"signature": None, "signingCertificate": None}
    await firmware.request(station, unsigned, status=one_of("Rejected", "InvalidCertificate"))
    await station.expect_nothing(STATUS, after=begin)
