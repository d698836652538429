"""The occasions that really exercise a check of every version, if they differ from those at which the check runs."""

from collections.abc import Mapping

from mock_csms.conformance.common.transport import visitor_of
from mock_csms.conformance.exercise import (
    Exercise,
    at,
    in_text,
    is_error,
    is_unknown_type,
    is_wrong_payload,
    where,
)
from mock_csms.twin.seen import call, error, result, when

_MESSAGES = call() + result() + error()
_READABLE = where(lambda seen, _: visitor_of(seen))

EXERCISES: Mapping[str, Exercise] = {
    **dict.fromkeys(("T01", "T02", "T04", "T10"), _READABLE),
    **dict.fromkeys(("R01", "R02", "R03", "R04", "R10", "R11"), at(_MESSAGES)),
    "R09": at(call()),
    **dict.fromkeys(("R13", "R14"), Exercise(error() + when("stray"), is_error, any_payload=True)),
    "R07": at(result(), error(), when("stray")),
    "R08": at(result(), error(), when("unanswered")),
    "R12": in_text(rb"\{\}\s*\]\s*$", call(), result()),
    "R15": Exercise(result() + error() + when("unanswered"), is_wrong_payload, any_payload=True),
    "R16": Exercise(None, is_unknown_type, any_payload=True),
    "R18": in_text(rb'"\d{4}-\d\d-\d\d[Tt]', call(), result()),
}
"""What exercises a check, by the id of the check."""
