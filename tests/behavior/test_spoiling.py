"""Several faults at once, compared with a simple model that counts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.behavior.emissions import Emission
from mock_csms.behavior.faults import FAULTS
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import ANY, COMMAND, RESPONSE, Match, Rule, RuleBook, Spoil
from mock_csms.behavior.templates import SAMPLE, Template
from mock_csms.protocol.messages import Call, Error
from mock_csms.protocol.records import replace
from mock_csms.twin.station import StationModel

CHANCES = st.lists(st.floats(0, 0.99), min_size=200, max_size=200)
KINDS = ["drop", "binary", "split", "wrong-id", "malformed", "truncate", "invalid", "duplicate"]
ATTRIBUTES: dict[str, dict[str, Any]] = {"split": {"frames": 2}, "delay": {"seconds": 1.0}}
LIMITS = st.sampled_from([(None, None), (None, None), (1, None), (2, None), (None, 1), (None, 2), (None, 3)])
RULES = st.lists(
    st.tuples(
        st.sampled_from(["A", "A.command", "B", ANY, ANY + COMMAND, ANY + RESPONSE]),
        st.sampled_from(KINDS),
        LIMITS,
        st.sampled_from([0.0, 0.5, 1.0, 1.0]),
    ),
    max_size=6,
)
MESSAGES = st.lists(st.sampled_from(["A", "A.command", "B", "?"]), max_size=12)
DEFAULTS: dict[str, Template] = {"A": lambda _: {}, "B": lambda _: {}}


def meant_for(action: str, name: str) -> bool:
    """Whether a rule with this action applies to a message of this name; a name without `.command` is an answer."""
    is_command = name.endswith(COMMAND)
    return action in (name, ANY) or action == ANY + (COMMAND if is_command else RESPONSE)


def model(rules: list[Any], messages: list[str], chances: Iterator[float]) -> list[list[int]]:
    """Return the numbers of the faults that apply to each message."""
    used: Counter[int] = Counter()
    met: Counter[int] = Counter()
    done = []
    for name in messages:
        working: list[int] = []
        is_over = False
        for number, (action, kind, (times, turn), probability) in enumerate(rules):
            if not meant_for(action, name):
                continue
            met[number] += 1
            is_due = (turn is None or met[number] == turn) and (times is None or used[number] < times)
            if is_over or not is_due or (probability < 1 and next(chances) >= probability):
                continue
            used[number] += 1
            working.append(number)
            is_over = kind == "drop"
        done.append(working)
    return done


@settings(deadline=None)
@given(RULES, MESSAGES, CHANCES)
def test_faults_do_as_the_model(rules: list[Any], messages: list[str], chances: list[float]) -> None:
    """Every fault that matches is applied in order, until one drops the message.

    A fault that its probability skips has not used up one of its times; `*=N` counts every match.
    """
    book = RuleBook(
        Rule(
            Match(action, (), times, "*", None, turn),
            Spoil(FAULTS[kind](**ATTRIBUTES.get(kind, {})), probability),
            str(number),
        )
        for number, (action, kind, (times, turn), probability) in enumerate(rules)
    )
    replies, drawn, station = Replies(DEFAULTS, (), book), iter(chances), StationModel("CS-1")
    context = replace(SAMPLE, station=station, world=replace(SAMPLE.world, chance=lambda: next(drawn)))
    found = []
    for name in messages:
        call = Call("1", name.removesuffix(COMMAND), {})
        if name == "?":
            decision = replies.reject(Error("-1", "FormatViolation"), context)
        elif name.endswith(COMMAND):
            decision = replies.command(call, context)
        else:
            decision = replies.answer(call, None, context)
        found.append([int(number) for number in decision.fault.split("; ") if number])
    assert found == model(rules, messages, iter(chances))


@settings(deadline=None)
@given(st.lists(st.sampled_from([*KINDS[1:], "delay"]), unique=True))
def test_no_fault_hides_another(kinds: list[str]) -> None:
    """In any order, each of several faults is visible in what goes over the wire."""
    book = RuleBook(Rule(Match("A"), Spoil(FAULTS[kind](**ATTRIBUTES.get(kind, {}))), kind) for kind in kinds)
    acts = Replies(DEFAULTS, (), book).answer(Call("the id", "A", {}), None, SAMPLE).acts
    assert len(acts) == (2 if "duplicate" in kinds else 1)
    for act in acts:
        assert isinstance(act, Emission)
        text = act.encoded()
        assert (act.binary, act.frames > 1, act.after > 0) == ("binary" in kinds, "split" in kinds, "delay" in kinds)
        assert text.startswith(b"{" if "malformed" in kinds else b"[")
        assert text.endswith(b"]") is ("truncate" not in kinds)
        assert (b'"the' in text) is ("wrong-id" not in kinds)
        assert (b"notInTheSchema" in text) is ("invalid" in kinds) or "truncate" in kinds
