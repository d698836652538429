"""The page of --report, --expected-failures, --only-open and workers: two runs of a few cases with mock-station."""

import re
import sys
from html import unescape
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

import pytest

from tests import warm
from tests.browser import in_browser
from tests.plans.scripted import PLUGIN, plan
from tests.test_plans import PLAIN
from tests.wire import PATIENCE

if TYPE_CHECKING:
    from playwright.async_api import Browser

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a-secret-password-1"
HOSTILE = "<script>document.title = 'hit'</script>"
CLEAR = 'await station.command("ClearCache")'
FAILS = f'raise AssertionError("bad & {HOSTILE}")'
SETS = (
    f'secret = "{PASSWORD[:9]}" + "{PASSWORD[9:]}"\n'
    f'    await station.command("SetVariables", {{"setVariableData": [{{"component": {{"name": "SecurityCtrlr"}}, '
    f'"variable": {{"name": "BasicAuthPassword"}}, "attributeValue": secret}}]}})\n'
    f'    raise AssertionError(f"the password {{secret}} was not taken")'
)
WRONG = 'await station.csms.call(station.identity, "ClearCache")\n    await station.prepare(states.reserved, "nobody")'
CASES = [
    *(("X-PASS", CLEAR), ("X-FAIL", FAILS), ("X-SECRET", SETS), ("X-SKIP", 'station.skip("no way")')),
    *(("X-LACKS", 'station.lacks("cable")'), ("X-ERROR", WRONG), ("X-KNOWN", FAILS), ("X-OTHER", FAILS)),
    ("X-MENDED", CLEAR),
]
CATALOGUE = (
    "id\ttitle\tprofile\tapplies\ttls\tcannot\n"
    f"X-PLANNED\tplanned {HOSTILE}\tCore\tall\t\t{HOSTILE}\n"
    "X-PASS\tit passes\tCore\t\t\n"
)
KNOWN = f"""
# what is known
X-KNOWN  bad & {HOSTILE}  # ticket 17
X-MENDED # ticket 18
X-OTHER another text
"""
VERDICTS = {
    "X-PASS": "PASS",
    "X-FAIL": "FAIL",
    "X-SECRET": "FAIL",
    "X-SKIP": "SKIPPED",
    "X-LACKS": "NOT APPLICABLE",
    "X-FEATURE": "NOT APPLICABLE",
    "X-ERROR": "ERROR",
    "X-KNOWN": "FAIL",
    "X-OTHER": "FAIL",
    "X-MENDED": "PASS",
    "X-PLANNED": "NOT WRITTEN",
    "X-LEFT": "NOT SELECTED",
}


class Run(NamedTuple):
    """A run that has ended."""

    done: "CompletedProcess[str]"
    page: str

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict of each case on the page, by id."""
        found = re.findall(r'<span class="verdict">([A-Z ]+)</span><code>([^<]+)</code>', self.page)
        return {id_: verdict for verdict, id_ in found}

    def row(self, id_: str) -> str:
        """Return the text of a case on the page, without its tags."""
        found = self.page.partition(f'id="{id_}"')[2].partition('<details class="case')[0]
        return unescape(re.sub(r"<[^>]*>", " ", found))


def execute(folder: Path, name: str, *flags: str) -> Run:
    """Run the plan in a folder with mock-station, with a page and a JUnit report of that name."""
    reports = ("--report", f"{folder / name}.html", "--junitxml", f"{folder / name}.xml")
    words = [
        sys.executable,
        "-m",
        "pytest",
        f"{folder}",
        *PLAIN[2:],
        "-c",
        "/dev/null",
        "--rootdir",
        f"{folder}",
        "--reference",
    ]
    done = warm.run([*words, *reports, *flags], timeout=5 * PATIENCE, cwd=ROOT)
    page = folder / f"{name}.html"
    return Run(done, page.read_text(encoding="utf-8") if page.exists() else "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan."""
    folder = tmp_path_factory.mktemp("plans")
    (folder / "conftest.py").write_text(PLUGIN)
    (folder / "catalogue.tsv").write_text(CATALOGUE)
    (folder / "known.txt").write_text(KNOWN)
    text = plan(*[(id_.replace("-", "_"), body) for id_, body in CASES])
    others = plan(("X_FEATURE", CLEAR), needs=("ISO-1",)) + plan(("X_LEFT", CLEAR), needs=("password",))
    (folder / "test_plan.py").write_text(re.sub(r'"X_(\w+)"|\'X_(\w+)\'', r"'X-\1\2'", text + others))
    return folder


@pytest.fixture(scope="module")
def first(folder: Path) -> Run:
    """The first run of the plan."""
    return execute(folder, "first", "--expected-failures", f"{folder / 'known.txt'}", "-k", "not left")


@pytest.fixture(scope="module")
def again(folder: Path, first: Run) -> Run:
    """The run after a repair, with two workers."""
    assert first.done.returncode == 1
    plan_, known = folder / "test_plan.py", folder / "known.txt"
    plan_.write_text(plan_.read_text().replace(FAILS, CLEAR))
    known.write_text("X-SECRET\nX-ERROR\n")
    return execute(folder, "again", "--only-open", "-n", "2", "--expected-failures", f"{known}")


def test_the_page_has_every_case(first: Run) -> None:
    """The page has all cases with their verdicts, also those that were not selected or are not written."""
    assert first.verdicts == VERDICTS, first.done.stdout
    assert "FAILED: 5 of 10 cases" in first.page
    assert "reference-station" in first.page
    assert re.search(r"<dt>seed of the mock</dt><dd>\d+</dd>", first.page)


def test_the_page_says_why(first: Run) -> None:
    """The page has the reason of each verdict, and the messages of a case."""
    assert f"bad & {HOSTILE}" in first.row("X-FAIL")
    assert "no way" in first.row("X-SKIP")
    assert "the station has no cable" in first.row("X-LACKS")
    assert "does not have ISO-1" in first.row("X-FEATURE")
    assert f"cannot be played: {HOSTILE}" in first.row("X-PLANNED")
    assert "the case could not be prepared" in first.row("X-ERROR")
    assert re.search(r"-> ClearCache\.response", first.row("X-PASS"))


def test_nothing_secret_is_shown(first: Run, folder: Path) -> None:
    """A password in a message, or in the text of a failure, is in no output."""
    assert "the password ***" in first.row("X-SECRET")
    for text in (first.page, first.done.stdout, first.done.stderr, (folder / "first.xml").read_text()):
        assert PASSWORD not in text


def test_expected_failures(first: Run, folder: Path) -> None:
    """An expected failure is shown as such and does not count; another failure and an unexpected pass do."""
    assert "XFAIL" in first.done.stdout
    assert "expected: bad &" in first.row("X-KNOWN")
    assert "ticket 17" in first.row("X-KNOWN")
    assert f"passed, but {folder / 'known.txt'}, line 4 says that it fails" in first.row("X-MENDED")
    assert "expects another failure: another text" in first.row("X-OTHER")
    cases = {each.get("name"): each for each in ElementTree.parse(folder / "first.xml").iter("testcase")}
    tags = {name: [child.tag for child in each if child.tag != "properties"] for name, each in cases.items()}
    assert (tags["test_x_known"], tags["test_x_other"], tags["test_x_mended"]) == (
        ["skipped"],
        ["failure"],
        ["failure"],
    )
    skipped = cases["test_x_known"].find("skipped")
    assert skipped is not None
    assert (skipped.get("type"), skipped.get("message")) == ("pytest.xfail", "ticket 17")


def test_only_open_cases_run_again(again: Run) -> None:
    """With --only-open only cases that have not passed run again; the page has the earlier passes with their dates."""
    out = again.done.stdout
    assert again.done.returncode == 0, out
    assert "test_x_pass" not in out
    assert again.verdicts == VERDICTS | {
        **dict.fromkeys(["X-FAIL", "X-KNOWN", "X-OTHER", "X-MENDED", "X-LEFT"], "PASS"),
    }
    assert re.search(r"passed before: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ with firmware 1\.0\.0", again.row("X-PASS"))
    assert "passed before" not in again.row("X-FAIL")
    assert "PASSED: 6 cases, 1 of them in earlier runs" in again.page


def test_each_worker_has_its_own_mock(again: Run) -> None:
    """With -n each worker has its own mock: the page has a seed for each of them."""
    seeds = re.search(r"<dt>seed of the mock</dt><dd>(.*?)</dd>", again.page)
    assert seeds
    assert len(seeds[1].split(", ")) == 2


def test_when_nothing_is_open(again: Run, folder: Path) -> None:
    """If no case is open, nothing runs, and the run is good; an unknown id is one line and the status of misuse."""
    assert again.done.returncode == 0
    none = execute(folder, "none", "--only-open", "-k", "pass", "-n", "2")
    assert (none.done.returncode, "PASSED: " in none.page) == (0, True), none.done.stdout
    assert execute(folder, "nothing", "--only-open", "-k", "nonsense").done.returncode == 5
    (folder / "wrong.txt").write_text("X-PAST\n")
    wrong = execute(folder, "wrong", "-n", "2", "--expected-failures", f"{folder / 'wrong.txt'}")
    [line] = [line for line in wrong.done.stderr.splitlines() if "ERROR" in line]
    assert (wrong.done.returncode, line.partition("wrong.txt, ")[2]) == (
        4,
        "line 1: 'X-PAST' is not a case; did you mean 'X-PASS'?",
    )


@in_browser
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_in_a_browser(first: Run, folder: Path, chromium: "Browser", width: int) -> None:
    """The page fits the window and runs no script. It shows the selected cases, and others if a count is chosen."""
    assert first.page
    page = await chromium.new_page(viewport={"width": width, "height": 800})
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    await page.goto(f"file://{folder / 'first.html'}")
    assert await page.title() == "Test report: CS-1"
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    left_out = [verdict for verdict in VERDICTS.values() if verdict in ("NOT SELECTED", "NOT WRITTEN")]
    assert await page.locator(".case:visible").count() == len(VERDICTS) - len(left_out)
    await page.check("#f-all", force=True)
    assert await page.locator(".case:visible").count() == len(VERDICTS)
    await page.check("#f-FAIL", force=True)
    shown = await page.locator(".case:visible > summary > code").all_inner_texts()
    assert shown == ["X-FAIL", "X-SECRET", "X-KNOWN", "X-OTHER"]
    await page.check("#f-PASS", force=True)
    case = page.locator("#X-PASS")
    await case.locator("summary").first.click()
    assert not await case.locator("pre").last.is_visible()
    await case.get_by_text("Messages (").click()
    assert await case.locator("pre").last.is_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == []
    await page.close()


def test_a_run_that_ends_early(again: Run, folder: Path) -> None:
    """Cases that a run did not reach are NOT RUN, with the reason."""
    assert again.done.returncode == 0
    (folder / "passes.txt").write_text("X-PASS\n")
    cases = ("--case", "X-PASS", "--case", "X-FAIL")
    stopped = execute(folder, "stopped", "-x", *cases, "--expected-failures", f"{folder / 'passes.txt'}")
    assert (stopped.done.returncode, stopped.verdicts["X-FAIL"], stopped.verdicts["X-OTHER"]) == (
        1,
        "NOT RUN",
        "NOT SELECTED",
    )
    assert "the run ended before it: stopping after 1 failures" in stopped.row("X-FAIL")
