"""The page of `mock-station --report`: its texts and plots; it needs no other file."""

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mock_csms.commands.fleet.plots import Plot, PlotLine, figure, ticks
from mock_csms.commands.fleet.report import LoadReport, page
from mock_csms.station.figures import BOOT, FAILED, Figures
from mock_csms.station.link import CLOSE, CONNECT
from mock_csms.station.summary import greatest, summary, thresholds
from tests.browser import in_browser

if TYPE_CHECKING:
    from playwright.async_api import Browser

HOSTILE = "<script>document.title = 'hit'</script>"


def report(seconds: int = 90, *limits: str) -> LoadReport:
    """Return the report of a run of two versions of OCPP, in which each second took as many ms as its number."""
    figures = Figures()
    for second in range(1, seconds + 1):
        for version in ("1.6", "2.0.1"):
            for what in (CONNECT, BOOT, CLOSE, "StatusNotification"):
                figures.note(version, what, second / 1000)
            figures.messages[version] += 4
        figures.connected["1.6"] = second % 7
        if second == 60:
            figures.note_problem("1.6", FAILED, f"cannot connect: {HOSTILE}")
        figures.sample(float(second), 7.0)
    figures.seconds = float(seconds)
    summed = summary(7, figures)
    return LoadReport({"CSMS": f"ws://h/{HOSTILE}"}, summed, figures, thresholds(greatest([*limits, "errors=1"])))


def text_of(html: str) -> str:
    """Return the words of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.partition("<body>")[2])))


def test_the_page_has_thresholds_and_results() -> None:
    """The page has the verdict, each threshold with the measured value, counts, percentiles, and each problem."""
    text = text_of(page(report(90, "connect_ms.p95=85", "close_ms.p95=90")))
    assert " FAILED: 1 of 3 thresholds not met " in text
    assert " connect_ms.p95 at most 85 86 not met close_ms.p95 at most 90 86 met " in text
    assert " connections 180 2.0 messages 720 8.0 errors 1 " in text
    assert " connect 45.0 86.0 90.0 boot 45.0 86.0 90.0 close 45.0 86.0 90.0 StatusNotification 45.0 " in text
    assert " 1.6 90 1 86.0 86.0 86.0 2.0.1 90 0 86.0 " in text
    assert f" cannot connect: {HOSTILE} 1 " in text
    assert " PASSED " in text_of(page(report(90)))


def test_a_run_without_connections() -> None:
    """The page of a run in which no station could connect says so, and has plots without lines."""
    figures = Figures(seconds=1.0)
    figures.sample(1.0, 3.0)
    html = page(LoadReport({}, summary(3, figures), figures, ()))
    assert " FAILED: no station could connect " in text_of(html)
    assert "connect - - -" in text_of(html)


def test_the_page_needs_nothing_else() -> None:
    """The page has no script and loads nothing; a text from a server stays text."""
    html = page(report())
    assert re.findall(r"<script|src=|href=(?!\"data:,\")|url\(|@import", html) == []
    assert "default-src 'none'" in html


def test_the_plots() -> None:
    """Each subject has a plot; a run with very many parts is drawn with fewer points."""
    html = page(report(599))
    titles = re.findall(r"<figcaption><b>([^<]*)</b>", html)
    assert titles[:4] == ["Stations", "Messages", "Connections", "Errors"]
    assert titles[4:7] == ["Time to connect", "Time from a call to its answer", "Time to close"]
    points = re.findall(r'<polyline class="line0 " points="([^"]*)"', html)
    assert 150 <= len(points[0].split()) <= 300
    labels = re.findall(r">(\d+:\d\d)</text>", html)
    assert labels[:5] == ["0:00", "2:00", "4:00", "6:00", "8:00"]


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        (0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (7, [0, 2, 4, 6, 8]),
        (101, [0, 50, 100, 150]),
        (1235, [0, 500, 1000, 1500]),
        (0.03, [0, 0.01, 0.02, 0.03]),
    ],
)
def test_ticks(highest: float, marks: list[float]) -> None:
    """The axis has at most six round numbers at even distances, and the greatest value is not above the last one."""
    assert ticks(highest) == pytest.approx(marks)


def test_lines_have_gaps() -> None:
    """A line is interrupted if a value is missing; a single value is drawn too; the highest is at the top."""
    points = [(0.0, 10.0), (1.0, 0.0), (2.0, None), (3.0, 5.0), (4.0, None)]
    svg = "".join(figure(Plot("T", "ms", [PlotLine("a", points)], str, [0.0])))
    assert re.findall(r'points="([^"]*)"', svg) == ["46.0,10.0 157.5,186.0", "380.5,98.0 380.5,98.0"]
    assert re.findall(r"<title>([^<]*)</title>", svg) == [
        "0.0: a 10",
        "1.0: a 0",
        "2.0: nothing",
        "3.0: a 5",
        "4.0: nothing",
    ]


@in_browser
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_in_a_browser(tmp_path: Path, chromium: "Browser", width: int) -> None:
    """The page fits the window, runs no script and reports no problem; its plots are as wide as their column."""
    (tmp_path / "report.html").write_text(page(report(90, "connect_ms.p95=85")), encoding="utf-8")
    tab = await chromium.new_page(viewport={"width": width, "height": 800})
    problems: list[str] = []
    tab.on("console", lambda message: problems.append(message.text))
    await tab.goto(f"file://{tmp_path / 'report.html'}")
    assert await tab.title() == "Load test of mock-station"
    assert await tab.evaluate("document.documentElement.scrollWidth") <= width
    boxes = [await each.bounding_box() for each in await tab.locator("figure svg").all()]
    assert len(boxes) == 8
    assert all(box and min(width - 40, 400) <= box["width"] <= width for box in boxes)
    texts = await tab.locator("figure svg text").all()
    assert all([await each.is_visible() for each in texts])
    assert problems == []
    await tab.close()
