"""The shortcut for the records of a call and its result writes the same bytes as the usual code."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.protocol.decoding import decode
from mock_csms.protocol.long_way import force_long_way, is_long_way_forced
from mock_csms.protocol.messages import Call, Error, ErrorCode, Message, Result, encode
from mock_csms.protocol.records import replace
from mock_csms.protocol.schemas import Violation
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.twin.events import Connected, Disconnected, Event, Finding, Received, Sent, Severity, Spoiled
from mock_csms.watch.batch import Batch
from mock_csms.watch.eventlog import EventLog
from mock_csms.watch.frames import Frames
from mock_csms.watch.trace import Trace

WRONG = (Violation("evseId", "is wrong", ErrorCode.FormatViolation),)
STATIONS = st.sampled_from(["CS-1", "CS 2 \u00e4", "</script>", ""])
ACTIONS = st.sampled_from(["Heartbeat", "TransactionEvent", "Nope<", "x" * 80])
VALUES = st.recursive(
    st.sampled_from([None, True, -0.0, 1.0, 12, "</script>", 'quote"d', "line\n", "\u2028 \u00e9 \U0001f600", "\x7f"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)

FORCED = is_long_way_forced()
"""Whether the whole suite runs without shortcuts."""
SPELLINGS = st.sampled_from([b"", b" ", b"\n", b"\r\n\t"])
TIMES = st.floats(1.0, 4e9) | st.sampled_from([0.0, 0.5, 1.79e9, 1.79e9 + 0.9999996])


class Tape(Sink):
    """A sink that keeps in memory what it would write."""

    def __init__(self) -> None:
        super().__init__(-1)
        self.data = b""

    def write(self, piece: bytes) -> None:
        """Keep the bytes."""
        self.data += piece


def came(draw: st.DrawFn, at: float, station: str, id_: str) -> Received:
    """Return the event of a received call, which may have odd content or an unusual form."""
    payload = draw(st.dictionaries(st.text(max_size=3), VALUES, max_size=3) | VALUES)
    text = orjson.dumps([2, id_, draw(ACTIONS), payload])
    space = draw(SPELLINGS)
    forms = [text, text.replace(b'",', b'"%b,' % space), text[:-1] + space + b"]", text + space]
    text = draw(st.sampled_from([form for form in forms if isinstance(decode(form), Call)]))
    message = decode(text)
    assert isinstance(message, Call)
    event = Received(at, station, text, message, (), None, False, False)
    odd: dict[str, Any] = draw(st.sampled_from([{}, {}, {"violations": WRONG}, {"binary": True}, {"is_refused": True}]))
    return replace(event, **odd)


def went(draw: st.DrawFn, at: float, station: str, call: Call) -> Sent:
    """Return the event of a sent answer to a call, which may have odd content."""
    message: Message = Result(draw(st.sampled_from([call.id, "other"])), draw(st.just({}) | VALUES))
    message = draw(st.sampled_from([message, message, message, Error(call.id, "InternalError", "<why>")]))
    event = Sent(at, station, encode(message), message, (), call, "", "")
    odd: dict[str, Any] = draw(
        st.sampled_from([{}, {}, {}, {"violations": WRONG}, {"rule": "<r>"}, {"fault": "f", "text": b"\xff{"}])
    )
    return replace(event, **odd)


@st.composite
def runs(draw: st.DrawFn) -> Sequence[Event]:
    """Return the events of a run: connections, calls with and without answers, and events between call and answer."""
    events: list[Event] = []
    for number in range(draw(st.integers(1, 6))):
        station, at = draw(STATIONS), draw(TIMES)
        call = came(draw, at, station, draw(st.sampled_from(["1", "<2>", '3"', f"id-{number}"])))
        assert isinstance(call.message, Call)
        answer = went(draw, at + draw(st.floats(0, 9)), draw(st.sampled_from([station] * 4 + ["CS-1"])), call.message)
        between: list[Event] = [
            Connected(at, station, "ocpp2.0.1", ("ocpp2.0.1",)),
            Disconnected(at, station, 1000, ""),
            Finding(at, station, "R1", "Part 4", Severity.ERROR, "<wrong>", ("1",)),
            Spoiled(at, station, "--loss 5", Result("1", {}), call.message),
        ]
        kinds = st.sampled_from([[], [], [], *([each] for each in between)])
        late = [went(draw, at + 9, station, call.message)] if draw(st.booleans()) else []
        events += [*draw(kinds), call, *draw(kinds), *draw(st.sampled_from([[answer], [answer], []])), *late]
    return events


def written(events: Iterable[Event], *, is_long: bool) -> tuple[bytes, bytes]:
    """Return the trace and the event log of a run."""
    force_long_way(is_forced=is_long)
    try:
        bus, trace, log = Bus(), Tape(), Tape()
        batch = Batch(bus)
        frames = Frames(batch)
        Trace(batch, frames, trace)
        EventLog(batch, frames, [log])
    finally:
        force_long_way(is_forced=FORCED)
    for event in events:
        bus.publish(event)
    batch.flush()
    return trace.data, log.data


@given(runs())
async def test_the_shortcut_writes_the_same_records(events: Sequence[Event]) -> None:
    """For any events, trace and event log are equal byte by byte with and without the shortcut."""
    assert written(events, is_long=False) == written(events, is_long=True)
