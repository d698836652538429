"""Verdicts: expectations of a run, the exit status that says whether they were met, and the lines on stdout."""

import asyncio
import re
import shlex
import signal
import socket
from contextlib import AsyncExitStack, suppress
from itertools import count
from typing import Any, TypeAlias

import pytest
from websockets.exceptions import WebSocketException

from mock_csms.behavior.notation import parse_expectation
from tests.pace import PACES, takes, turns
from tests.raw import refused, until
from tests.raw import run as run_to_end
from tests.wire import BOOT, PATIENCE, Mock, Station, transaction

TOKEN = {"idToken": "AbC-1", "type": "ISO14443"}
NUMBER = {"idToken": "12345678", "type": "ISO14443"}
METER = [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": 1.5}, {"value": 2}]}]
RICH = transaction(
    "Updated",
    "a,]b",
    seqNo=3,
    offline=True,
    evse={"id": 1},
    idToken=NUMBER,
    meterValue=METER,
    customData={"vendorId": "v", "n": 1, "text": "x"},
)
MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "boot": ("BootNotification", BOOT),
    "beat": ("Heartbeat", {}),
    "started": ("TransactionEvent", transaction("Started", seqNo=0)),
    "updated": ("TransactionEvent", transaction("Updated", seqNo=1)),
    "ended": ("TransactionEvent", transaction("Ended", seqNo=2)),
    "rich": ("TransactionEvent", RICH),
    "authorize": ("Authorize", {"idToken": TOKEN}),
    "invalid": ("BootNotification", {}),
    "unknown": ("HeartBeat", {}),
}
"""The messages for the words of a transcript."""


Judged: TypeAlias = tuple[int, str]
"""The status of a run, and what it wrote to stdout after the first line."""


Verdicts: TypeAlias = dict[tuple[str, ...], Judged | BaseException]
"""The result of a run with these flags and this transcript."""


class Run(Mock):
    """A run for a verdict."""

    statuses: tuple[int, ...] = (0, 1, 3, 4, 130)

    async def ended(self) -> Judged:
        """Wait until it has ended."""
        assert self.process.stdout
        report = await asyncio.wait_for(asyncio.to_thread(self.process.stdout.read), PATIENCE)
        return await asyncio.to_thread(self.process.wait, PATIENCE), report.decode()


async def act(station: Station, word: str) -> None:
    """Do what one word of a transcript says."""
    command = re.fullmatch(r"(\w+)([=!])(\w+)", word)
    if command:
        action, kind, value = command.groups()
        id_ = (await station.expect(2, ..., action))[1]
        await station.send([3, id_, {"status": value}] if kind == "=" else [4, id_, value, "because", {}])
    elif word == "junk":
        await station.send("junk")
        await station.expect(4)
    elif word == "bye":
        await station.socket.close()
    else:
        await station.call(*MESSAGES[word])


async def play(mock: Mock, transcript: str, stack: AsyncExitStack) -> bool:
    """Do what a transcript says, until the mock ends; return whether the mock ended only after that.

    `A:` continues as station A, which connects; the first station is CS-1. `Reset=Accepted` answers the next command,
    `Reset!NotSupported` refuses it, `bye` disconnects, TERM and INT are signals. Other words are keys of `MESSAGES`.
    """
    stations: dict[str, Station] = {}
    name = "CS-1"
    with suppress(WebSocketException, OSError, EOFError):
        for word in transcript.split():
            if word in ("TERM", "INT"):
                mock.process.send_signal(signal.Signals[f"SIG{word}"])
                continue
            name = word.removesuffix(":") if word.endswith(":") else name
            if name not in stations:
                stations[name] = await stack.enter_async_context(mock.station(name))
            if word == "bye":
                await stations.pop(name).socket.close()
            elif not word.endswith(":"):
                await act(stations[name], word)
        return True
    return False


async def judged(flags: str, transcript: str) -> Judged:
    """Run the program with these flags while stations do what the transcript says, until it ends by itself.

    If a deadline expired before everything was sent, because the machine is slow, the run is repeated with a later one.
    """
    for pace in PACES:
        at_pace = slower(flags, pace) + (" --linger 0" if "--expect " in flags and "--linger" not in flags else "")
        async with await asyncio.to_thread(Run, *shlex.split(at_pace)) as mock, AsyncExitStack() as stack:
            whole = await play(mock, transcript, stack)
            ended = await mock.ended()
        if whole or not TIMED.search(flags):
            break
    return ended


TIMED = re.compile(r"(--within|--duration) ([\d.]+)")
"""A deadline for the stations."""


def slower(flags: str, pace: int) -> str:
    """Return the flags with the deadlines multiplied."""
    return TIMED.sub(lambda time: f"{time[1]} {float(time[2]) * pace}", flags)


ENDED = "--expect TransactionEvent[eventType=Ended]"
ORDER = "--expect-order --expect BootNotification --expect Heartbeat"
TWICE = "--expect-order --expect Heartbeat --expect Heartbeat"
AGAIN = f"{ORDER} --expect BootNotification"
EXACTLY = "--expect-order --expect Heartbeat*1 --expect BootNotification*1 --expect Heartbeat*1"
RESET = "--commands Reset:0 --expect Reset"
SOON = "--within 1"

CASES = f"""
--expect BootNotification                 | boot                     | 0 | ok +BootNotification
--expect BootNotification {SOON}          | beat                     | 1 | FAILED +BootNotification.*0 seen
{ENDED}                                   | started updated ended    | 0 | ok +TransactionEvent.eventType=Ended
{ENDED} {SOON}                            | started updated          | 1 | eventType: expected Ended, got Updated
{ENDED} --forbid Heartbeat                | updated beat             | 1 | not reached.*Ended(.*\\n)*FAILED.*Heartbeat
--expect Heartbeat*2 {SOON}               | beat beat                | 0 | ok +Heartbeat
--expect Heartbeat*2 {SOON}               | beat                     | 1 | exactly 2.* 1 seen
--expect Heartbeat*2                      | beat beat beat           | 1 | exactly 2.* 3 seen
--expect Heartbeat*2..                    | beat beat                | 0 |
--expect Heartbeat*0..2                   | beat beat beat           | 1 | 0 to 2.* 3 seen
--expect Heartbeat*0..2 {SOON}            | beat beat                | 0 |
--expect Heartbeat*0 {SOON}               | boot                     | 0 |
--expect Heartbeat*0                      | beat                     | 1 | exactly 0.* 1 seen
{ORDER}                                   | boot beat                | 0 |
{ORDER} {SOON}                            | beat boot                | 1 | FAILED +Heartbeat
{ORDER}                                   | beat boot beat           | 0 |
--expect BootNotification --expect Heartbeat | beat boot             | 0 |
{TWICE} {SOON}                            | beat                     | 1 | FAILED +Heartbeat: .*0 seen
{TWICE}                                   | beat beat                | 0 |
{AGAIN}                                   | boot beat boot           | 0 |
{AGAIN} {SOON}                            | boot boot beat           | 1 | FAILED +BootN.*0 seen, 1 too early
{EXACTLY} {SOON}                          | beat boot beat           | 0 |
{EXACTLY}                                 | beat boot beat beat      | 1 | exactly 1.* 2 seen
{EXACTLY}                                 | beat beat boot beat      | 1 | exactly 1.* 2 seen
--expect-order --expect Heartbeat*2.. --expect BootNotification | beat boot beat boot | 0 |
--expect-order --expect connect --expect disconnect --expect connect | boot bye CS-1: | 0 |
--forbid Heartbeat                        | boot beat                | 1 | FAILED.*Heartbeat.*CS-1
--forbid Heartbeat {SOON}                 | boot                     | 0 | ok.*Heartbeat
--forbid connect[subprotocol=ocpp2.0.1]   | CS-1:                    | 1 |
--forbid Heartbeat@A* {SOON}              | B: beat A: boot          | 0 |
--expect Heartbeat --wait-for-station 0.3 |                          | 4 | no station
--forbid Heartbeat --wait-for-station 0.3 |                          | 4 | no station
--expect connect*2..                      | boot bye boot            | 0 |
--expect disconnect[code=1000]            | boot bye                 | 0 |
--expect disconnect[code=1001] {SOON}     | boot bye                 | 1 | code: expected 1001, got 1000
{RESET}.response[status=Accepted]         | Reset=Accepted           | 0 |
{RESET}.response {SOON}                   | Reset!NotSupported boot  | 1 | Reset.error
{RESET}.response[status=Accepted] {SOON}  | Reset=Rejected boot      | 1 | status: expected Accepted, got Rejected
{RESET}.error[code=NotSupported]          | Reset!NotSupported       | 0 |
{RESET}.error[details.a=1,description=because] {SOON} | Reset!NotSupported boot | 1 | details.a: expected 1, got nothing
--expect disconnect[code=1000,reason=]    | boot bye                 | 0 |
{RESET}.response {SOON}                   | Reset=Nope boot          | 1 | 0 seen
--expect BootNotification {SOON}          | invalid unknown junk     | 1 | 0 seen
--expect BootNotification --validate report | invalid                | 0 |
--forbid BootNotification {SOON}          | invalid beat             | 0 |
--expect BootNotification --expect-stations 2 | A: boot B: boot      | 0 |
--expect BootNotification --expect-stations 2 {SOON} | A: boot boot B: beat | 1 |
--expect Heartbeat@B --expect-stations 2  | B: beat A:               | 0 |
--expect Heartbeat*2.. {SOON}             | A: beat B: beat          | 1 | A: 1 seen
--expect Heartbeat@A*                     | B: beat A1: beat         | 0 |
--expect Heartbeat@A**2..                 | B: beat A1: beat beat    | 0 |
--expect Heartbeat@A**2 {SOON}            | A1: beat                 | 1 | exactly 2.* 1 seen
"""


def rows(table: str) -> list[tuple[str, ...]]:
    """Return the rows of a table; each line is a row."""
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.splitlines() if line]


SIGNALS = """
--expect Heartbeat*2                      | boot beat beat TERM      | 0 | ok +Heartbeat
--expect Heartbeat*2                      | beat INT                 | 1 | exactly 2.* 1 seen
--expect Heartbeat                        | boot TERM                | 1 | FAILED +Heartbeat
--expect Heartbeat                        | TERM                     | 4 | no station
--forbid Heartbeat                        | boot TERM                | 0 | ok.*Heartbeat
--expect disconnect                       | boot TERM                | 1 | FAILED +disconnect
--expect Heartbeat*2 --duration 1.5       | beat beat                | 0 | ok +Heartbeat
--expect Heartbeat --duration 1.5         | boot                     | 1 | FAILED +Heartbeat
--expect Heartbeat --duration 0.3         |                          | 4 | no station
--expect Heartbeat*0 --duration 1.5       | boot                     | 0 | ok +Heartbeat
--duration 1.5                            | boot                     | 0 | ^$
                                          | boot TERM                | 0 | ^$
                                          | INT                      | 0 | ^$
"""


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    """Return the results of the runs of both tables; several run at a time, as most of them wait for a deadline."""
    played = [row[:2] for row in rows(CASES + SIGNALS)]
    turn = asyncio.Semaphore(10)

    async def one(flags: str, transcript: str) -> Judged:
        async with turn:
            return await judged(flags, transcript)

    async def all_of_them() -> list[Judged | BaseException]:
        return await asyncio.gather(*(one(*row) for row in played), return_exceptions=True)

    return dict(zip(played, asyncio.run(all_of_them()), strict=True))


def assert_judged(ended: Judged | BaseException, status: str, report: str) -> None:
    """Check the status and the report."""
    if isinstance(ended, BaseException):
        raise ended
    assert (ended[0], bool(re.search(report, ended[1]))) == (int(status), True), ended[1]


@pytest.mark.parametrize(("flags", "transcript", "status", "report"), rows(CASES))
def test_verdict(verdicts: Verdicts, flags: str, transcript: str, status: str, report: str) -> None:
    """A run ends by itself once its verdict is final, with the right status, and prints the reason on stdout."""
    assert_judged(verdicts[flags, transcript], status, report)


@pytest.mark.parametrize(("flags", "transcript", "status", "report"), rows(SIGNALS))
def test_signal_or_duration_judges_at_once(
    verdicts: Verdicts, flags: str, transcript: str, status: str, report: str
) -> None:
    """The first signal or --duration ends the run with a verdict on the messages so far, or 0 without expectations."""
    assert_judged(verdicts[flags, transcript], status, report)


CONDITIONS = """
TransactionEvent[seqNo=3] yes|TransactionEvent[seqNo=4] no|TransactionEvent[offline=true] yes
TransactionEvent[offline=false] no|TransactionEvent[eventType=updated] yes|TransactionEvent[eventType=Started] no
TransactionEvent[idToken.idToken=12345678] yes|TransactionEvent[idToken.idToken="12345678"] yes
TransactionEvent[evse.id=1] yes|TransactionEvent[evse.connectorId=1] no
TransactionEvent[meterValue.0.sampledValue.0.value=1.5] yes|TransactionEvent[meterValue.0.sampledValue.1.value=2] yes
TransactionEvent[meterValue.0.sampledValue.2.value=2] no|TransactionEvent[transactionInfo.transactionId="a,]b"] yes
TransactionEvent[customData.n=1] yes|TransactionEvent[customData.n="1"] no|TransactionEvent[customData.text=x] yes
TransactionEvent[seqNo=3,evse.id=1] yes|TransactionEvent[seqNo=3,evse.id=2] no|TransactionEvent[ seqNo = 3 ] yes
Authorize[idToken.idToken=aBc-1] yes|Authorize[idToken.idToken=aBc] no|Authorize[idToken.type=iso14443] yes
TransactionEvent@CS-* yes|TransactionEvent@CS-? yes|TransactionEvent@[AC]S-1 yes|TransactionEvent@X* no
connect[subprotocol=ocpp2.0.1] yes|connect[subprotocol=ocpp1.6] no|disconnect no
"""


async def test_conditions() -> None:
    """A condition's value has the type of the schema; idTokens and enumerations are compared without regard to case."""
    wanted = [item.rsplit(" ", 1) for line in CONDITIONS.strip().splitlines() for item in line.split("|")]
    flags = " ".join(f"--expect {shlex.quote(expectation)}" for expectation, _ in wanted)
    _, report = await judged(flags, "rich authorize TERM")
    seen = [
        "yes" if re.search(rf"^ok +{re.escape(expectation)}", report, re.MULTILINE) else "no"
        for expectation, _ in wanted
    ]
    assert seen == [answer for _, answer in wanted], report


BAD = """
Nope action|Heartbeet Heartbeat|heartbeat Heartbeat|Connect connect|connected connect|Reset Reset.response
Reset.answer .response|Reset.respons .response|Heartbeat.response Heartbeat|connect.response connect
Heartbeat* *|Heartbeat*x *x|Heartbeat*-1 *-1|Heartbeat*1.5 *1.5|Heartbeat*3..2 3|Heartbeat*..2 *..2|Heartbeat@ @
Heartbeat*2@A *2@A|Heartbeat] ]|Heartbeat[] []|TransactionEvent[ [|TransactionEvent[eventType] eventType
TransactionEvent[eventTyp=Ended] eventType|TransactionEvent[eventType=Endet] Ended|TransactionEvent[seqNo=x] integer
TransactionEvent[seqNo=true] integer|TransactionEvent[seqNo=1.5] integer|TransactionEvent[offline=1] boolean
TransactionEvent[seqNo="1"] integer|TransactionEvent[evse=1] object|TransactionEvent[evse.id=1 evse.id
Reset.response[status=Nope] Accepted|Reset.response[type=Immediate] type
connect[subprotokol=ocpp2.0.1] 'subprotocol'|connect[code=1000] subprotocol|connect[subprotocol.x=1] subprotocol.x
disconnect[cod=1000] 'code'|disconnect[code=normal] integer|disconnect[Reason=x] 'reason'
Reset.error[kode=NotSupported] 'code'|Reset.error[detail.a=1] 'details'|Reset.error[details=1] object
"""


@pytest.mark.parametrize("bad", [item for line in BAD.strip().splitlines() for item in line.split("|")])
def test_bad_notation(bad: str) -> None:
    """An invalid expectation is refused with one line that says what is wrong, and what was probably meant."""
    text, word = bad.rsplit(" ", 1)
    with pytest.raises(ValueError, match=re.escape(word)) as refusal:
        parse_expectation(text)
    assert "\n" not in str(refusal.value)


BAD_FLAGS = """
--expect ""|--expect Nope|--expect Heartbeat*3..2|--expect TransactionEvent[eventType=Endet]
--expect connect[subprotokol=x]|--expect disconnect[cod=1000]|--forbid Reset.error[kode=x]|--expect disconnect[code=x]
--forbid Reset|--forbid Heartbeat*2|--forbid TransactionEvent[seqNo=x]
--expect connect --within 0|--expect connect --within nan|--expect connect --wait-for-station -1
--expect connect --expect-stations 0|--expect connect --expect-stations 1.5|--duration 0|--duration x
"""


@pytest.mark.parametrize("flags", [item for line in BAD_FLAGS.strip().splitlines() for item in line.split("|")])
def test_bad_flags(flags: str) -> None:
    """A bad value is refused before the port is opened: status 2 and one line that names the flag."""
    words = shlex.split(flags)
    refused(words, words[-2])


def test_cannot_start() -> None:
    """A run that cannot start prints one line and has status 3, not that of a failed verdict."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run_to_end("--expect", "Heartbeat", "--port", str(taken.getsockname()[1]))
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (3, "", 1), ended


@pytest.mark.parametrize("flags", ["", "--expect Heartbeat"])
async def test_second_signal(flags: str) -> None:
    """A second signal ends the process at once, with status 130, although a station does not answer the close frame."""
    for turn in turns():  # the mock only waits for one second
        with turn:
            async with Run(*flags.split()) as mock, mock.raw() as mute:
                mock.process.send_signal(signal.SIGTERM)
                assert (await mute.frame())[0] == 8
                mock.process.send_signal(signal.SIGINT)
                assert (await mock.ended())[0] == 130


async def test_first_signal_after_the_verdict() -> None:
    """A signal right after a run has ended by itself counts as the first: the verdict stands."""
    async with Run("--expect", "Heartbeat") as mock, mock.raw() as mute, AsyncExitStack() as stack:
        await play(mock, "beat", stack)
        assert (await mute.frame())[0] == 8
        mock.process.send_signal(signal.SIGTERM)
        assert (await mock.ended())[0] == 0


async def test_ends_as_soon_as_or_at_the_end_of_within() -> None:
    """A run ends once all expectations are met; with an upper bound or a forbidden message, at the end of --within."""

    async def at_the_end(flags: str) -> None:
        for turn in turns():
            with turn as pace:
                words = f"--within {1.5 * pace} --expect Heartbeat {flags}".split()
                async with await asyncio.to_thread(Run, *words) as mock, AsyncExitStack() as stack:
                    with takes(1.5 * pace):
                        await play(mock, "beat", stack)
                        assert (await mock.ended())[0] == 0

    await asyncio.gather(*map(at_the_end, ["--expect Authorize*0..1", "--forbid Authorize"]))
    assert (await judged(f"--within {60 * PATIENCE} --expect Heartbeat", "beat"))[0] == 0


async def test_within_counts_from_the_first_connection() -> None:
    """--within starts with the first connection; later connections do not start it again."""
    flags = f"--expect Heartbeat*2.. --within 1 --wait-for-station {PATIENCE}"
    async with Run(*flags.split()) as mock, AsyncExitStack() as stack:
        await asyncio.sleep(1.2)
        with takes(1):
            ended = asyncio.ensure_future(mock.ended())
            for number in count():
                if ended.done():
                    break
                await play(mock, f"{number}: beat", stack)
                await asyncio.sleep(0.1)
            assert (await ended)[0] == 1


async def test_a_station_that_left_may_come_back() -> None:
    """Counts and the order of messages are kept for each station over its connections."""
    assert (await judged("--expect Heartbeat*3..", "beat bye beat A: beat CS-1: bye beat"))[0] == 0
    assert (await judged(f"{ORDER} --expect disconnect", "boot bye beat bye"))[0] == 0


async def test_report_has_each_expectation() -> None:
    """The report has each expectation with its count for each station, also the met ones."""
    flags = f"--expect Heartbeat*2.. --expect BootNotification {ENDED}"
    _, report = await judged(flags, "A: beat beat beat boot B: beat updated TERM")
    seen = re.split(r"^(?=ok|FAILED)", report, flags=re.MULTILINE)[1:]
    for text, *wanted in [(seen[0], "A.*3", "B.*1"), (seen[1], "A.*1", "B.*0"), (seen[2], "A.*0", "B.*0")]:
        assert [pattern for pattern in wanted if not re.search(pattern, text)] == [], report


async def test_report_has_the_nearest_miss() -> None:
    """The report shows the received message with the fewest differences, path by path."""
    flags = "--expect TransactionEvent[eventType=Ended,seqNo=9,evse.id=1] --within 9"
    _, report = await judged(flags, "started rich TERM")
    assert re.search("eventType: expected Ended, got Updated; seqNo: expected 9, got 3", report), report
    assert "evse.id: " not in report
    _, report = await judged("--expect TransactionEvent[evse.id=1]", "started TERM")
    assert "evse.id: expected 1, got nothing" in report


async def test_report_has_the_message_sequence() -> None:
    """The report of a failed run lists all messages in the order of the wire, with refused and sent ones."""
    flags = f"{ENDED} --commands Reset:0 --within 9 --checks none"
    _, report = await judged(flags, "A: Reset=Accepted boot invalid junk B: Reset!NotSupported bye A: updated TERM")
    sequence = """A.*connected|A <- Reset|A -> Reset.response +.*Accepted|A -> BootNotification +.*PowerUp
        A <- BootNotification.response|A -> BootNotification.*missing|A <- BootNotification.error|A -> .*junk
        A <- .*RpcFrameworkError|B.*connected|B <- Reset|B -> Reset.error.*NotSupported|B.*disconnected.*1000
        A -> TransactionEvent.*Updated|A <- TransactionEvent.response"""
    pattern = ".*\n.*".join(part.strip() for line in sequence.splitlines() for part in line.split("|"))
    assert re.search(pattern, report), report


async def test_verdict_is_the_last_thing_on_stdout() -> None:
    """Stdout has the URL and the verdict, its summary last; everything else goes to stderr."""
    async with Run("--expect", "Heartbeat") as mock, AsyncExitStack() as stack:
        await play(mock, "boot beat", stack)
        status, report = await mock.ended()
        assert (status, mock.first_line.startswith("Listening on ws://")) == (0, True)
        assert "BootNotification" not in report
        assert report.splitlines()[-1].startswith("passed")
        await until(lambda: "BootNotification" in mock.log)
    assert (await judged("--expect Heartbeat", "TERM"))[1].splitlines()[-1].startswith("failed")


async def test_stdout_that_nobody_reads() -> None:
    """If nobody reads stdout, the status still has the verdict."""
    async with Run("--expect", "Heartbeat") as mock, AsyncExitStack() as stack:
        assert mock.process.stdout
        mock.process.stdout.close()
        mock.process.stdout = None
        await play(mock, "beat", stack)
        assert await asyncio.to_thread(mock.process.wait, PATIENCE) == 0
