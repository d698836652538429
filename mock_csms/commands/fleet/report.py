"""The page of `--report`: the results of a load test with plots, in one HTML file without scripts and other files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from mock_csms.commands.fleet.output import by_version, timed_in
from mock_csms.commands.fleet.plots import Plot, PlotLine, figure
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.release import VERSION
from mock_csms.station.figures import CALLS, Figures, Sample, is_about, joined
from mock_csms.station.link import CLOSE, CONNECT
from mock_csms.station.summary import PERCENTS, Threshold
from mock_csms.station.times import Times, merged
from mock_csms.watch import diagram

_HEAD = Path(__file__).with_name("report.html")
_LOOK = Path(diagram.__file__).with_name("look.css")
_TITLE, _PASSED = "Load test of mock-station", "PASSED"
_MOST_PLACES = 300
"""How many places a line has at most."""
_TIMED = {"Time to connect": CONNECT, "Time from a call to its answer": CALLS, "Time to close": CLOSE}
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
_MOST_LABELS = 7
_SHARES = (0, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.9, 100)
"""The percentiles of the plot of distributions; each has as much space as the others."""


class LoadReport(Record):
    """A load test that has ended."""

    facts: Mapping[str, str]
    """What was done, each with its title; secrets are masked."""
    summed: Mapping[str, Any]
    figures: Figures
    thresholds: Sequence[Threshold]


def page(report: LoadReport) -> str:
    """Return the page."""
    head = _HEAD.read_text(encoding="utf-8").replace("/* look.css */\n", _LOOK.read_text(encoding="utf-8"))
    return head.replace("/* title */", escape(_TITLE)) + "\n".join(_body(report)) + "\n"


def _body(report: LoadReport) -> Iterator[str]:
    verdict = _verdict(report)
    look = "passed" if verdict == _PASSED else "failed"
    yield f'<header>\n<h1>{escape(_TITLE)}</h1>\n<p id="verdict" class="{look}">{verdict}</p>\n</header>'
    yield '<div id="facts">\n<section><h2>Run</h2><dl>'
    for name, value in report.facts.items():
        yield f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
    yield "</dl></section>\n<section><h2>Thresholds</h2>"
    yield from _table(("figure", "demanded", "measured", "verdict"), map(partial(_judged, report), report.thresholds))
    yield '</section>\n</div>\n<h2>Results</h2>\n<div id="results">'
    yield from _results(report.summed)
    yield "</div>"
    if report.summed["errors"]:
        yield '<section id="problems"><h2>Problems</h2>'
        yield from _table(
            ("problem", "times"), (_cells(problem, f"{n:,}") for problem, n in report.summed["errors"].items())
        )
        yield "</section>"
    yield '<h2>Plots</h2>\n<div id="plots">'
    for plot in _plots(report):
        yield from figure(plot)
    yield f"</div>\n<footer>Made by mock-csms {escape(VERSION)}.</footer>\n</body>\n</html>"


def _verdict(report: LoadReport) -> str:
    if not report.summed["connections"]:
        return "FAILED: no station could connect"
    failed = sum(not each.is_met(report.summed) for each in report.thresholds)
    return f"FAILED: {failed} of {len(report.thresholds)} thresholds not met" if failed else _PASSED


# Tables.


def _table(titles: Sequence[str], rows: Iterator[str]) -> Iterator[str]:
    yield '<div class="scrolls"><table><thead><tr>'
    yield "".join(f"<th>{escape(title)}</th>" for title in titles) + "</tr></thead><tbody>"
    yield from rows
    yield "</tbody></table></div>"


def _cells(*texts: str) -> str:
    return "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in texts) + "</tr>"


def _judged(report: LoadReport, threshold: Threshold) -> str:
    """Return the row of a threshold."""
    value, is_met = threshold.value(report.summed), threshold.is_met(report.summed)
    cells = _cells(threshold.figure, threshold.demand, "unknown" if value is None else f"{value:,g}")
    word = "met" if is_met else "not met"
    return cells.removesuffix("</tr>") + f'<td class="verdict {"passed" if is_met else "failed"}">{word}</td></tr>'


def _results(summed: Mapping[str, Any]) -> Iterator[str]:
    counts = [
        _cells("stations", f"{summed['stations']:,}", ""),
        _cells("connections", f"{summed['connections']:,}", f"{summed['connections_per_second']:,}"),
        _cells("messages", f"{summed['messages']:,}", f"{summed['messages_per_second']:,}"),
        _cells("errors", f"{sum(summed['errors'].values()):,}", ""),
    ]
    yield from _table(("", "number", "a second"), iter(counts))
    yield from _table(("time in ms", *(f"p{percent}" for percent in PERCENTS)), iter(_times(summed)))
    titles, *rows = by_version(summed)
    if len(rows) > 1:
        yield from _table(titles, (_cells(*row) for row in rows))


def _times(summed: Mapping[str, Any]) -> list[str]:
    return [
        _cells(name, *("-" if value is None else f"{value:,.1f}" for value in percentiles.values()))
        for name, percentiles in timed_in(summed).items()
    ]


# Plots.


def _plots(report: LoadReport) -> Iterator[Plot]:
    samples = _thinned(report.figures.samples)
    over, places = partial(_line, samples), _labelled(samples[-1].at if samples else 0.0)
    lines = {
        "Messages": over("messages", lambda part, seconds: part.messages / seconds),
        "Connections": over("connections", lambda part, seconds: part.connections / seconds),
        "Errors": over("errors", lambda part, seconds: part.errors / seconds),
    }
    stations = [over("connected", lambda part, _: part.connected), over("wanted", lambda part, _: part.wanted)]
    yield Plot("Stations", "", [stations[0], replace(stations[1], style="dashed")], _clock, places)
    for title, line in lines.items():
        if title != "Errors" or report.summed["errors"]:
            yield Plot(title, "a second", [line], _clock, places)
    for title, what in _TIMED.items():
        yield Plot(title, "ms", [*_percentiles(samples, what)], _clock, places, _bound(report, what))
    shares = [_SHARES.index(percent) for percent in (0, 50, 95, 99, 100)]
    yield Plot("All times by percentile", "ms", [*_distributions(report.figures)], _share, shares)


def _labelled(seconds: float) -> list[float]:
    """Return the times that have a label, at even distances."""
    step = next((step for step in _STEPS if seconds / step < _MOST_LABELS), seconds / _MOST_LABELS)
    return [number * step for number in range(int(seconds / step) + 1)]


def _thinned(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Return the parts of the run; if there are very many, neighbours are joined."""
    while len(samples) > _MOST_PLACES:
        rest = samples[len(samples) // 2 * 2 :]
        samples = [*(joined(*pair) for pair in zip(samples[::2], samples[1::2], strict=False)), *rest]
    return samples


def _line(samples: Sequence[Sample], name: str, value: Callable[[Sample, float], float | None]) -> PlotLine:
    """Return the line of a value that is computed from each part of the run, and how long the part took."""
    begins = [0.0, *(sample.at for sample in samples)]
    lengths = [max(sample.at - begin, 1e-9) for sample, begin in zip(samples, begins, strict=False)]
    points = [(sample.at, value(sample, length)) for sample, length in zip(samples, lengths, strict=True)]
    return PlotLine(name, points)


def _percentiles(samples: Sequence[Sample], what: str) -> Iterator[PlotLine]:
    found = [_took(sample, what).percentiles(PERCENTS) for sample in samples]
    for number, percent in enumerate(PERCENTS):
        points = [(sample.at, each[number]) for sample, each in zip(samples, found, strict=True)]
        yield PlotLine(f"p{percent}", points)


def _took(sample: Sample, what: str) -> Times:
    return merged(times for name, times in sample.times.items() if is_about(name, what))


def _bound(report: LoadReport, what: str) -> float | None:
    """Return the threshold of the 95th percentile, if there is one."""
    figure_ = f"{what}_ms.p95"
    return next((each.bound for each in report.thresholds if each.figure == figure_ and each.is_greatest), None)


def _distributions(figures: Figures) -> Iterator[PlotLine]:
    for name, what in (("connect", CONNECT), ("answer", CALLS), ("close", CLOSE)):
        times = merged(each for (_, own), each in figures.times.items() if is_about(own, what))
        yield PlotLine(name, [*enumerate(times.percentiles(_SHARES))])


def _share(place: float) -> str:
    return f"p{_SHARES[round(place)]:g}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
