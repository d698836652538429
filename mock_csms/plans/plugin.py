"""The pytest plugin that runs plans: the options, the fixture `station`, skips of cases that do not apply, and reports.

A conftest.py loads it: `def pytest_addoption(pluginmanager): pluginmanager.import_plugin("mock_csms.plans.plugin")`.
"""

from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from mock_csms.plans.cases import FILES, case_of
from mock_csms.plans.operator import ControlLines
from mock_csms.plans.options import OPTIONS, Options, read_options
from mock_csms.plans.preparing import NotJudged
from mock_csms.plans.reference import Reference, reference_files, reference_for
from mock_csms.plans.run import NoStation, Run
from mock_csms.plans.station import Station
from mock_csms.settings.values import reason_of
from mock_csms.twin.events import Severity

_OPTIONS = pytest.StashKey[Options]()
_FINDINGS = pytest.StashKey[list[str]]()
_NOTES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options."""
    group = parser.getgroup("plans", "test plans for a charging station")
    for name, how in OPTIONS:
        group.addoption(name, **how)


def pytest_configure(config: pytest.Config) -> None:
    """Read and check the options."""
    config.stash[_FINDINGS], config.stash[_NOTES] = [], []
    try:
        config.stash[_OPTIONS] = read_options(config.option)
    except ValueError as error:
        if not config.option.collectonly:
            raise pytest.UsageError(str(error)) from None
    if config.option.verbose == 0:
        config.option.verbose = 1  # a line for each case


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the cases that `--case` does not name, and skip those that do not apply, with the reason."""
    wanted = config.option.case
    left_out = [item for item in items if wanted and getattr(case_of(item), "id", None) not in wanted]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
    options = config.stash.get(_OPTIONS, None)
    for item in items:
        case = case_of(item)
        if case is None or options is None:
            continue
        item.user_properties += [("case", case.id), ("use case", case.use_case), ("requirement", case.requirement)]
        operator, profile = options.operator, options.profile
        if options.reference_flags is not None:
            operator, profile = operator or ControlLines(lambda _: None), reference_for(profile, case.needs)
        has_files = bool(options.files) or options.reference_flags is not None
        obstacle = next(case.obstacles(profile, operator, has_files=has_files), "")
        if obstacle:
            item.add_marker(pytest.mark.skip(reason=obstacle))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Show the time limit in the line of each case."""
    config = session.config
    reporter, options = config.pluginmanager.getplugin("terminalreporter"), config.stash.get(_OPTIONS, None)
    if reporter and options and config.option.verbose > 0:
        config.pluginmanager.register(Progress(reporter, options.profile.timeouts.case))


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
    reference = None if options.reference_flags is None else Reference(options.reference_flags)
    async with AsyncExitStack() as stack:
        files = options.files
        if reference and not files and any(_needs_files(item) for item in request.session.items):
            files = stack.enter_context(reference_files())
        run = Run(options.profile, options.operator, reference, options.host, options.port, files)
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


def _needs_files(item: pytest.Item) -> bool:
    case = case_of(item)
    return case is not None and FILES in case.needs


@pytest_asyncio.fixture(loop_scope="session")
async def station(_run: Run, request: pytest.FixtureRequest) -> AsyncIterator[Station]:
    """The station under test, ready for a case."""
    case = case_of(request.node)
    try:
        station = await _run.begin(case.needs if case else (), case.id if case else request.node.name)
    except NoStation as gone:
        request.session.shouldstop = str(gone).partition("\n")[0]
        raise
    yield station
    await _run.end(station)
    for note in _run.take_notes():
        request.node.user_properties.append(("note", note))
        request.config.stash[_NOTES].append(f"{request.node.name}: {note}")
    found = _run.findings.take(case.provokes if case else ())
    request.config.stash[_FINDINGS] += [f"{request.node.name}: {line}" for _, line in found]
    least = request.config.option.fail_on_findings
    grave = [line for severity, line in found if least and severity.rank >= Severity(least).rank]
    if grave:
        pytest.fail("\n".join(["the conformance checks reported:", *grave]), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report a case whose preparation failed as an error of the set-up, not as a failure, also in JUnit."""
    report = yield
    if report.when == "call" and call.excinfo and isinstance(call.excinfo.value, NotJudged):
        report.when = "setup"
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Show the findings of the conformance checks, and the problems before and after cases."""
    for title, key in (("conformance findings", _FINDINGS), ("notes", _NOTES)):
        lines = config.stash.get(key, [])
        if lines:
            terminalreporter.section(title)
        for line in lines:
            terminalreporter.write_line(line)
