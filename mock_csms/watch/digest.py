"""Keeps of each event what the journal and the metrics need, and passes it on in batches.

Most messages are usual calls of stations, and results that the mock sends. Of these it keeps the text and a few fields,
and not the payload: parsed payloads take much memory, and memory that is used again at once is faster than other.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mock_csms.protocol.messages import Call, Result
from mock_csms.runtime.bus import Bus
from mock_csms.twin import events
from mock_csms.twin.descriptions import END_REASONS
from mock_csms.twin.events import Event, Received, Sent

PlainMessage: TypeAlias = tuple[type[Event], float, str, bytes, str, str, Any, Any]
"""A usual message: the kind of event, when, the station, the text, the id, the action, and two more fields.

These are `binary` and `is_refused` of `Received`, `rule` and `fault` of `Sent`.
"""
Digested: TypeAlias = Event | PlainMessage
Taker: TypeAlias = Callable[[Sequence[Digested]], None]

_WAIT = 0.02
"""How long events may wait for others, in seconds."""
_MOST, _LONG = 500, 32 * 1024
"""How many events wait at most, and how long a text is that does not wait."""


class Digest:
    """What happens on a `bus`, for those who need it a moment later."""

    def __init__(self, bus: Bus) -> None:
        self._waiting: list[Digested] = []
        self._takers: list[Taker] = []
        self._timer: asyncio.TimerHandle | None = None
        bus.subscribe(self._keep_received, Received)
        bus.subscribe(self._keep_sent, Sent)
        bus.subscribe(self._keep, *(kind for kind in events.ALL if kind not in (Received, Sent)))

    def subscribe(self, taker: Taker) -> None:
        """Call `taker` with all that has waited, in its order."""
        self._takers.append(taker)

    def flush(self) -> None:
        """Pass on now what waits."""
        if self._waiting:
            digested, self._waiting = self._waiting, []
            for take in self._takers:
                take(digested)

    def _keep_received(self, event: Any) -> None:
        """Keep a message of a station. The two functions run for every message, so they call little else."""
        message, text = event.message, event.text
        if type(message) is not Call or event.violations or _may_end(message):
            self._keep(event)
            return
        flags = event.binary, event.is_refused
        self._waiting.append((Received, event.at, event.station, text, message.id, message.action, *flags))
        if self._timer is None or len(text) >= _LONG:
            self._hurry(text)

    def _keep_sent(self, event: Any) -> None:
        """Keep a message of the mock."""
        message, call, text = event.message, event.answers, event.text
        if type(message) is not Result or call is None or event.violations:
            self._keep(event)
            return
        self._waiting.append((Sent, event.at, event.station, text, message.id, call.action, event.rule, event.fault))
        if self._timer is None or len(self._waiting) >= _MOST:
            self._hurry(text)

    def _keep(self, event: Event) -> None:
        self._waiting.append(event)
        self._hurry(getattr(event, "text", b""))

    def _hurry(self, text: bytes) -> None:
        """Pass on what waits, if that is much, and else a moment later."""
        if len(text) >= _LONG or len(self._waiting) >= _MOST:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_WAIT, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.flush()


def _may_end(call: Call) -> bool:
    """Whether a call may end a transaction: the metrics count these by the reason in the payload."""
    return call.action in END_REASONS and END_REASONS[call.action](call) is not None
