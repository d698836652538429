"""One spelling for each transaction, component and variable, whose identifierString may come in another case each time.

Checks and learners see each as it was written first, or as Part 2 writes it, so that they can compare it, and use it as
a key.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import is_
from typing import TYPE_CHECKING, Any, TypeAlias

from mock_csms.conformance.inventory import ALWAYS, IF_THERE
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.wanted import WANTED
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import Version

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known
    from mock_csms.conformance.known.transactions import Transactions

_REQUESTS = {"call", "command"}
_ANSWERS = {"result", "response"}
Spell: TypeAlias = Callable[[str, "Known"], str]
"""Returns the one spelling of an identifier."""

_FIELDS = ("transactionId", "name", "instance")
"""What has one spelling; names and instances are those of components and variables."""
_MOST, _MOST_NAMES = 10_000, 20_000
_REQUIRED = (name for row in (*ALWAYS, *IF_THERE) for name in (row.component, row.variable, row.instance))
_READ = (name for component, variable in WANTED for name in (component, *variable.split("/")))
_STANDARD = {folded(name): name for name in (*_REQUIRED, *_READ, "AllowReset", "BasicAuthPassword")}
"""The names by which checks look for variables, as Part 2 writes them."""


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


def _name(written: str, known: "Known") -> str:
    """Return the name of a component, a variable or an instance, as Part 2 writes it, or as it was written first."""
    key, spellings = folded(written), known.variables.spellings
    standard = _STANDARD.get(key)
    if standard is not None:
        return standard
    return spellings.setdefault(key, written) if len(spellings) < _MOST_NAMES else spellings.get(key, written)


def as_known(seen: Seen, known: "Known") -> Seen:
    """Return an event with one spelling for each transaction, component and variable."""
    if seen.action not in seen.version.actions:
        return seen
    of_request, of_response = _places(seen.version, seen.action)
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
def _places(version: Version, action: str) -> tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]]:
    """Return where such identifiers stand in the request of an action, and in its response."""
    request, response = (
        [place for field in _FIELDS for place in version.schemas.named(f"{action}{kind}", field)]
        for kind in ("Request", "Response")
    )
    return request, response


def _respelt(payload: Any, places: Sequence[Sequence[str]], known: "Known") -> Any:
    for place in places:
        payload = _put(payload, place, 0, spelt if place[-1] == "transactionId" else _name, known)
    return payload


def _put(value: Any, path: Sequence[str], depth: int, spell: "Spell", known: "Known") -> Any:
    """Return a value of any shape with another spelling of the texts at a path; the same one where they are right."""
    if depth == len(path):
        return spell(value, known) if isinstance(value, str) else value
    part = path[depth]
    if isinstance(value, dict) and part in value:
        inner = _put(value[part], path, depth + 1, spell, known)
        return value if inner is value[part] else value | {part: inner}
    if part == "*" and isinstance(value, list):
        items = [_put(item, path, depth + 1, spell, known) for item in value]
        return value if all(map(is_, items, value)) else items
    return value
