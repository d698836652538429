"""Descriptions of messages: a call with a part of its payload, and predicates for more than a single value.

The payload must contain the part, at any depth; other content of the payload does not matter. The values of the part
may be predicates.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from mock_csms.behavior.matching import ABSENT, Difference, Predicate
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.times import seconds_of
from mock_csms.protocol.versions import actions as every_action
from mock_csms.watch.inbox import Either, Wanted, wanted

Message: TypeAlias = Wanted | Either
"""A call of the station, or one of several alternatives: `says("Heartbeat") | says("NotifyEvent")`."""


def says(action: str, /, **part: Any) -> Wanted:
    """Describe a call of the station whose payload contains this part: `says("BootNotification", reason="PowerUp")`."""
    return wanted(action, part)


def any_call(*, but: str = "") -> Either:
    """Describe any call that a station may send, except those of the action `but`."""
    actions = [name for name in every_action(Sender.STATION) if name != but]
    return Either([says(action) for action in actions])


# Predicates.

absent = Predicate("nothing", lambda found: found is ABSENT)
"""Matches if the value is missing."""


def one_of(*values: Any) -> Predicate:
    """Match one of these values; if `absent` is one of them, the value may be missing."""
    plain = [value for value in values if value is not absent]
    text = " or ".join("nothing" if value is absent else _text(value) for value in values)
    return Predicate(text, lambda found: found in plain or (found is ABSENT and absent in values))


def absent_or(**part: Any) -> Predicate:
    """Match a missing value, or an object that contains this part."""
    return Predicate(f"nothing, or {_text(part)}", lambda found: found is ABSENT or not differences(found, part))


def matching(pattern: str) -> Predicate:
    """Match a string that matches this regular expression as a whole."""
    return Predicate(f"/{pattern}/", lambda found: isinstance(found, str) and bool(re.fullmatch(pattern, found)))


def around(seconds: float, tolerance: float) -> Predicate:
    """Match a timestamp that is at most `tolerance` seconds away from `seconds` since 1970 (UTC)."""

    def is_near(found: Any) -> bool:
        reported = seconds_of(found) if isinstance(found, str) else None
        return reported is not None and abs(reported - seconds) <= tolerance

    return Predicate(f"a time around {rfc3339(seconds)}", is_near)


def some(*parts: Mapping[str, Any], **part: Any) -> Predicate:
    """Match a list in which an item contains this part; of several `parts`, each must be in an item."""
    wanted_parts = parts or (part,)
    return Predicate(
        f"an item with {' and one with '.join(map(_text, wanted_parts))}",
        lambda found: (
            isinstance(found, list)
            and all(any(not differences(item, each_) for item in found) for each_ in wanted_parts)
        ),
    )


def each(least: int = 1, **part: Any) -> Predicate:
    """Match a list of at least `least` items, all of which contain this part."""
    return Predicate(
        f"at least {least} items, each with {_text(part)}",
        lambda found: (
            isinstance(found, list) and len(found) >= least and all(not differences(item, part) for item in found)
        ),
    )


def differences(payload: Any, part: Mapping[str, Any]) -> Sequence[Difference]:
    """Return the differences between a payload and the part that it should contain."""
    return wanted("", part).differences(Call("", "", payload))


def explained(what: str, found: Sequence[Difference]) -> str:
    """Return a text of several lines: `what`, then the differences."""
    return "\n".join([what, *(f"  {difference}" for difference in found)])


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value, default=lambda other: other.text if isinstance(other, Predicate) else "…").decode()
