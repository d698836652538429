"""The settings of `mock-station` for many stations."""

from typing import ClassVar

from mock_csms.settings import values
from mock_csms.settings.control import Address, address
from mock_csms.settings.flags import flag, part, switch
from mock_csms.station.loads import LOADS
from mock_csms.station.stages import MOST, Stage, stages
from mock_csms.station.summary import Threshold, greatest, smallest

FLEETS = ("count", "stages")
"""The settings that make many stations."""


def milliseconds(value: str) -> tuple[float, float]:
    """Parse `MS` or `MS-MS`, the least and the most. Raises ValueError."""
    least, dash, most = value.partition("-")
    bounds = values.number()(least), values.number()(most if dash else least)
    if bounds[0] > bounds[1]:
        raise ValueError(f"{value!r} is not from the least to the most")
    return bounds


@part
class Many:
    """Running many stations, and the thresholds that decide whether the run passes."""

    title: ClassVar[str] = "many stations"

    load: str | None = flag(
        None,
        "run a ready load test, light, medium, heavy or ramp: it stands for other flags, which you can still give",
        values.one_of(lambda: LOADS),
        "NAME",
    )
    count: int | None = flag(
        None,
        "run N stations; they connect to URL/CS-0001, URL/CS-0002 and so on",
        values.integer(1, MOST),
        "N",
        rivals=("stages",),
    )
    ramp: float = flag(
        0.0, "start the stations of --count evenly within this many seconds", values.number(), "SEC", needs=("count",)
    )
    stages: tuple[Stage, ...] = flag(
        (),
        "run stations in stages: in each of them their number changes evenly to N, such as 50:30s,50:1m,0:30s",
        stages,
        "N:TIME[,N:TIME]",
    )
    churn: bool = switch(
        "let each station connect, boot, stay 100 to 200 ms and disconnect: three to eight times, with --stages all "
        "the time",
        needs=FLEETS,
    )
    pause: tuple[float, float] = flag(
        (50.0, 150.0),
        "milliseconds that many stations wait before each call of --send; from the least to the most",
        milliseconds,
        "MS[-MS]",
        needs=FLEETS,
        shown="50-150",
    )
    max: tuple[Threshold, ...] = flag(
        (),
        "fail if a figure of the results is greater, such as connect_ms.p95=200; repeatable; without it errors=0",
        greatest,
        "FIGURE=N",
        repeated=True,
        needs=FLEETS,
    )
    min: tuple[Threshold, ...] = flag(
        (),
        "fail if a figure of the results is smaller, such as messages_per_second=100; repeatable",
        smallest,
        "FIGURE=N",
        repeated=True,
        needs=FLEETS,
    )
    p95_connect: float | None = flag(
        None, "the same as --max connect_ms.p95=MS", values.number(above=True), "MS", needs=FLEETS
    )
    p95_close: float | None = flag(
        None, "the same as --max close_ms.p95=MS", values.number(above=True), "MS", needs=FLEETS
    )
    min_rate: float | None = flag(
        None, "the same as --min connections_per_second=N", values.number(above=True), "N", needs=FLEETS
    )
    json: bool = switch("print the results as JSON", needs=FLEETS)
    report: str | None = flag(
        None, "write the results to this file too, as an HTML page with plots", values.text, "FILE", needs=FLEETS
    )
    metrics: Address | None = flag(
        None,
        "serve the figures to Prometheus at this address; at /metrics, while the stations run; 0 picks a free port",
        address,
        "[HOST:]PORT",
        needs=FLEETS,
    )

    @property
    def limits(self) -> tuple[Threshold, ...]:
        """All thresholds; those with a separate flag come last."""
        own = (
            Threshold(figure, bound, is_greatest)
            for figure, bound, is_greatest in (
                ("connect_ms.p95", self.p95_connect, True),
                ("close_ms.p95", self.p95_close, True),
                ("connections_per_second", self.min_rate, False),
            )
            if bound is not None
        )
        return (*self.max, *self.min, *own)

    @property
    def is_fleet(self) -> bool:
        """Whether there are many stations."""
        return self.count is not None or bool(self.stages)
