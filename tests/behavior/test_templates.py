"""Payloads with placeholders, and JSON merge patch."""

import copy
import re
import time
from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.templates import PLACEHOLDERS, SAMPLE, compile_template, escape, merge, rfc3339
from mock_csms.protocol.records import replace
from mock_csms.twin.station import StationModel
from tests.pace import work

NOON = 1_767_268_800.25  # 2026-01-01T12:00:00.250Z
CHARGING = StationModel("CS-1", transactions={"TX-1": None, "TX-2": None})
REQUEST: Mapping[str, Any] = {"evse": {"id": 3}, "tbc": True, "items": [{"v": "x"}], "none": None}
CONTEXT = replace(SAMPLE, now=NOON, station=CHARGING, request=REQUEST)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=10,
)
objects = st.dictionaries(st.text(max_size=2), json_values, max_size=4)


def has_null(value: Any) -> bool:
    """Whether an object in `value` that a merge looks into has a null."""
    return value is None or (isinstance(value, dict) and any(map(has_null, value.values())))


@pytest.mark.parametrize(
    ("template", "value"),
    [
        # A placeholder alone has its own type.
        ("{{now}}", "2026-01-01T12:00:00.250Z"),
        ("{{ now }}", "2026-01-01T12:00:00.250Z"),
        ("{{now+60}}", "2026-01-01T12:01:00.250Z"),
        ("{{now-3600}}", "2026-01-01T11:00:00.250Z"),
        ("{{now - 0.25}}", "2026-01-01T12:00:00.000Z"),
        ("{{integer}}", 1),
        ("{{uuid}}", "id"),
        ("{{station}}", "CS-1"),
        ("{{transactionId}}", "TX-1"),
        ("{{url}}", "ws://127.0.0.1:9000"),
        ("{{request}}", REQUEST),
        ("{{request.evse}}", {"id": 3}),
        ("{{request.evse.id}}", 3),
        ("{{request.tbc}}", True),
        ("{{request.items.0.v}}", "x"),
        ("{{request.items.1.v}}", None),
        ("{{request.nothing}}", None),
        # Inside other text it becomes text.
        ("n={{integer}}", "n=1"),
        ("{{integer}}.", "1."),
        ("{{integer}}{{integer}}", "11"),
        ("{{station}}/{{transactionId}}", "CS-1/TX-1"),
        ("evse {{request.evse}}, {{request.tbc}}, {{request.none}}", 'evse {"id":3}, true, '),
        # Doubled braces mean braces.
        ("{{{{", "{{"),
        ("{{{{now}}", "{{now}}"),
        ("{{{{{{now}}", "{{2026-01-01T12:00:00.250Z"),
        ("a {{{{ b", "a {{ b"),
        # Everything else stays the same.
        ("", ""),
        ("}} { now }", "}} { now }"),
        (None, None),
        (1.5, 1.5),
        ([], []),
        ({"{{now}}": 1}, {"{{now}}": 1}),
        ({"a": ["{{integer}}", {"b": "{{station}}", "c": 2}], "d": None}, {"a": [1, {"b": "CS-1", "c": 2}], "d": None}),
    ],
)
def test_a_template_filled(template: Any, value: Any) -> None:
    """Placeholders in values are filled: alone with their JSON type, inside text as text. Keys are not filled."""
    assert compile_template(template)(CONTEXT) == value
    assert type(compile_template(template)(CONTEXT)) is type(value)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{nwo}}", "{{nwo}} is not a placeholder; did you mean 'now'?"),
        ("{{NOW}}", "{{NOW}} is not a placeholder; did you mean 'now'?"),
        ("{{}}", "{{}} is not a placeholder"),
        ("{{now+}}", "{{now+}} is not a placeholder"),
        ("{{now+1 day}}", "{{now+1 day}} is not a placeholder"),
        ("{{now*2}}", "{{now*2}} is not a placeholder"),
        ("{{now+99999999999}}", "{{now+99999999999}} is not a placeholder"),
        ("{{integer+1}}", "{{integer+1}} is not a placeholder"),
        ("a {{now", "'{{now' has no closing '}}'"),
        ({"a": ["{{__import__('os')}}"]}, "{{__import__('os')}} is not a placeholder"),
    ],
)
def test_a_wrong_template_is_refused_when_it_is_compiled(template: Any, problem: str) -> None:
    """An unknown or unfinished placeholder is refused when compiled, with the nearest valid name."""
    with pytest.raises(ValueError, match=f"^{re.escape(problem)}"):
        compile_template(template)


def test_without_a_transaction_there_is_still_an_id() -> None:
    """`{{transactionId}}` is `test_transaction_123` if no transaction runs."""
    assert compile_template("{{transactionId}}")(SAMPLE) == "test_transaction_123"


def test_every_filling_is_fresh() -> None:
    """Each `{{integer}}` and `{{uuid}}` gets a new value, also within one payload."""
    numbers, ids = count(1), map(str, count(1))
    world = replace(SAMPLE.world, new_integer=lambda: next(numbers), new_id=lambda: next(ids))
    template = compile_template(["{{integer}}", "{{integer}}", "{{uuid}}", "{{uuid}}"])
    assert template(replace(SAMPLE, world=world)) == [1, 2, "1", "2"]
    assert template(replace(SAMPLE, world=world)) == [3, 4, "3", "4"]


def test_times_have_the_configured_format() -> None:
    """`{{now}}` and `{{now+N}}` use the configured timestamp format."""
    world = replace(SAMPLE.world, write_time=lambda seconds: f"T{seconds:g}")
    assert compile_template("{{now}} {{now+5}}")(replace(SAMPLE, world=world)) == "T0 T5"


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_every_placeholder_of_the_table_is_one(name: str) -> None:
    """Every placeholder in the README can be compiled."""
    compile_template(f"{{{{{name}}}}}")(CONTEXT)
    assert PLACEHOLDERS[name][0]


@given(st.text(st.sampled_from("{} anow")))
def test_escaped_text_is_not_changed(text: str) -> None:
    """Escaping any text gives a template that is filled to the same text."""
    assert compile_template(escape(text))(SAMPLE) == text


@given(st.text(st.sampled_from("{} anow+1")))
def test_any_text_is_a_template_or_refused(text: str) -> None:
    """Compiling raises nothing but ValueError, and a compiled template can be filled."""
    try:
        template = compile_template(text)
    except ValueError:
        return
    assert isinstance(template(SAMPLE), str)


@given(json_values)
def test_a_value_without_placeholders_is_not_copied(value: Any) -> None:
    """Filling a value without placeholders returns the same object, not a copy."""
    if "{{" not in repr(value):
        assert compile_template(value)(SAMPLE) is value


def test_compiling_takes_no_longer_with_depth() -> None:
    """The work to compile nested arrays grows with their size, not exponentially with their depth."""
    value: Any = "{{now}}"
    for _ in range(20):
        value = [value]
    began = time.process_time()
    compile_template(value)
    assert time.process_time() - began < 20 * work()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (NOON, "2026-01-01T12:00:00.250Z"),
        (-0.5, "1969-12-31T23:59:59.500Z"),
        (4_102_444_800, "2100-01-01T00:00:00.000Z"),
    ],
)
def test_times_in_rfc_3339(seconds: float, text: str) -> None:
    """Times are in UTC, with milliseconds and `Z`."""
    assert rfc3339(seconds) == text


@pytest.mark.parametrize(
    ("target", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(target: Any, patch: Any, merged: Any) -> None:
    """Merging follows the table of RFC 7396, Appendix A."""
    assert merge(target, patch) == merged


@given(json_values, json_values)
def test_merging_changes_neither_part(target: Any, patch: Any) -> None:
    """Merging changes neither the target nor the patch, as templates are shared."""
    before = copy.deepcopy((target, patch))
    merge(target, patch)
    assert (target, patch) == before


@given(json_values, json_values)
def test_merging_twice_is_merging_once(target: Any, patch: Any) -> None:
    """Applying a patch a second time changes nothing."""
    once = merge(target, patch)
    assert merge(once, patch) == once


@given(objects)
def test_an_empty_patch_changes_nothing(target: dict[str, Any]) -> None:
    """The patch `{}` keeps the target, nulls included."""
    assert merge(target, {}) == target


@given(json_values, objects)
def test_a_merge_has_the_values_of_the_patch(target: Any, patch: dict[str, Any]) -> None:
    """A merge result has the values of the patch without its nulls, and everything else of the target."""
    merged = merge(target, patch)
    for key, value in patch.items():
        assert (key in merged) == (value is not None)
        if not isinstance(value, dict) and value is not None:
            assert merged[key] == value
    kept = {key: value for key, value in target.items() if key not in patch} if isinstance(target, dict) else {}
    assert {key: value for key, value in merged.items() if key not in patch} == kept


@given(objects)
def test_a_patch_without_nulls_over_nothing_is_itself(patch: dict[str, Any]) -> None:
    """A patch without nulls, merged into an empty object, gives the patch."""
    if not has_null(patch):
        assert merge({}, patch) == patch
