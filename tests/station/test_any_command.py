"""Any command that fits the schema of its version gets a valid answer, and causes no error in the station."""

import json
from pathlib import Path
from random import Random
from typing import Any

import ocpp
import pytest

from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16, V21, V201, Version
from mock_csms.station import cues
from mock_csms.station.machines import MACHINES
from mock_csms.station.state import Identity
from tests.station.bench import BenchOf

_FOLDERS = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}
_TEXTS = ("", "1", "TAG", "OCPPCommCtrlr", "HeartbeatInterval", "ftp://x/y", "ftp://x/fail", "é\U0001f600", "true")
_TIMES = ("2026-01-01T12:00:30Z", "2026-01-01T00:00:00Z", "2100-01-01T00:00:00+02:00")
_NUMBERS = (-1, 0, 1, 2, 3, 60, 2**31 - 1)
_CARD = {"idToken": "TAG", "type": "ISO14443"}


def schema_of(version: Version, action: str) -> Json:
    """Return the schema of a request, as a dictionary."""
    folder = Path(ocpp.__file__).parent / _FOLDERS[version.name] / "schemas"
    names = (f"{action}Request.json", f"{action}.json")
    path = next(path for name in names if (path := folder / name).exists())
    schema: Json = json.loads(path.read_text(encoding="utf-8-sig"))
    return schema


def any_value(chance: Random, schema: Json, root: Json, depth: int = 0) -> Any:
    """Return a value that fits a schema."""
    if "$ref" in schema:
        return any_value(chance, root["definitions"][schema["$ref"].rpartition("/")[2]], root, depth)
    if "enum" in schema:
        return chance.choice(schema["enum"])
    match schema.get("type"):
        case "object":
            wanted = {*schema.get("required", ())}
            likely = 0.5 if depth < 5 else 0.0
            chosen = [name for name in schema.get("properties", {}) if name in wanted or chance.random() < likely]
            return {
                name: any_value(chance, schema["properties"][name], root, depth + 1)
                for name in chosen
                if name != "customData"
            }
        case "array":
            least = schema.get("minItems", 0)
            count = chance.randint(least, min(schema.get("maxItems", 3), max(3, least)))
            return [any_value(chance, schema["items"], root, depth + 1) for _ in range(count)]
        case "integer" | "number":
            least, most = schema.get("minimum", -1), schema.get("maximum", 2**31)
            return chance.choice([each for each in _NUMBERS if least <= each <= most] or [least])
        case "boolean":
            return chance.random() < 0.5
        case _ if schema.get("format") == "date-time":
            return chance.choice(_TIMES)
        case "string":
            return chance.choice(_TEXTS)[: schema.get("maxLength", 100)]
    return 1


@pytest.mark.parametrize("state", ["idle", "charging"])
@pytest.mark.parametrize(
    ("version", "action"),
    [
        (version, action)
        for version in (V16, V201, V21)
        for action, row in version.actions.items()
        if row.sent_by(Sender.CSMS)
    ],
    ids=lambda each: each if isinstance(each, str) else each.name,
)
def test_any_command(version: Version, action: str, state: str) -> None:
    """Thirty random commands in sequence get valid answers, and all messages after them are valid."""
    machine, schema, chance = MACHINES[version.name], schema_of(version, action), Random(f"{action} {state}")
    bench: BenchOf[Any] = BenchOf(machine, version, machine.new_device(Identity(), 2, 1))
    if state == "charging":
        bench.tell(cues.Plugged(1))
        bench.tell(cues.Presented(_CARD, 1))
    for number in range(30):
        payload = any_value(chance, schema, schema)
        call = Call(str(number), action, payload)
        if version.call_violations(call, Sender.CSMS):
            continue
        outcome = machine.command(bench.device, action, payload, bench.moment)
        assert outcome.answer is not None
        if isinstance(outcome.answer, dict):
            assert not version.result_violations(call, outcome.answer), payload
        bench.device = replace(outcome.device)
        bench.perform(outcome.acts)
        bench.wait(7)
    bench.wait(100)
