"""One run of plans: the mock, which is never restarted, the station under test, and who acts at it."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from mock_csms.control.python import Csms
from mock_csms.plans.findings import CaseFindings
from mock_csms.plans.operator import ControlLines, Operator
from mock_csms.plans.profile import Profile
from mock_csms.plans.recovery import outage, recover
from mock_csms.plans.reference import Reference, reference_for
from mock_csms.plans.station import Station
from mock_csms.plans.under_test import StationUnderTest
from mock_csms.plans.v2 import states
from mock_csms.protocol.records import replace
from mock_csms.twin.events import Event
from mock_csms.watch.history import KINDS, History
from mock_csms.watch.inbox import Inbox


class NoStation(Exception):
    """The station under test has not come, or answers nothing any more: no further case can be judged."""


class Run:
    """`async with Run(…) as run` listens, and starts the reference station where there is one.

    `is_attended` tells that somebody sits at a terminal who can be asked for help.
    """

    def __init__(
        self, profile: Profile, operator: Operator | None, reference: Reference | None, host: str, port: int
    ) -> None:
        self.profile = profile
        self.csms = Csms(host=host, port=port, call_timeout=profile.timeouts.message)
        self.findings = CaseFindings(self.csms.bus)
        self._operator = ControlLines(reference.type) if operator is None and reference else operator
        self._reference = reference
        self._inbox = Inbox(self.csms.bus)
        self._known = StationUnderTest(profile.identity, self.csms)
        self._history = History()
        self._untidy: Station | None = None
        self.notes: list[str] = []
        self.is_attended = False
        self.csms.bus.subscribe(self._see, *KINDS)
        self._stack = AsyncExitStack()

    def _see(self, event: Event) -> None:
        self._history.see(event)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.csms)
            if self._reference:
                stack.push_async_callback(self._reference.stop)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def begin(self, needs: Sequence[str] = (), case: str = "") -> Station:
        """Return the station for the next case: connected, accepted, and idle, as far as it can be brought to it.

        The reference station is what the case needs. NoStation when it is not there, and could not be brought back.
        """
        self.csms.restore()
        profile = self.profile
        if self._reference:
            profile = await self._change(self._reference, needs)
        station = Station(self.csms, profile, self._operator, self._inbox, self._known)
        self._history = station.history
        await self._make_sure_of(station)
        await states.ready(station)
        if self._known.is_silent:
            await self._make_sure_of(station)
            await states.ready(station)
        if self._untidy:
            untidy, self._untidy = self._untidy, None
            self.notes += await untidy.changes.undo()
        self._inbox.forget(profile.identity)
        station.begin_case()
        self._history, self._known.case = station.history, case
        return station

    async def _make_sure_of(self, station: Station) -> None:
        """Bring the station back when it is gone or silent; NoStation when that does not work."""
        problem = await outage(station)
        if not problem:
            return
        helper = await recover(station, self._operator, is_attended=self.is_attended)
        if not helper:
            why = self._reference.problem() if self._reference else ""
            raise NoStation(f"{problem}. {why}{station.transcript()}")
        self.notes.append(f"{problem}; {helper} has brought it back")

    async def _change(self, reference: Reference, needs: Sequence[str]) -> Profile:
        """Let the reference station be what a case needs, and return its profile; it may be another one then."""
        profile, before = reference_for(self.profile, needs), reference.identity
        await reference.start(self.csms.url, profile.features)
        if reference.identity != before:
            self.findings.dismiss(before)
            self._known, self._untidy = StationUnderTest(reference.identity, self.csms), None
        return replace(profile, identity=reference.identity)

    async def end(self, station: Station) -> None:
        """Bring the mock and the variables of the station back to what they were, the latter as soon as possible."""
        self.csms.restore()
        if self._known.is_usable:
            self.notes += await station.changes.undo()
        self._untidy = None if station.changes.is_undone else station

    def take_notes(self) -> list[str]:
        """Return what is to be told of the preparation and the clean-up since the last time."""
        notes, self.notes = self.notes, []
        return notes
