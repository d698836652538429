"""One spelling for each transaction: its id is an identifierString, and may come in another case each time.

Checks and learners see each id as it was written first, so that they can compare ids, and use them as keys.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from mock_csms.conformance.seen import Seen
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known
    from mock_csms.conformance.known.transactions import Transactions

_REQUESTS = {"call", "command"}
_ANSWERS = {"result", "response"}
_FIELD = "transactionId"
_MOST = 10_000


def note_id(id_: str, began: str, all_: "Transactions") -> None:
    """Remember the id of a transaction and when it began, and forget the oldest ones."""
    all_.ids.setdefault(id_, began)
    all_.spellings.setdefault(folded(id_), id_)
    if len(all_.ids) > _MOST:
        oldest = next(iter(all_.ids))
        del all_.ids[oldest]
        all_.spellings.pop(folded(oldest), None)


def spelt(id_: str, known: "Known") -> str:
    """Return the id of a transaction as it was written first: under that it is known."""
    all_ = known.transactions
    return id_ if id_ in all_.by_id else all_.spellings.get(folded(id_), id_)


def as_known(seen: Seen, known: "Known") -> Seen:
    """Return an event with the ids of transactions as they were written first."""
    if seen.action not in V201.actions:
        return seen
    of_request, of_response = _places(seen.action)
    payload, request = seen.payload, seen.request
    if of_request and seen.kind in _REQUESTS:
        payload = _respelt(payload, of_request, known)
    elif of_response and seen.kind in _ANSWERS:
        payload = _respelt(payload, of_response, known)
    if of_request and request is not None:
        request = _respelt(request, of_request, known)
    if payload is seen.payload and request is seen.request:
        return seen
    return replace(seen, payload=payload, request=request)


@cache
def _places(action: str) -> tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]]:
    """Return where ids of transactions stand in the request of an action, and in its response."""
    return V201.schemas.named(f"{action}Request", _FIELD), V201.schemas.named(f"{action}Response", _FIELD)


def _respelt(payload: Any, places: Sequence[Sequence[str]], known: "Known") -> Any:
    for place in places:
        payload = _put(payload, place, known)
    return payload


def _put(value: Any, path: Sequence[str], known: "Known") -> Any:
    """Return a value of any shape with another spelling of the texts at a path; the same one where they are right."""
    if not path:
        return spelt(value, known) if isinstance(value, str) else value
    first, *rest = path
    if first == "*" and isinstance(value, list):
        items = [_put(item, rest, known) for item in value]
        return value if all(one is two for one, two in zip(items, value, strict=True)) else items
    if isinstance(value, dict) and first in value:
        inner = _put(value[first], rest, known)
        return value if inner is value[first] else value | {first: inner}
    return value
