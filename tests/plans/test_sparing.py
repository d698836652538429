"""The order of the cases, and what the cache of pytest keeps about a station."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mock_csms.plans.cases import Case
from mock_csms.plans.expected import read_expected_failures
from mock_csms.plans.order import beside, sparing, units
from mock_csms.plans.passes import EarlierPass, StationCache, key_of
from mock_csms.plans.results import CaseFinding, CaseResult, CaseVerdict
from tests.plans.scripted import Scripted, outcome, plan


def cases(text: str) -> list[Case]:
    """Return cases from words `ID` or `ID:NEED`; the id of a case that begins with a boot has a `*`."""
    made = []
    for word in text.split():
        id_, _, need = word.partition(":")
        made.append(Case(id_, "B01", "", (need,) if need else (), {}, "", begins_with_boot="*" in id_))
    return made


def ids(found: Sequence[Case]) -> str:
    """Return the ids of cases."""
    return " ".join(case.id for case in found)


@pytest.mark.parametrize(
    ("given", "owing", "wanted"),
    [
        ("a b c* d", "", "a b c* d"),
        ("a b c* d", "a", "a c* b d"),
        ("a* b c d* e*", "b c", "b a* c d* e*"),
        ("a* b c", "b c", "b a* c"),
        ("a* b*", "a*", "a* b*"),
        ("a:for-good b c*", "b", "b c* a"),
    ],
)
def test_a_reboot_that_is_due_is_left_to_a_case(given: str, owing: str, wanted: str) -> None:
    """After a case that leaves a reboot due comes a case that begins with a boot; all others keep their order.

    A case that changes the station for good is the last one.
    """
    assert ids(sparing(cases(given), owing.split())) == wanted


def test_cases_with_the_same_setting_are_neighbours() -> None:
    """Cases that need the same setting of the station are run one after another, in their order."""
    assert ids(beside(cases("a b:tls c d:tls e:C-13 f"), lambda case: case.needs)) == "a c f b d e"


def test_units_of_workers() -> None:
    """A unit has cases of one setting, in their order; at most ten seconds, or one case. The longest is first."""
    seconds = {"a": 1.0, "b": 30.0, "c": 6.0, "d": 5.0, "e": 4.0, "f": 3.0, "g": 0.0}
    found = units(cases("a b e d:tls c f:tls g:C-13"), lambda case: case.needs, seconds)
    assert [ids(unit) for unit in found] == ["b", "e c", "d f", "a", "g"]


class DictCache:
    """A cache of pytest."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}

    def get(self, key: str, default: Any) -> Any:
        """Return the value of a key."""
        return self.kept.get(key, default)

    def set(self, key: str, value: object) -> None:
        """Set the value of a key."""
        self.kept[key] = value


def passed(cache: StationCache, least: str | None = None) -> Mapping[str, EarlierPass]:
    """Return the cases that count as passed."""
    return cache.passed_before(least)


def test_what_is_kept_of_results() -> None:
    """Passes are kept until the case does not pass; skipped cases change nothing."""
    cache = StationCache(DictCache(), "CS-1")
    cache.keep(
        [CaseResult("a"), CaseResult("b"), CaseResult("c", is_unexpected=True), CaseResult("d", owes_reboot=True)]
    )
    assert (set(passed(cache)), set(cache.owing())) == ({"a", "b", "d"}, {"d"})
    cache.keep([CaseResult("a", CaseVerdict.FAIL), CaseResult("b", CaseVerdict.SKIPPED), CaseResult("d")])
    assert (set(passed(cache)), set(cache.owing())) == ({"b", "d"}, set())


def test_a_pass_with_findings() -> None:
    """A pass with findings does not count if --fail-on-findings names their severity or a lower one."""
    cache = StationCache(DictCache(), "CS-1")
    cache.keep([CaseResult("a", findings=[CaseFinding("warning", "B06", "B01.FR.09", "wrong")])])
    assert [bool(passed(cache, least)) for least in (None, "error", "warning")] == [True, True, False]


def test_stations_do_not_mix() -> None:
    """Each identity, profile and version of OCPP has its own passes, and so has the reference station."""
    kept = DictCache()
    keys = {
        key_of(identity, profile, version, is_reference=False)
        for identity in ("CS-1", "CS-2", "../x", "x" * 300)
        for profile in ("", "/a.toml", "/b.toml")
        for version in ("1.6", "2.0.1")
    }
    like_it, reference = (key_of("reference", "", "2.0.1", is_reference=each) for each in (False, True))
    assert len(keys | {like_it, reference}) == 26
    assert [key for key in keys if "/" in key or len(key) > 100] == []
    for key in keys:
        StationCache(kept, key).keep([CaseResult(key)])
    assert all(set(passed(StationCache(kept, key))) == {key} for key in keys)


def test_a_damaged_cache_is_empty() -> None:
    """A file in the cache that somebody has changed counts as empty, and so does no cache."""
    kept = DictCache()
    cache = StationCache(kept, "k")
    cache.keep([CaseResult("a")])
    kept.kept = dict.fromkeys(kept.kept, "nonsense")
    assert (passed(cache), cache.seconds(), passed(StationCache(None, "k"))) == ({}, {}, {})


def test_a_file_of_expected_failures(tmp_path: Path) -> None:
    """A line has an id, perhaps a text of the failure, and perhaps a comment; other lines are empty."""
    file = tmp_path / "known.txt"
    file.write_text("# all\n\nA-1\nB-2  expected #5, got  6 # why # not\n", encoding="utf-8")
    found = read_expected_failures(f"{file}")
    assert [(each.id, each.text, each.why, each.place) for each in found.values()] == [
        ("A-1", "", "", f"{file}, line 3"),
        ("B-2", "expected", "5, got  6 # why # not", f"{file}, line 4"),
    ]
    file.write_text("A-1\nA-1 # again\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 2: A-1 is listed twice; see .*known\.txt, line 1"):
        read_expected_failures(f"{file}")


OWING = 'await station.set("OCPPCommCtrlr", "OfflineThreshold", "9")'
BOOT = "await states.booting(station)"


class Owing:
    """The script of a station that has to be rebooted after the value of a variable was set back."""

    def __init__(self) -> None:
        self.value = "1"

    def __call__(self, action: str, asked: Any) -> Any:
        """Answer a command."""
        if action == "GetVariables":
            [each] = asked["getVariableData"]
            return {"getVariableResult": [{**each, "attributeStatus": "Accepted", "attributeValue": self.value}]}
        if action == "SetVariables":
            [each] = asked["setVariableData"]
            self.value = each.pop("attributeValue")
            status = "RebootRequired" if self.value == "1" else "Accepted"
            return {"setVariableResult": [{**each, "attributeStatus": status}]}
        return None


async def test_reboots_are_spared(tmp_path: Path) -> None:
    """In the second run the case that begins with a boot follows the one after which a reboot is due: one is spared."""
    text = plan(("X1", OWING), ("X2", "pass"), ("X3", BOOT)).replace(
        "async def test_x3", "@begins_with_boot\nasync def test_x3"
    )
    resets = []
    for _ in range(2):
        station = Scripted(Owing())
        found = await outcome(tmp_path, station, text, "-p", "cacheprovider")
        assert found.status == 0, found.out
        resets.append((station.commands.count("Reset"), [*found.cases]))
    assert resets == [(2, ["x1", "x2", "x3"]), (1, ["x1", "x3", "x2"])]


async def test_a_reboot_is_not_forgotten(tmp_path: Path) -> None:
    """A reboot that is due after the last case, or that the next case has not done, is done later."""
    station = Scripted(Owing())
    found = await outcome(tmp_path, station, plan(("X1", OWING)))
    assert (found.status, station.commands.count("Reset")) == (0, 1), found.out
    lazy = plan(("X1", OWING), ("X2", "pass"), ("X3", "pass")).replace(
        "async def test_x2", "@begins_with_boot\nasync def test_x2"
    )
    station = Scripted(Owing())
    found = await outcome(tmp_path, station, lazy)
    assert (found.status, station.commands.count("Reset")) == (0, 1), found.out
