"""Collects the results of all cases in the process that the user has started, and writes what remains of the run."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from mock_csms.plans.case_log import LOG, result_of
from mock_csms.plans.cases import CASES
from mock_csms.plans.catalogue import CatalogueEntry, catalogue, entry_of, load
from mock_csms.plans.expected import check_ids
from mock_csms.plans.facts import PROFILE, facts_of
from mock_csms.plans.options import Options
from mock_csms.plans.page import PlanRun, write_page
from mock_csms.plans.passes import EarlierPass, StationCache
from mock_csms.plans.results import CaseResult, shown_time
from mock_csms.runtime import clock

_CATALOGUE = "catalogue.tsv"
ALL_PASSED = "mock_csms_all_passed"
"""The key under which a worker tells whether the station has passed all selected cases already."""


def folders_of(config: pytest.Config) -> Sequence[Path]:
    """Return the folders of the plans on the command line."""
    paths = [Path(config.invocation_params.dir, argument.partition("::")[0]) for argument in config.args]
    return list(dict.fromkeys(path if path.is_dir() else path.parent for path in paths))


class ResultCollector:
    """The results of a run so far. It is a plugin of pytest, only in the process that the user has started."""

    def __init__(self, config: pytest.Config, options: Options, cache: StationCache) -> None:
        self._config = config
        self._options = options
        self._cache = cache
        self._results: dict[str, CaseResult] = {}
        self._began = clock.now()
        self.selected: set[str] = set()
        """The ids of the cases that were to be run."""
        self.earlier: Mapping[str, EarlierPass] = {}
        """With --only-open, the cases that were not run, because the station has passed them in earlier runs."""
        self.is_all_passed = False
        """Whether no case was run because the station has passed all that the other options select."""

    @cached_property
    def known(self) -> Mapping[str, CatalogueEntry]:
        """All cases by id: those of the catalogues in the folders of plans, and all cases that exist without an entry

        there.
        They are read once, at the beginning: somebody may edit the plans during a long run.
        """
        entries: dict[str, CatalogueEntry] = {}
        for folder in folders_of(self._config):
            load(folder)
            if (folder / _CATALOGUE).exists():
                entries |= {each.id: each for each in catalogue(folder)}
        return entries | {id_: entry_of(case) for id_, case in CASES.items() if id_ not in entries}

    def check_ids(self) -> None:
        """Raise UsageError if an option names a case that does not exist."""
        expected, wanted = self._options.expected, self._config.option.case
        try:
            check_ids(expected, wanted, self.known if expected or wanted or self._config.option.report else ())
        except ValueError as error:
            raise pytest.UsageError(str(error)) from None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note the cases that will be run."""
        self.selected |= {log.case.id for item in session.items if (log := item.stash.get(LOG, None))}

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Note the cases that the workers will run."""
        functions = {id_.rpartition("/")[2] for id_ in ids}
        self.selected |= {case.id for case in CASES.values() if case.function in functions}

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Note what a worker has found about all cases."""
        self.is_all_passed |= getattr(node, "workeroutput", {}).get(ALL_PASSED, False)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the result of a case."""
        result = result_of(report)
        if result is not None:
            self._results[result.id] = result

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Keep the results for later runs, and write the page."""
        config = self._config
        if config.option.collectonly or exitstatus == pytest.ExitCode.USAGE_ERROR:
            return
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self.is_all_passed:
            session.exitstatus = pytest.ExitCode.OK
        self._cache.keep(self._results.values())
        if config.option.report:
            is_cut = exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
            self._write(str(session.shouldstop or session.shouldfail or ("it was interrupted" if is_cut else "")))

    def _write(self, stopped: str) -> None:
        results, options, known = self._results, self._options, {**self.known}
        known |= {
            id_: CatalogueEntry(id_, "", "", "") for id_ in results if id_ not in known
        }  # tests that are not cases
        times = {"began": shown_time(self._began), "ended": shown_time(clock.now())}
        facts = facts_of(options, self._config.option, results.values(), times)
        run = PlanRun(
            f"Test report: {options.profile.identity}",
            facts,
            facts.pop(PROFILE),
            results,
            {id_: each for id_, each in self.earlier.items() if id_ in known},
            self.selected,
            stopped,
        )
        write_page(Path(self._config.option.report), run, [*known.values()])

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the findings of the conformance checks, the problems before and after cases, and the earlier passes."""
        each = self._results.values()
        findings = [f"{one.id}: {finding}" for one in each for finding in one.findings]
        notes = [f"{one.id}: {note}" for one in each for note in one.notes]
        wanted = self._config.option.case
        earlier = [f"{id_}: {passed}" for id_, passed in self.earlier.items() if not wanted or id_ in wanted]
        shown = {"conformance findings": findings, "notes": notes, "passed before": earlier}
        for title, lines in shown.items():
            if lines:
                terminalreporter.section(title)
            for line in lines:
                terminalreporter.write_line(line)
        if self._config.option.report:
            terminalreporter.write_line(f"report: {self._config.option.report}")
