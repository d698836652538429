"""What can be seen in a transcript: its calls, answers, transactions and times, for those who look for a symptom."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

from mock_csms.behavior.times import seconds_of
from mock_csms.protocol.actions import Json
from tests.station.bench import NOW
from tests.station.stage import Entry

Log: TypeAlias = list[Entry]


def calls(log: Log, *actions: str) -> list[Entry]:
    """Return the calls, all of them or those of some actions."""
    return [entry for entry in log if entry.kind == "call" and (not actions or entry.name in actions)]


def sent(log: Log, *actions: str) -> list[Any]:
    """Return their payloads."""
    return [entry.what for entry in calls(log, *actions)]


def events(log: Log) -> list[Any]:
    """Return all TransactionEvents; what was repeated is there once."""
    told: list[Any] = []
    for payload in sent(log, "TransactionEvent"):
        if payload not in told:
            told.append(payload)
    return told


def id_of(event: Json) -> Any:
    """Return whose event it is."""
    return event["transactionInfo"]["transactionId"]


def transactions(log: Log) -> list[list[Any]]:
    """Return the events of each transaction."""
    found: dict[str, list[Any]] = {}
    for event in events(log):
        found.setdefault(id_of(event), []).append(event)
    return list(found.values())


def of_kind(log: Log, kind: str) -> list[Any]:
    """Return the events with this eventType."""
    return [event for event in events(log) if event["eventType"] == kind]


def because(log: Log, reason: str) -> list[Any]:
    """Return the events with this triggerReason."""
    return [event for event in events(log) if event["triggerReason"] == reason]


def answers(log: Log, action: str, status: str | None = None) -> list[Entry]:
    """Return the results of a command, all of them or those with a status."""
    found = [entry for entry in log if entry.kind == "answer" and entry.name == action and isinstance(entry.what, dict)]
    return [entry for entry in found if status in (None, entry.what.get("status"))]


def results(log: Log, action: str) -> Iterator[tuple[Json, Any]]:
    """Yield each item that was asked for with its result."""
    kind = action.removesuffix("Variables").lower()
    for entry in answers(log, action):
        yield from zip(entry.given[f"{kind}VariableData"], entry.what[f"{kind}VariableResult"], strict=False)


def after(log: Log, entry: Entry) -> Log:
    """Return what follows."""
    return log[next(number for number, each in enumerate(log) if each is entry) + 1 :]


def before(log: Log, entry: Entry) -> Log:
    """Return what comes first."""
    return log[: next(number for number, each in enumerate(log) if each is entry)]


def statuses(log: Log, status: str) -> set[tuple[int, int]]:
    """Return the connectors of which that status was told."""
    told = [payload for payload in sent(log, "StatusNotification") if payload["connectorStatus"] == status]
    return {(payload["evseId"], payload["connectorId"]) for payload in told}


def open_at(log: Log, evse: int | None = None) -> set[Any]:
    """Return the transactions that run at the end of a log, at an EVSE or anywhere."""
    running = set()
    for event in events(log):
        if event["eventType"] == "Started" and evse in (None, event.get("evse", {}).get("id")):
            running.add(id_of(event))
        elif event["eventType"] == "Ended":
            running.discard(id_of(event))
    return running


def samples(payload: Json) -> list[Any]:
    """Return all sampled values of a payload."""
    return [sample for value in payload.get("meterValue", []) for sample in value["sampledValue"]]


def contexts(payload: Json) -> set[Any]:
    """Return the contexts of them."""
    return {sample["context"] for sample in samples(payload)}


def seconds(stamp: str) -> float:
    """Return a timestamp as the seconds of the transcript; what is none is far away."""
    found = seconds_of(stamp)
    return -1e9 if found is None else found - NOW


def security_events(log: Log) -> list[str]:
    """Return the types of the security events."""
    return [payload["type"] for payload in sent(log, "SecurityEventNotification")]


def outages(log: Log) -> list[tuple[float, float]]:
    """Return from when to when there was no connection."""
    ends = [entry for entry in log if entry.kind == "line"]
    return [(lost.at, back.at) for lost, back in pairwise(ends) if lost.name == "lost"]


def given(log: Log, name: str) -> Any:
    """Return a variable that the station was given."""
    return next(entry.what.get(name) for entry in log if entry.kind == "settings")
