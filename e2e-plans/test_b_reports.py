"""Block B, provisioning: what a station reports of its variables (B07, B08)."""

from mock_csms.plans import Station, case, reports
from mock_csms.plans.required import WRITABLE


@case(
    "TC_B_12_CS",
    use_case="B07",
    requirement="B07.FR.01, B07.FR.03, B07.FR.04, B07.FR.07, B07.FR.10, B07.FR.12",
    fails_with={
        "read-only-configuration": "cannot be written: .*OfflineThreshold",
        "no-characteristics": "without characteristics: .*OfflineThreshold",
        "small-inventory": "are missing: .*OfflineThreshold",
        "report-seqno-gap": "seqNo: expected 0, got [12]",
    },
)
async def test_b_12_configuration_is_reported(station: Station) -> None:
    """The inventory of the configuration has what can be written, with characteristics, and the required variables."""
    report = await reports.base_report(station, "ConfigurationInventory")
    reports.check("cannot be written", reports.read_only(report))
    reports.check("without characteristics", reports.without_characteristics(report))
    reports.check("are missing", reports.missing(report, WRITABLE))
