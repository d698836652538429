"""Wrong payloads (checks R). Where payloads are not checked (`--validate off`) nothing is known of their schemas."""

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
"""Where something may be empty: schemas allow nothing but {}, and that in some messages only."""

_BRACES = re.compile(rb"\{\}")
"""(Twice as fast as `in` where there are many braces.)"""


def _violations(seen: Seen) -> list[Violation]:
    """Return how the payload breaks its schema, but for what R11, R12 and R17 say more of."""
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
    """Yield a path and all paths that it begins with."""
    return accumulate(path.split("."), lambda one, two: f"{one}.{two}")


def _empty_fields(seen: Seen) -> Iterator[tuple[str, Any]]:
    """Yield the fields of the payload that are null, {} or [] where they should be left out, or have something in them.

    What the schema does not know is no field (R10). A required field may be empty where the schema allows it. Of the
    property for what a vendor likes (customData) only null counts, and what is in it does not count (R17).
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
    """Say which message it is."""
    return seen.action[:60] if seen.kind == "call" else f"the answer to {seen.action[:60]}"


@RPC.check("R10", "Part 4 4.1.2", ERROR, "the payload matches its schema", broken(call(), result()))
def fits_its_schema(seen: Seen, station: KnownStation) -> Said:
    """Something that is missing, unknown, or not as it should be; answers to nonsense are not looked at."""
    if seen.id in station.exchanges.wrong:
        return None
    found = _violations(seen)
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return f"{of(seen)}: {'; '.join(map(str, found[:3]))}{more}" if found else None


@RPC.check("R11", "Part 4 4.1.5", ERROR, "absent fields are left out, not null or empty", *_PLACES)
def leaves_out_what_is_absent(seen: Seen, _: KnownStation) -> Said:
    """An optional field that is null, {} or [], or null in place of a payload that cannot be empty."""
    if seen.is_sound and not _BRACES.search(seen.event_as(Received).text):
        return None
    if seen.payload is None:
        is_known = seen.kind != "call" or seen.action in seen.version.actions
        return f"{of(seen)}: the payload is null" if is_known and not _may_be_empty(seen) else None
    empty = islice(_empty_fields(seen), 3)
    found = [f"{path[:100]} is {'null' if value is None else value}" for path, value in empty]
    return f"{of(seen)}: {', '.join(found)}" if found else None


@RPC.check("R12", "Part 4 4.1.5", WARNING, "an empty payload is {}, not null", broken(call(), result()))
def writes_braces(seen: Seen, _: KnownStation) -> Said:
    """Null in its place."""
    if seen.payload is not None or not _may_be_empty(seen):
        return None
    return f"{of(seen)}: the payload is null, and should be {{}}"


def _may_be_empty(seen: Seen) -> bool:
    """Whether {} would be right; for an action that nobody knows it is not known."""
    if seen.kind == "call":
        return seen.action in seen.version.actions and not seen.version.schemas.request_violations(seen.action, {})
    return not seen.version.schemas.response_violations(seen.action, {})
