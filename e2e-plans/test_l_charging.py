"""Block L, firmware management: updates while vehicles charge (L01)."""

from mock_csms.plans import Station, case, connector_reports, transaction_event
from mock_csms.plans.v2 import firmware, sessions, states

NEEDS = ("files", *sessions.NEEDS)
FEATURES_OF_DOWNLOADS = ("not C-43", "not AQ-7")
FEATURES_OF_INSTALLATIONS = ("not C-43", "AQ-7")
NEW_SESSIONS = "ChargingStation", "AllowNewSessionsPendingFirmwareUpdate"


async def charges(station: Station, evse: int, token: str = "valid") -> None:
    """Let a vehicle charge at the first connector of an EVSE, which is the one in use from now on."""
    station.go_to(evse)
    await states.ev_connected(station)
    is_remote = station.profile.authorization == "remote"
    await (states.authorized_remotely if is_remote else states.authorized_locally)(station, token)
    await states.energy_transfer_started(station)


async def stops(station: Station, evse: int, token: str = "valid") -> None:
    """Let a vehicle stop and leave. A connector that is closed because of the update becomes Unavailable then."""
    station.go_to(evse)
    if station.profile.authorization == "remote":
        await states.stop_authorized_remotely(station)
    else:
        await states.stop_authorized_locally(station, token)
    await states.ev_connected_post_session(station)
    await station.act("unplug")
    known, place = station.known, (station.evse, station.connector)
    is_over = await known.until(
        lambda: known.transaction_at(evse) is None and known.connectors[place] in ("Available", "Unavailable"),
        station.profile.timeouts.message,
    )
    assert is_over, f"EVSE {evse} is {known.connectors[place]} after the session"


async def forbids_new_sessions(station: Station) -> None:
    """Let no session start while an update is pending. A station without the variable must not start one either."""
    if await station.get(*NEW_SESSIONS) is not None:
        await station.set(*NEW_SESSIONS, "false")


async def closes_free_connectors(station: Station, begin: int) -> None:
    """Expect that the connectors of all other EVSEs have become Unavailable since a position (L01.FR.07)."""
    free = [place for place in station.profile.places if place[0] != station.evse]
    await station.expect_all(*[connector_reports("Unavailable", *place) for place in free], after=begin)


async def opens_all_connectors(station: Station) -> None:
    """Check that all connectors are Available again."""
    known = station.known
    are_open = await known.until(
        lambda: set(known.connectors.values()) == {"Available"}, station.profile.timeouts.message
    )
    assert are_open, f"not all connectors are Available after the update: {dict(known.connectors)}"


@case(
    "TC_L_12_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.06, L01.FR.10, L01.FR.13",
    needs=(*NEEDS, "C-20", *FEATURES_OF_DOWNLOADS, "HFS-8"),
    fails_with={
        "no-scheduled-status": "sent no FirmwareStatusNotification.*DownloadScheduled",
        "--features C-56,AQ-7": "sent no FirmwareStatusNotification.*DownloadScheduled",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l_12_download_waits_for_all_sessions(station: Station) -> None:
    """The station starts the download only when no transaction runs. A transaction may start while it waits."""
    await station.set(*NEW_SESSIONS, "true")
    await station.prepare(firmware.signer_trusted)
    await station.prepare(charges, 1)
    update = await firmware.request(station)
    scheduled = await firmware.reports(station, update, "DownloadScheduled")
    await charges(station, 2, "valid-2")
    await stops(station, 1)
    await station.expect_nothing(firmware.told(update, "Downloading"), after=scheduled.number)
    begin = station.mark()
    await stops(station, 2, "valid-2")
    await firmware.installed(station, update, await firmware.verified(station, update, begin))


@case(
    "TC_L_13_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.06, L01.FR.07, L01.FR.10, L01.FR.13",
    needs=(*NEEDS, *FEATURES_OF_DOWNLOADS),
    fails_with={
        "open-for-update": r"sent no StatusNotification\[connectorStatus=Unavailable,evseId=2",
        "no-scheduled-status": "sent no FirmwareStatusNotification.*DownloadScheduled",
    },
)
async def test_l_13_download_waits_without_new_sessions(station: Station) -> None:
    """Until the running transaction has ended, the download waits, and all free connectors are Unavailable."""
    await forbids_new_sessions(station)
    await station.prepare(firmware.signer_trusted)
    await station.prepare(charges, 1)
    begin = station.mark()
    update = await firmware.request(station)
    scheduled = await firmware.reports(station, update, "DownloadScheduled")
    await closes_free_connectors(station, begin)
    await station.expect_nothing(firmware.told(update, "Downloading"), after=scheduled.number)
    end = station.mark()
    await stops(station, 1)
    await firmware.installed(station, update, await firmware.verified(station, update, end))
    await opens_all_connectors(station)


@case(
    "TC_L_14_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.06, L01.FR.10",
    needs=(*NEEDS, "C-20", *FEATURES_OF_INSTALLATIONS, "HFS-8"),
    fails_with={
        "no-scheduled-status": "sent no FirmwareStatusNotification.*InstallScheduled",
        "--features C-56,C-43": "sent no FirmwareStatusNotification.*InstallScheduled",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l_14_installation_waits_for_all_sessions(station: Station) -> None:
    """The station starts the installation only when no transaction runs. A transaction may start while it waits."""
    await station.set(*NEW_SESSIONS, "true")
    await station.prepare(firmware.signer_trusted)
    await station.prepare(charges, 1)
    update = await firmware.request(station)
    await firmware.verified(station, update)
    scheduled = await firmware.reports(station, update, "InstallScheduled")
    await charges(station, 2, "valid-2")
    await stops(station, 1)
    await station.expect_nothing(firmware.told(update, "Installing"), after=scheduled.number)
    begin = station.mark()
    await stops(station, 2, "valid-2")
    await firmware.installed(station, update, begin)


@case(
    "TC_L_15_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.06, L01.FR.07, L01.FR.10",
    needs=(*NEEDS, *FEATURES_OF_INSTALLATIONS),
    fails_with={
        "open-for-update": r"sent no StatusNotification\[connectorStatus=Unavailable,evseId=2",
        "no-scheduled-status": "sent no FirmwareStatusNotification.*InstallScheduled",
    },
)
async def test_l_15_installation_waits_without_new_sessions(station: Station) -> None:
    """Until the running transaction has ended, the installation waits, and all free connectors are Unavailable."""
    await forbids_new_sessions(station)
    await station.prepare(firmware.signer_trusted)
    await station.prepare(charges, 1)
    begin = station.mark()
    update = await firmware.request(station)
    await firmware.verified(station, update)
    scheduled = await firmware.reports(station, update, "InstallScheduled")
    await closes_free_connectors(station, begin)
    await station.expect_nothing(firmware.told(update, "Installing"), after=scheduled.number)
    end = station.mark()
    await stops(station, 1)
    await firmware.installed(station, update, end)
    await opens_all_connectors(station)


@case(
    "TC_L_16_CS",
    use_case="L01",
    requirement="L01.FR.01, L01.FR.05, L01.FR.10, L01.FR.28, L01.FR.31",
    needs=(*NEEDS, "C-43"),
    fails_with={
        "--features C-56,AQ-7": "sent no FirmwareStatusNotification.*Installed",
        "no-firmware-event": "sent no SecurityEventNotification",
        "wrong-firmware-id": "requestId: expected 1, got 2",
    },
)
async def test_l_16_update_during_a_transaction(station: Station) -> None:
    """The station downloads and installs firmware while a vehicle charges; the transaction goes on."""
    await station.prepare(firmware.signer_trusted)
    await station.prepare(charges, 1)
    begin = station.mark()
    update = await firmware.request(station)
    await firmware.installed(station, update, await firmware.verified(station, update))
    await station.expect_nothing(transaction_event("Ended"), seconds=0, after=begin)
    await stops(station, 1)
