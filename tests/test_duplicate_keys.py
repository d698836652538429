"""Duplicate keys in one object, over a real socket: which keys R20 reports, and which are no duplicates."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest

from mock_csms.conformance.common.keys import has_twins
from mock_csms.protocol.decoding import decode
from tests.wire import Mock

CASES = [
    line
    for line in (Path(__file__).parent / "cases" / "frames" / "c16-duplicate-keys.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
DATA = '[2,"1","DataTransfer",{"vendorId":"V","data":|}]'


@pytest.mark.parametrize(
    ("text", "names"),
    [
        *((line, ['"evseId"']) for line in CASES),
        (DATA.replace("|", '{"a":1,"a":1}'), ['"a"']),
        (DATA.replace("|", '[[{"b":{"a" : 1 , "a"\t:2}}]]'), ['"a"']),
        (DATA.replace("|", r'{"a":1,"\u0061":2}'), ['"a"', r'"\u0061"']),
        (DATA.replace("|", r'{"\"":1,"\u0022":2}'), [r'"\""', r'"\u0022"']),
        (DATA.replace("|", r'{"x\\":1,"x\\":2}'), [r'"x\\"']),
        (DATA.replace("|", '{"ä":1,"ä":2}'), ['"ä"']),
        (DATA.replace("|", '{"":1,"":2}'), ['""']),
        (DATA.replace("|", "1").replace("{", '{"vendorId":"W",'), ['"vendorId"']),
        ('[2,"1","Nonsense",{"a":1,"a":2}]', ['"a"']),
        ('[3,"stray",{"a":1,"a":2}]', ['"a"']),
        ('[4,"stray","InternalError","",{"a":1,"a":2}]', ['"a"']),
        ('[9,"1",{"a":1,"a":2}]', ['"a"']),
        ('{"a":1,"a":2}', ['"a"']),
        (DATA.replace("|", '[{"a":1},{"a":2,"b":{"a":3}}]'), []),
        (DATA.replace("|", '{"a":1,"A":2,"a ":3}'), []),
        (DATA.replace("|", r'"{\"a\":1,\"a\":2}"'), []),
        (DATA.replace("|", r'"\\\"\\"'), []),
        (DATA.replace("|", '{ "a" : "x" ,\n "b" : -1.50e2 }'), []),
        (DATA.replace("|", '"":1,"":'), []),
        ('{"a":1,"a":2', []),
        ('[2,"1","Heartbeat",{}]', []),
    ],
)
async def test_repeated_keys(text: str, names: Sequence[str]) -> None:
    """R20 names the duplicate key as written, in any message and at any depth; equal keys of two objects are valid."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "events"
        async with Mock("--events", str(log)) as mock, mock.station("CS") as station:
            await station.send(text)
            await station.ask("Heartbeat") if text[1] in "34" else await station.expect()
            mock.stop()
        events = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    problems = [event["problem"] for event in events if event["event"] == "Finding" and event["check"] == "R20"]
    assert len(problems) == bool(names), problems
    assert [name for name in names if name not in problems[0]] == []


@pytest.mark.parametrize("text", [r'[2,"\"\\","\\\"",{"a":"\"\\\\"}]', r'[3,"\"",{"\\":"\\"}]', r'[4,"\"","","\\",{}]'])
def test_quotes_within_strings(text: str) -> None:
    """The quick test, which most messages pass without a full search, does not count quotes within strings."""
    assert not has_twins(text.encode(), decode(text.encode()))
