"""The answers to commands, at once, and their results, which are posted when the station has answered."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from mock_csms.behavior.commands import Step
from mock_csms.ocpi.cpo.world import CpoWorld
from mock_csms.ocpi.envelope import SUCCESS, OcpiAnswer, wrong
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.ocpi.mapping.version import OcpiMapping
from mock_csms.ocpi.parties import OcpiPeer
from mock_csms.ocpi.request import OcpiRequest
from mock_csms.ocpi.routing import fetch_of
from mock_csms.ocpi.steps import Pause, StationAnswer, StationCommand, Steps
from mock_csms.protocol.records import Record, replace

ACCEPTED, REJECTED, FAILED, TIMEOUT, NOT_SUPPORTED = "ACCEPTED", "REJECTED", "FAILED", "TIMEOUT", "NOT_SUPPORTED"
_UNSUPPORTED = ("NotSupported", "NotImplemented")
_LATER = 0.1
"""The seconds between an answer and its result, at least: so that the client has read the answer before."""
_LONGEST = 512
"""The greatest length of a DisplayText."""


class NotAccepted(Exception):
    """A command that the CPO refuses at once: the result, the reason, and the status code of OCPI."""

    def __init__(self, result: str, reason: str, code: int = SUCCESS) -> None:
        super().__init__(reason)
        self.result, self.code = result, code


class OcpiCommand(Record, kw_only=True):
    """A command of another party, and where its result goes."""

    peer: OcpiPeer | None
    name: str
    """START_SESSION and so on; SET_PROFILE, CLEAR_PROFILE or GET_PROFILE."""
    body: Mapping[str, Any]
    url: str
    """The response_url."""
    correlation_id: str


def response_url(request: OcpiRequest, world: CpoWorld, url: str) -> str:
    """Return the URL for the result of a command. Raises Declined if it is not one of the client."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 255:
        raise wrong("response_url is not a URL of HTTP with at most 255 characters")
    if request.peer is None or world.allows_any_response_url:
        return url
    its = {urlsplit(each).hostname for each in (request.peer.versions_url, *request.peer.endpoints.values())}
    if parts.hostname not in its:
        raise wrong(f"response_url has the host {parts.hostname[:100]}, which is not one of {request.peer.name}")
    return url


def connected(world: CpoWorld, identity: str) -> OcpiMapping:
    """Return the mapping of a station's version. Raises NotAccepted if the station is not connected."""
    station = world.station(identity)
    if station is None or not station.connections:
        raise NotAccepted(REJECTED, "the station is not connected")
    return mapping_of(station.version)


def taken(world: CpoWorld, then: Callable[[], Steps]) -> OcpiAnswer:
    """Return the answer for a command that is accepted; `then` returns the work that ends with its result."""
    return OcpiAnswer(data={"result": ACCEPTED, "timeout": int(world.timeout)}, then=then)


def refused(world: CpoWorld, why: NotAccepted) -> OcpiAnswer:
    """Return the answer for a command that is not accepted."""
    data = {"result": why.result, "timeout": int(world.timeout), "message": displayed(str(why))}
    return OcpiAnswer(data=data, code=why.code, message=str(why) if why.code != SUCCESS else "")


def ask_station(asked: OcpiCommand, mapping: OcpiMapping, identity: str, step: Step) -> Steps:
    """Send a command to a station, and return what its answer means, the reason, and the answer."""
    answer: StationAnswer = yield StationCommand(identity, step)
    result, reason = meaning(mapping.outcomes[asked.name], answer)
    return result, reason, answer


def meaning(outcomes: Mapping[str, str], answer: StationAnswer) -> tuple[str, str]:
    """Return what the answer of a station means, and the reason if it is not good; `outcomes` are by status."""
    if answer.is_late:
        return TIMEOUT, answer.reason
    if answer.code in _UNSUPPORTED:
        return NOT_SUPPORTED, answer.reason
    status = answer.payload.get("status") if isinstance(answer.payload, dict) else None
    if status is None:
        return FAILED, answer.reason
    result = outcomes.get(status, FAILED)
    return result, "" if result == ACCEPTED else f"the station says {status}"


def send_result(world: CpoWorld, asked: OcpiCommand, result: str, reason: str = "", **more: Any) -> Steps:
    """Post the result of a command to its response_url, with the token that the client has given us."""
    if asked.peer is None:
        return
    yield Pause(_LATER)
    body: dict[str, Any] = {"result": result, **more}
    if reason and asked.name in WITH_MESSAGE:
        body["message"] = displayed(reason)
    peer = world.parties.behind(asked.peer.our_token) or asked.peer  # its tokens may be new
    fetch = fetch_of(world, peer, asked.url, correlation_id=asked.correlation_id)
    yield replace(fetch, method="POST", body=body)


WITH_MESSAGE: Collection[str] = (
    *("START_SESSION", "STOP_SESSION", "RESERVE_NOW", "CANCEL_RESERVATION", "UNLOCK_CONNECTOR"),
)
"""The commands whose results may have a message."""


def displayed(text: str) -> list[dict[str, str]]:
    """Return a text as a list of DisplayText."""
    return [{"language": "en", "text": text[:_LONGEST]}]
