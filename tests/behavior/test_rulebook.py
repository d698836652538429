"""Rules compared with a model that tries one rule after the other, and the notation of rules."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.behavior.faults import FAULTS
from mock_csms.behavior.matching import ABSENT, PRESENT, Condition, parse_path, value_at
from mock_csms.behavior.notation import parse_fault, parse_match
from mock_csms.behavior.rules import Match, Rule, RuleBook
from mock_csms.twin.station import StationModel

VALUES = st.sampled_from(["a", "b", "A", 1, 2, 1.0, True, None])
PATHS = st.sampled_from([("x",), ("y",), ("idToken", "idToken"), ("list", "0"), ("list", "1", "x")])
CONDITIONS = st.builds(Condition, PATHS, st.one_of(VALUES, st.just(PRESENT)))
MATCHES = st.builds(
    Match,
    action=st.sampled_from(["Authorize", "Heartbeat"]),
    conditions=st.lists(CONDITIONS, max_size=2).map(tuple),
    times=st.sampled_from([None, None, 1, 2, 3]),
    stations=st.sampled_from(["*", "CS-1", "CS-?", "x*"]),
)
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "x": VALUES,
        "y": VALUES,
        "idToken": st.one_of(VALUES, st.fixed_dictionaries({"idToken": VALUES})),
        "list": st.lists(st.one_of(VALUES, st.fixed_dictionaries({"x": VALUES})), max_size=2),
    },
)
ANYTHING = st.recursive(
    VALUES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2)
)
MESSAGES = st.tuples(
    st.sampled_from(["Authorize", "Heartbeat", "BootNotification"]),
    st.one_of(OBJECTS, OBJECTS, ANYTHING),
    st.sampled_from(["CS-1", "CS-2", "x1"]),
)


def model(matches: list[Match], messages: list[tuple[str, Any, str]]) -> list[int | None]:
    """Return the number of the rule that applies to each message: the first one that matches and has uses left."""
    used: Counter[tuple[int, str]] = Counter()
    chosen: list[int | None] = []
    for action, payload, identity in messages:
        chosen.append(None)
        for number, match in enumerate(matches):
            has_uses = match.times is None or used[number, identity] < match.times
            if match.action == action and match.suits(payload, StationModel(identity)) and has_uses:
                used[number, identity] += 1
                chosen[-1] = number
                break
    return chosen


@settings(deadline=None, max_examples=150)
@given(st.lists(MATCHES, max_size=12), st.lists(MESSAGES, max_size=30))
def test_a_rulebook_does_as_the_model(matches: list[Match], messages: list[tuple[str, Any, str]]) -> None:
    """The rulebook selects the same rules as a linear search: first match, and uses counted per station."""
    book = RuleBook(Rule(match, number) for number, match in enumerate(matches))
    used = [book.use(action, payload, StationModel(identity)) for action, payload, identity in messages]
    assert [None if rule is None else rule.then for rule in used] == model(matches, messages)


def same(found: Any, wanted: Any, *, is_token: bool) -> bool:
    """Whether two values are the same JSON: true is not 1, and idTokens are compared in any case."""
    if isinstance(found, str) and isinstance(wanted, str) and is_token:
        return found.casefold() == wanted.casefold()
    return isinstance(found, bool) is isinstance(wanted, bool) and bool(found == wanted)


@settings(deadline=None)
@given(st.one_of(OBJECTS, ANYTHING), CONDITIONS)
def test_a_condition_compares_as_json_does(payload: Any, condition: Condition) -> None:
    """A condition holds if and only if the path exists and has the wanted JSON value."""
    found = value_at(payload, condition.path)
    is_token = condition.path[-1] == "idToken"
    wanted = found is not ABSENT and (condition.value is PRESENT or same(found, condition.value, is_token=is_token))
    assert condition.holds(payload) is wanted


PAYLOAD = {"a": {"b": [10, {"c": None}]}, "0": "zero", "e": {}}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b.0", 10),
        ("a.b.1.c", None),
        ("0", "zero"),
        ("e", {}),
        ("a.b.2", ABSENT),
        ("a.b.-1", ABSENT),
        ("a.b.x", ABSENT),
        ("a.b.\u00b2", ABSENT),
        ("a.b.0.x", ABSENT),
        ("a.0", ABSENT),
        ("x", ABSENT),
        ("", ABSENT),
    ],
)
def test_value_at(path: str, found: Any) -> None:
    """A path goes into objects by name and into arrays by index; a path that does not exist gives ABSENT."""
    assert value_at(PAYLOAD, parse_path(path)) is found or value_at(PAYLOAD, parse_path(path)) == found


# The notation.


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("Heartbeat", Match("Heartbeat")),
        ("Heartbeat*2", Match("Heartbeat", times=2)),
        ("Heartbeat@CS-*", Match("Heartbeat", stations="CS-*")),
        ("Heartbeat*12@[ab]*3", Match("Heartbeat", times=12, stations="[ab]*3")),
        ("Authorize[idToken.idToken=12345678]", Match("Authorize", (Condition(("idToken", "idToken"), "12345678"),))),
        (
            'Authorize[idToken.idToken="a,]\\"é"]*1',
            Match("Authorize", (Condition(("idToken", "idToken"), 'a,]"é'),), 1),
        ),
        ("Authorize[idToken.type=emaid]", Match("Authorize", (Condition(("idToken", "type"), "eMAID"),))),
        ("Authorize[idToken.idToken=]", Match("Authorize", (Condition(("idToken", "idToken"), ""),))),
        (
            "TransactionEvent[evse.id=1, offline = true]@x",
            Match("TransactionEvent", (Condition(("evse", "id"), 1), Condition(("offline",), value=True)), None, "x"),
        ),
        ("DataTransfer[data=1]", Match("DataTransfer", (Condition(("data",), 1),))),
        ("DataTransfer[data=x y]", Match("DataTransfer", (Condition(("data",), "x y"),))),
        ('DataTransfer[data.a.0.b="1"]', Match("DataTransfer", (Condition(("data", "a", "0", "b"), "1"),))),
        (
            "Heartbeat[customData.any.thing=null]",
            Match("Heartbeat", (Condition(("customData", "any", "thing"), None),)),
        ),
        (
            "TransactionEvent[meterValue.0.sampledValue.1.value=2.5]",
            Match("TransactionEvent", (Condition(("meterValue", "0", "sampledValue", "1", "value"), 2.5),)),
        ),
        ("Reset[evseId=2]*1", Match("Reset", (Condition(("evseId",), 2),), 1)),
        ("DataTransfer.command*1", Match("DataTransfer.command", times=1)),
        ("Reset.command", Match("Reset")),
    ],
)
def test_match(text: str, match: Match) -> None:
    """A match is parsed into its parts; its values get the types of the schema."""
    assert parse_match(text, commands=True) == match


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", ""),
        ("Authorise", "Authorize"),
        ("heartbeat", "Heartbeat"),
        ("[a=1]", "action"),
        ("Reset", "Reset"),
        ("DataTransfer.command", "DataTransfer"),
        ("Authorize[idToken.idTokn=1]", "idToken"),
        ("Authorize[idToke.idToken=1]", "idToken"),
        ("Authorize[idToken.idToken.x=1]", "idToken.idToken.x"),
        ("Authorize[idToken=1]", "object"),
        ("Authorize[idToken.type=eMIAD]", "eMAID"),
        ("Authorize[iso15118CertificateHashData.x.hashAlgorithm=SHA256]", "iso15118CertificateHashData.x"),
        ("TransactionEvent[evse.id=one]", "integer"),
        ("TransactionEvent[evse.id=1.5]", "integer"),
        ('TransactionEvent[evse.id="1"]', "integer"),
        ("TransactionEvent[evse.id=true]", "integer"),
        ("TransactionEvent[offline=1]", "boolean"),
        ("Authorize[]", "[path=value"),
        ("Authorize[idToken.idToken]", "[path=value"),
        ("Authorize[idToken.idToken=a", "[path=value"),
        ("Authorize[idToken.idToken=a,b]", "[path=value"),
        ('Authorize[idToken.idToken="a]', "idToken.idToken"),
        ("Authorize*", "*"),
        ("Authorize*x", "*x"),
        ("Authorize*-1", "*-1"),
        ("Authorize@", "@"),
        ("Authorize *1", "*1"),
        ("Authorize[idToken.idToken=a]x", "x"),
    ],
)
def test_bad_match(text: str, hint: str) -> None:
    """An invalid match is refused in one line with the position of the error, or the nearest valid word."""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is checked below
        parse_match(text, commands=False)
    assert hint in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["Heartbeat.command", "Nope", "Reset.comand", "DataTransfer.foo"])
def test_bad_match_of_a_command(text: str) -> None:
    """`.command` is only valid after the name of a CSMS command."""
    with pytest.raises(ValueError, match=text.partition(".")[0]):
        parse_match(text, commands=True)


@pytest.mark.parametrize(
    ("text", "kind", "attributes", "probability"),
    [
        ("drop", "drop", {}, 1),
        ("delay seconds=3", "delay", {"seconds": 3}, 1),
        ("delay  jitter=0.5 seconds=0 probability=0.25", "delay", {"seconds": 0, "jitter": 0.5}, 0.25),
        ("duplicate", "duplicate", {"times": 2}, 1),
        ("close probability=0", "close", {}, 0),
        ("split frames=9", "split", {"frames": 9}, 1),
    ],
)
def test_fault(text: str, kind: str, attributes: dict[str, float], probability: float) -> None:
    """A fault is parsed into its attributes; the others get their defaults."""
    assert parse_fault(text) == (FAULTS[kind](**attributes), probability)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "fault"),
        ("  ", "fault"),
        ("dorp", "drop"),
        ("Delay seconds=1", "delay"),
        ("delay", "seconds"),
        ("delay second=1", "seconds"),
        ("delay seconds", "key=value"),
        ("delay seconds=", "seconds="),
        ("delay seconds=x", "seconds=x"),
        ("delay seconds=-1", "seconds=-1"),
        ("delay seconds=nan", "seconds=nan"),
        ("delay seconds=inf", "seconds=inf"),
        ("delay seconds=1 jitter=-1", "jitter"),
        ("duplicate times=1", "times"),
        ("duplicate times=2.5", "times"),
        ("split", "frames"),
        ("split frames=1", "frames"),
        ("oversize", "bytes"),
        ("oversize bytes=0", "bytes"),
        ("close code=1", "code"),
        ("drop seconds=1", "seconds"),
        ("drop probabilty=1", "probability"),
        ("drop probability=2", "probability"),
        ("drop probability=-1", "probability"),
        ("drop probability=nan", "probability"),
        ("stall", "seconds"),
    ],
)
def test_bad_fault(text: str, hint: str) -> None:
    """An invalid fault is refused in one line with the attribute, or the nearest valid word."""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is checked below
        parse_fault(text)
    assert hint in str(refusal.value)
    assert "\n" not in str(refusal.value)
