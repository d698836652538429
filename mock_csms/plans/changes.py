"""The changes of a case in a station, and how to undo them: variables, and commands that undo other changes."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from mock_csms.control.python import Csms
from mock_csms.plans.profile import Profile
from mock_csms.plans.settable import Settable
from mock_csms.plans.under_test import StationUnderTest
from mock_csms.plans.v2.settable import SETTABLE as OF_2
from mock_csms.plans.v16.settable import SETTABLE as OF_16
from mock_csms.protocol.actions import Json
from mock_csms.runtime.open_call import CallFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_SETTABLES: Mapping[str, Settable] = {"1.6": OF_16, "2.0.1": OF_2, "2.1": OF_2}
"""How variables are set, by version."""


class Changes:
    """The variables that a case has read and set, and the commands that undo its other changes.

    Raises CallFailed for a command that fails, AssertionError for a value that is not accepted.
    """

    def __init__(
        self, csms: Csms, profile: Profile, known: StationUnderTest, settle: Callable[[], Awaitable[None]]
    ) -> None:
        self._csms = csms
        self._profile = profile
        self._known = known
        self._settle = settle
        self._settable = _SETTABLES[profile.version]
        self._values: dict[tuple[str, str], str] = {}
        self._before: dict[tuple[str, str], str] = {}
        self._undoing: list[tuple[str, Json]] = []
        self.needs_restart = False
        """Whether a reboot is due, because of undone variables."""

    async def get(self, component: str, name: str) -> str | None:
        """Return the value of a variable, or None if the station does not have it."""
        if (component, name) not in self._values:
            asked = self._settable.ask(component, name)
            value = self._settable.value_in(await self._csms.call(self._profile.identity, *asked))
            if value is None:
                return None
            self._values[component, name] = value
        return self._values[component, name]

    async def set(self, component: str, name: str, value: str) -> None:
        """Set a variable unless it already has the value; reset the station if the change requires a reboot."""
        before = await self.remember(component, name)
        if before != value and await self._put(component, name, value) == "RebootRequired":
            await self._restart()

    async def prefer(self, component: str, name: str, value: str) -> bool:
        """Set a variable if the station has it and accepts the value; return whether it has the value now."""
        if await self.get(component, name) is not None:
            with suppress(AssertionError):
                await self.set(component, name, value)
        return await self.get(component, name) == value

    async def remember(self, component: str, name: str) -> str | None:
        """Return the value of a variable, and set it back to that value after the case."""
        before = await self.get(component, name)
        if before is not None:
            self._before.setdefault((component, name), before)
        return before

    def undo_with(self, action: str, payload: Json) -> None:
        """Send a command after the case."""
        self._undoing.append((action, payload))

    @property
    def is_undone(self) -> bool:
        """Whether nothing is left to undo."""
        return not self._undoing and not self._before

    async def undo(self) -> list[str]:
        """Undo everything, the last change first, and return a note for each change that could not be undone.

        Stops at the first command that gets no answer; the rest can be tried again.
        """
        notes: list[str] = []
        self._values.clear()
        statuses: list[str] = []
        while not self.is_undone:
            ignored, left = self._known.unanswered, ([*self._undoing], {**self._before})
            note = await self._undo_one(statuses)
            notes += [note] if note else []
            if note and (self._known.unanswered > ignored or not self._known.is_connected):
                self._undoing, self._before = left
                return notes
        self.needs_restart |= "RebootRequired" in statuses
        return notes

    async def restart_after_undo(self) -> list[str]:
        """Reset the station, so that the undone variables take effect; return a note if that fails."""
        self.needs_restart = False
        try:
            await self._restart()
        except (AssertionError, CallFailed) as failure:
            return [f"clean-up: {failure}"]
        return []

    async def _undo_one(self, statuses: list[str]) -> str:
        """Undo the last change, and return a note if that fails; the status of each variable is added to `statuses`."""
        if self._undoing:
            action, payload = self._undoing.pop()
            try:
                answer = await self._csms.call(self._profile.identity, action, payload)
                statuses += self._settable.statuses_in(answer)
            except CallFailed as failure:
                return f"clean-up: {failure}"
            return ""
        (component, name), value = self._before.popitem()
        try:
            if await self.get(component, name) != value:
                statuses.append(await self._put(component, name, value))
        except (AssertionError, CallFailed) as failure:
            return f"clean-up: {_text(component, name)} could not be set back to {value}: {failure}"
        return ""

    async def _put(self, component: str, name: str, value: str) -> str:
        """Set a variable, and return the status: Accepted or RebootRequired."""
        self._values.pop((component, name), None)
        given = self._settable.give(component, name, value)
        [status] = self._settable.statuses_in(await self._csms.call(self._profile.identity, *given))
        if status not in ("Accepted", "RebootRequired"):
            raise AssertionError(f"{_text(component, name)} = {value} is {status}")
        return status

    async def _restart(self) -> None:
        """Reset the station, so that its variables take effect; does nothing while it is not accepted."""
        known, identity, boot = self._known, self._profile.identity, self._profile.timeouts.boot
        if not known.is_accepted:
            return
        before = known.opened
        await self._csms.call(identity, *self._settable.restart)
        if not await known.until(lambda: known.opened > before and known.is_usable, boot):
            raise AssertionError(f"{identity} did not come back after a restart within {boot:g} s")
        await self._settle()


def _text(component: str, name: str) -> str:
    return f"{component}.{name}".removeprefix(".")
