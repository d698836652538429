"""How findings are counted when very many stations are wrong."""

from mock_csms.conformance.selection import Expected
from mock_csms.runtime.bus import Bus
from mock_csms.settings import Config
from mock_csms.twin.events import Connected, Finding, Severity
from mock_csms.watch.findings import OTHERS, Findings
from mock_csms.watch.statuses import Status


def run_of(stations: int, *expected: Expected) -> Findings:
    """Return what is counted when so many stations have one error each."""
    config = Config(fail_on_findings="error", expected_findings=expected)
    bus = Bus()
    findings = Findings(config, bus, lambda: ("R05",))
    bus.publish(Connected(0.0, "CS-0", "ocpp2.0.1", ()))
    for number in range(stations):
        bus.publish(Finding(0.0, f"CS-{number}", "R05", "Part 4 4.1.4", Severity.ERROR, "wrong", (), ""))
    findings.conclude()
    return findings


def test_further_stations_are_counted_together() -> None:
    """No finding is lost, and the run fails for those of any station; the memory is bounded."""
    findings = run_of(10_020)
    assert "findings of severity error: 10,020" in findings.verdict(Status.FAILED)
    (line,) = [line for line in findings.summary().splitlines() if OTHERS in line]
    assert " 20 " in f"{line} "
    assert findings.status == Status.FAILED


def test_expected_findings_of_further_stations_fail_no_run() -> None:
    """Whether a finding was expected is known of every station, also of those that are counted together."""
    assert run_of(10_020, Expected("R05")).status == Status.FINE
    assert run_of(10_020, Expected("R05", "CS-1*")).status == Status.FAILED
    assert run_of(10_020, Expected("R05", "CS-10019")).missing == []
    assert run_of(10, Expected("R05", "CS-10019")).missing == ["R05@CS-10019"]
