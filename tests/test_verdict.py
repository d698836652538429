"""Verdicts: expectations of a run, and the exit status that says whether they were met."""

import asyncio
import re
import shlex

import pytest

from mock_csms.behavior.notation import parse_expectation
from tests.raw import refused
from tests.verdicts import ENDED, ORDER, Judged, Verdicts, judged, rows

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
