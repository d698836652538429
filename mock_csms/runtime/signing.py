"""Sends certificates to stations whose requests were accepted (--sign; A02, A03)."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.signing import REFUSE, WITHHOLD, Sign
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Result
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.pki.authority import Pki
from mock_csms.runtime.session import Session
from mock_csms.settings import Config
from mock_csms.twin.events import Event, Noted, Sent
from mock_csms.twin.station import StationModel

_LONGEST = 10_000
"""The greatest length of a chain in characters, unless the station reports another one (maxLength of the schemas)."""


class SigningHost(Protocol):
    """The parts of the mock that are needed to send certificates."""

    @property
    def bus(self) -> Bus:
        """Where events are published."""

    @property
    def config(self) -> Config:
        """The current settings."""

    @property
    def stations(self) -> Mapping[str, StationModel]:
        """The models of the stations, by identity."""

    @property
    def publish(self) -> Callable[[Event], None]:
        """A function that publishes an event."""

    def session_of(self, identity: str) -> Session | None:
        """Return the session of a station; None if it is not connected."""

    async def call(self, identity: str, step: Step) -> Json:
        """Send a command. Raises CallFailed."""


class Signer:
    """Sends the certificates of one mock. The event of the answer to a request names the `--sign` that decided it."""

    def __init__(self, csms: SigningHost, pki: Pki) -> None:
        self._csms = csms
        self._pki = pki
        self._tasks: set[asyncio.Task[None]] = set()
        self._leave: Callable[[], None] = csms.bus.subscribe(self._sent, Sent)

    def _sent(self, event: Event) -> None:
        """Start to sign, if a request was accepted."""
        if not isinstance(event, Sent) or event.answers is None or not isinstance(event.message, Result):
            return
        words = dialect_of(event.version).signing
        if words is None or event.answers.action != words.request or not _is_accepted(event.message.payload):
            return
        sign = next((each for each in self._csms.config.sign if each.label == event.rule), None)
        if sign is not None and sign.kind not in (REFUSE, WITHHOLD):
            asked = event.answers.payload
            task = asyncio.get_running_loop().create_task(self._sign(event.station, sign, asked))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _sign(self, identity: str, sign: Sign, asked: object) -> None:
        """Make a certificate for the last CSR of the station, and send it when it is due."""
        station = self._csms.stations.get(identity)
        session = self._csms.session_of(identity)
        words = dialect_of(session.version).signing if session else None
        if station is None or words is None:
            return
        longest = station.twin.variables.number(*words.limit) if station.twin else None
        most = int(longest) if longest else _LONGEST
        chain = self._pki.signed(station.csr, sign.kind, clock.now(), most)
        if len(chain) > most:
            self._csms.publish(Noted(clock.now(), identity, f"the certificate has more than {most} characters"))
        step = words.step(asked if isinstance(asked, dict) else {}, chain)
        await asyncio.sleep(sign.seconds)
        with suppress(CallFailed):  # this was reported already
            await self._csms.call(identity, step)


def _is_accepted(payload: object) -> bool:
    return isinstance(payload, dict) and payload.get("status") == "Accepted"
