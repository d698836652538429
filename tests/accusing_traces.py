"""Traces of stories, and what `mock-csms check` says about them."""

import re
from collections.abc import Mapping

import orjson
import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error
from mock_csms.twin.events import Connected, Received, Sent
from tests import warm
from tests.conformance.story import Story
from tests.test_accusations import CASES
from tests.wire import PATIENCE, SERVER


def records(story: Story, station: str) -> list[Json]:
    """Return a case as records of the trace format, with a last call after all deadlines."""
    made: list[Json] = []
    meta: Json = {}
    for number, event in enumerate(story.wait(60).call("Heartbeat", {}).events):
        if isinstance(event, Connected):
            meta = {"meta": {"connection": number}}
        if isinstance(event, Received | Sent):
            direction = "cp-to-csms" if isinstance(event, Received) else "csms-to-cp"
            kind = {Call: "CALL", Error: "CALLERROR"}.get(type(event.message), "CALLRESULT")
            about = {"direction": direction, "messageType": kind, "raw": event.text.decode()} | meta
            base = {"schemaVersion": "1.1", "ocppVersion": "2.0.1", "transport": "json", "chargePointId": station}
            made.append(base | about | {"timestamp": rfc3339(event.at), "messageId": event.message.id})
            meta = {}
    return made


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """Return the checks that `mock-csms check` reports, by case: all cases are stations of one trace."""
    trace = tmp_path_factory.mktemp("trace") / "trace.jsonl"
    made = [each for number, (story, _) in enumerate(CASES.values()) for each in records(story, f"S{number}")]
    trace.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in made))
    done = warm.run([*SERVER, "check", str(trace)], timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, list[str]] = {}
    for number, check in re.findall(r"^\S+ S(\d+) +finding \w+ (\w+) ", done.stdout, re.MULTILINE):
        found.setdefault([*CASES][int(number)], []).append(check)
    return found
