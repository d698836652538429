"""Runs many stations as the settings of `mock-station` say, prints the results, and judges them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

from mock_csms.behavior.secrets import Secrets
from mock_csms.behavior.templates import rfc3339
from mock_csms.commands.device import device_of
from mock_csms.commands.fleet.output import as_json, as_table
from mock_csms.commands.fleet.progress import show_progress
from mock_csms.commands.fleet.report import LoadReport, page
from mock_csms.commands.stdout import complain
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import replace
from mock_csms.runtime import clock
from mock_csms.settings.control import Address
from mock_csms.settings.flags import option
from mock_csms.settings.values import reason_of
from mock_csms.station.figures import Figures
from mock_csms.station.fleet import Fleet, Variant, run
from mock_csms.station.handshake import HandshakeRequest, version_of
from mock_csms.station.link import Site
from mock_csms.station.settings import StationSettings
from mock_csms.station.stages import Shift, Stage, highest, shifts, total, wanted
from mock_csms.station.summary import shortcomings, summary, thresholds
from mock_csms.watch.statuses import Status


def fleet_of(settings: StationSettings, handshake: HandshakeRequest) -> Fleet:
    """Return the stations of the settings. Raises ValueError if a version of OCPP lacks something in them."""
    handshakes = [replace(handshake, subprotocols=(name,)) for name in settings.subprotocol]
    for call in settings.send:
        for version in map(version_of, handshakes):
            if call.action not in version.actions:
                raise ValueError(f"--send: OCPP {version.name} has no action {call.action}")
    count = settings.count or highest(settings.stages)
    return Fleet(
        tuple(Variant(device_of(settings, each), each) for each in handshakes),
        tuple(
            tuple(shifts(settings.stages, n + 1)) if settings.stages else (Shift(n * settings.ramp / count, None),)
            for n in range(count)
        ),
        settings.churn,
        settings.send,
        (settings.pause[0] / 1000, settings.pause[1] / 1000),
    )


async def run_fleet(settings: StationSettings, fleet: Fleet, site: Site, say: Callable[[str], None]) -> Status:
    """Run many stations, print the results, and return the exit status.

    Raises ValueError for a file or an address that cannot be used.
    """
    figures, due, began = Figures(), _due(settings), clock.now()
    if settings.report is not None:
        with _blaming("report"):
            _touch(settings.report)
    async with AsyncExitStack() as stack:
        if settings.metrics is not None:
            with _blaming("metrics"):
                await _serve(settings.metrics, figures, due, stack)
        await _measure(settings, fleet, site, figures)
    figures.sample(figures.seconds, due(figures.seconds))
    summed, limits = summary(len(fleet.shifts), figures), thresholds(settings.limits)
    summed["errors"] = {_shown(problem): times for problem, times in summed["errors"].items()}
    say((as_json(summed) if settings.json else as_table(summed)).removesuffix("\n"))
    if settings.report is not None:
        with _blaming("report"):
            facts = _facts(settings, fleet, began, figures.seconds)
            _write_report(settings.report, LoadReport(facts, summed, figures, limits))
    problems = list(shortcomings(summed, limits))
    for problem in problems:
        complain(f"mock-station: {problem}\n")
    return Status.NOT_WRITTEN if not figures.connections else Status.FAILED if problems else Status.FINE


@contextmanager
def _blaming(setting: str) -> Iterator[None]:
    """Raise ValueError with the name of a setting in place of an OSError."""
    try:
        yield
    except OSError as error:
        raise ValueError(f"{option(setting)}: {error.filename}: {reason_of(error)}") from None


def _touch(path: str) -> None:
    """Create a file if there is none, so that a wrong path is reported before the run, not after it."""
    Path(path).touch()


def _write_report(path: str, report: LoadReport) -> None:
    Path(path).write_text(page(report), encoding="utf-8", errors="backslashreplace")


def _facts(settings: StationSettings, fleet: Fleet, began: float, seconds: float) -> dict[str, str]:
    """Return what was done, for the report."""
    versions = [version_of(variant.handshake).name for variant in fleet.variants]
    pause = "-".join(f"{bound:g}" for bound in dict.fromkeys(settings.pause))
    facts = {
        "CSMS": _shown(fleet.variants[0].handshake.url),
        "began": rfc3339(began),
        "took": f"{seconds:.1f} s",
        "OCPP": ", ".join(versions),
        "stations": str(len(fleet.shifts)),
        "stages": ", ".join(f"{stage.count} in {stage.seconds:g} s" for stage in settings.stages),
        "stations do": "connect, boot, disconnect, again and again" if fleet.churn else "stay connected",
        "calls": ", ".join(call.action for call in fleet.calls),
        "pause": f"{pause} ms before each call" if fleet.calls else "",
    }
    return {name: value for name, value in facts.items() if value}


def _shown(text: str) -> str:
    return printable(Secrets().words(text))


def _due(settings: StationSettings) -> Callable[[float], float]:
    """Return a function that computes how many stations must run at a given time."""
    return partial(wanted, settings.stages or (Stage(settings.count or 0, settings.ramp),))


async def _measure(settings: StationSettings, fleet: Fleet, site: Site, figures: Figures) -> None:
    """Run the stations to their end, or until this is cancelled, and show the progress."""
    progress = asyncio.ensure_future(show_progress(figures, _due(settings), _total(settings)))
    with suppress(asyncio.CancelledError):
        await run(fleet, site, figures)
    progress.cancel()
    await asyncio.gather(progress, return_exceptions=True)


async def _serve(address: Address, figures: Figures, due: Callable[[float], float], stack: AsyncExitStack) -> None:
    """Serve the figures to Prometheus until the stack is left. Raises OSError for a wrong address."""
    from mock_csms.commands.fleet.metrics import serving_figures  # noqa: PLC0415 - only with --metrics

    loop = asyncio.get_running_loop()
    began = loop.time()
    url = await stack.enter_async_context(serving_figures(address, figures, lambda: due(loop.time() - began)))
    complain(f"Metrics on {url}\n")


def _total(settings: StationSettings) -> float | None:
    """Return how long the run is to take, in seconds; None if that is not known."""
    known = (total(settings.stages) or None, settings.duration)
    return min((seconds for seconds in known if seconds is not None), default=None)
