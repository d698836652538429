"""The opening handshake: the library checks it, the gate decides about it."""

import logging
from collections.abc import Sequence

from websockets.extensions import ServerExtensionFactory
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from mock_csms.behavior.admission import LetIn, Respond, Verdict, Visitor
from mock_csms.runtime.transport.gate import Gate

LOGGER = logging.getLogger("mock_csms.websockets")
LOGGER.disabled = True  # what the library would log, the mock publishes as events
_OPENING = ("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol")
"""A request with one of these asks for a WebSocket, however wrong it is otherwise."""


class Handshake(ServerProtocol):
    """The library's protocol, with all that is to be decided left to the gate."""

    offered: Sequence[str] = ()

    def __init__(self, gate: Gate, extensions: Sequence[ServerExtensionFactory] | None, max_size: int) -> None:
        super().__init__(extensions=extensions, max_size=max_size, logger=LOGGER)
        self._gate = gate

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """Ask the gate; None makes the library go on without one."""
        self.offered = subprotocols
        chosen = self._gate.choose_subprotocol(self.offered)
        return None if chosen is None else Subprotocol(chosen)

    def judge(self, request: Request) -> tuple[Visitor, Verdict, Response]:
        """Return who asks, the verdict, and the response for it (not to be sent where the verdict wants silence)."""
        response, headers = self.accept(request), request.headers
        wants_page = response.status_code == 426 and not any(name in headers for name in _OPENING)
        problem = "" if response.status_code == 101 or wants_page else str(self.handshake_exc)
        extensions = ", ".join(headers.get_all("Sec-WebSocket-Extensions"))
        authorization = ", ".join(headers.get_all("Authorization")) or None
        visitor = Visitor(request.path, self.offered, authorization, extensions, problem)
        verdict: Verdict = LetIn()
        if response.status_code == 101:
            verdict = self._gate.judge(visitor, self.subprotocol)
        elif wants_page:
            verdict = self._gate.visit(visitor)
        else:
            self._gate.refused(problem, visitor)
        if isinstance(verdict, Respond) and verdict.status != response.status_code:
            response = self.reject(verdict.status, verdict.text + "\n")
            response.headers.update(verdict.headers)
        return visitor, verdict, response
