"""One run of plans: the mock, which is never restarted, the station under test, and the operator."""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from mock_csms.control.python import Csms
from mock_csms.plans.changes import Changes
from mock_csms.plans.findings import CaseFindings
from mock_csms.plans.operator import ControlLines, Operator
from mock_csms.plans.profile import Profile
from mock_csms.plans.recovery import outage, recover
from mock_csms.plans.reference import Reference, reference_for
from mock_csms.plans.station import Station
from mock_csms.plans.under_test import StationUnderTest
from mock_csms.plans.versions import PLAN_VERSIONS
from mock_csms.protocol.records import replace
from mock_csms.twin.events import Event, Started
from mock_csms.watch.history import KINDS, History
from mock_csms.watch.inbox import Inbox


class NoStation(Exception):
    """The station under test did not connect, or has stopped answering: no further case can be judged."""


class Run:
    """`async with Run(…) as run` listens until the block ends; call `begin` before and `end` after each case.

    `operator` may be None; `reference` is None if another station is under test; `settings` are further settings
    of the mock: those of its file server and of TLS. Entering raises OSError if the mock cannot listen.
    """

    def __init__(
        self,
        profile: Profile,
        operator: Operator | None,
        reference: Reference | None,
        host: str,
        port: int,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.profile = profile
        self.csms = Csms(
            host=host, port=port, ocpp=profile.version, call_timeout=profile.timeouts.message, **(settings or {})
        )
        self.findings = CaseFindings(self.csms.shown)
        self._operator = ControlLines(reference.type) if operator is None and reference else operator
        self._reference = reference
        self._inbox = Inbox(self.csms.bus)
        self._known = StationUnderTest(profile.identity, self.csms)
        self._history = History()
        self._untidy: Station | None = None
        self._owed: tuple[Changes, int] | None = None
        """The undone changes that require a reboot, and the number of the connection then; None if there are none."""
        self.notes: list[str] = []
        """The problems in preparations and clean-ups that `take_notes` has not returned yet."""
        self.seed = 0
        """The seed of the random numbers of the mock, once it listens."""
        self.is_attended = False
        """Whether a person at a terminal can be asked for help."""
        self.csms.shown.subscribe(self._see, *KINDS)
        self.csms.bus.subscribe(self._note_seed, Started)
        self._stack = AsyncExitStack()

    def _see(self, event: Event) -> None:
        self._history.see(event)

    def _note_seed(self, event: Event) -> None:
        if isinstance(event, Started):
            self.seed = event.seed

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

    async def begin(self, needs: Sequence[str] = (), case: str = "", *, begins_with_boot: bool = False) -> Station:
        """Return the station for the next case: connected, accepted and idle, as far as that works.

        The reference station gets the features that the case needs. A reboot that is due because of an earlier case is
        left to a case that begins with one. Raises NoStation if the station is not connected or
        does not answer, and could not be recovered.
        """
        self.csms.restore()
        profile = self.profile
        if self._reference:
            profile = await self._change(self._reference, needs)
        station = Station(self.csms, profile, self._operator, self._inbox, self._known)
        self._history = station.history
        await self._recover_if_needed(station)
        ready = PLAN_VERSIONS[profile.version].ready
        await ready(station)
        if self._known.is_silent:
            await self._recover_if_needed(station)
            await ready(station)
        if self._untidy:
            untidy, self._untidy = self._untidy, None
            self.notes += await untidy.changes.undo()
            self._owe_restart(untidy)
        if not begins_with_boot and await self._restart_if_owed():
            await ready(station)
        self._inbox.forget(profile.identity)
        station.begin_case()
        self._history, self._known.case = station.history, case
        return station

    async def _recover_if_needed(self, station: Station) -> None:
        """Recover the station if it is disconnected or silent. Raises NoStation if that does not work."""
        problem = await outage(station)
        if not problem:
            return
        helper = await recover(station, self._operator, is_attended=self.is_attended)
        if not helper:
            why = self._reference.problem() if self._reference else ""
            raise NoStation(f"{problem}. {why}{station.transcript()}")
        self.notes.append(f"{problem}; {helper} has brought it back")

    async def _change(self, reference: Reference, needs: Sequence[str]) -> Profile:
        """Give the reference station the features that a case needs; return its profile. Its identity may change."""
        profile, before = reference_for(self.profile, needs), reference.identity
        await reference.start(self.csms.url, profile.features, needs)
        if reference.identity != before:
            self.findings.dismiss(before)
            self._known = StationUnderTest(reference.identity, self.csms)
            self._untidy = self._owed = None
        return replace(profile, identity=reference.identity)

    async def end(self, station: Station) -> None:
        """Restore the mock's settings, and undo the changes of the case in the station, now or before the next case."""
        self.csms.restore()
        if self._known.is_usable:
            self.notes += await station.changes.undo()
        self._untidy = None if station.changes.is_undone else station
        self._owe_restart(station)

    def _owe_restart(self, station: Station) -> None:
        if station.changes.needs_restart:
            self._owed = station.changes, self._known.opened

    async def _restart_if_owed(self) -> bool:
        """Reset the station if an undone change requires a reboot and none came since; return whether it was reset."""
        if self._owed is None:
            return False
        (changes, opened), self._owed = self._owed, None
        if self._known.opened > opened or not self._known.is_usable:
            return False
        self.notes += await changes.restart_after_undo()
        return True

    async def close(self) -> Sequence[str]:
        """Reboot the station if undone changes require it, and return the notes about that. No case may follow."""
        await self._restart_if_owed()
        return self.take_notes()

    def take_notes(self) -> list[str]:
        """Return the notes about preparations and clean-ups since the last call."""
        notes, self.notes = [self.csms.mask(note) for note in self.notes], []
        return notes
