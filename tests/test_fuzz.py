"""Property tests: a live mock answers any input at most once, with a valid message, and then the next Heartbeat."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.v2.v201 import ACTIONS
from tests.wire import PATIENCE, Mock, breaks, example

FROM_STATION = [action for action, row in ACTIONS.items() if row.sent_by(Sender.STATION)]
ERROR_PARTS = [int, str, str, str, dict]
FUZZ = settings(max_examples=150, deadline=None, database=None, print_blob=True)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates too: JSON can escape them
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ANY_TEXT, inner, max_size=5),
    max_leaves=20,
)
NEARLY_MESSAGES = st.tuples(
    st.sampled_from([2, 3, 4, 5, "2", 2.0]) | ANY_JSON, ANY_JSON, st.sampled_from(FROM_STATION) | ANY_JSON, ANY_JSON
).flatmap(lambda items: st.integers(1, 4).map(lambda length: items[:length]))
SMALL_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e9, 1e9) | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutated_calls(draw: st.DrawFn) -> list[Any]:
    """Draw a valid call of a station with some fields replaced, removed or added, or unchanged."""
    action = draw(st.sampled_from(FROM_STATION))
    call: list[Any] = [2, "fuzz", action, example(ACTIONS[action].request)]
    for _ in range(draw(st.integers(0, 3))):
        place: Any = call
        while keys := list(range(len(place)) if isinstance(place, list) else place):
            key = draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or draw(st.integers(0, 3)) == 0:
                break
            place = place[key]
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace" if keys:
                place[key] = draw(SMALL_JSON)
            case "remove" if keys:
                del place[key]
            case _ if isinstance(place, list):
                place.append(draw(SMALL_JSON))
            case _:
                place[draw(st.text(max_size=10))] = draw(SMALL_JSON)
    return call


def is_valid(call: list[Any]) -> bool:
    """Return whether a station may send this, according to the validators of the `ocpp` package."""
    return (
        len(call) == 4
        and [type(item) for item in call] == [int, str, str, dict]
        and call[0] == 2
        and 0 < len(call[1]) <= 36
        and call[2] in FROM_STATION
        and not breaks(call[2], "Request", call[3])
    )


async def answer_to(mock: Mock, message: str | bytes) -> list[Any] | None:
    """Send `message` and a Heartbeat, which must be answered, and return the answer to `message`, if there is one."""
    async with mock.station("FUZZ") as station:
        await station.send(message)
        await station.send([2, "next-heartbeat", "Heartbeat", {}])
        first = await station.expect()
        if first[:2] == [3, "next-heartbeat"]:
            return None
        await station.expect(3, "next-heartbeat")
    kinds = [type(item) for item in first]
    assert kinds == ERROR_PARTS if first[0] == 4 else kinds == [int, str, dict], first
    assert 0 < len(first[1]) <= 36, first
    return first


@FUZZ
@given(st.text(max_size=200))
async def test_any_text(mock: Mock, text: str) -> None:
    """Any text gets at most one answer, and the connection stays open."""
    await answer_to(mock, text)


@FUZZ
@given(ANY_JSON | NEARLY_MESSAGES)
async def test_any_json(mock: Mock, value: Any) -> None:
    """Any JSON value, also NaN and lone surrogates, gets at most one answer, and the connection stays open."""
    await answer_to(mock, json.dumps(value))


@FUZZ
@given(mutated_calls())
async def test_mutated_calls(mock: Mock, call: list[Any]) -> None:
    """A valid call gets a CALLRESULT, any other array a CALLERROR, unless it counts as an answer."""
    answer = await answer_to(mock, json.dumps(call, ensure_ascii=False))
    if call and call[0] in (3, 4):
        assert answer is None
    else:
        assert answer is not None
        assert (answer[0] == 3) is is_valid(call), answer


@FUZZ
@given(st.binary(max_size=200) | ANY_JSON.map(lambda value: json.dumps(value).encode()))
async def test_any_binary_frame(mock: Mock, data: bytes) -> None:
    """After any binary frame the mock still answers, on this or a new connection."""
    with suppress(ConnectionClosed):
        await answer_to(mock, data)
    assert await answer_to(mock, "[2]") is not None


@pytest.mark.parametrize("upgraded", [True, False])
@FUZZ
@given(data=st.binary(max_size=200))
async def test_any_bytes(mock: Mock, upgraded: bool, data: bytes) -> None:
    """After any bytes in place of a handshake or frames, and the end of the connection, the mock still answers."""
    async with mock.raw() if upgraded else mock.tcp() as raw, asyncio.timeout(PATIENCE):
        with suppress(ConnectionError):
            await raw.write(data)
            raw.writer.write_eof()
            await raw.reader.read()
    assert await answer_to(mock, "[2]") is not None
