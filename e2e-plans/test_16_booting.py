"""OCPP 1.6, cold boot: how a station boots, and how it waits for its acceptance (4.2)."""

from mock_csms.plans import Station, any_call, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.booting import answers_boot
from mock_csms.plans.v16.cases import case


@case(
    "TC_001_CS",
    use_case="Boot Notification",
    requirement="4.2, errata 3.22",
    fails_with={
        "no-connector-zero": r"sent no StatusNotification\[connectorId=0,status=Available",
        "no-statuses": r"sent no StatusNotification\[connectorId=",
    },
)
async def test_16_cold_boot(station: Station) -> None:
    """After a reboot the station boots, and reports the status of connector 0 and of every connector."""
    await states.booted(station)


@case(
    "TC_002_CS",
    use_case="Boot Notification",
    requirement="4.2",
    fails_with={
        "early-status": "sent StatusNotification, which must not come",
        "rejects-everything": "status: expected Accepted or RebootRequired, got Rejected",
        "ignores-keys": "asked for the keys HeartbeatInterval, got other",
    },
)
async def test_16_cold_boot_pending(station: Station) -> None:
    """While its boot is Pending, the station answers commands, but sends nothing except the next BootNotification."""
    timeouts = station.profile.timeouts
    await station.remember("", "MeterValueSampleInterval")
    station.configure(reply=answers_boot("Pending", timeouts.interval))
    await states.booting(station)
    first = await station.expect(says("BootNotification"), within=timeouts.boot)
    begin = station.mark()
    await keys.shows(station, "HeartbeatInterval")
    await keys.changes(station, "MeterValueSampleInterval", "11")
    again = await station.expect(says("BootNotification"), within=timeouts.interval + timeouts.boot, after=begin)
    await station.expect_nothing(any_call(but="BootNotification"), after=first.number, before=again)
    station.check_gap(first, again, least=timeouts.interval)
    await states.reports_connectors(station)
