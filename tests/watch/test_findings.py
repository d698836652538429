"""How findings of very many stations are counted."""

from mock_csms.conformance.selection import Expected
from mock_csms.runtime.bus import Bus
from mock_csms.settings import Config
from mock_csms.twin.events import Connected, Finding, Severity
from mock_csms.watch.findings import OTHERS, Findings
from mock_csms.watch.statuses import Status


def run_of(stations: int, *expected: Expected) -> Findings:
    """Return the counted findings of this many stations with one error each."""
    config = Config(fail_on_findings="error", expected_findings=expected)
    bus = Bus()
    findings = Findings(config, bus, lambda: ("R05",))
    bus.publish(Connected(0.0, "CS-0", "ocpp2.0.1", ()))
    for number in range(stations):
        bus.publish(Finding(0.0, f"CS-{number}", "R05", "Part 4 4.1.4", Severity.ERROR, "wrong", (), ""))
    findings.conclude()
    return findings


def test_further_stations_are_counted_together() -> None:
    """Findings of stations beyond the limit are counted together, and fail the run like others."""
    findings = run_of(10_020)
    assert "findings of severity error: 10,020" in findings.verdict(Status.FAILED)
    (line,) = [line for line in findings.summary().splitlines() if OTHERS in line]
    assert " 20 " in f"{line} "
    assert findings.status == Status.FAILED


def test_expected_findings_of_further_stations() -> None:
    """Expected findings also apply to stations that are counted together."""
    assert run_of(10_020, Expected("R05")).status == Status.FINE
    assert run_of(10_020, Expected("R05", "CS-1*")).status == Status.FAILED
    assert run_of(10_020, Expected("R05", "CS-10019")).missing == []
    assert run_of(10, Expected("R05", "CS-10019")).missing == ["R05@CS-10019"]
