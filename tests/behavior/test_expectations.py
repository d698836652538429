"""Compares the judge of expectations with a small model, in random runs of several stations."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.expectations import Expectation, Judge
from mock_csms.behavior.happenings import CONNECT, DISCONNECT
from mock_csms.behavior.matching import Condition
from mock_csms.behavior.notation import parse_expectation
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, encode
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Sent

RESPONSE, ERROR = "Reset.response", "Reset.error"
NAMES = [CONNECT, DISCONNECT, "Heartbeat", "Authorize", RESPONSE, ERROR]
STATIONS = ["A1", "A2", "B"]
RESET = Call("0", "Reset", {})


class Act(NamedTuple):
    """One act of a station, with a name and a number; the mock may refuse it."""

    station: str
    name: str
    number: int
    is_refused: bool = False


def received(
    station: str, message: Message | Malformed, answers: Call | None = None, *, refused: bool = False
) -> Event:
    """Return the event of a message."""
    text = b"?" if isinstance(message, Malformed) else encode(message)
    return Received(0.0, station, text, message, [], answers, False, refused)


def event(act: Act) -> Event:
    """Return the event that the mock publishes about an act."""
    payload = {"n": act.number}
    match act.name:
        case "connect":
            return Connected(0.0, act.station, "ocpp2.0.1", ("ocpp2.0.1",))
        case "disconnect":
            return Disconnected(0.0, act.station, 1000, "")
        case "Reset.response":
            return received(act.station, Result("0", payload), RESET, refused=act.is_refused)
        case "Reset.error":
            return received(act.station, Error("0", "Code", "", payload), RESET, refused=act.is_refused)
    return received(act.station, Call("1", act.name, payload), refused=act.is_refused)


def fits(expectation: Expectation, act: Act) -> bool:
    """Whether an act matches an expectation or a forbidden message; only calls and responses may have a condition."""
    wanted = [condition.value for condition in expectation.conditions]
    is_named = (expectation.name, act.is_refused and act.name not in (CONNECT, DISCONNECT)) == (act.name, False)
    return is_named and fnmatchcase(act.station, expectation.stations) and wanted in ([], [act.number])


class Model:
    """The verdict of a run, computed from its whole history."""

    def __init__(self, judge: Judge, history: Sequence[Act], *, in_order: bool, stations: int) -> None:
        self.expected = judge.expected
        self.counts = {act.station: [0] * len(judge.expected) for act in history}
        for act in history:
            row = self.counts[act.station]
            matched = [number for number, expectation in enumerate(self.expected) if fits(expectation, act)]
            lacking = [n for n, e in enumerate(self.expected) if act.station in self.about(n) and row[n] < e.least]
            reached = [number for number in matched if number <= (lacking or [99])[0]]
            for number in reached[-1:] if in_order else matched:
                row[number] += 1
        fine = [station for station in self.counts if all(self.is_met(n, station) for n in range(len(self.expected)))]
        met_by = [sum(self.is_met(n, station) for station in self.about(n)) for n in range(len(self.expected))]
        enough = [met >= (stations if e.stations == "*" else 1) for met, e in zip(met_by, self.expected, strict=True)]
        too_many = [e.most is not None and self.most_of(n) > e.most for n, e in enumerate(self.expected)]
        self.is_hopeless = any(too_many) or any(fits(each, act) for each in judge.forbidden for act in history)
        self.is_satisfied = len(fine) >= stations and all(enough) and not self.is_hopeless

    def about(self, number: int) -> Sequence[str]:
        """Return the stations that an expectation applies to."""
        return [station for station in self.counts if fnmatchcase(station, self.expected[number].stations)]

    def most_of(self, number: int) -> int:
        """Return the highest number of matches that one station has."""
        return max([self.counts[station][number] for station in self.about(number)], default=0)

    def is_met(self, number: int, station: str) -> bool:
        """Whether a station meets an expectation, or the expectation does not apply to it."""
        least, most = self.expected[number].least, self.expected[number].most
        count = self.counts[station][number]
        return station not in self.about(number) or (least <= count and (most is None or count <= most))


def expectation(name: str, number: int | None, stations: str, least: int, more: int | None) -> Expectation:
    """Return an expectation; it has no condition if the tests give its messages no payload."""
    has_condition = number is not None and name in ("Heartbeat", "Authorize", RESPONSE)
    conditions = (Condition(("n",), number),) if has_condition else ()
    return Expectation(name, conditions, stations, least, None if more is None else least + more, name)


EXPECTATIONS = st.builds(
    expectation,
    st.sampled_from(NAMES),
    st.none() | st.integers(0, 1),
    st.sampled_from(["*", "*", "A*", "B"]),
    st.integers(0, 2),
    st.none() | st.integers(0, 1),
)
ACTS = st.builds(
    Act, st.sampled_from(STATIONS), st.sampled_from(NAMES), st.integers(0, 1), st.sampled_from([False, False, True])
)


def connecting_first(acts: Sequence[Act]) -> list[Act]:
    """Let each station connect before it does anything else."""
    history: list[Act] = []
    for act in acts:
        if act.name != CONNECT and act.station not in {each.station for each in history}:
            history.append(Act(act.station, CONNECT, 0))
        history.append(act)
    return history


@given(
    st.lists(EXPECTATIONS, max_size=4),
    st.lists(EXPECTATIONS, max_size=1),
    st.booleans(),
    st.integers(1, 2),
    st.lists(ACTS, max_size=15).map(connecting_first),
)
def test_judge_against_a_model(
    expected: list[Expectation], forbidden: list[Expectation], in_order: bool, stations: int, history: list[Act]
) -> None:
    """After each event the judge agrees with the model; a final verdict does not change."""
    judge = Judge(expected, forbidden, in_order=in_order, stations=stations)
    before = Model(judge, [], in_order=in_order, stations=stations)
    assert (judge.is_satisfied, judge.is_hopeless) == (before.is_satisfied, before.is_hopeless)
    for number, act in enumerate(history, 1):
        news = judge.look_at(event(act))
        after = Model(judge, history[:number], in_order=in_order, stations=stations)
        assert (judge.is_satisfied, judge.is_hopeless) == (after.is_satisfied, after.is_hopeless)
        assert {station: [each.count for each in row] for station, row in judge.tallies.items()} == after.counts
        assert sorted(news) == sorted(decided(judge, before, after, act))
        assert not (before.is_satisfied and judge.can_end_early) or judge.is_satisfied, (
            "satisfied for ever, and then not"
        )
        assert judge.is_hopeless or not before.is_hopeless, "hopeless, and then not"
        before = after


def decided(judge: Judge, before: Model, after: Model, act: Act) -> Iterator[tuple[str, str]]:
    """Yield each expectation that an act now meets or exceeds, and each forbidden message that it matches."""
    for number, each in enumerate(judge.expected):
        if act.station in after.about(number):
            knew = act.station in before.counts
            count, counted = after.counts[act.station][number], before.counts[act.station][number] if knew else 0
            if each.most is None and count >= each.least and not (knew and counted >= each.least):
                yield each.text, "met"
            if each.most is not None and count > each.most >= counted:
                yield each.text, "exceeded"
    for each in judge.forbidden:
        if fits(each, act):
            yield each.text, "forbidden"


NAMED = st.lists(EXPECTATIONS, max_size=4, unique_by=lambda expectation: expectation.name)


@given(NAMED, st.booleans(), st.lists(ACTS, max_size=15).map(connecting_first))
def test_each_outcome_is_reported_once(expected: list[Expectation], in_order: bool, history: list[Act]) -> None:
    """The judge reports one outcome per expectation and station, and a miss only if too few stations met it."""
    judge = Judge(expected, in_order=in_order)
    result = [(act.station, *news) for act in history for news in judge.look_at(event(act))]
    result += [(station, *news) for station, news in judge.conclude()]
    model = Model(judge, history, in_order=in_order, stations=1)
    lacking = "not reached" if judge.is_hopeless else "missed"
    for number, each in enumerate(expected):
        outcomes = {station: outcome for station, text, outcome in result if text == each.text}
        assert len(outcomes) == [text for _, text, _ in result].count(each.text)
        for station, outcome in outcomes.items():
            is_over = each.most is not None and station and model.counts[station][number] > each.most
            is_met = bool(station) and model.is_met(number, station)
            assert outcome == ("exceeded" if is_over else "met" if is_met else lacking)
        failed = set(model.about(number) or [""]) - outcomes.keys()
        assert not failed or judge.is_met_by_enough(number), "a failure that is not reported"
        assert lacking not in outcomes.values() or not judge.is_met_by_enough(number)


UNBOUNDED = EXPECTATIONS.map(lambda each: Expectation(each.name, each.conditions, "*", each.least, None, each.text))
ONE_STATION = st.lists(ACTS.map(lambda act: act._replace(station="A1")), max_size=15).map(connecting_first)


@given(st.lists(UNBOUNDED, max_size=4), ONE_STATION)
def test_in_order_is_a_subsequence(expected: list[Expectation], history: list[Act]) -> None:
    """Expectations in order, each with a minimum, are met if and only if they are a subsequence of the acts."""
    judge = Judge(expected, in_order=True)
    for act in history:
        judge.look_at(event(act))
    rest = iter(history)
    wanted = [each for each in expected for _ in range(each.least)]
    assert all(any(fits(each, act) for act in rest) for each in wanted) == judge.is_satisfied or not history


@given(st.lists(st.sampled_from(NAMES[2:]), min_size=1, max_size=5), st.lists(st.integers(1, 3), min_size=5), st.data())
def test_exact_sequence_in_order(names: list[str], counts: list[int], data: st.DataObject) -> None:
    """Expectations in order with exact counts are met by exactly these acts; one more act fails the run."""
    expected = [Expectation(name, (), "*", least, least) for name, least in zip(names, counts, strict=False)]
    judge = Judge(expected, in_order=True)
    judge.look_at(event(Act("A1", CONNECT, 0)))
    for each in expected:
        for _ in range(each.least):
            assert not judge.is_satisfied
            judge.look_at(event(Act("A1", each.name, 0)))
    assert judge.is_satisfied
    judge.look_at(event(Act("A1", data.draw(st.sampled_from(names)), 0)))
    assert judge.is_hopeless


@given(st.lists(EXPECTATIONS, min_size=1, max_size=4), st.lists(ACTS, max_size=20).map(connecting_first))
def test_overlapping_expectations(expected: list[Expectation], history: list[Act]) -> None:
    """Without --in-order each expectation counts as if there were no others."""
    together, alone = Judge(expected), [Judge([each]) for each in expected]
    for act in history:
        for judge in (together, *alone):
            judge.look_at(event(act))
    for number, judge in enumerate(alone):
        assert [row[number].count for row in together.tallies.values()] == [
            row[0].count for row in judge.tallies.values()
        ]
    assert together.is_hopeless == any(judge.is_hopeless for judge in alone)
    assert all(judge.is_satisfied for judge in alone) or not together.is_satisfied


@given(st.lists(EXPECTATIONS, max_size=4), st.lists(EXPECTATIONS, max_size=2))
def test_when_a_run_can_end_early(expected: list[Expectation], forbidden: list[Expectation]) -> None:
    """A satisfied run can end early if and only if no message is forbidden and no expectation has a maximum."""
    bounded = [each for each in expected if each.most is not None]
    assert Judge(expected, forbidden).can_end_early == (not forbidden and not bounded)


NOTHING = [
    received("A1", Malformed("not JSON"), refused=True),
    received("A1", Result("9", {})),
    received("A1", Error("9", "Code", "", {})),
    received("A1", Call("1", "BootNotification", {}), refused=True),
    received("A1", Malformed("a CALLRESULT has 3 items", id="0", is_answer=True), RESET, refused=True),
    Sent(0.0, "A1", encode(RESET), RESET, [], None, "", ""),
    Sent(0.0, "A1", b"", Call("1", "BootNotification", {}), [], None, "", ""),
]


@pytest.mark.parametrize("nothing", NOTHING, ids=range(len(NOTHING)))
def test_messages_that_do_not_count(nothing: Event) -> None:
    """Refused messages, stray answers and the mock's own messages match no expectation and no forbidden message."""
    expected = [Expectation(name) for name in ("BootNotification", RESPONSE, ERROR, "Reset")]
    judge = Judge(expected, expected)
    judge.look_at(event(Act("A1", CONNECT, 0)))
    assert not judge.look_at(nothing)
    assert (judge.is_hopeless, [each.count for each in judge.tallies["A1"]]) == (False, [0] * 4)


@pytest.mark.parametrize(
    ("text", "name", "stations", "least", "most"),
    [
        ("Heartbeat", "Heartbeat", "*", 1, None),
        ("Heartbeat*3", "Heartbeat", "*", 3, 3),
        ("Heartbeat*3..", "Heartbeat", "*", 3, None),
        ("Heartbeat*0..3", "Heartbeat", "*", 0, 3),
        ("Heartbeat*0", "Heartbeat", "*", 0, 0),
        ("Heartbeat@CS-?", "Heartbeat", "CS-?", 1, None),
        ("Heartbeat@CS-*", "Heartbeat", "CS-*", 1, None),
        ("Heartbeat@CS-**2", "Heartbeat", "CS-*", 2, 2),
        ("Heartbeat@*", "Heartbeat", "*", 1, None),
        ("Heartbeat@[AB]*2..4", "Heartbeat", "[AB]", 2, 4),
        ("Authorize[idToken.type=Central]@A B*1..", "Authorize", "A B", 1, None),
        ("Reset.response[status=Accepted]*2", RESPONSE, "*", 2, 2),
        ("Reset.error[code=NotSupported]@A", ERROR, "A", 1, None),
        ("DataTransfer", "DataTransfer", "*", 1, None),
        ("DataTransfer.response", "DataTransfer.response", "*", 1, None),
        ("connect*2", CONNECT, "*", 2, 2),
        ("disconnect[code=1000]", DISCONNECT, "*", 1, None),
    ],
)
def test_notation(text: str, name: str, stations: str, least: int, most: int | None) -> None:
    """`NAME[…]@GLOB*COUNT`: without a count it means at least one, without a glob every station."""
    found = parse_expectation(text)
    assert (found.name, found.stations, found.least, found.most, found.text) == (name, stations, least, most, text)
