"""What must hold so that an occasion exercises a check: the words of the table in `occasions`."""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from mock_csms.conformance.common.transport import credentials_of, visitor_of
from mock_csms.conformance.facts import Known
from mock_csms.conformance.facts.exchanges import BREAKS_ITS_SCHEMA
from mock_csms.conformance.facts.v2.parts import ASKING
from mock_csms.conformance.subject import Check, Wrong
from mock_csms.conformance.v2.variables import items_of
from mock_csms.protocol.messages import Error
from mock_csms.protocol.records import Record, replace
from mock_csms.twin.seen import Occasion, Seen, call
from mock_csms.twin.v2.transactions import transaction_in
from mock_csms.twin.v2.variables import name_of

Holds: TypeAlias = Callable[[Seen, Known, Check], Any]
"""Whether an occasion exercises a check; a true value says so."""


def always(_: Seen, __: Known, ___: Check) -> bool:
    """Every occasion does."""
    return True


class Exercise(Record):
    """What exercises a check: the occasions, None for those that it looks at, and what must hold then.

    any_payload: also where the message breaks its schema, or what it answers does.
    """

    on: tuple[Occasion, ...] | None = None
    holds: Holds = always
    any_payload: bool = False


def where(holds: Callable[[Seen, Known], Any], *on: tuple[Occasion, ...]) -> Exercise:
    occasions = tuple(occasion for some in on for occasion in some) or None
    return Exercise(occasions, lambda seen, known, _: holds(seen, known))


def at(*on: tuple[Occasion, ...]) -> Exercise:
    return Exercise(tuple(occasion for some in on for occasion in some))


def in_text(pattern: bytes, *on: tuple[Occasion, ...]) -> Exercise:
    """Return the occasions whose message has something in it."""
    search = re.compile(pattern).search
    return where(lambda seen, _: search(_event(seen).text), *on)


def _event(seen: Seen) -> Any:
    return seen.event


def would_speak(seen: Seen, known: Known, check: Check) -> bool:
    """Whether the check would find something wrong with another status in the same answer, so that this one counts."""
    if seen.kind != "result":
        return False
    others = seen.version.schemas.values(f"{seen.action}Response", "status")
    return any(_speaks(check.judge(replace(seen, payload={**seen.payload, "status": each}), known)) for each in others)


def would_miss(*path: str) -> Exercise:
    """Return the occasions at which the check would find something wrong, were this part not in the payload."""

    def holds(seen: Seen, known: Known, check: Check) -> bool:
        return _speaks(check.judge(replace(seen, payload=_without(seen.payload, path)), known))

    return Exercise(None, holds)


def would_mind(value: str, *path: str) -> Exercise:
    """Return the occasions at which the check would find something wrong, were this value there in the payload."""

    def holds(seen: Seen, known: Known, check: Check) -> bool:
        bare = _without(seen.payload, path)
        inside = bare[path[0]] | {path[1]: value}
        return _speaks(check.judge(replace(seen, payload=bare | {path[0]: inside}), known))

    return Exercise(None, holds)


def _without(payload: Any, path: Sequence[str]) -> Any:
    """Return a payload without a part of it, which may be absent."""
    key, *inner = path
    rest = {name: value for name, value in payload.items() if name != key}
    return rest | {key: _without(payload[key], inner)} if inner and key in payload else rest


def _speaks(said: Any) -> bool:
    words = [said] if isinstance(said, str | Record) else said or ()
    return any(isinstance(word, str | Wrong) for word in words)


def is_boot(*statuses: str) -> Callable[[Seen, Known], Any]:
    return lambda _, known: known.boots.count and known.boots.status in statuses


def of_part(holds: Callable[[Any, Seen], Any]) -> Exercise:
    """Return the parts of a report of which it is known what was asked for."""

    def is_so(seen: Seen, known: Known) -> Any:
        entry = known.parts.of(seen) if seen.kind == "call" else None
        return entry is not None and holds(entry, seen)

    return where(is_so)


def is_last(entry: Any, seen: Seen) -> bool:
    return entry.is_agreed and not entry.is_in_doubt and not seen.payload.get("tbc", False)


def last_part(*actions: str) -> Exercise:
    """Return the last part of what was asked for and agreed to."""
    telling = dict.fromkeys(ASKING[action] for action in actions)
    return Exercise(call(*telling), of_part(is_last).holds)


def has_password(seen: Seen, known: Known) -> Any:
    visitor = visitor_of(seen)
    return visitor is not None and (known.terms.passwords or {}).get(visitor.identity) is not None


def has_credentials(seen: Seen, known: Known) -> Any:
    visitor = visitor_of(seen)
    return visitor and has_password(seen, known) and not isinstance(credentials_of(visitor.authorization), str)


def has_to_wait(seen: Seen, known: Known) -> Any:
    least = known.variables.number("OCPPCommCtrlr", "RetryBackOffWaitMinimum")
    return seen.kind == "knocked" and known.connections.waits_since is not None and least


def told_status(seen: Seen) -> str:
    """Return what an answer says of an idToken."""
    return str(seen.payload.get("idTokenInfo", {}).get("status", "Accepted"))


def is_master(seen: Seen, known: Known) -> Any:
    master = (known.variables.text("AuthCtrlr", "MasterPassGroupId") or "").casefold()
    group = seen.payload.get("idTokenInfo", {}).get("groupIdToken", {}).get("idToken", "")
    return master and group.casefold() == master


def transaction_of(seen: Seen, known: Known) -> Any:
    return transaction_in(seen.payload, known)


def names_in(seen: Seen) -> list[Any]:
    return [name_of(item) for item in items_of(seen)[0]]


def has_limits(seen: Seen, known: Known) -> Any:
    kept = ("ItemsPerMessage", "BytesPerMessage")
    return any(("DeviceDataCtrlr", "", 0, 0, kind, seen.action) in known.variables.values for kind in kept)


def has_measurands(seen: Seen, known: Known) -> Any:
    wanted = known.meters.settings(known)
    names = wanted.aligned if seen.action == "MeterValues" else wanted.updated
    is_meant = seen.action == "MeterValues" or seen.payload["triggerReason"] == "MeterValuePeriodic"
    return names and is_meant and seen.payload.get("meterValue")


def is_signed(seen: Seen, known: Known) -> Any:
    wanted, is_alone = known.meters.settings(known), seen.action == "MeterValues"
    is_aligned = is_alone or seen.payload["triggerReason"] == "MeterValueClock"
    return seen.payload.get("meterValue") and (wanted.is_aligned_signed if is_aligned else wanted.is_signed)


def is_of_profile(seen: Seen, known: Known) -> Any:
    names = [] if seen.action == "SetNetworkProfile" else [name[4] for name in names_in(seen)]
    is_meant = seen.action == "SetNetworkProfile" or "NetworkConfigurationPriority" in names
    return is_meant and known.variables.number("SecurityCtrlr", "SecurityProfile") is not None


def has_points(seen: Seen, known: Known) -> Any:
    return known.variables.several("TxCtrlr", "TxStartPoint" if seen.detail == "Started" else "TxStopPoint")


def is_remote(seen: Seen, known: Known) -> Any:
    is_told = seen.kind == "call" and "RequestStartTransaction" in known.commands.agreed
    return is_told and (
        "remoteStartId" in seen.payload["transactionInfo"] or seen.payload["triggerReason"] == "RemoteStart"
    )


def may_ask(seen: Seen, known: Known) -> Any:
    if seen.action == "Authorize":
        return known.variables.switch("AuthCtrlr", "Enabled") is not None
    return is_remote(seen, known)


def place_in(seen: Seen) -> tuple[int | None, int | None]:
    return seen.payload.get("evseId"), seen.payload.get("connectorId")


def update_of(seen: Seen, known: Known) -> Any:
    return (
        known.firmware.told_of(seen.payload.get("requestId")) if seen.action == "FirmwareStatusNotification" else None
    )


def is_error(seen: Seen, _: Known, __: Check) -> bool:
    """Whether it is a CALLERROR."""
    return isinstance(_event(seen).message, Error)


def is_wrong_payload(seen: Seen, known: Known, _: Check) -> bool:
    """Whether a command was sent wrong on purpose, in a way that a station must notice."""
    return known.exchanges.wrong.get(seen.id) in ("invalid", BREAKS_ITS_SCHEMA)


def is_unknown_type(seen: Seen, known: Known, _: Check) -> bool:
    """Whether a command was sent with a message type that OCPP does not have."""
    return known.exchanges.wrong.get(seen.id) == "unknown-type"
