"""Checks of payloads (R). With `--validate off` payloads are not checked, so these checks find no violations."""

import re
from collections.abc import Iterator
from itertools import accumulate, islice
from typing import Any

from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.common.versions import HOLLOW, rules_of
from mock_csms.conformance.facts.station import KnownStation
from mock_csms.conformance.subject import ERROR, WARNING, Said, broken
from mock_csms.protocol.schemas import Violation
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, result

_PLACES = (broken(call(), result()), call(*HOLLOW))
"""Where R11 looks: at what breaks its schema, and at sound messages whose schema allows an empty object."""

_BRACES = re.compile(rb"\{\}")
"""Twice as fast as `in` if there are many braces."""


def _violations(seen: Seen) -> list[Violation]:
    """Return how the payload breaks its schema, without what R11, R12 and R17 report."""
    if seen.payload is None:
        return []
    empty, custom = {path for path, _ in _empty_fields(seen)}, rules_of(seen.version).custom
    return [
        each
        for each in seen.event_as(Received).violations
        if each.is_of_payload and not _is_of_others(each.path, empty, custom)
    ]


def _is_of_others(path: str, empty: set[str], custom: str) -> bool:
    return (bool(custom) and custom in path.split(".")) or not empty.isdisjoint(_beginnings(path))


def _beginnings(path: str) -> Iterator[str]:
    """Yield all paths that a path begins with, and the path itself."""
    return accumulate(path.split("."), lambda one, two: f"{one}.{two}")


def _empty_fields(seen: Seen) -> Iterator[tuple[str, Any]]:
    """Yield the path and value of each field that is null, {} or [], but should be left out or have a value.

    Properties that the schema does not know do not count (R10). Required fields may be empty if the schema allows it.
    The property for vendors (customData in OCPP 2.x) counts only if it is null; what is inside does not count (R17).
    """
    if seen.action not in seen.version.actions:
        return
    name = f"{seen.action}{'Request' if seen.kind == 'call' else 'Response'}"
    wrong = {beginning for each in seen.event_as(Received).violations for beginning in _beginnings(each.path)}
    rules = rules_of(seen.version)
    for path, value, is_required in seen.version.schemas.fields(name, seen.payload):
        is_custom = bool(rules.custom) and path.endswith(rules.custom)
        is_free = is_custom or (name, path) in rules.free
        is_empty = value is None or (value in ({}, []) and not is_free)
        if is_empty and (not is_required or path in wrong) and not _is_inside(path, rules.custom):
            yield path, value


def _is_inside(path: str, custom: str) -> bool:
    return bool(custom) and f"{custom}." in path


def of(seen: Seen) -> str:
    """Return the name of a message for a finding: its action, or of which action it is the answer."""
    return seen.action[:60] if seen.kind == "call" else f"the answer to {seen.action[:60]}"


@RPC.check("R10", "Part 4 4.1.2", ERROR, "the payload matches its schema", broken(call(), result()))
def fits_its_schema(seen: Seen, station: KnownStation) -> Said:
    """A field that is missing, unknown or wrong. Answers to what the mock sent wrong on purpose are skipped."""
    if seen.id in station.exchanges.wrong:
        return None
    found = _violations(seen)
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return f"{of(seen)}: {'; '.join(map(str, found[:3]))}{more}" if found else None


@RPC.check("R11", "Part 4 4.1.5", ERROR, "absent fields are left out, not null or empty", *_PLACES)
def leaves_out_what_is_absent(seen: Seen, _: KnownStation) -> Said:
    """An optional field that is null, {} or [], or null instead of a payload that must have fields."""
    event = seen.event
    if not isinstance(event, Received) or (seen.is_sound and not _BRACES.search(event.text)):
        return None
    if seen.payload is None:
        is_known = seen.kind != "call" or seen.action in seen.version.actions
        return f"{of(seen)}: the payload is null" if is_known and not _may_be_empty(seen) else None
    empty = islice(_empty_fields(seen), 3)
    found = [f"{path[:100]} is {'null' if value is None else value}" for path, value in empty]
    return f"{of(seen)}: {', '.join(found)}" if found else None


@RPC.check("R12", "Part 4 4.1.5", WARNING, "an empty payload is {}, not null", broken(call(), result()))
def writes_braces(seen: Seen, _: KnownStation) -> Said:
    """Null instead of an empty payload."""
    if seen.payload is not None or not _may_be_empty(seen):
        return None
    return f"{of(seen)}: the payload is null, and should be {{}}"


def _may_be_empty(seen: Seen) -> bool:
    """Return whether {} would be a valid payload. For an unknown action that is not known, so it is False."""
    if seen.kind == "call":
        return seen.action in seen.version.actions and not seen.version.schemas.request_violations(seen.action, {})
    return not seen.version.schemas.response_violations(seen.action, {})
