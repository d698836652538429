"""The station under test, as cases use it: commands, expected and forbidden calls, and actions of the operator.

Each step looks only at events after the previous step, so a case reads like a transcript.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

from mock_csms.control.python import Csms
from mock_csms.plans.answers import check_refusal, result
from mock_csms.plans.changes import Changes
from mock_csms.plans.messages import Message, absent, differences, explained, says
from mock_csms.plans.operator import Operator, OperatorAction, OperatorFailed
from mock_csms.plans.preparing import preparing
from mock_csms.plans.profile import Profile
from mock_csms.plans.sending import valid_payload
from mock_csms.plans.under_test import StationUnderTest, Timed, name_of
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Error, Result
from mock_csms.runtime.open_call import CallFailed
from mock_csms.watch.history import History
from mock_csms.watch.inbox import Either, Inbox, Taken, Wanted

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

TRANSCRIPT = "messages of this case:"
"""The line before the messages of a case, in the text of a failure."""

P = ParamSpec("P")
T = TypeVar("T")


class Station:
    """The station under test during one case; made by `plans/run.py`. A step that fails raises AssertionError."""

    def __init__(
        self, csms: Csms, profile: Profile, operator: Operator | None, inbox: Inbox, known: StationUnderTest
    ) -> None:
        self.csms = csms
        self.profile = profile
        self.known = known
        self.history = History()
        self.identity = profile.identity
        self.evse, self.connector = profile.places[0]
        self._operator = operator
        self._inbox = inbox
        self._cursor = inbox.count(self.identity)
        self._settings: list[dict[str, Any]] = []
        self.changes = Changes(csms, profile, known, self.settle)
        self.is_preparing = False
        self.does_not_apply = False
        """Whether the case turned out not to apply to the station."""
        self.finish: Callable[[], Awaitable[str]] = _nothing
        """Cleans up after the case; returns why its findings fail it, else ""."""

    def begin_case(self) -> None:
        """Forget all steps and messages so far: the case begins here."""
        self._cursor = self._inbox.count(self.identity)
        self.history = History()
        self.known.begin_case()

    def go_to(self, evse: int, connector: int = 1) -> None:
        """Use another connector from now on, in place of the first one of the profile."""
        self.evse, self.connector = evse, connector

    async def settle(self) -> None:
        """Wait until the station is idle: for `timeouts.settle` no message came. Gives up after `timeouts.message`."""
        timeouts = self.profile.timeouts
        for _ in range(int(timeouts.message / timeouts.settle)):
            count = self._inbox.count(self.identity)
            await asyncio.sleep(timeouts.settle)
            if count == self._inbox.count(self.identity):
                return

    # Actions of the mock.

    def configure(self, **settings: Any) -> None:
        """Change settings of the mock for the rest of the case, as `Csms.configure` does."""
        self._settings.append(settings)
        self.csms.configure(**settings)

    def keep_away(self) -> None:
        """Close the connection, and refuse new ones from now on."""
        self.csms.configure(refuse="503")
        self.csms.disconnect(self.identity)

    async def let_in(self) -> None:
        """Accept connections again, and wait until the station is connected.

        The next step looks at events after this call.
        """
        self._cursor = self._inbox.count(self.identity)
        self.csms.restore()
        for settings in self._settings:
            self.csms.configure(**settings)
        if not await self.known.until(lambda: self.known.is_connected, self.profile.timeouts.boot):
            raise AssertionError(f"{self.identity} did not come back within {self.profile.timeouts.boot:g} s")

    async def command(self, action: str, payload: Json | None = None, /, **answer: Any) -> Json:
        """Send a command and return the payload of its result, which must contain `answer`.

        `payload` is a JSON merge patch over the default payload.
        """
        self._cursor = self._inbox.count(self.identity)
        try:
            result = await self.csms.call(self.identity, action, payload)
        except CallFailed as failure:
            raise AssertionError(str(failure)) from None
        found = differences(result, answer)
        if found:
            raise AssertionError(explained(f"{self.identity} gave an unexpected answer to {action}", found))
        return result

    async def refuses(self, code: str, action: str, payload: Json | None = None) -> None:
        """Send a command that the station must answer with a CALLERROR with that code."""
        self._cursor = self._inbox.count(self.identity)
        try:
            result = await self.csms.call(self.identity, action, payload)
        except CallFailed as failure:
            if f": {code}:" not in str(failure):
                raise AssertionError(f"expected the CALLERROR {code}, got {failure}") from None
            return
        raise AssertionError(f"expected the CALLERROR {code}, got the result {result}")

    # Messages of the station.

    def mark(self) -> int:
        """Return the current position; a later step can look at what came `after` it."""
        return self._inbox.count(self.identity)

    def opened(self) -> int:
        """Return the position at which the last connection was opened."""
        return self._inbox.opened(self.identity)

    async def expect(self, message: Message, *, within: float | None = None, after: int | None = None) -> Taken:
        """Return the first such call after the previous step.

        `within` is in seconds, by default `timeouts.message`. `after` is a position to look from instead.
        """
        taken = await self._inbox.take(self.identity, message, self._patience(within), self._from(after))
        self._cursor = max(self._cursor, taken.number)
        return taken

    async def expect_all(self, *messages: Message, within: float | None = None, after: int | None = None) -> None:
        """Wait for all of these messages, in any order; one call may match several of them."""
        begin, missing, last = self._from(after), list(messages), self._cursor
        while missing:
            any_of_them = Either([each for message in missing for each in _options(message)])
            taken = await self._inbox.look_for(self.identity, any_of_them, self._patience(within), begin)
            if taken is None:
                either = Either(_options(missing[0]))
                raise AssertionError(self._inbox.explain(self.identity, either, self._patience(within)))
            missing = [message for message in missing if not message.suits(taken.call)]
            last = max(last, taken.number)
        self._cursor = last

    async def expect_optional(self, message: Message, *, within: float = 0.0, after: int | None = None) -> Taken | None:
        """Return the first such call after the previous step, or None: for a message that the station may leave out."""
        either = Either(_options(message))
        taken = await self._inbox.look_for(self.identity, either, within, self._from(after))
        self._cursor = max(self._cursor, taken.number) if taken else self._cursor
        return taken

    async def expect_nothing(
        self, message: Message, *, seconds: float | None = None, after: int | None = None, before: Taken | None = None
    ) -> None:
        """Check that no such call has come since the previous step, and that none comes for `seconds`.

        By default it watches for `timeouts.silence`. With `before` it only looks at messages before that call.
        """
        watched = self.profile.timeouts.silence if seconds is None else seconds
        either, begin = Either(_options(message)), self._from(after)
        if before is not None:
            taken = self._inbox.find(self.identity, either, begin, before.number)
        else:
            taken = await self._inbox.look_for(self.identity, either, watched, begin)
        if taken is not None:
            raise AssertionError(f"{self.identity} sent {taken.call.action}, which must not come: {taken.payload}")

    def check_gap(
        self,
        first: Timed,
        second: Timed,
        *,
        least: float = 0.0,
        most: float | None = None,
    ) -> None:
        """Check the seconds between two calls, connection events or uploads, with the tolerance of the profile."""
        gap, tolerance = second.at - first.at, self.profile.timeouts.tolerance
        if gap < least - tolerance or (most is not None and gap > most + tolerance):
            wanted = f"at least {least:g} s" if most is None else f"{least:g} to {most:g} s"
            raise AssertionError(f"{name_of(second)} came {gap:.1f} s after {name_of(first)}, expected {wanted}")

    def check(self, taken: Taken, message: Wanted) -> None:
        """Check that a received call matches `message`."""
        found = message.differences(taken.call) if taken.call.action == message.action else ()
        if not message.suits(taken.call):
            raise AssertionError(explained(f"{self.identity} sent {taken.call.action}, expected {message}", found))

    async def answered(self, taken: Taken, /, **answer: Any) -> Json:
        """Wait until the mock has answered a call; return the payload of the result, which must contain `answer`."""
        return result(taken, await self._answer(taken), answer)

    async def was_refused(self, taken: Taken, code: str) -> None:
        """Wait until the mock has answered a call; the answer must be a CALLERROR with that code."""
        check_refusal(taken, await self._answer(taken), code)

    async def _answer(self, taken: Taken) -> Result | Error:
        answers, id_ = self.known.answers, taken.call.id
        if not await self.known.until(lambda: id_ in answers, self.profile.timeouts.message):
            raise AssertionError(f"{taken.call.action} was not answered")
        return answers[id_]

    def _patience(self, within: float | None) -> float:
        return self.profile.timeouts.message if within is None else within

    def _from(self, after: int | None) -> int:
        return self._cursor if after is None else after

    def lacks(self, what: str) -> NoReturn:
        """Skip the case, because the station lacks something, as the case has found out."""
        self.skip(f"the station has no {what}", applies=False)

    def skip(self, reason: str, *, applies: bool = True) -> NoReturn:
        """Skip the case for that reason: something is missing, or the case does not apply to the station."""
        import pytest  # noqa: PLC0415 - only programs with cases need it

        self.does_not_apply = not applies
        pytest.skip(reason)

    # Actions at the station.

    def can(self, action: str) -> bool:
        """Whether there is an operator that supports that action."""
        return self._operator is not None and self._operator.can(action)

    async def act(
        self, action: str, *, evse: int | None = None, connector: int | None = None, token: str | None = None
    ) -> None:
        """Let the operator do an action; `token` is a kind of token, such as `valid`."""
        presented = self.profile.tokens[token] if token else None
        await self._do(OperatorAction(action, evse or self.evse, connector or self.connector, presented))

    async def send(self, action: str, /, **part: Any) -> Taken:
        """Let the operator make the station send a valid call that contains `part`; return the received call."""
        payload = valid_payload(self.csms, self.identity, self.profile.version, action, part)
        await self._do(OperatorAction("send", self.evse, self.connector, None, action, payload))
        return await self.expect(says(action, **{name: payload.get(name, absent) for name in part}))

    async def _do(self, deed: OperatorAction) -> None:
        if self._operator is None:
            raise OperatorFailed(f"there is no operator for {deed.action}: the case must name it in needs")
        self._cursor = self._inbox.count(self.identity)
        await self._operator.act(deed, self.profile.timeouts.operator)
        self.known.note_action(deed.action, deed.evse)

    async def prepare(
        self, state: Callable[Concatenate["Station", P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Bring the station into a state that the case does not test: a failure there is an error of the set-up."""
        with preparing(self):
            return await state(self, *args, **kwargs)

    # Its variables.

    async def get(self, component: str, name: str) -> str | None:
        """Return the value of a variable, or None if the station does not have it."""
        with preparing(self):
            return await self.changes.get(component, name)

    async def set(self, component: str, name: str, value: str) -> None:
        """Set a variable for the rest of the case, unless it has the value already."""
        with preparing(self):
            await self.changes.set(component, name, value)

    async def remember(self, component: str, name: str) -> str | None:
        """Return the value of a variable, and set it back to that value after the case."""
        with preparing(self):
            return await self.changes.remember(component, name)

    def undo_with(self, action: str, payload: Json) -> None:
        """After the case, send a command that undoes a change of the case, whatever the station answers."""
        self.changes.undo_with(action, payload)

    def transcript(self) -> str:
        """Return the messages of the case so far, one per line."""
        return "\n".join(["", TRANSCRIPT, *(f"  {line}" for line in self.history.lines())])


async def _nothing() -> str:
    return ""


def _options(message: Message) -> list[Wanted]:
    return list(message.options) if isinstance(message, Either) else [message]
