"""The symptoms of wrong frames, arrays and ways to connect (checks T, R, and F01).

A symptom is that by which a conformance check would know a fault in a transcript.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import orjson

from mock_csms.behavior.emissions import Emission
from mock_csms.protocol.messages import ErrorCode, Result
from mock_csms.protocol.versions import V201
from tests.station.seen import (
    Log,
    calls,
    outages,
    seconds,
)
from tests.station.stage import closes

Symptom: TypeAlias = Callable[[Log], Any]

OURS = {"vendorId": "mock-csms"}


def lines(log: Log) -> list[Any]:
    """Return the ways that were taken to the CSMS."""
    return [entry.what for entry in log if entry.kind == "line" and entry.name == "open"]


def credentials(log: Log) -> list[tuple[str, str]]:
    """Return users and passwords."""
    texts = [b64decode(line.authorization.partition(" ")[2]).decode() for line in lines(log) if line.authorization]
    return [(user, secret) for user, _, secret in (text.partition(":") for text in texts)]


def arrays(log: Log, *kinds: str) -> list[Any]:
    """Return the messages as they were sent, of calls and of answers."""
    texts = [text for entry in log if entry.kind in (kinds or ("call", "answer")) for text in entry.texts]
    parsed = []
    for text in texts:
        try:
            parsed.append(orjson.loads(text))
        except orjson.JSONDecodeError:
            parsed.append(None)
    return parsed


def sound(log: Log, *kinds: str) -> list[Any]:
    """Return those that are arrays with a known message type."""
    return [array for array in arrays(log, *kinds) if isinstance(array, list) and array[0] in (2, 3, 4)]


def payloads(log: Log) -> list[tuple[str, Any]]:
    """Return the actions and payloads of calls as they were sent."""
    return [(array[2], array[3]) for array in sound(log) if array[0] == 2]


def objects(log: Log) -> list[Any]:
    """Return the payloads of calls that are objects."""
    return [payload for _, payload in payloads(log) if isinstance(payload, dict)]


def is_valid(action: str, payload: Any) -> bool:
    """Whether a call fits its schema."""
    return action in V201.actions and V201.schemas.request_violations(action, payload) == ()


def wrong_clock(log: Log) -> bool:
    """Whether an event is told with another time than its own, and not as one of an outage."""
    for call in calls(log, "TransactionEvent", "StatusNotification"):
        for array in sound([call]):
            stamp = array[3].get("timestamp", "")
            is_old = array[3].get("offline") or any(first <= seconds(stamp) <= last for first, last in outages(log))
            if not stamp.endswith("Z") or (not is_old and abs(seconds(stamp) - call.at) > 60):
                return True
    return False


SYMPTOMS: Mapping[str, Symptom] = {
    "T01": lambda log: any(not line.subprotocols for line in lines(log)),
    "T02": lambda log: any(line.subprotocols and "ocpp2.0.1" not in line.subprotocols for line in lines(log)),
    "T03": lambda log: any("%3A" in line.url for line in lines(log)),
    "T05": lambda log: any(not (line.authorization or "").startswith("Basic ") for line in lines(log)),
    "T06": lambda log: any(user != "CS" for user, _ in credentials(log)),
    "T07": lambda log: any(not 16 <= len(secret) <= 40 for _, secret in credentials(log)),
    "T11": lambda log: any(isinstance(act, Emission) and act.binary for entry in log for act in entry.acts),
    "T12": lambda log: any(entry.what < 2 for entry in log if entry.kind == "pause"),
    "T14": lambda log: any(closes(entry) for entry in log),
    "R01": lambda log: any(not isinstance(array, list) for array in arrays(log)),
    "R02": lambda log: any(array[0] not in (2, 3, 4) for array in arrays(log) if isinstance(array, list)),
    "R03": lambda log: any(len(array) != {2: 4, 3: 3, 4: 5}[array[0]] for array in sound(log)),
    "R04": lambda log: any(not (isinstance(array[1], str) and 1 <= len(array[1]) <= 36) for array in sound(log)),
    "R05": lambda log: len({str(array[1]) for array in sound(log, "call")}) < len(sound(log, "call")),
    "R06": lambda log: any(len(entry.acts) > 1 and not closes(entry) for entry in calls(log)),
    "R07": lambda log: any(len(entry.acts) > 1 for entry in log if entry.kind == "answer"),
    "R08": lambda log: any(not entry.acts for entry in log if entry.kind == "answer"),
    "R09": lambda log: any(action not in V201.actions for action, _ in payloads(log)),
    "R10": lambda log: any(not is_valid(action, payload) for action, payload in payloads(log)),
    "R11": lambda log: any(None in payload.values() for payload in objects(log)),
    "R12": lambda log: any(payload is None for _, payload in payloads(log)),
    "R13": lambda log: any(array[2] not in ErrorCode.__members__ for array in sound(log) if array[0] == 4),
    "R14": lambda log: any(len(array[3]) > 255 for array in sound(log) if array[0] == 4),
    "R15": lambda log: any(isinstance(entry.what, Result) for entry in log if entry.kind == "refusal"),
    "R17": lambda log: any("vendorId" not in (payload.get("customData") or OURS) for payload in objects(log)),
    "R18": wrong_clock,
    "F01": lambda log: any(act.after for e in log if e.kind == "answer" for act in e.acts if isinstance(act, Emission)),
}
"""The symptoms by the id of the check."""
