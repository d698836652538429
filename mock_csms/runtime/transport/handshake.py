"""The opening handshake: the library checks it, and the gate decides about it."""

import logging
import re
from collections.abc import Sequence
from typing import TypeAlias, cast

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeader
from websockets.extensions import ServerExtensionFactory
from websockets.http11 import Request, Response
from websockets.protocol import SEND_EOF
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from mock_csms.behavior.admission import LetIn, Respond, Verdict
from mock_csms.protocol.records import replace
from mock_csms.protocol.tls import Agreement
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.transport import heads
from mock_csms.runtime.transport.gate import Gate
from mock_csms.runtime.transport.heads import Oddity

LOGGER = logging.getLogger("mock_csms.websockets")
LOGGER.disabled = True  # the mock publishes events in place of the library's log
_OPENING = ("Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-WebSocket-Protocol")
"""A request with one of these headers, or with `Upgrade: websocket`, asks for a WebSocket, even if it is wrong."""
_POSTING = ("POST", "PUT")
"""Methods of stations with OCPP over SOAP; browsers and load balancers do not use them."""
_HOST = re.compile(r"[^,@/?#]*")
"""A Host header: one host with an optional port, and nothing else (RFC 9110, 7.2); it may be empty."""

Judgement: TypeAlias = tuple[Visitor, Verdict, Response]
"""The visitor, the verdict, and the response (not sent if the verdict is to send nothing)."""


class Handshake(ServerProtocol):
    """The handshake of the library; the gate makes all decisions."""

    def __init__(self, gate: Gate, extensions: Sequence[ServerExtensionFactory] | None, max_size: int) -> None:
        super().__init__(extensions=extensions, max_size=max_size, logger=LOGGER)
        self._gate = gate
        self.tls: Agreement | None = None
        """The result of the TLS handshake; None without TLS."""

    def select_subprotocol(self, subprotocols: Sequence[Subprotocol]) -> Subprotocol | None:
        """Ask the gate for the subprotocol; with None the library continues without one."""
        chosen = self._gate.choose_subprotocol(subprotocols)
        return None if chosen is None else Subprotocol(chosen)

    def judge(self, head: bytes) -> Judgement | None:
        """Judge the complete head of a request; None for bytes after a request."""
        self.receive_data(head)
        request = next(iter(self.events_received()), None)
        if isinstance(request, Request):
            return self._judge_upgrade(request) if _wants_websocket(request) else self._judge_plain(request)
        return None if self.handshake_exc is None else self._judge_broken(head)

    def read_frames(self) -> None:
        """Read frames from now on. The parser of the request is dropped, which frees 2.6 kB for each connection."""
        self.parser = self.parse()
        next(self.parser)

    def _judge_upgrade(self, request: Request) -> Judgement:
        response = self._accept(request)
        if response.status_code != 101:
            visitor = _visitor(request, self.tls, str(self.handshake_exc))
            self._gate.refused(visitor.problem, visitor, response.status_code)
            return visitor, LetIn(), response
        visitor = _visitor(request, self.tls)
        verdict = self._gate.judge(visitor, self.subprotocol)
        return visitor, verdict, self._respond(verdict) if isinstance(verdict, Respond) else response

    def _accept(self, request: Request) -> Response:
        """Return the library's response.

        HTTP also requires a Host, and a wrong version gets the right one (RFC 6455, 4.2.2).
        """
        response, hosts = self.accept(request), request.headers.get_all("Host")
        if response.status_code == 101 and (len(hosts) != 1 or not _HOST.fullmatch(hosts[0])):
            self.handshake_exc = InvalidHeader("Host", ", ".join(map(_shown_host, hosts)) or None)
            return self.reject(400, f"{self.handshake_exc}\n")
        if response.status_code == 400 and "Sec-WebSocket-Version" in str(self.handshake_exc):
            response = self.reject(426, f"{self.handshake_exc}\n")
            response.headers["Upgrade"], response.headers["Sec-WebSocket-Version"] = "websocket", "13"
        return response

    def _judge_plain(self, request: Request) -> Judgement:
        """Judge a request that does not ask for a WebSocket."""
        visitor = replace(_visitor(request, self.tls), wants_websocket=False)
        if request.method not in ("GET", "HEAD"):
            return self.turn_away(
                visitor,
                Oddity(
                    f"a {request.method} request; a WebSocket handshake begins with GET",
                    405,
                    request.method in _POSTING,
                ),
            )
        hosts = request.headers.get_all("Host")
        if len(hosts) > 1 or (not hosts and request.protocol == "HTTP/1.1"):
            problem = f"the request has {len(hosts) or 'no'} Host header{'s' if hosts else ''}"
            return self.turn_away(visitor, Oddity(problem, 400, is_wrong=False))
        if hosts and not _HOST.fullmatch(hosts[0]):
            problem = f"the Host header is not a host and a port: {_shown_host(hosts[0])!r}"
            return self.turn_away(visitor, Oddity(problem, 400, is_wrong=False))
        verdict = self._gate.visit(visitor)
        response = self._respond(verdict)
        if request.method == "HEAD":
            response.body = b""
        return visitor, verdict, response

    def _judge_broken(self, data: bytes) -> Judgement:
        """Judge a head that the library could not parse; maybe only its path is wrong."""
        head, error = heads.read(data), cast(Exception, self.handshake_exc)
        oddity = heads.problem_of(data, error.__cause__)
        if error.__cause__ is None:  # the library has made the response itself
            oddity, self.writes = Oddity(str(error), 431), [SEND_EOF]
        if head is None:
            return self.turn_away(Visitor("", ()), oddity)
        request = Request(head.path, Headers(head.headers), head.method, head.version)
        visitor = replace(_visitor(request, self.tls, oddity.problem), path=head.target)
        if not _wants_websocket(request):
            is_wrong = request.method in _POSTING
            return self.turn_away(
                replace(visitor, problem="", wants_websocket=False), replace(oddity, is_wrong=is_wrong)
            )
        if head.path != head.target:
            oddity = Oddity(f"the path is not percent-encoded: {head.target[:100]!r}", 400)
            is_sound = self._accept(request).status_code == 101
            visitor = replace(visitor, problem="" if is_sound else str(self.handshake_exc))
        return self.turn_away(visitor, oddity)

    def turn_away(self, visitor: Visitor, oddity: Oddity) -> Judgement:
        """Report an oddity to the gate, and return the answer to it."""
        if oddity.is_wrong and not (visitor.path and visitor.wants_websocket):
            visitor = replace(visitor, problem=oddity.problem, wants_websocket=False)
        self._gate.refused(oddity.problem, visitor, oddity.status)
        verdict = Respond(oddity.status or 400, oddity.problem, {"Allow": "GET"} if oddity.status == 405 else {})
        return visitor, verdict, self._respond(verdict)

    def _respond(self, verdict: Respond) -> Response:
        response = self.reject(verdict.status, verdict.text + "\n")
        response.headers.update(verdict.headers)
        return response


def _wants_websocket(request: Request) -> bool:
    headers = request.headers
    asked = ", ".join(headers.get_all("Upgrade")).lower()
    return "websocket" in asked or any(name in headers for name in _OPENING)


def _shown_host(host: str) -> str:
    """Return a Host header for output, without a user and password, which must not be in it."""
    user, at, rest = host.rpartition("@")
    return f"{'…' if user else ''}{at}{rest[:60]}"


def _visitor(request: Request, tls: Agreement | None, problem: str = "") -> Visitor:
    """Return the visitor, as far as its headers can be read, even if some of them are wrong."""
    headers = request.headers
    offers = ",".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
    return Visitor(
        request.path,
        [offer.strip() for offer in offers if offer.strip()],
        ", ".join(headers.get_all("Authorization")) or None,
        ", ".join(headers.get_all("Sec-WebSocket-Extensions")),
        problem,
        ", ".join(headers.get_all("Host")),
        origin=", ".join(headers.get_all("Origin")) if "Origin" in headers else None,
        tls=tls,
    )
