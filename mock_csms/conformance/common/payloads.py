"""Checks of payloads (R). With `--validate off` payloads are not checked, so these checks find no violations."""

import re
from collections.abc import Callable, Iterator
from itertools import accumulate, islice

from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.common.versions import HOLLOW, rules_of
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, broken
from mock_csms.protocol.schemas import Field, Violation
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, result, when

_PLACES = (broken(call(), result(), when("send")), call(*HOLLOW))
"""The messages that R11 looks at: those that break their schema, and valid ones whose schema allows an empty object."""

_MOST_STEPS = 10_000
"""How many values of a payload R11 looks at: at least 80 kB of text."""

_BRACES = re.compile(rb"\{\}")
"""Twice as fast as `in` if there are many braces."""


def _violations(seen: Seen) -> list[Violation]:
    """Return the schema violations of a payload, without those that R11, R12 and R17 report."""
    if seen.payload is None:
        return []
    custom, empty = rules_of(seen.version.name).custom, _empty_places(seen)
    return [
        each
        for each in seen.event_as(Received).violations
        if each.is_of_payload
        and not (custom and custom in each.path.split("."))
        and empty.isdisjoint(_beginnings(each.path))
    ]


def _beginnings(path: str) -> Iterator[str]:
    """Yield all prefixes of a path, and the path itself."""
    return accumulate(path.split("."), lambda one, two: f"{one}.{two}")


def _wrong_places(seen: Seen) -> set[str]:
    """Return the paths at which the payload breaks its schema, and all prefixes of these paths."""
    return {beginning for each in seen.event_as(Received).violations for beginning in _beginnings(each.path)}


def _empty_places(seen: Seen) -> set[str]:
    """Return the paths of schema violations that lead to a field that R11 reports. Other paths are not searched."""
    if seen.action not in seen.version.actions or rules_of(seen.version.name).may_be_empty:
        return set()
    is_empty, schemas, name = _emptiness(seen), seen.version.schemas, _schema_of(seen)
    return {
        path for path in _wrong_places(seen) if (field := schemas.field(name, seen.payload, path)) and is_empty(field)
    }


def _empty_fields(seen: Seen) -> Iterator[str]:
    """Yield path and value, as a text, of each field that R11 reports.

    When the search stops at its bound, the last text says so.
    """
    if seen.action not in seen.version.actions:
        return
    is_empty = _emptiness(seen)
    is_found = False
    for number, field in enumerate(seen.version.schemas.fields(_schema_of(seen), seen.payload)):
        if field is not None and is_empty(field):
            is_found = True
            yield f"{field[0][:100]} is {'null' if field[1] is None else field[1]}"
        if number >= _MOST_STEPS:
            if is_found:
                yield f"and only the first {_MOST_STEPS:,} values of the payload were searched"
            return


def _schema_of(seen: Seen) -> str:
    return f"{seen.action}{'Response' if seen.kind == 'result' else 'Request'}"


def _emptiness(seen: Seen) -> Callable[[Field], bool]:
    """Return a function that finds fields with null, {} or [] that should be left out or have a value.

    Properties that the schema does not have are skipped (R10). Required fields may be empty if the schema allows it.
    The property for vendors (customData in OCPP 2.x) counts only if it is null; its content is skipped (R17).
    """
    name, rules, wrong = _schema_of(seen), rules_of(seen.version.name), _wrong_places(seen)
    custom = rules.custom

    def is_empty(field: Field) -> bool:
        path, value, is_required = field
        if value is not None and value not in ({}, []):
            return False
        is_free = (bool(custom) and path.endswith(custom)) or (name, path) in rules.free
        is_meant = value is None or not is_free
        return is_meant and (not is_required or path in wrong) and not _is_inside(path, custom)

    return is_empty


def _is_inside(path: str, custom: str) -> bool:
    return bool(custom) and f"{custom}." in path


def of(seen: Seen) -> str:
    """Return the name of a message for a finding: its action, or that of the call that it answers."""
    return seen.action[:60] if seen.kind != "result" else f"the answer to {seen.action[:60]}"


@RPC.check("R10", "Part 4 4.1.2", ERROR, "the payload matches its schema", broken(call(), result(), when("send")))
def fits_its_schema(seen: Seen, station: StationFacts) -> CheckResult:
    """Report fields that are missing, unknown or wrong.

    Answers to messages that a user's setting has made wrong are skipped.
    """
    if seen.id in station.exchanges.wrong:
        return None
    found = _violations(seen)
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return f"{of(seen)}: {'; '.join(map(str, found[:3]))}{more}" if found else None


@RPC.check("R11", "Part 4 4.1.5", ERROR, "absent fields are left out, not null or empty", *_PLACES)
def leaves_out_absent_fields(seen: Seen, _: StationFacts) -> CheckResult:
    """Report an optional field that is null, {} or [], or a payload that is null but must have fields."""
    event = seen.event
    if not isinstance(event, Received) or (seen.is_sound and not _BRACES.search(event.text)):
        return None
    if seen.payload is None:
        is_known = seen.kind == "result" or seen.action in seen.version.actions
        return f"{of(seen)}: the payload is null" if is_known and not _may_be_empty(seen) else None
    found = list(islice(_empty_fields(seen), 3))
    return f"{of(seen)}: {', '.join(found)}" if found else None


@RPC.check("R12", "Part 4 4.1.5", WARNING, "an empty payload is {}, not null", broken(call(), result(), when("send")))
def writes_braces(seen: Seen, _: StationFacts) -> CheckResult:
    """Report null in place of an empty payload."""
    if seen.payload is not None or not _may_be_empty(seen):
        return None
    return f"{of(seen)}: the payload is null, and should be {{}}"


def _may_be_empty(seen: Seen) -> bool:
    """Return whether {} would be a valid payload; False for an unknown action."""
    if seen.kind != "result":
        return seen.action in seen.version.actions and not seen.version.schemas.request_violations(seen.action, {})
    return not seen.version.schemas.response_violations(seen.action, {})
