"""Passes the parts of events that the journal and the metrics need on to them, in batches.

Most events are calls of stations that are answered at once. Of these it keeps the texts and a few fields, but not the
payloads: parsed payloads take much memory, and memory that is reused at once is faster than other memory.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import Call, Result
from mock_csms.runtime.bus import Bus
from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.descriptions import END_REASONS
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.every_event import ALL

PlainExchange: TypeAlias = tuple[float, float, str, bytes, bytes, str, str, str, str]
"""A call and the result that followed at once, both without violations, of an action that ends no transaction.

The times of the call and of the answer, the station, both texts, the id, the action, and the `rule` and `fault` of the
answer.
"""
Digested: TypeAlias = Event | PlainExchange
Taker: TypeAlias = Callable[[Sequence[Digested]], None]

_WAIT = 0.02
"""How many seconds events may wait, to be passed on together."""
_MOST, _LONG = 128, 4096
"""The most events that wait; and the length of a text that does not wait."""


class Digest:
    """Collects the events of a `bus`, for subscribers that need them a moment later."""

    def __init__(self, bus: Bus) -> None:
        self._waiting: list[Digested] = []
        self._called: Received | None = None
        """The last event, if it is a message of a station: the next event may be the answer to it."""
        self._takers: list[Taker] = []
        self._timer: asyncio.TimerHandle | None = None
        if is_long_way_forced():
            bus.subscribe(self._keep, *ALL)
            return
        bus.subscribe_to_messages(self._keep_received, self._keep_sent, self._keep_answered)
        bus.subscribe(self._keep, *(kind for kind in ALL if kind not in (Received, Sent)))

    def subscribe(self, taker: Taker) -> None:
        """Call `taker` with all waiting events, in order."""
        self._takers.append(taker)

    def flush(self) -> None:
        """Pass on the waiting events now."""
        self._release()
        digested, self._waiting = self._waiting, []
        if digested:
            for take in self._takers:
                take(digested)

    def _keep_answered(self, event: AnsweredCall) -> None:
        """Keep a call with its answer. This runs for nearly every message, so it calls little else."""
        call = event.call
        if event.violations or (call.action in END_REASONS and END_REASONS[call.action](call) is not None):
            self._keep(event.received())
            self._keep(event.sent())
            return
        if self._called is not None:
            self._release()
        waiting, text = self._waiting, call.text
        waiting.append((event.at, event.answered_at, event.station, text, event.text, call.id, call.action, "", ""))
        if len(waiting) >= _MOST or len(text) >= _LONG:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def _keep_received(self, event: Any) -> None:
        """Keep another message of a station, until it is clear whether its answer follows at once."""
        if self._called is not None:
            self._release()
        self._called = event
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def _keep_sent(self, event: Any) -> None:
        """Keep a message of the mock; with the call if it is the plain answer to the last one."""
        called: Any = self._called
        message, call, text = event.message, event.answers, event.text
        if (
            called is None
            or called.message is not call
            or type(message) is not Result
            or type(call) is not Call
            or message.id is not call.id
            or called.station is not event.station
            or event.violations
            or called.violations
            or called.binary
            or called.is_refused
            or (call.action in END_REASONS and END_REASONS[call.action](call) is not None)
        ):
            self._keep(event)
            return
        self._called = None
        waiting, of_call = self._waiting, called.text
        waiting.append(
            (called.at, event.at, event.station, of_call, text, call.id, call.action, event.rule, event.fault)
        )
        if len(waiting) >= _MOST or len(of_call) >= _LONG:
            self.flush()

    def _keep(self, event: Event) -> None:
        self._release()
        self._waiting.append(event)
        if len(self._waiting) >= _MOST or len(getattr(event, "text", b"")) >= _LONG:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def _release(self) -> None:
        """Keep the last message without its answer."""
        if self._called is not None:
            self._waiting.append(self._called)
            self._called = None

    def _ring(self) -> None:
        self._timer = None
        self.flush()
