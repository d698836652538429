"""Plots of lines as SVG, which an HTML page shows without a script (pure)."""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from math import ceil, floor, log10

from mock_csms.protocol.records import Record

_WIDTH, _HEIGHT = 500, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 24
"""The margins, in which the axes are labelled."""
_MOST_TICKS = 6


class PlotLine(Record):
    """One line of a plot."""

    name: str
    points: Sequence[tuple[float, float | None]]
    """Places from left to right; the line has a gap where there is no value."""
    style: str = ""
    """The class of its look, such as `dashed`."""


class Plot(Record):
    """A plot: lines over one axis."""

    title: str
    unit: str
    """The unit of the values; empty for numbers."""
    lines: Sequence[PlotLine]
    across: Callable[[float], str]
    """Returns the label of a place on the axis from left to right."""
    labelled: Sequence[float]
    """The places that have a label."""
    bound: float | None = None
    """The threshold of the 95th percentile, drawn as a line."""


def figure(plot: Plot) -> Iterator[str]:
    """Yield the HTML of a plot with its legend."""
    unit = f' <span class="faint">{escape(plot.unit)}</span>' if plot.unit else ""
    yield f"<figure><figcaption><b>{escape(plot.title)}</b>{unit}"
    for number, line in enumerate(plot.lines):
        yield f'<span class="key line{number} {line.style}">{escape(line.name)}</span>'
    if plot.bound is not None:
        yield f'<span class="key bound">p95 threshold {plot.bound:g}</span>'
    yield "</figcaption>"
    yield from _svg(plot)
    yield "</figure>"


def ticks(highest: float) -> list[float]:
    """Return round numbers from 0 to one that is not less than `highest`, at even distances."""
    highest = highest or 1.0
    step = next(step for step in _steps(highest) if step * (_MOST_TICKS - 1) >= highest)
    return [number * step for number in range(ceil(highest / step) + 1)]


def _steps(highest: float) -> Iterator[float]:
    """Yield 1, 2 and 5 times each power of ten, from one that is too small."""
    power = floor(log10(highest)) - 1
    while True:
        for factor in (1, 2, 5):
            yield factor * 10.0**power
        power += 1


def _svg(plot: Plot) -> Iterator[str]:
    values = [value for line in plot.lines for _, value in line.points if value is not None]
    right = max((place for line in plot.lines for place, _ in line.points), default=0.0) or 1.0
    marks = ticks(max([*values, plot.bound or 0.0], default=0.0))
    inner, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(place: float) -> str:
        return f"{_LEFT + inner * place / right:.1f}"

    def y(value: float) -> str:
        return f"{_TOP + height * (1 - value / marks[-1]):.1f}"

    yield f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(plot.title)}">'
    for mark in marks:
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(mark)}" y2="{y(mark)}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y(mark)}" dy="4" text-anchor="end">{mark:,g}</text>'
    for place in plot.labelled:
        anchor = "start" if place <= 0 else "end" if place > 0.97 * right else "middle"
        yield f'<text x="{x(place)}" y="{_HEIGHT - 6}" text-anchor="{anchor}">{escape(plot.across(place))}</text>'
    if plot.bound is not None:
        yield f'<line class="bound" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(plot.bound)}" y2="{y(plot.bound)}"/>'
    for number, line in enumerate(plot.lines):
        for run in _runs(line.points):
            points = " ".join(f"{x(place)},{y(value)}" for place, value in run)
            yield f'<polyline class="line{number} {line.style}" points="{points}"/>'
    yield from _tips(plot, x)
    yield "</svg>"


def _runs(points: Sequence[tuple[float, float | None]]) -> Iterator[list[tuple[float, float]]]:
    """Yield the parts of a line between its gaps; a single point becomes a short line."""
    run: list[tuple[float, float]] = []
    for place, value in [*points, (0.0, None)]:
        if value is not None:
            run.append((place, value))
        elif run:
            yield run if len(run) > 1 else run * 2
            run = []


def _tips(plot: Plot, x: Callable[[float], str]) -> Iterator[str]:
    """Yield invisible areas that show the values at a place when the pointer is there."""
    left = float(_LEFT)
    for number, (place, _) in enumerate(plot.lines[0].points):
        found = {line.name: line.points[number][1] for line in plot.lines}
        values = ", ".join(f"{name} {value:,.4g}" for name, value in found.items() if value is not None)
        text, right = f"{plot.across(place)}: {values or 'nothing'}", float(x(place))
        area = f'x="{left:.1f}" y="{_TOP}" width="{right - left:.1f}" height="{_HEIGHT - _TOP - _BOTTOM}"'
        yield f"<rect {area}><title>{escape(text)}</title></rect>"
        left = right
