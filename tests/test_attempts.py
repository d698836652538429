"""Handshakes that the mock refuses, counted by `--expect refused` and `--forbid refused`."""

import re
import shlex
from contextlib import AsyncExitStack, suppress

import pytest

from mock_csms.behavior.notation import parse_expectation
from tests.pace import PACES, takes
from tests.verdicts import Run, play, rows, slower
from tests.wire import HANDSHAKE

REFUSE = "--refuse 503"
SOON = "--within 0.6"
FIRST = "--refuse 503*2"
KNOWN = "--known-stations CS-1"

CASES = f"""
{REFUSE} --expect refused | no | 0 | ok +refused: CS-1: 1 seen
{REFUSE} --expect refused*3.. | no no no | 0 | CS-1: 3 seen
{REFUSE} --expect refused*3.. {SOON} | no no | 1 | FAILED +refused.*CS-1: 2 seen
{REFUSE} --expect refused*2 {SOON} | no no | 0 | ok
{REFUSE} --expect refused*2 | no no no | 1 | exactly 2.* 3 seen
{REFUSE} --expect refused@CS-1*3.. | no no no | 0 |
{REFUSE} --expect refused@CS-1*3.. {SOON} | no no B: no | 1 | CS-1: 2 seen
{REFUSE} --expect refused --expect-stations 2 | no B: no | 0 |
{REFUSE} --expect refused[status=503] | no | 0 |
{REFUSE} --expect refused[status=401] {SOON} | no | 1 | status: expected 401, got 503
--refuse reset --expect refused[status=503] {SOON} | no | 1 | status: expected 503, got nothing
--refuse reset --expect refused | no | 0 |
{KNOWN} --expect refused[status=404] | B: no | 0 |
{KNOWN} --expect refused[status=404] {SOON} | B: page CS-1: boot | 1 | FAILED +refused.*0 seen
--basic-auth CS-1:secret-word-1 --expect refused[status=401] | no | 0 |
--on-subprotocol-mismatch 400 --expect refused[status=400] | old | 0 |
--expect refused[status=101] | old | 0 |
--expect refused[status=426] | version | 0 |
--forbid refused {REFUSE} | no | 1 | FAILED +not refused: it came from CS-1
--forbid refused[status=401] {REFUSE} {SOON} | no | 0 |
--forbid refused {SOON} | boot | 0 |
{FIRST} --expect refused*2 --expect BootNotification --within 2 | no no boot | 0 |
{FIRST} --expect-order --expect refused --expect refused --expect connect | no no boot | 0 |
{REFUSE} --expect BootNotification {SOON} | no | 1 | FAILED +BootNotification.*no station was let in
{REFUSE} --expect BootNotification*0 {SOON} | no | 1 | no station was let in
{REFUSE} --forbid BootNotification {SOON} | no | 1 | no station was let in
{KNOWN} --expect BootNotification*0 --expect-stations 2 {SOON} | boot B: no | 1 |
--expect refused --wait-for-station 0.3 | page | 4 | no station came
--expect refused --wait-for-station 0.3 | | 4 | (?s)no station came.failed: 0 of 1
"""


async def attempt(mock: Run, stack: AsyncExitStack, name: str, word: str) -> None:
    """Do what one word says: `no` sends a handshake, `page` a plain HTTP request; test_verdict.py has the others."""
    headers = {
        "no": HANDSHAKE,
        "page": "Host: mock\r\n",
        "old": HANDSHAKE.replace("ocpp2.0.1", "ocpp1.5"),
        "version": HANDSHAKE.replace("Version: 13", "Version: 12"),
    }
    if word not in headers:
        await play(mock, f"{name}: {word}", stack)
        return
    with suppress(OSError):  # the mock may reset it, or have ended on a slow machine
        async with mock.tcp() as raw:
            await raw.write(f"GET /{name} HTTP/1.1\r\n{headers[word]}\r\n".encode())
            await raw.reader.read(1)


@pytest.mark.parametrize(("flags", "transcript", "status", "report"), rows(CASES))
async def test_refused(flags: str, transcript: str, status: str, report: str) -> None:
    """Refused handshakes are counted per station, start --within, and are enough for a verdict."""
    for pace in PACES:
        async with Run(*shlex.split(slower(f"--linger 0 {flags}", pace))) as mock, AsyncExitStack() as stack:
            name = "CS-1"
            for word in transcript.split():
                name = word.removesuffix(":") if word.endswith(":") else name
                if not word.endswith(":"):
                    await attempt(mock, stack, name, word)
            ended = await mock.ended()
        if ended[0] == int(status) or "--within" not in flags:
            break
    assert (ended[0], bool(re.search(report, ended[1]))) == (int(status), True), ended[1]


async def test_a_refused_handshake_starts_within() -> None:
    """A refused handshake starts --within, and ends --wait-for-station."""
    flags = f"{REFUSE} --expect refused*2.. --within 1 --wait-for-station 0.9"
    async with Run(*flags.split()) as mock, AsyncExitStack() as stack:
        with takes(1):
            await attempt(mock, stack, "CS-1", "no")
            assert (await mock.ended())[0] == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Refused", "refused"),
        ("refusd", "refused"),
        ("refused[statu=503]", "'status'"),
        ("refused[status=x]", "integer"),
        ("refused[code=1000]", "status"),
        ("refused.response", "refused"),
    ],
)
def test_bad_notation(text: str, word: str) -> None:
    """An invalid expectation about refused handshakes is refused, with what was probably meant."""
    with pytest.raises(ValueError, match=re.escape(word)):
        parse_expectation(text)
