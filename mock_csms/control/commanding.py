"""Sends a command and returns the station's answer. Both messages come from the journal, where secrets are masked."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from mock_csms.behavior import commands
from mock_csms.behavior.commands import Step
from mock_csms.behavior.templates import compile_template
from mock_csms.control.panel import Panel
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.messages import Call, Error
from mock_csms.protocol.records import Record, json_text
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.session import Session
from mock_csms.settings.assembly import slack
from mock_csms.settings.calls import Planned, calls, problem_of, unfit
from mock_csms.settings.values import command
from mock_csms.twin.events import Sent
from mock_csms.watch.blocks import Logged

AWAY, LOST, BUSY, SILENT = "not connected", "connection lost", "too many commands wait", "no answer"
"""The reasons why a command got no answer."""
_MOST = 5000
"""How many events of the journal are searched for a command and its answer."""
_SLICE = 20
"""How many commands are started before other tasks may run."""


class NoAnswer(Exception):
    """A station gave no answer; `why` is AWAY, LOST, BUSY or SILENT."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why


class CommandAnswer(Record):
    """The answer of a station to a command, with secrets masked."""

    station: str
    action: str
    request: Logged
    """The command in the journal."""
    answer: Logged
    """The answer in the journal."""
    ms: float
    """Milliseconds from the command to the answer."""


def step_of(action: str, payload: Any, *, is_raw: bool) -> Step:
    """Return the command that is written as `ACTION` or `ACTION~VERSION`, with that payload.

    Raises ValueError for an unknown action or an impossible payload.
    """
    if is_raw:
        compile_template(payload)
    elif not isinstance(payload, dict):
        raise ValueError("payload: must be a JSON object; with `raw` it may be any JSON")
    return commands.step_of(action if is_raw else command(action), payload, 0.0, is_raw=is_raw)


def _planned(panel: Panel, step: Step, session: Session) -> Sequence[Planned]:
    """Return the calls for a command in the station's version of OCPP.

    Raises ValueError if the version has no such calls, or if they break OCPP. A raw command may break OCPP.
    """
    config, version = panel.csms.config, session.version
    planned = calls(config, step, version)
    if not planned or (not step.is_raw and problem_of(config, step, version)):
        raise ValueError(panel.records.mask(unfit(config, step, version, session.identity)))
    return planned


async def send(panel: Panel, station: str, step: Step, within: float | None = None) -> CommandAnswer:
    """Send a command to a connected station, and return its answer.

    If the command needs several calls in the station's version, the answer is that to the last call, or the first
    error. within: seconds to wait for each answer; --call-timeout if None. Raises ValueError for a wrong command,
    NoAnswer if the station gives no answer.
    """
    session = panel.csms.session_of(station)
    if session is None:
        raise NoAnswer(AWAY, f"{step.action} was not sent: {station} is not connected")
    first, *others = _planned(panel, step, session)
    answer = await _send(panel, session, first, within)
    for each in others:
        if answer.answer.type is Error:
            break
        answer = await _send(panel, session, each, within)
    return answer


async def _send(panel: Panel, session: Session, planned: Planned, within: float | None) -> CommandAnswer:
    """Send one call, and return its answer. Raises NoAnswer if there is none."""
    loop, identity, action = asyncio.get_running_loop(), session.identity, planned.action
    begun: list[tuple[int, float]] = []
    failure = ""

    def payload() -> Any:
        begun.append((panel.journal.cursor, loop.time()))
        return planned.payload(panel.csms.context_of(identity))

    try:
        await session.call(action, payload, (within or panel.csms.config.call_timeout) + slack(panel.csms.config))
    except CallFailed as failed:
        failure = panel.records.mask(str(failed))
    if not begun:
        raise NoAnswer(AWAY if session.is_over else BUSY, f"{action} to {identity}: {failure}")
    after, at = begun[0]
    ms = (loop.time() - at) * 1000
    request, answer = _exchange(panel, identity, action, after)
    if request is None or answer is None:
        raise NoAnswer(LOST if session.is_over else SILENT, f"{action} to {identity}: {failure}")
    return CommandAnswer(identity, action, request, answer, ms)


def _exchange(panel: Panel, station: str, action: str, after: int) -> tuple[Logged | None, Logged | None]:
    """Return the command that was sent after an event, and its answer if that is in the journal.

    A station has one open command at a time, so they are its last ones, unless raw frames came between.
    """
    journal, about = panel.journal, json_text(action)
    last = journal.cursor + 1
    request, answer = (
        journal.get(seq) if (seq := numbers.get(station, 0)) > after else None
        for numbers in (journal.commands, journal.answers)
    )
    if request is None or request.about != about:
        request = _first(journal.between(after, last), (station, about))
    is_ours = request is not None and answer is not None and request.id == answer.id
    return request, answer if is_ours else None


def _first(events: Iterator[Logged], wanted: tuple[str, bytes]) -> Logged | None:
    """Return the first command to a station with an action among some events."""
    commands = (each for each in islice(events, _MOST) if each.kind is Sent and each.type is Call)
    return next((each for each in commands if (each.station, each.about) == wanted), None)


async def send_to_many(
    panel: Panel, pattern: str, step: Step, within: float | None = None
) -> tuple[Mapping[str, CommandAnswer], Mapping[str, str]]:
    """Send a command to all connected stations that match.

    Returns by station: the answers, and the reasons why there is no answer.
    """
    tasks: dict[str, asyncio.Task[CommandAnswer]] = {}
    try:
        for number, station in enumerate([each for each in panel.csms.sessions if matches(each, pattern)]):
            tasks[station] = asyncio.get_running_loop().create_task(send(panel, station, step, within))
            if number % _SLICE == _SLICE - 1:
                await asyncio.sleep(0)
        done = await asyncio.gather(*tasks.values(), return_exceptions=True)
    finally:
        for task in tasks.values():
            task.cancel()
    answers = {station: each for station, each in zip(tasks, done, strict=True) if isinstance(each, CommandAnswer)}
    problems = {station: str(each) for station, each in zip(tasks, done, strict=True) if isinstance(each, Exception)}
    return answers, problems
