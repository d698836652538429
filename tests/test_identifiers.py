"""identifierString: identities, ids and names in messages are case-insensitive (Part 2, data types)."""

import asyncio
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.exceptions import InvalidStatus

from mock_csms.control.python import Csms
from tests import warm
from tests.conformance.story import accepted, variable
from tests.control.in_process import station_of
from tests.raw import logged, until
from tests.test_state import FILE, judged
from tests.verdicts import Run
from tests.wire import BOOT, PATIENCE, SERVER, Mock, Station, transaction

_FINDING = re.compile(r" finding \w+ ([A-Z]\d\d) ")


async def events(station: Station, *result: tuple[str, str]) -> None:
    """Send TransactionEvents, each with an eventType and a transactionId."""
    for number, (kind, id_) in enumerate(result):
        evse = {"id": 1, "connectorId": 1}
        await station.ask("TransactionEvent", transaction(kind, id_, seqNo=number, evse=evse))


# Identities.


async def test_a_station_in_another_case_is_the_same() -> None:
    """A connection of /cs-1 replaces that of /CS-1, and all output uses the first spelling."""
    async with Mock() as mock, mock.station("CS-1") as old, mock.station("cs-1") as new:
        assert await old.closed() == 1000
        await new.ask("Heartbeat")
        await until(logged(mock, r"CS-1 +<- CALL|CS-1 .*Heartbeat"))
        assert " cs-1 " not in mock.log


async def test_a_second_connection_in_another_case_is_refused() -> None:
    """With `--on-duplicate old` a second connection in another letter case gets 409 too."""
    async with Mock("--on-duplicate", "old") as mock, mock.station("CS-1"):
        with pytest.raises(InvalidStatus, match="409"):
            async with mock.station("cs-1"):
                pass


async def test_refusals_are_counted_for_all_spellings() -> None:
    """`--refuse 503*2` refuses two requests of a station, in any letter case of its identity."""
    async with Mock("--refuse", "503*2") as mock:
        for identity in ("CS-1", "cs-1"):
            with pytest.raises(InvalidStatus, match="503"):
                async with mock.station(identity):
                    pass
        async with mock.station("Cs-1") as station:
            await station.ask("Heartbeat")


async def test_patterns_match_all_spellings(tmp_path: Path) -> None:
    """Rules, expectations, commands and expected findings match a station in any letter case."""
    (tmp_path / "known").write_text("X05@cs-1")
    flags = ["--expect=Heartbeat@cs-*", "--fail-on-findings=error", "--checks=X05"]
    flags += [f"--expected-findings={tmp_path / 'known'}", "--command=ClearCache", "--delay=0.01", "--station=cs-1"]
    flags += ["--reply", "Heartbeat@cs-1", '{"customData": {"vendorId": "v"}}']
    async with await asyncio.to_thread(Run, *flags) as mock:
        async with mock.station("CS-1") as station:
            await station.ask("BootNotification", BOOT)
            await station.obey("ClearCache")
            await events(station, ("Started", "T"), ("Ended", "T"), ("Updated", "T"))
            assert (await station.ask("Heartbeat"))["customData"] == {"vendorId": "v"}
        assert (await mock.ended())[0] == 0


async def test_the_state_directory_in_another_case(tmp_path: Path) -> None:
    """With --state-dir the transactions of /CS-1 are known for /cs-1 in the next run, also from an older file."""
    state, begun = tmp_path / "state", [("a", "TransactionEvent", transaction("Started", "ABC", seqNo=0))]
    again = [("b", "TransactionEvent", transaction("Started", "abc", seqNo=0, timestamp="2026-01-02T00:00:00Z"))]
    assert "X02" not in await judged(state, "X02", *begun)
    with closing(sqlite3.connect(state / FILE)) as file, file:
        file.execute("UPDATE facts SET station = 'Cs-1'")
        file.execute("PRAGMA user_version = 1")
    assert "X02" in await judged(state, "X02", *again)


async def test_python_accepts_an_identity_in_any_case() -> None:
    """`call`, `receive` and `disconnect` of mock_csms.Csms accept an identity in any case."""
    async with Csms() as csms, station_of(csms, "CS-1") as station:
        await station.ask("Heartbeat")
        assert await csms.receive("cs-1", "Heartbeat") == {}
        asked = asyncio.create_task(csms.call("cs-1", "ClearCache"))
        await station.obey("ClearCache")
        await asked
        csms.disconnect("cs-1")
        assert await station.closed() == 1000
        assert [*csms.stations] == ["CS-1"]


# Transactions, tokens and names.


async def test_a_transaction_in_another_case_is_the_same() -> None:
    """Another letter case in a transactionId is no finding; mistakes are still reported (X01, X05)."""
    async with await asyncio.to_thread(Run, "--checks=X01,X03,X05") as mock:
        async with mock.station() as station:
            await station.ask("BootNotification", BOOT)
            await events(station, ("Started", "abc-DEF"), ("Updated", "ABC-def"), ("Ended", "ABC-DEF"))
            await station.ask("TransactionEvent", transaction("Updated", "abc-def", seqNo=3))
        mock.process.terminate()
        await mock.ended()
        assert _FINDING.findall(mock.log) == ["X05"]
        assert "transaction abc-DEF ended with seqNo 2, but continues with 3" in mock.log


async def test_rules_and_placeholders_match_all_spellings() -> None:
    """A condition on an id matches in any letter case; {{transactionId}} has the first spelling."""
    rule = ["--reply", "TransactionEvent[transactionInfo.transactionId=abc]", '{"totalCost": 7.0}']
    async with Mock(*rule) as mock, mock.station() as station:
        answer = await station.ask("TransactionEvent", transaction("Started", "ABC", seqNo=0))
        assert answer["totalCost"] == 7.0
    async with Csms() as csms, station_of(csms) as station:
        await events(station, ("Started", "Abc"), ("Updated", "ABC"), ("Started", "Two"), ("Ended", "aBC"))
        assert csms.stations["CS-1"].oldest_transaction == "Two"


def test_names_in_another_case_are_the_same() -> None:
    """V07 compares a variable that was set with its report under another spelling of the name."""
    for component, name in (("OCPPCommCtrlr", "HeartbeatInterval"), ("MyVendor", "Colour")):
        story = accepted().set(component, name, "1")
        story.get(component.lower(), name.upper(), attributeValue="2")
        assert len(story.found("V07")) == 1
    story = accepted().report(variable("ocppcommctrlr", "offlinethreshold", dataType="integer", maxLimit=600))
    assert len(story.set("OCPPCommCtrlr", "OfflineThreshold", "601").found("V08")) == 1


@pytest.mark.parametrize(("last", "found"), [("A", []), ("a", ["R05"])])
async def test_the_ids_of_messages_keep_their_case(last: str, found: list[str]) -> None:
    """Message ids are case-sensitive: R05 does not report two that differ only in letter case."""
    async with await asyncio.to_thread(Run, "--checks=R05") as mock:
        async with mock.station() as station:
            for id_ in ("a", last):
                await station.send([2, id_, "Heartbeat", {}])
                await station.expect(3, id_)
        mock.process.terminate()
        await mock.ended()
        assert _FINDING.findall(mock.log) == found


def recorded(number: int, identity: str, kind: str) -> dict[str, Any]:
    """Return a record of a trace: an event of a transaction."""
    result = transaction(kind, seqNo=number)
    about = {"schemaVersion": "1.1", "ocppVersion": "2.0.1", "transport": "json", "chargePointId": identity}
    about |= {"direction": "cp-to-csms", "messageType": "CALL", "messageId": f"m{number}", "action": "TransactionEvent"}
    return about | {"timestamp": f"2026-01-01T00:00:0{number}Z", "payload": result}


def test_a_station_of_a_trace_has_one_spelling(tmp_path: Path) -> None:
    """`mock-csms check` treats chargePointIds that differ only in letter case as one station."""

    result = [recorded(0, "CS-1", "Started"), recorded(1, "cs-1", "Ended"), recorded(2, "CS-1", "Updated")]
    path = tmp_path / "trace.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, result)))
    report = warm.run([*SERVER, "check", "--checks=X05", str(path)], timeout=PATIENCE).stdout
    assert _FINDING.findall(report) == ["X05"]
    assert "cs-1" not in report
