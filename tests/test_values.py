"""The parsers of settings: good texts and their values, bad texts and their errors."""

import math
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.admission import Cuts, Hang, Refusals, Respond, SlamDoor
from mock_csms.behavior.validation import Strictness, Validation
from mock_csms.protocol.versions import V16, V21, V201
from mock_csms.settings import values, versioned

Parse = Callable[[Any], Any]

color = values.one_of(lambda: ("Red", "Green", "BLUE"))
token = versioned.token()
trigger = versioned.named_or_short("trigger_message")
respond = Respond(503, "refused by --refuse")


GOOD: list[tuple[Parse, Any, Any]] = [
    (values.text, "x", "x"),
    (values.text, " ", " "),
    (values.texts, ["a", "b c"], ("a", "b c")),
    (token, "x" * 36, "x" * 36),
    (values.number(), "0", 0),
    (values.number(), "1.5", 1.5),
    (values.number(), "1e3", 1000),
    (values.number(-5), "-5", -5),
    (values.number(above=True), "0.001", 0.001),
    (values.integer(), "0", 0),
    (values.integer(), "2147483647", 2**31 - 1),
    (values.integer(0, 65535), "65535", 65535),
    (color, "Red", "Red"),
    (color, "gREEN", "Green"),
    (color, "blue", "BLUE"),
    (values.several(color), "red", ("Red",)),
    (values.several(color), "red, GREEN,red", ("Red", "Green", "Red")),
    (values.command, "Reset", "Reset"),
    (values.command, "DataTransfer", "DataTransfer"),
    (values.delayed_commands, "Reset:0", (("Reset", 0),)),
    (values.delayed_commands, "Reset:1.5, ClearCache : 2", (("Reset", 1.5), ("ClearCache", 2))),
    (values.json_object, '{"a": [1, null]}', {"a": [1, None]}),
    (values.json_object, " {} ", {}),
    (values.variables_to_get, "C.V", [("C", "V")]),
    (values.variables_to_get, "C.V, D.W", [("C", "V"), ("D", "W")]),
    (values.variables_to_get, "C.V.W", [("C", "V.W")]),
    (values.variables_to_set, "C.V=1", [("C", "V", "1")]),
    (values.variables_to_set, "C.V=", [("C", "V", "")]),
    (values.variables_to_set, "C.V=a=b", [("C", "V", "a=b")]),
    (
        values.variables_to_set,
        "C.V=1,D.W=2",
        [("C", "V", "1"), ("D", "W", "2")],
    ),
    (
        values.variables_to_set,
        "C.V=a,b,c, D.W=x,y",
        [("C", "V", "a,b,c"), ("D", "W", "x,y")],
    ),
    (values.variables_to_set, "C.V=a b, c", [("C", "V", "a b, c")]),
    (trigger, "heartbeat", "Heartbeat"),
    (trigger, "signcertificate", "SignChargingStationCertificate"),
    (trigger, "SignV2GCertificate", "SignV2GCertificate"),
    (values.refusals, "503", Refusals(respond)),
    (values.refusals, "503*2", Refusals(respond, times=2)),
    (values.refusals, "503 for=1.5", Refusals(respond, seconds=1.5)),
    (values.refusals, "reset for=5", Refusals(SlamDoor(), seconds=5)),
    (values.refusals, "hang*1", Refusals(Hang(), times=1)),
    (values.cuts, "1.5", Cuts(1.5)),
    (values.cuts, "2*3", Cuts(2, times=3)),
    (values.passwords, ["A:p", "B:q:r"], {"A": "p", "B": "q:r"}),
    (values.validation, ["report"], Validation(Strictness.REPORT)),
    (
        values.validation,
        ["OFF", "strict:Heartbeat,Authorize"],
        Validation(Strictness.OFF, {"Heartbeat": Strictness.STRICT, "Authorize": Strictness.STRICT}),
    ),
]

BAD: list[tuple[Parse, Any, str]] = [
    (values.text, "", "must not be empty"),
    (values.texts, ["a", ""], "must not be empty"),
    (token, "", "must not be empty"),
    (token, "x" * 256, f"'{'x' * 256}' is longer than 255 characters"),
    (values.number(), "", "'' is not a number"),
    (values.number(), "ten", "'ten' is not a number"),
    (values.number(), "1,5", "'1,5' is not a number"),
    (values.number(), "nan", "'nan' is not a number"),
    (values.number(), "inf", "'inf' is not a number"),
    (values.number(), "-1", "'-1' must be at least 0"),
    (values.number(), "1e11", "'1e11' must be at least 0"),
    (values.number(above=True), "0", "'0' must be greater than 0"),
    (values.number(above=True), "-inf", "'-inf' is not a number"),
    (values.integer(), "", "'' is not a whole number"),
    (values.integer(), "1.0", "'1.0' is not a whole number"),
    (values.integer(), "nan", "'nan' is not a whole number"),
    (values.integer(), "-1", "'-1' is not between 0 and 2147483647"),
    (values.integer(), "2147483648", "'2147483648' is not between"),
    (values.integer(0, 65535), "65536", "'65536' is not between 0 and 65535"),
    (values.integer(1), "0", "'0' is not between 1"),
    (color, "", "'' is not one of Red, Green, BLUE"),
    (color, "grene", "'grene' is not one of Red, Green, BLUE; did you mean 'Green'?"),
    (values.several(color), "", "'' is not one of"),
    (values.several(color), "red,", "'' is not one of"),
    (values.several(color), "red,pink", "'pink' is not one of"),
    (values.command, "", "'' is not an action that a CSMS may send"),
    (values.command, "reset", "'reset' is not an action that a CSMS may send; did you mean 'Reset'?"),
    (values.command, "Heartbeat", "'Heartbeat' is sent by stations only"),
    (values.delayed_commands, "", "'' is not ACTION:SEC"),
    (values.delayed_commands, "Reset", "'Reset' is not ACTION:SEC"),
    (values.delayed_commands, "Reset:1,", "'' is not ACTION:SEC"),
    (values.delayed_commands, "Reset:", "'' is not a number"),
    (values.delayed_commands, "Reset:-1", "'-1' must be at least 0"),
    (values.delayed_commands, "Rest:1", "'Rest' is not an action that a CSMS may send; did you mean 'Reset'?"),
    (values.json_object, "", "not JSON"),
    (values.json_object, "{", "not JSON"),
    (values.json_object, "[]", "must be a JSON object"),
    (values.json_object, "null", "must be a JSON object"),
    (values.json_object, "@/nowhere/at/all", "cannot read '/nowhere/at/all': No such file or directory"),
    (values.json_object, "@/", "cannot read '/': Is a directory"),
    (values.variables_to_get, "", "'' is not COMPONENT.VARIABLE"),
    (values.variables_to_get, ".V", "'.V' is not COMPONENT.VARIABLE"),
    (values.variables_to_get, "C.", "'C.' is not COMPONENT.VARIABLE"),
    (values.variables_to_get, "C.V,D", "'D' is not COMPONENT.VARIABLE"),
    (values.variables_to_get, "C.V,,D.W", "'' is not COMPONENT.VARIABLE"),
    (values.variables_to_get, "C.V=1", "'C.V=1' must not have a value"),
    (values.variables_to_set, "", "'' is not COMPONENT.VARIABLE=VALUE"),
    (values.variables_to_set, "C.V", "'C.V' is not COMPONENT.VARIABLE=VALUE"),
    (values.variables_to_set, "C", "'C' is not COMPONENT.VARIABLE=VALUE"),
    (values.variables_to_set, "C.V=1,D.W", "'D.W' is not COMPONENT.VARIABLE=VALUE"),
    (values.variables_to_set, "C.V=1,", "'C.V=1,' ends with a comma"),
    (values.variables_to_set, "C.V=1,,D.W=2", "'C.V=1,' ends with a comma"),
    (trigger, "Heartbeats", "'Heartbeats' is not one of"),
    (values.refusals, "", "'' is not STATUS|reset|hang"),
    (values.refusals, "nope", "'nope' is not an HTTP status, reset or hang"),
    (values.refusals, "200", "'200' is not between 400 and 599"),
    (values.refusals, "503*x", "'503*x' is not STATUS|reset|hang"),
    (values.refusals, "503 for=0", "'0' must be greater than 0"),
    (values.refusals, "503 for=x", "'x' is not a number"),
    (values.cuts, "", "'' is not SEC or SEC*N"),
    (values.cuts, "0", "'0' must be greater than 0"),
    (values.cuts, "1 for=2", "'1 for=2' is not SEC or SEC*N"),
    (values.passwords, ["secret"], "an entry is not ID:PASSWORD"),
    (values.passwords, ["A:"], "an entry is not ID:PASSWORD"),
    (values.passwords, ["@/nowhere"], "cannot read '/nowhere': No such file or directory"),
    (values.validation, ["strikt"], "'strikt' is not one of strict, report, off; did you mean 'strict'?"),
    (
        values.validation,
        ["off:Heartbet"],
        "'Heartbet' is not an action of OCPP 2.0.1 or 2.1 or 1.6; did you mean 'Heartbeat'?",
    ),
]

PARSERS: list[Parse] = list({id(parse): parse for parse, value, _ in GOOD + BAD if isinstance(value, str)}.values())


@pytest.mark.parametrize(("parse", "text", "value"), GOOD)
def test_a_good_text(parse: Parse, text: Any, value: Any) -> None:
    """A good text is parsed into its value."""
    assert parse(text) == value


@pytest.mark.parametrize(("parse", "text", "problem"), BAD)
def test_a_bad_text(parse: Parse, text: Any, problem: str) -> None:
    """An invalid text is refused in one line that says which part is wrong and why."""
    with pytest.raises(ValueError, match=rf"\A{re.escape(problem)}.*\Z"):
        parse(text)


@pytest.mark.parametrize("parse", PARSERS)
@given(text=st.text(st.sampled_from("aZ.09,=:*@ -{}[]\"'\n\0eE_") | st.characters(), max_size=12))
def test_no_text_makes_a_parser_raise_anything_else(parse: Parse, text: str) -> None:
    """For any text, a parser returns a value or raises ValueError."""
    with suppress(ValueError):
        parse(text)


@given(st.floats(0, 1e9))
def test_numbers_are_parsed(number: float) -> None:
    """Every number in range is parsed to itself."""
    assert values.number()(repr(number)) == number


@given(st.floats() | st.integers())
def test_a_number_is_finite_and_in_range(number: float) -> None:
    """NaN, infinity and numbers out of range are refused."""
    try:
        parsed = values.number(above=True)(repr(number))
    except ValueError:
        assert not 0 < number <= values.LONGEST
    else:
        assert math.isfinite(parsed)
        assert parsed > 0


@given(st.sampled_from(["Red", "Green", "BLUE"]), st.lists(st.booleans(), min_size=5, max_size=5))
def test_names_are_read_in_any_case(name: str, upper: list[bool]) -> None:
    """A name in any letter case is parsed to its right spelling."""
    assert color("".join(char.upper() if up else char.lower() for char, up in zip(name, upper, strict=False))) == name


names = st.text("abcXYZ019_", min_size=1, max_size=6)
items = st.lists(st.text("abc019=: ", min_size=1, max_size=4).map(str.strip), min_size=1)
list_values = items.filter(lambda found: found == [""] or bool(found[-1])).map(",".join)


@given(st.lists(st.tuples(names, names, list_values), min_size=1, max_size=4))
def test_values_of_variables_may_be_lists(variables: list[tuple[str, str, str]]) -> None:
    """A comma separates variables only if NAME.NAME= follows, so that values may be lists."""
    text = ",".join(f"{component}.{variable}={value}" for component, variable, value in variables)
    expected = list(variables)
    assert values.variables_to_set(text) == expected


@given(st.lists(st.tuples(names, names), min_size=1, max_size=4))
def test_variables_to_get_are_separated_by_commas(variables: list[tuple[str, str]]) -> None:
    """Every NAME.NAME between commas is one variable."""
    text = ",".join(map(".".join, variables))
    assert values.variables_to_get(text) == list(variables)


@given(st.dictionaries(st.text(max_size=4), st.integers(0, 9) | st.text(max_size=4), max_size=3))
def test_a_json_object_is_read(value: dict[str, Any]) -> None:
    """The text of any JSON object is that object."""
    assert values.json_object(orjson.dumps(value).decode()) == value


def test_values_from_files(tmp_path: Path) -> None:
    """`@FILE` stands for the content of the file: a JSON object, or a password on each line."""
    payload, passwords, binary = tmp_path / "payload.json", tmp_path / "passwords", tmp_path / "binary"
    payload.write_text('{"a": "ä"}', encoding="utf-8")
    passwords.write_text("A:p\n\n B:q \n", encoding="utf-8")
    binary.write_bytes(b"\xff")
    assert values.json_object(f"@{payload}") == {"a": "ä"}
    assert values.passwords([f"@{passwords}", "C:r"]) == {"A": "p", "B": "q", "C": "r"}
    with pytest.raises(ValueError, match="cannot read"):
        values.json_object(f"@{binary}")


@given(st.text("secrt", min_size=20).map(lambda text: f"{text}\n"))
def test_no_error_shows_a_password(text: str) -> None:
    """A value that is not ID:PASSWORD is refused without showing it."""
    with pytest.raises(ValueError, match="an entry is not ID:PASSWORD") as raised:
        values.passwords([text])
    assert text.strip() not in str(raised.value)


def test_every_command_of_the_table_can_be_sent() -> None:
    """The accepted command names are those that a CSMS may send: 26 of 1.6, 40 of 2.0.1 and 55 of 2.1."""
    names = set(values.commands())
    counts = [len(names & version.actions.keys()) for version in (V16, V201, V21)]
    assert (counts, len(names)) == ([26, 40, 55], 62)
    assert [values.command(name) for name in values.commands()] == list(values.commands())


def test_every_trigger_of_the_schema_is_accepted() -> None:
    """The flag for TriggerMessage accepts every value of its enumeration."""
    messages = V201.schemas.values("TriggerMessageRequest", "requestedMessage")
    assert [trigger(message.upper()) for message in messages] == list(messages)


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        (".000Z", "1970-01-01T00:00:01.500Z"),
        ("Z", "1970-01-01T00:00:01Z"),
        (".000+00:00", "1970-01-01T00:00:01.500+00:00"),
        ("+00:00", "1970-01-01T00:00:01+00:00"),
    ],
)
def test_a_format_of_times(ending: str, text: str) -> None:
    """The name of a timestamp format is the end of a timestamp at midnight."""
    write: Callable[[float], str] = values.TIMESTAMPS[ending]
    assert write(1.5) == text
    assert write(0).endswith(f"T00:00:00{ending}")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "No such file or directory", "x"), "No such file or directory"),
        (OSError("just so"), "just so"),
        (ValueError("bad"), "bad"),
    ],
)
def test_the_reason_of_an_error(error: Exception, reason: str) -> None:
    """The reason of an OSError has no number and no file name."""
    assert values.reason_of(error) == reason
