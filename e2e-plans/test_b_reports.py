"""Block B, provisioning: reports of variables (B07, B08)."""

from mock_csms.plans import (
    Station,
    case,
    reason,
    says,
)
from mock_csms.plans.v2 import reports
from mock_csms.plans.v2.required import WRITABLE


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
    """The configuration inventory has only writable variables, with characteristics, and all required ones."""
    report = await reports.base_report(station, "ConfigurationInventory")
    reports.check("cannot be written", reports.read_only(report))
    reports.check("without characteristics", reports.without_characteristics(report))
    reports.check("are missing", reports.missing(report, WRITABLE))


@case(
    "TC_B_13_CS",
    use_case="B07",
    requirement="B07.FR.01, B07.FR.03, B07.FR.04, B07.FR.08, B07.FR.10, B07.FR.12",
    fails_with={
        "no-characteristics": "without characteristics: .*OfflineThreshold",
        "small-inventory": "are missing: .*OfflineThreshold.*EVSE 2, connector 1",
        "report-never-ends": "sent no NotifyReport",
    },
)
async def test_b_13_everything_is_reported(station: Station) -> None:
    """The full inventory has all variables with characteristics, and the required ones of each EVSE and connector."""
    report = await reports.base_report(station, "FullInventory")
    reports.check("without characteristics", reports.without_characteristics(report))
    reports.check("are missing", reports.incomplete(report, station.profile.places))


@case(
    "TC_B_53_CS",
    use_case="B07",
    requirement="B07.FR.08",
    fails_with={
        "small-inventory": "are missing: .*OfflineThreshold",
        "no-characteristics": r"are not as they must be: .*OfflineThreshold \(its dataType is not reported\)",
    },
)
async def test_b_53_required_variables_are_as_they_must_be(station: Station) -> None:
    """The required variables are reported with the right mutability, type, unit, values and maximum."""
    report = await reports.base_report(station, "FullInventory")
    reports.check("are missing", reports.incomplete(report, station.profile.places))
    reports.check("are not as they must be", reports.unsuited(report, station.profile.version))


@case(
    "TC_B_15_CS",
    use_case="B07",
    requirement="B07.FR.02",
    needs=("not C-56",),
    fails_with={
        "--features C-56": "status: expected NotSupported, got Accepted",
        "--features C-56 --misbehave report-without-need": "sent NotifyReport, which must not come",
    },
)
async def test_b_15_unsupported_report_does_not_come(station: Station) -> None:
    """A station that does not support a SummaryInventory answers NotSupported, and sends no report."""
    request = {"requestId": 42, "reportBase": "SummaryInventory"}
    await station.command("GetBaseReport", request, status="NotSupported", statusInfo=reason("UnsupportedParam"))
    await station.expect_nothing(says("NotifyReport"))
