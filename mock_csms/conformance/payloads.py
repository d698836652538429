"""Wrong payloads (checks R). Where payloads are not checked (`--validate off`) nothing is known of their schemas."""

from collections.abc import Iterator
from typing import Any

from mock_csms.conformance.known import Known
from mock_csms.conformance.rpc import RPC
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import ERROR, WARNING, Said, broken, call, result
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import V201

_PLACES = (broken(call(), result()), call("BootNotification", "MeterValues", "TransactionEvent"))
"""Where something may be empty: schemas allow nothing but {}, and that in some messages only."""

_FREE = {"customData", "data"}
"""What may hold anything."""


def _violations(seen: Seen) -> list[Violation]:
    """Return how the payload breaks its schema, but for what is empty and for customData, which others check."""
    event: Any = seen.event
    return [each for each in event.violations if each.is_of_payload and not _is_of_others(seen.payload, each.path)]


def _is_of_others(payload: Any, path: str) -> bool:
    value, parts = payload, path.split(".")
    for part in parts:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            break
    return payload is None or "customData" in parts or (value is not payload and _is_empty(value))


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, [])


def _of(seen: Seen) -> str:
    return seen.action[:60] if seen.kind == "call" else f"the answer to {seen.action[:60]}"


@RPC.check("R10", "Part 4 4.1.2", ERROR, "the payload is as its schema says", broken(call(), result()))
def fits_its_schema(seen: Seen, known: Known) -> Said:
    """Something that is missing, unknown, or not as it should be; answers to nonsense are not looked at."""
    if seen.id in known.exchanges.wrong:
        return None
    found = _violations(seen)
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return f"{_of(seen)}: {'; '.join(map(str, found[:3]))}{more}" if found else None


@RPC.check("R11", "Part 4 4.1.5", ERROR, "what is absent is left out", *_PLACES)
def leaves_out_what_is_absent(seen: Seen, _: Known) -> Said:
    """An optional field that is null, {} or [], or null in place of a payload that cannot be empty."""
    event: Any = seen.event
    if seen.is_sound and b"{}" not in event.text:
        return None
    if seen.payload is None:
        is_known = seen.kind != "call" or seen.action in V201.actions
        return f"{_of(seen)}: the payload is null" if is_known and not _may_be_empty(seen) else None
    found = [path for path, _ in zip(_empty_places(seen.payload), range(3), strict=False)]
    return f"{_of(seen)}: {', '.join(found)}" if found else None


def _empty_places(value: Any, path: str = "") -> Iterator[str]:
    """Yield where something is empty that might be left out; customData that is {} has a check of its own."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        place = f"{path}.{key}" if path else str(key)
        if _is_empty(item) and (key not in _FREE or (key == "customData" and item is None)):
            yield f"{place[:100]} is {'null' if item is None else item}"
        elif key not in _FREE:
            yield from _empty_places(item, place)


@RPC.check("R12", "Part 4 4.1.5", WARNING, "an empty payload is {}", broken(call(), result()))
def writes_braces(seen: Seen, _: Known) -> Said:
    """Null in its place."""
    if seen.payload is not None or not _may_be_empty(seen):
        return None
    return f"{_of(seen)}: the payload is null, and should be {{}}"


def _may_be_empty(seen: Seen) -> bool:
    """Whether {} would be right; for an action that nobody knows it is not known."""
    if seen.kind == "call":
        return seen.action in V201.actions and not V201.schemas.request_violations(seen.action, {})
    return not V201.schemas.response_violations(seen.action, {})


@RPC.check("R17", "Part 4 9", ERROR, "customData has a vendorId", broken(call(), result()))
def names_its_vendor(seen: Seen, _: Known) -> Said:
    """CustomData without one, or with one that is too long or no text."""
    event: Any = seen.event
    if not isinstance(seen.payload, dict):
        return None
    mine = [each for each in event.violations if each.is_of_payload and "customData" in each.path.split(".")]
    found = [str(each) for each in mine if not each.path.endswith("customData") or "null" not in each.message]
    return f"{_of(seen)}: {'; '.join(found[:3])}" if found else None
