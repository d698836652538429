"""The endpoints for the mock itself."""

from mock_csms.behavior.templates import rfc3339
from mock_csms.control.api.contract.settings import About
from mock_csms.control.api.request import ApiRequest
from mock_csms.control.panel import Panel
from mock_csms.protocol.release import VERSION
from mock_csms.protocol.versions import versions


def read_about(asked: ApiRequest[None, None]) -> About:
    """Return the version, the addresses and the counts of the mock."""
    panel = asked.panel
    csms, journal = panel.csms, panel.journal
    return About(
        "mock-csms",
        VERSION,
        csms.url,
        panel.api,
        csms.chance.seed,
        rfc3339(panel.since),
        journal.cursor,
        _counts(panel),
        [version.name for version in versions()],
        _features(panel),
    )


def _counts(panel: Panel) -> dict[str, int]:
    stations = panel.csms.stations
    return {
        "stations": len(stations),
        "connected": len(panel.csms.sessions),
        "transactions": sum(len(station.transactions) for station in stations.values()),
        "findings": sum(counts.total() for counts in panel.findings.by_station.values()),
        "events": panel.journal.last - panel.journal.first + 1,
    }


def _features(panel: Panel) -> dict[str, bool]:
    config = panel.csms.config
    return {
        "checks": config.checks != "none",
        "learn": config.learn,
        "redact": config.redact,
        "require_boot": config.require_boot,
        "basic_auth": bool(config.basic_auth),
        "known_stations": config.known_stations is not None,
        "compression": not config.no_compression,
        "trace": config.trace is not None,
        "events": config.events is not None,
        "diagram": config.diagram is not None,
        "metrics": True,
        "ocpi": config.ocpi is not None,
        "shutdown": panel.stop is not None,
    }
