"""The plans against the reference station: they pass if it is right; with a misbehaviour that a case names, that case
fails with the reason that it names.

These tests take long: `task plans_matrix` runs all; `task plans_tenth`, which CI runs, a tenth that changes daily.
"""

import ast
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mock_csms.plans.cases import Case
from mock_csms.plans.catalogue import catalogue, load, matrix
from mock_csms.station.machines import MACHINES
from tests import warm
from tests.pace import turns
from tests.plans.choosing import FOLDER, files_for

ROOT = Path(__file__).resolve().parents[1]
CASES = load(FOLDER)
WAYS = [(case, way) for case in CASES.values() for way in case.fails_with]
TODAY = datetime.now(UTC).timetuple().tm_yday  # noqa: TID251 - which tenth is tried may depend on the day
TENTH = [way for number, way in enumerate(WAYS) if (number - TODAY) % 10 == 0]
TRIED = {"": [], "tenth": TENTH, "whole": WAYS}[os.environ.get("MATRIX", "")]
SECTION = re.compile(r"(errata |OCPP-J |OCPP-J errata )?\d+(\.\d+)*|whitepaper [A-N]\d\d(\.FR\.\d+)?")
"""A section that a case of OCPP 1.6 rests on: of the specification, its errata, OCPP-J, or the security whitepaper."""
PATIENCE = 600.0
PLAIN = [
    word
    for name in ("cacheprovider", "hypothesispytest", "cov", "schemathesis", "anyio")
    for word in ("-p", f"no:{name}")
]
"""Flags of pytest that disable plugins not needed by cases: loading them takes a quarter of the time of a run."""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run plans with the reference station."""
    words = [sys.executable, "-m", "pytest", *files_for(arguments), "--reference", *PLAIN, *arguments]
    return warm.run(words, timeout=PATIENCE, cwd=ROOT)


def flags(case: Case, way: str) -> list[str]:
    """Return the options of a run for a case and a misbehaviour, or for flags of the reference station."""
    wrong = [f"--reference-flags={way}"] if way.startswith("--") else ["--misbehave", way]
    return ["--ocpp", case.versions[0], "--case", case.id, *wrong]


@pytest.mark.parametrize(("case", "way"), TRIED, ids=lambda value: getattr(value, "id", value))
def test_a_case_fails_with_its_reason(case: Case, way: str) -> None:
    """With each misbehaviour that it names, a case fails, and the failure has the expected text."""
    for turn in turns():  # the reference station has short time-outs
        with turn:
            done = run(*flags(case, way))
            output = "\n".join(line for line in done.stdout.splitlines() if line.startswith("E  "))
            failed = output.partition("messages of this case")[0]
            assert done.returncode == 1, done.stdout
            assert re.search(case.fails_with[way], failed), done.stdout


def test_the_reference_station_passes() -> None:
    """Three cases pass: with messages only, with a reboot, and with the operator; `task plans` runs all cases."""
    for turn in turns():
        with turn:
            done = run("--case", "TC_B_06_CS", "--case", "TC_B_02_CS", "--case", "TC_B_22_CS")
            assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout


def test_the_reference_station_of_21_passes() -> None:
    """Cases of 2.0.1 pass over a connection of 2.1 too: a second station speaks that version, and variables may have
    its values. `task plans_21` runs all cases.
    """
    for turn in turns():
        with turn:
            done = run("--ocpp", "2.1", "--case", "TC_B_53_CS", "--case", "TC-SIM-02", "--fail-on-findings", "warning")
            assert (done.returncode, "2 passed" in done.stdout) == (0, True), done.stdout


def test_the_reference_station_of_16_passes() -> None:
    """A case of 1.6 passes with --ocpp 1.6; a case of another version does not apply then."""
    for turn in turns():
        with turn:
            done = run("--ocpp", "1.6", "--case", "TC_001_CS", "--case", "TC_B_06_CS", "-rs")
            assert (done.returncode, "1 passed, 1 skipped" in done.stdout) == (0, True), done.stdout
            assert "applies only to stations that speak OCPP 2.0.1 or 2.1" in done.stdout, done.stdout


def test_findings_are_listed_and_may_fail_a_case() -> None:
    """Findings of the conformance checks are listed at the end; with --fail-on-findings the case fails."""
    for turn in turns():
        with turn:
            output = run("--case", "TC_B_06_CS", "--misbehave", "binary-frames")
            findings = output.stdout.partition("conformance findings")[2]
            assert (output.returncode, "T11" in findings) == (0, True), output.stdout
            failed = run("--case", "TC_B_06_CS", "--misbehave", "binary-frames", "--fail-on-findings", "error")
            assert "the conformance checks reported" in failed.stdout, failed.stdout
            assert failed.returncode == 1


def test_the_catalogue_has_every_case() -> None:
    """The catalogue has all 229 cases of Part 6, TC_B_08_CS, and others, each once, and no unknown ones."""
    known = [entry.id for entry in catalogue(FOLDER)]
    assert len([id_ for id_ in known if re.fullmatch(r"TC_[A-P]_\d+_CS", id_)]) == 230
    assert len(known) == len(set(known)) >= 295
    assert CASES.keys() - set(known) == set(), "each case has a row in e2e-plans/catalogue.tsv"


def test_cases_that_cannot_be_played() -> None:
    """A case that cannot be played has a reason in the catalogue, a status of its own, and no function."""
    entries = [entry for entry in catalogue(FOLDER) if entry.cannot]
    assert "TC_B_08_CS" in [entry.id for entry in entries]
    assert {entry.status for entry in entries} == {"cannot be played"}
    assert {entry.id for entry in entries} & CASES.keys() == set()
    rows = {row[0]: row[-1] for row in matrix(FOLDER)}
    assert all(rows[f"`{entry.id}`"] == f"cannot be played: {entry.cannot}" for entry in entries)


def test_the_id_of_each_case_is_a_line_of_its_own() -> None:
    """A search for the id finds the line on which the case begins, in every file of cases."""
    lines = {
        line.strip() for path in FOLDER.rglob("test_*.py") for line in path.read_text(encoding="utf-8").splitlines()
    }
    assert [id_ for id_ in CASES if f'"{id_}",' not in lines] == []


def test_every_case_can_fail() -> None:
    """Each case names an existing misbehaviour, or flags, and a non-empty reason."""
    for case in CASES.values():
        assert case.fails_with, case.id
        for way, reason in case.fails_with.items():
            kinds = MACHINES[case.versions[0]].kinds
            assert way.startswith("--") or way.partition("@")[0] in kinds, f"{case.id}: {way}"
            assert len(reason) > 10, f"{case.id}: {reason}"


def test_every_misbehaviour_of_16_is_found() -> None:
    """Each misbehaviour of the 1.6 station has a check that reports it, or a case that finds it."""
    found = {way.partition("@")[0] for case in CASES.values() for way in case.fails_with if case.versions == ("1.6",)}
    kinds = MACHINES["1.6"].kinds
    assert [kind for kind, row in kinds.items() if not row.checks and kind not in found] == []


def test_every_case_names_its_use_case() -> None:
    """Each case has a use case of Part 2; a case of Part 6 has requirements too. A case of 1.6 names its sections."""
    for case in CASES.values():
        if case.versions == ("1.6",):
            assert case.use_case, case.id
            assert all(SECTION.fullmatch(each) for each in case.requirement.split(", ")), case.requirement
            continue
        assert re.fullmatch(r"[A-P]\d\d(, [A-P]\d\d)*", case.use_case), case.id
        assert bool(case.requirement) == case.id.endswith("_CS"), case.id


@pytest.mark.parametrize("path", sorted(FOLDER.glob("test_*.py")), ids=lambda path: path.name)
def test_cases_work_with_every_station(path: Path) -> None:
    """Cases work with every station: they import only plans/ and protocol/ of the package."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    ours = {module for module in modules if module.startswith("mock_csms")}
    assert [module for module in ours if not re.match(r"mock_csms\.(plans|protocol)\b", module)] == []


BOOTS = (
    r'await (station\.prepare\()?states\.boot(ed|ing)\b|await station\.act\("reboot"\)'
    r'|await station\.command\("Reset", \{"type": "(OnIdle|Immediate)"\}'
)
"""The steps that boot a whole station."""


@pytest.mark.parametrize("path", sorted(FOLDER.glob("test_*.py")), ids=lambda path: path.name)
def test_what_begins_with_a_boot(path: Path) -> None:
    """The first step of a case with @begins_with_boot boots the station: an earlier case may have left that to it."""
    text = path.read_text(encoding="utf-8")
    for function in [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.AsyncFunctionDef)]:
        steps = [ast.get_source_segment(text, node) or "" for node in ast.walk(function) if isinstance(node, ast.Await)]
        if any(isinstance(each, ast.Name) and each.id == "begins_with_boot" for each in function.decorator_list):
            assert re.match(BOOTS, steps[0]), f"{function.name}: {steps[0]}"


def test_without_a_station_nothing_runs() -> None:
    """Without a station on the command line, nothing runs, and the error says how to name one."""
    words = [sys.executable, "-m", "pytest", str(FOLDER), "-p", "no:cacheprovider"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT, check=False)
    assert (done.returncode, "ERROR: no station given" in done.stderr + done.stdout) == (4, True)
