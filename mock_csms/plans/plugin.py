"""The pytest plugin that runs plans: the options, the fixture `station`, skips of cases that do not apply, and reports.

A conftest.py loads it: `def pytest_addoption(pluginmanager): pluginmanager.import_plugin("mock_csms.plans.plugin")`.
"""

import os
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from mock_csms.plans.case_log import LOG, CaseLog
from mock_csms.plans.cases import CASES, Case, case_of
from mock_csms.plans.collecting import ALL_PASSED, ResultCollector
from mock_csms.plans.operator import ControlLines
from mock_csms.plans.options import OPTIONS, Options, has_workers, read_options
from mock_csms.plans.order import beside, scheduling_of, sparing, units
from mock_csms.plans.passes import EarlierPass, StationCache
from mock_csms.plans.reference import Reference, reference_for, reference_home, reference_settings, setting_for
from mock_csms.plans.run import NoStation, Run
from mock_csms.plans.station import Station
from mock_csms.settings.values import reason_of

_OPTIONS = pytest.StashKey[Options]()
_CACHE = pytest.StashKey[StationCache]()
_WORKERS_PER_CORE = 2
_COLLECTOR = pytest.StashKey[ResultCollector]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options."""
    group = parser.getgroup("plans", "test plans for a charging station")
    for name, how in OPTIONS:
        group.addoption(name, **how)


def pytest_configure(config: pytest.Config) -> None:
    """Read and check the options; in the process that the user has started, collect the results."""
    try:
        options = config.stash[_OPTIONS] = read_options(config.option)
    except ValueError as error:
        if not config.option.collectonly:
            raise pytest.UsageError(str(error)) from None
        return
    cache = getattr(config, "cache", None)
    if config.option.only_open and cache is None:
        raise pytest.UsageError("--only-open needs the cache of pytest, which is switched off")
    kept = config.stash[_CACHE] = StationCache(cache, options.key)
    if not hasattr(config, "workerinput"):
        config.stash[_COLLECTOR] = ResultCollector(config, options, kept)
        config.pluginmanager.register(config.stash[_COLLECTOR])
    if config.option.verbose == 0:
        config.option.verbose = 1  # a line for each case


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Select the cases to run, after `-k` and `-m`, and skip those that do not apply, with the reason."""
    options, collector = config.stash.get(_OPTIONS, None), config.stash.get(_COLLECTOR, None)
    if options is None:
        return
    if collector:
        collector.check_ids()
    passed, wanted = _passed_before(config), config.option.case
    for item in items:
        case = case_of(item)
        if case is None:
            continue
        item.stash[LOG] = CaseLog(case, options.expected.get(case.id))
        item.user_properties += [("case", case.id), ("use case", case.use_case), ("requirement", case.requirement)]
        _skip_if_needed(item, item.stash[LOG], options)
    _leave_out(items, [item for item in items if wanted and _id_of(item) not in wanted], config)
    before = [item for item in items if _id_of(item) in passed]
    _leave_out(items, before, config)
    _sort(items, config, options)
    if collector:
        collector.earlier, collector.is_all_passed = passed, bool(before) and not items
    else:
        config.workeroutput[ALL_PASSED] = bool(before) and not items  # type: ignore[attr-defined] # xdist's


def _leave_out(items: list[pytest.Item], left_out: list[pytest.Item], config: pytest.Config) -> None:
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


def _sort(items: list[pytest.Item], config: pytest.Config, options: Options) -> None:
    """Put the cases into their order, the same in each worker."""
    cases, cache = [log.case for item in items if (log := item.stash.get(LOG, None))], config.stash[_CACHE]
    if hasattr(config, "workerinput"):
        cases = [case for unit in units(cases, setting_for, cache.seconds()) for case in unit]
    elif options.reference_flags is not None:
        cases = beside(cases, setting_for)
    else:
        cases = sparing(cases, cache.owing())
    places = {case.id: place for place, case in enumerate(cases)}
    items.sort(key=lambda item: places.get(_id_of(item), len(places)))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Show the time limit in the line of each case. With several workers, do here the checks that workers cannot do."""
    config = session.config
    reporter, options = config.pluginmanager.getplugin("terminalreporter"), config.stash.get(_OPTIONS, None)
    if options is None or hasattr(config, "workerinput"):
        return
    if has_workers(config.option):
        config.stash[_COLLECTOR].check_ids()
        config.stash[_COLLECTOR].earlier = _passed_before(config)
    elif reporter and config.option.verbose > 0:
        config.pluginmanager.register(Progress(reporter, options.profile.timeouts.case))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` means: several for each core, as cases wait most of the time."""
    return _WORKERS_PER_CORE * (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute the cases in units; see `order.py`."""
    collector = config.stash.get(_COLLECTOR, None)
    if collector is None:
        return None
    cases = [CASES[id_] for id_ in collector.known if id_ in CASES]
    return scheduling_of(config, log, units(cases, setting_for, config.stash[_CACHE].seconds()))


def _passed_before(config: pytest.Config) -> Mapping[str, EarlierPass]:
    """Return the cases that --only-open leaves out."""
    option = config.option
    return config.stash[_CACHE].passed_before(option.fail_on_findings) if option.only_open else {}


def _id_of(item: pytest.Item) -> str:
    """Return the id of the case; "" if the test is not a case."""
    log = item.stash.get(LOG, None)
    return log.case.id if log else ""


def _skip_if_needed(item: pytest.Item, log: CaseLog, options: Options) -> None:
    """Mark a case that cannot be run at this station."""
    operator, profile = options.operator, options.profile
    if options.reference_flags is not None:
        operator, profile = operator or ControlLines(lambda _: None), reference_for(profile, log.case.needs)
    lacking = next(log.case.lacking(profile), "")
    log.applies = not lacking
    obstacle = lacking or next(log.case.obstacles(operator, options.means), "")
    if obstacle:
        item.add_marker(pytest.mark.skip(reason=obstacle))


class Progress:
    """Writes the time limit of a case after its name while it runs."""

    def __init__(self, reporter: Any, limit: float) -> None:
        self._reporter = reporter
        self._limit = limit

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logstart(self) -> None:
        """Write the limit; pytest has just written the name."""
        self._reporter.write(f"(at most {self._limit:g} s) ", flush=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _run(pytestconfig: pytest.Config, request: pytest.FixtureRequest) -> AsyncIterator[Run]:
    """The mock, and the reference station if it is the one under test, for all cases."""
    options = pytestconfig.stash[_OPTIONS]
    reference, settings = None, options.settings
    async with AsyncExitStack() as stack:
        if options.reference_flags is not None:
            cases = [case_of(item) for item in request.session.items]
            home = stack.enter_context(reference_home())
            settings = {**reference_settings(home, {need for case in cases if case for need in case.needs}), **settings}
            reference = Reference(
                options.reference_flags, settings.get("state_dir", home), home, options.profile.version
            )
        run = Run(options.profile, options.operator, reference, options.host, options.port, settings)
        try:
            await stack.enter_async_context(run)
        except OSError as error:
            problem = f"cannot listen on {options.host}:{options.port}: {reason_of(error)}"
            pytest.exit(problem, returncode=pytest.ExitCode.USAGE_ERROR)
        reporter = pytestconfig.pluginmanager.getplugin("terminalreporter")
        run.is_attended = bool(reporter and reporter.isatty and reference is None)
        if reporter and reference is None:
            reporter.write_line(f"waiting for the station at {run.csms.url}/{options.profile.identity}")
        yield run
        notes = await run.close() if reference is None else ()
        for note in notes if reporter else ():
            reporter.write_line(note)


@pytest_asyncio.fixture(loop_scope="session")
async def station(_run: Run, request: pytest.FixtureRequest) -> AsyncIterator[Station]:
    """The station under test, ready for a case."""
    log = request.node.stash.setdefault(LOG, CaseLog(Case(request.node.name, "", "", (), {}, ""), None))
    try:
        case = log.case
        station = await _run.begin(case.needs, case.id, begins_with_boot=case.begins_with_boot)
    except NoStation as gone:
        request.session.shouldstop = str(gone).partition("\n")[0]
        raise
    log.begin(_run, station)
    station.finish = partial(log.finish, _run, request.config.option.fail_on_findings)
    yield station
    reason = await station.finish()
    request.node.user_properties += [("note", note) for note in log.result.notes]
    if reason:
        pytest.fail(reason, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the result of a case; report an error of its set-up, and an expected failure, as such."""
    report = yield
    log = item.stash.get(LOG, None)
    if log is not None:
        log.see(call, report)
    return report
