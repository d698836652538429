"""The gates of the catalogue: which checks there are, how long one may be, and that its test exists."""

import ast
import re
from collections.abc import Mapping
from importlib import import_module
from inspect import getsource
from itertools import groupby
from textwrap import dedent

import pytest

from mock_csms.conformance import CHECKS
from mock_csms.conformance.unjudged import UNJUDGED
from mock_csms.station.misbehaviours import KINDS

MOST_LINES = 15
BY_HAND: Mapping[str, str] = {
    **dict.fromkeys(("T04", "T09"), "test_on_the_wire.test_requests"),
    "T10": "test_on_the_wire.test_compression_that_is_none",
    "T16": "test_transport.test_credentials_are_not_left_out_again",
    "T22": "test_on_the_wire.test_a_second_connection",
    **dict.fromkeys(("T23", "T24", "T25", "T26", "T27", "T28"), "test_on_the_wire.test_frames"),
    "T29": "test_on_the_wire.test_a_ping_that_is_not_answered",
    "T30": "test_on_the_wire.test_an_end_without_a_goodbye",
    "T31": "test_on_the_wire.test_compression_that_is_none",
    "R20": "test_on_the_wire.test_keys_that_come_twice",
    "R16": "test_rpc.test_unknown_types",
    "R19": "test_rpc.test_signed_messages",
    "M09": "test_metering.test_a_register_that_falls_to_that_of_another_evse_is_not_its_own",
    "M13": "test_metering.test_who_tells_the_phases_once_tells_them_each_time",
    "V19": "test_variables.test_more_items_than_the_station_takes",
    "G04": "test_availability.test_connectors_follow_their_evse",
}
"""The checks that no misbehaviour of the station triggers, with the test that does."""


def kinds_of(check: str) -> list[str]:
    """Return the misbehaviours that a check must see."""
    return [kind for kind, row in KINDS.items() if check in row.checks]


def length_of(source: str) -> int:
    """Return how many lines the body of a function has, without its docstring."""
    (function,) = ast.parse(dedent(source)).body
    assert isinstance(function, ast.FunctionDef)
    assert ast.get_docstring(function) is not None, function.name
    last = function.body[-1].end_lineno
    assert last is not None
    return last - function.body[1].lineno + 1


def test_the_catalogue_is_whole() -> None:
    """Each of its checks is judged, or there is a reason why not; each letter is numbered from 01 on."""
    assert not CHECKS.keys() & UNJUDGED.keys()
    ids = sorted(CHECKS.keys() | UNJUDGED.keys())
    assert all(re.fullmatch(r"[A-Z]\d\d", id_) for id_ in ids)
    for letter, same in groupby(ids, key=lambda id_: id_[0]):
        assert all(id_ == f"{letter}{number:02}" for number, id_ in enumerate(same, 1))


def test_a_check_is_a_clause() -> None:
    """It says what is wrong in its docstring, and finds it in a few lines (principle 7)."""
    lengths = {id_: length_of(getsource(check.judge)) for id_, check in CHECKS.items()}
    too_long = {id_: length for id_, length in lengths.items() if length > MOST_LINES}
    assert not too_long, too_long


def test_every_check_has_its_trigger() -> None:
    """A misbehaviour, or a test of its own where the station cannot be so wrong."""
    assert {check for check in CHECKS if not kinds_of(check)} == BY_HAND.keys()


@pytest.mark.parametrize(("check", "test"), BY_HAND.items())
def test_a_test_by_hand_is_there(check: str, test: str) -> None:
    """It is in the module that is named, and about the check."""
    module, _, name = test.partition(".")
    assert check in getsource(getattr(import_module(f"tests.conformance.{module}"), name))
