"""The dashboards of Grafana under deploy/: their queries name metrics and labels that the programs expose."""

import re

import pytest

from tests.deploy.exposed import METRIC, dashboards, exposing, queries, read

_LABELS = {
    "mock_csms_findings": {"check", "severity"},
    "mock_csms_messages": {"direction", "type", "action"},
    "mock_csms_answer_seconds": {"action"},
    "mock_csms_command_seconds": {"action"},
    "mock_csms_disconnections": {"code"},
    "mock_csms_handshakes_refused": {"status"},
    "mock_csms_call_errors": {"direction", "code"},
    "mock_csms_invalid_messages": {"action"},
    "mock_csms_faults": {"fault"},
    "mock_csms_rule_uses": {"rule"},
    "mock_csms_transactions": {"reason"},
    "ocpp_stations_connected": {"ocpp"},
    "ocpp_sessions": {"ocpp"},
    "ocpp_messages": {"ocpp"},
    "ocpp_errors": {"ocpp", "kind"},
    "ocpp_connect_seconds": {"ocpp"},
    "ocpp_boot_seconds": {"ocpp"},
    "ocpp_close_seconds": {"ocpp"},
    "ocpp_call_seconds": {"action"},
}
"""The labels of metrics; a metric without samples does not show them."""
_OF_PROMETHEUS = {"job", "instance"}
"""The labels that Prometheus adds."""
_WITHOUT_A_PANEL = {"mock_csms_build_info", "mock_csms_journal_bytes", "mock_csms_stream_lost_total"}


def base(metric: str) -> str:
    """Return the name of a metric as `_LABELS` has it."""
    return metric.removesuffix("_bucket").removesuffix("_total")


@pytest.mark.parametrize("name", dashboards())
def test_the_panels_do_not_overlap(name: str) -> None:
    """Each place of a dashboard, which is 24 columns wide, has at most one panel; ids and titles are unique."""
    taken: list[tuple[int, int]] = []
    panels = read(f"grafana/dashboards/{name}")["panels"]
    for panel in panels:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        taken += [(at["x"] + column, at["y"] + row) for column in range(at["w"]) for row in range(at["h"])]
    assert len({*taken}) == len(taken)
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)


async def test_each_query_names_metrics_that_exist() -> None:
    """The running programs expose each metric of the dashboards, nearly every metric has a panel; labels are right."""
    async with exposing() as texts:
        text = "".join(texts.values())
    typed = dict(re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE))
    known = {f"{name}_bucket" if kind == "histogram" else name for name, kind in typed.items()}
    used = {name for dashboard in dashboards() for query in queries(dashboard) for name in METRIC.findall(query)}
    assert used - known == set()
    assert {name for name in known - used - _WITHOUT_A_PANEL if not name.startswith("process_")} == set()
    for name, labels in re.findall(r"^([a-z_]+)\{([^}]*)\}", text, re.MULTILINE):
        if base(name) in _LABELS:
            assert {*re.findall(r'(\w+)="', labels)} - {"le"} == _LABELS[base(name)], name


@pytest.mark.parametrize("query", [query for name in dashboards() for query in queries(name)])
def test_each_query_has_labels_that_exist(query: str) -> None:
    """The labels of a query, and its brackets, are right."""
    assert query.count("(") == query.count(")")
    labels = {word for group in re.findall(r"by \(([^)]*)\)", query) for word in group.split(", ")} - {"le"}
    labels |= {*re.findall(r"(\w+)=", query)}
    assert labels <= _LABELS.get(base(METRIC.findall(query)[0]), set()) | _OF_PROMETHEUS
