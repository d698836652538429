"""Block B, provisioning: how a station boots, what its variables say, its reports, and resets."""

from mock_csms.plans import Station, case, states


@case(
    "TC_B_01_CS",
    use_case="B01",
    requirement="B01.FR.01, B01.FR.05, B01.FR.09",
    fails_with={"no-connector-report": r"sent no StatusNotification\[connectorStatus=Available,evseId=1"},
)
async def test_b_01_cold_boot_accepted(station: Station) -> None:
    """A station that starts boots, and once accepted tells of each connector and that it has started."""
    await states.booted(station)
