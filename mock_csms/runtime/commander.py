"""Sends commands of users, as the calls that stand for them in the station's version of OCPP."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from mock_csms.behavior.commands import Step
from mock_csms.behavior.templates import Context, Template
from mock_csms.protocol.actions import Json
from mock_csms.runtime import clock
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.session import Session
from mock_csms.settings import Config
from mock_csms.settings.assembly import slack
from mock_csms.settings.calls import calls, unfit
from mock_csms.twin.events import Event, Noted

ContextOf: TypeAlias = Callable[[str, object], Context]
"""Returns the context for placeholders, from the identity of a station and the payload of the call before."""


class Commander:
    """Sends commands. It publishes one note for each command that a version of OCPP does not have."""

    def __init__(self, context: ContextOf, publish: Callable[[Event], None]) -> None:
        self._context = context
        self._publish = publish
        self._noted: set[tuple[str, str]] = set()
        """The commands that were noted already, each with the name of the version."""

    async def call(
        self,
        session: Session,
        step: Step,
        config: Config,
        request: Json | None = None,
        written: Callable[[], None] | None = None,
    ) -> Json:
        """Send the calls for a command, one after the other, and return the payload of the last result.

        `written` is called once the last frame went to the socket. Raises CallFailed as `Session.call` does, and if the
        station's version does not have the command.
        """
        planned = calls(config, step, session.version, request)
        if not planned:
            raise CallFailed(self._note(config, step, session))
        timeout, answer = config.call_timeout + slack(config), {}
        for each in planned:
            fill = partial(self._fill, each.payload, session.identity, request)
            answer = await session.call(each.action, fill, timeout, written if each is planned[-1] else None)
        return answer

    def _fill(self, template: Template, identity: str, request: Json | None) -> Json:
        payload: Json = template(self._context(identity, request))
        return payload

    def _note(self, config: Config, step: Step, session: Session) -> str:
        """Return why a command cannot be sent. The reason is also published, once for each version."""
        version = session.version
        reason = f"{step.action} was not sent: {unfit(config, step, version, session.identity)}"
        if (step.action, version.name) not in self._noted:
            self._noted.add((step.action, version.name))
            self._publish(Noted(clock.now(), session.identity, reason))
        return reason
