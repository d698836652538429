"""The page of --report: one HTML file about a run, for the people who have to judge the station.

The page is `page.html` with `look.css`, which the sequence diagram has too, and then the text of this module. It has no
script: the folding and the filter are HTML and CSS.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from mock_csms.plans.cases import CASES
from mock_csms.plans.catalogue import OF_16, CatalogueEntry
from mock_csms.plans.passes import EarlierPass
from mock_csms.plans.results import MEANINGS, REPORTED, CaseResult, CaseVerdict
from mock_csms.plans.v2.blocks import block_of, order_of
from mock_csms.protocol.records import Record
from mock_csms.protocol.release import VERSION
from mock_csms.watch import diagram

_HEAD = Path(__file__).with_name("page.html")
_LOOK = Path(diagram.__file__).with_name("look.css")


class PlanRun(Record):
    """A run of plans that has ended."""

    title: str
    facts: Mapping[str, Mapping[str, str]]
    """The groups of facts about the run and the station, each with its title; secrets are masked."""
    profile: Mapping[str, str]
    """The profile of the station, with secrets masked."""
    results: Mapping[str, CaseResult]
    """By the id of the case."""
    earlier: Mapping[str, EarlierPass]
    """The cases that were not run because the station has passed them before, by id."""
    selected: Collection[str]
    """The ids of the cases that were to be run."""
    stopped: str
    """Why the run ended early; empty if it did not."""


class PageRow(Record):
    """A case as the page shows it."""

    entry: CatalogueEntry
    result: CaseResult
    earlier: EarlierPass | None

    @property
    def kind(self) -> str:
        """The class of its element: its verdict, without the space."""
        return self.result.verdict.replace(" ", "-")


def write_page(path: Path, run: PlanRun, entries: Sequence[CatalogueEntry]) -> None:
    """Write the page, with a row for each of these cases."""
    rows = sorted((_row(run, each) for each in entries), key=lambda row: _place(row.entry))
    head = _HEAD.read_text(encoding="utf-8").replace("/* look.css */\n", _LOOK.read_text(encoding="utf-8"))
    head = head.replace("/* title */", escape(run.title)).replace("/* filters */", "\n".join(_filters(rows)))
    path.write_text(head + "\n".join(_body(run, rows)) + "\n", encoding="utf-8", errors="backslashreplace")


def _row(run: PlanRun, entry: CatalogueEntry) -> PageRow:
    """Return the row of a case; if it was not run, with the reason."""
    result, earlier = run.results.get(entry.id), run.earlier.get(entry.id)
    if result is not None:
        return PageRow(entry, result, None)
    if earlier is not None:
        return PageRow(entry, CaseResult(entry.id), earlier)
    if entry.id in run.selected:
        reason = f"the run ended before it: {run.stopped or 'its worker has ended'}"
        return PageRow(entry, CaseResult(entry.id, CaseVerdict.NOT_RUN, reason), None)
    verdict = CaseVerdict.NOT_SELECTED if entry.id in CASES else CaseVerdict.NOT_WRITTEN
    return PageRow(
        entry, CaseResult(entry.id, verdict, f"cannot be played: {entry.cannot}" if entry.cannot else ""), None
    )


def _group(entry: CatalogueEntry) -> str:
    """Return the title of the group of a case: its block, or for 1.6 the group in the catalogue."""
    return entry.profile if entry.profile.startswith(OF_16) else block_of(entry.id)


def _place(entry: CatalogueEntry) -> tuple[bool, tuple[bool, str]]:
    """Return the key to sort cases with: those of 1.6 come last, in the order of the catalogue."""
    is_16 = entry.profile.startswith(OF_16)
    return is_16, (False, "") if is_16 else order_of(block_of(entry.id))


def outcome_of(run: PlanRun) -> tuple[str, bool]:
    """Return the verdict of the whole run in words, and whether it is good."""
    bad = [each for each in run.results.values() if each.is_bad]
    passed = sum(each.has_passed for each in run.results.values()) + len(run.earlier)
    if bad:
        return f"FAILED: {len(bad)} of {len(run.results)} cases", False
    if run.stopped:
        return f"STOPPED: {run.stopped}", False
    if not passed:
        return "NOTHING PROVED: no case has passed", False
    before = f", {len(run.earlier)} of them in earlier runs" if run.earlier else ""
    return f"PASSED: {_number(passed, 'case')}{before}", True


def _body(run: PlanRun, rows: Sequence[PageRow]) -> Iterator[str]:
    said, is_good = outcome_of(run)
    yield f'<header>\n<h1>{escape(run.title)}</h1>\n<p id="verdict" class="{"passed" if is_good else "failed"}">'
    yield f'{escape(said)}</p>\n</header>\n<div id="facts">'
    for title, facts in run.facts.items():
        yield f"<section><h2>{escape(title)}</h2>"
        yield from _list(facts)
        yield "</section>"
    yield "</div>\n<details><summary><h2>Profile</h2></summary>"
    yield from _list(run.profile)
    yield "</details>"
    yield from _counts(rows)
    yield "<main>"
    for block, group in groupby(rows, lambda row: _group(row.entry)):
        yield f"<section>\n<h2>{escape(block)}</h2>"
        for row in group:
            yield from _case(row)
        yield "</section>"
    made = f"Made by mock-csms {escape(VERSION)}. This is a report of tests, not a certificate."
    yield f"</main>\n<footer>{made}</footer>\n</body>\n</html>"


# The summary, which filters the cases.


def _tags(row: PageRow) -> list[str]:
    """Return the CSS classes of a row: its verdict, and whether it is selected, expected, or of an earlier run."""
    result = row.result
    flags = {
        "expected": result.is_expected,
        "unexpected": result.is_unexpected,
        "earlier": row.earlier,
        "selected": result.verdict not in (CaseVerdict.NOT_SELECTED, CaseVerdict.NOT_WRITTEN),
    }
    return [row.kind, *(name for name, is_so in flags.items() if is_so)]


_COUNTED: Mapping[str, str] = {
    "selected": "selected",
    **{str(verdict).replace(" ", "-"): str(verdict) for verdict in CaseVerdict},
    "expected": "expected failures",
    "unexpected": "unexpected passes",
    "earlier": "passed in earlier runs",
}


_MEANINGS: Mapping[str, str] = {
    verdict.replace(" ", "-"): meaning.replace("`", "") for verdict, meaning in MEANINGS.items()
}


def _counted(rows: Sequence[PageRow]) -> Mapping[str, int]:
    """Return how many rows have each class; `selected` is counted only if the options of the run leave cases out."""
    every = [tag for row in rows for tag in _tags(row)]
    if CaseVerdict.NOT_SELECTED.replace(" ", "-") not in every:
        every = [tag for tag in every if tag != "selected"]
    return {tag: every.count(tag) for tag in _COUNTED if tag in every}


def _counts(rows: Sequence[PageRow]) -> Iterator[str]:
    yield '<fieldset id="counts"><legend>Results</legend>'
    counted = _counted(rows)
    first = "selected" if counted.get("selected") else "all"
    for tag, count in {"all": len(rows), **counted}.items():
        words = f"{_COUNTED.get(tag, tag)} <b>{count}</b>"
        title, checked = escape(_MEANINGS.get(tag, "")), " checked" * (tag == first)
        yield f'<label class="{tag}" title="{title}"><input type="radio" name="f" id="f-{tag}"{checked}>{words}</label>'
    yield "</fieldset>"


def _filters(rows: Sequence[PageRow]) -> Iterator[str]:
    """Yield the style rules that hide all other cases when one of the counts is chosen."""
    for tag in _counted(rows):
        chosen = f"body:has(#f-{tag}:checked)"
        yield f"{chosen} .case:not(.{tag}), {chosen} main section:not(:has(.case.{tag})) {{ display: none; }}"


# One case.


def _case(row: PageRow) -> Iterator[str]:
    entry, result = row.entry, row.result
    yield f'<details class="case {" ".join(_tags(row))}" id="{escape(entry.id)}"><summary>'
    yield f'<span class="verdict">{result.verdict}</span><code>{escape(entry.id)}</code>'
    yield f'<span class="title">{escape(entry.title)}</span><span class="seconds">{_when(row)}</span>'
    if why := _why(row):
        yield f'<span class="why">{escape(why)}</span>'
    yield '</summary><div class="more">'
    yield from _about(row)
    if "\n" in result.reason:
        yield f'<h3>Reason</h3><pre class="wrapped">{escape(result.reason)}</pre>'
    if result.findings:
        yield "<h3>Findings of the conformance checks</h3><ul>"
        yield from (f'<li class="{each.severity}">{escape(str(each))}</li>' for each in result.findings)
        yield "</ul>"
    if result.notes:
        yield "<h3>Notes</h3><ul>"
        yield from (f"<li>{escape(note)}</li>" for note in result.notes)
        yield "</ul>"
    if result.transcript:
        yield f"<details><summary>Messages ({_number(len(result.transcript), 'line')})</summary>"
        yield "<pre>" + escape("\n".join(result.transcript)) + "</pre></details>"
    yield "</div></details>"


def _when(row: PageRow) -> str:
    if row.earlier is not None:
        return escape(row.earlier.at[:10])
    return f"{row.result.seconds:.1f} s" if row.result.has_run else ""


def _why(row: PageRow) -> str:
    """Return the line under the title: why the case has this verdict, with the first difference of a message."""
    if row.earlier is not None:
        return f"passed before: {row.earlier}"
    first, *more = row.result.reason.removeprefix(f"{REPORTED}\n").split("\n", 2)
    difference = f": {more[0].strip()}" if more and more[0].startswith("  ") else ""
    return f"expected: {first}{difference}" if row.result.is_expected else f"{first}{difference}"


def _about(row: PageRow) -> Iterator[str]:
    case = CASES.get(row.entry.id)
    facts = {"profile": row.entry.profile, "applies to": row.entry.applies}
    if case is not None:
        facts = {"proves": case.proves, "use cases": case.use_case, "requirements": case.requirement, **facts}
        facts["needs"] = ", ".join(case.needs)
    facts["expected"] = row.result.expectation
    if row.earlier is not None:
        facts["passed"] = f"{row.earlier}, with mock-csms {row.earlier.version}"
    station = row.result.station
    if station:
        facts["station"] = ", ".join(f"{name} {text}" for name, text in station.items())
        facts["began"] = row.result.began
        facts["seed"] = f"{row.result.seed}"
    yield from _list(facts)


def _list(facts: Mapping[str, str]) -> Iterator[str]:
    yield "<dl>"
    yield from (f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items() if text)
    yield "</dl>"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
