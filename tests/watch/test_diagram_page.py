"""The page of a run in a browser.

These tests need Chromium (Debian's package `chromium`) and Playwright from PyPI, and are skipped if one of them is
missing. They click and type like a person, and check only what a person sees.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call, Error, ErrorCode, Result, encode
from mock_csms.twin.events import (
    Connected,
    Disconnected,
    Event,
    Failed,
    FileRequested,
    FileTransferred,
    Finding,
    Received,
    Refused,
    Sent,
    Severity,
    Spoiled,
    Started,
    Unanswered,
)

if TYPE_CHECKING:
    from playwright.async_api import Browser
from tests.browser import in_browser
from tests.watch.diagram_page import browse, event, run
from tests.watch.diagrams import BEAT, BOOT, MISSING, RESET, START, came, junk, went, write

SHOWN: Sequence[tuple[Event, str, str, str]] = [
    (came(BOOT), "BootNotification", "", ""),
    (came(Result("r-1", {"status": "Accepted"}), RESET), "Reset.response", "", ""),
    (came(Error("r-1", "NotSupported", "no"), RESET), "Reset.error", "error", "NotSupported: no"),
    (came(Result("zz", {})), "?.response", "warning", "answers no open call"),
    (came(BEAT, None, MISSING), "Heartbeat", "error", "invalid: seqNo: is missing"),
    (
        Received(START, "CS-1", b"{}", BEAT, (MISSING,), None, False, False),
        "Heartbeat",
        "warning",
        "invalid: seqNo: is missing",
    ),
    (
        Received(START, "CS-1", encode(BEAT), BEAT, (), None, True, False),
        "Heartbeat",
        "warning",
        "came in a binary frame",
    ),
    (junk(b"hello"), "no message", "error", "not JSON"),
    (went(RESET), "Reset", "", ""),
    (went(Result("h-1", {}), BEAT, rule="Heartbeat@*"), "Heartbeat.response", "", "chosen by the rule Heartbeat@*"),
    (went(Error("h-1", ErrorCode.InternalError, "x"), BEAT), "Heartbeat.error", "error", "InternalError: x"),
    (Connected(START, "CS-1", "ocpp2.0.1", ("ocpp2.0.1",)), "connected, ocpp2.0.1", "", "offered ocpp2.0.1"),
    (Refused(START, "CS-1", "unknown"), "not let in", "error", "not let in: unknown"),
    (Disconnected(START, "CS-1", 1006, "gone"), "disconnected, 1006", "", "gone"),
    (FileRequested(START, "CS-1", "ftp", "PUT", "/l", "", "::1", "f"), "PUT /l", "fault", "fault: f"),
    (
        FileTransferred(START, "CS-1", "ftp", "PUT", "/l", "refused with 550", 0, "", "", 0.1, ""),
        "/l refused with 550",
        "warning",
        "0 bytes, SHA-256 none",
    ),
    (
        FileTransferred(START, "CS-1", "http", "GET", "/f", "complete", 5, "a1", "", 0.1, ""),
        "/f complete",
        "",
        "5 bytes, SHA-256 a1",
    ),
    (Spoiled(START, "CS-1", "drop", BEAT, None), "Heartbeat: drop", "fault", "fault: drop"),
    (Unanswered(START, "CS-1", RESET, "too late"), "Reset unanswered", "error", "stays unanswered: too late"),
    (Finding(START, "CS-1", "X05", "E06", Severity.WARNING, "odd", ("7",)), "X05 odd", "warning", "requirement E06"),
    (Failed(START, "CS-1", "boom"), "boom", "error", "boom"),
]
"""Events, with their name and mark in the diagram, and a text in their panel."""


@in_browser
async def test_every_event_is_shown(chromium: "Browser", tmp_path: Path) -> None:
    """Each event of the table has a row with name and mark, and a panel with reason and frame; Started has none."""
    await write(tmp_path / "page.html", Started(START, "", "ws://x", 1), *[event for event, *_ in SHOWN])
    async with browse(chromium, tmp_path / "page.html") as browsed:
        assert await browsed.names() == [name for _, name, _, _ in SHOWN]
        for event, name, mark, note in SHOWN:
            await browsed.page.keyboard.press("ArrowDown")
            picked = browsed.page.locator(".row.picked")
            assert await picked.locator(".name").inner_text() == name
            assert await picked.locator(f".mark.{mark}" if mark else ".mark").count() == bool(mark)
            assert note in await browsed.read("#panel")
            if isinstance(event, Received | Sent):
                assert event.text.decode() in (await browsed.page.locator("#panel pre").all_text_contents())


@in_browser
async def test_many_violations_are_cut(chromium: "Browser", tmp_path: Path) -> None:
    """A message with a thousand violations has a short panel that says how many there are."""
    await write(tmp_path / "page.html", came(BEAT, None, *[MISSING] * 1000))
    async with browse(chromium, tmp_path / "page.html") as browsed:
        await browsed.click("Heartbeat")
        notes = await browsed.page.locator("#panel li").all_text_contents()
        assert notes[-2:] == ["and 980 more", "refused"]
        assert len(notes) == 22


@in_browser
async def test_a_click_shows_the_payload(chromium: "Browser", tmp_path: Path) -> None:
    """A click on a message shows its payload, frame, station, time and answer."""
    await write(tmp_path / "page.html", *run())
    async with browse(chromium, tmp_path / "page.html") as browsed:
        assert await browsed.lanes() == ["CS-1", "CS-2"]
        await browsed.click("BootNotification")
        assert json.loads(await browsed.read()) == BOOT.payload
        assert '\n  "reason": "PowerUp",\n' in await browsed.read()
        facts = await browsed.read("#panel dl")
        for fact in ("CS-1 → CSMS", "2027-01-15T08:00:01.000Z", "b-1", "BootNotification.response after 25.0 ms"):
            assert fact in facts
        await browsed.page.get_by_text("As it was on the wire").click()
        assert await browsed.read("#raw") == encode(BOOT).decode()
        await browsed.page.locator("#panel dl button").click()
        assert json.loads(await browsed.read()) == {"status": "Accepted"}


@in_browser
async def test_a_malformed_frame_shows_its_bytes(chromium: "Browser", tmp_path: Path) -> None:
    """A malformed frame shows its bytes, and why it is not a message."""
    await write(tmp_path / "page.html", *run())
    async with browse(chromium, tmp_path / "page.html") as browsed:
        await browsed.click("no message")
        assert await browsed.read() == '[2,"\\xff'
        assert "not JSON" in await browsed.read("#panel ul")


@in_browser
async def test_the_payload_is_not_parsed(chromium: "Browser", tmp_path: Path) -> None:
    """The payload is only indented, not parsed, as a parser would hide duplicate keys and forms of numbers."""
    text = b'[2,"1","Heartbeat",{"a":1.0,"a":12345678901234567890,"b":[],"c":{},"d":"x, {\\u0041\\"]"}]'
    call = decode(text)
    await write(tmp_path / "page.html", Received(START, "CS-1", text, call, (), None, False, False))
    async with browse(chromium, tmp_path / "page.html") as browsed:
        await browsed.click("Heartbeat")
        lines = ['  "a": 1.0,', '  "a": 12345678901234567890,', '  "b": [],', '  "c": {},', '  "d": "x, {\\u0041\\"]"']
        assert (await browsed.read()).splitlines() == ["{", *lines, "}"]


GISTS: Sequence[tuple[Event, str]] = [
    (came(BOOT), "PowerUp m"),
    (
        came(Call("1", "StatusNotification", {"connectorStatus": "Occupied", "evseId": 1, "connectorId": 2})),
        "1.2 Occupied",
    ),
    (
        came(event(0, eventType="Started", idToken={"idToken": "TAG1", "type": "Central"})),
        "Started seq 0 TAG1 MeterValuePeriodic",
    ),
    (
        went(Result("t-0", {"totalCost": 4.5, "idTokenInfo": {"status": "Expired"}}), event(0), at=START + 0.012),
        "Expired cost 4.5 +12 ms",
    ),
    (came(Call("2", "Authorize", {"idToken": {"idToken": "TAG2", "type": "Central"}})), "TAG2"),
    (went(Error("2", "InternalError", "x"), Call("2", "Authorize", {}), at=START + 2), "InternalError +2.0 s"),
    (went(RESET), "Immediate"),
    (came(Result("r-1", {"status": "Accepted"}), RESET, at=START + 0.25), "Accepted +250 ms"),
    (came(Call("3", "DataTransfer", {"vendorId": "V", "messageId": "M", "data": {}})), "V M"),
    (came(Call("4", "Authorize", {"idToken": 7})), ""),
    (came(Call("5", "SetVariables", {"setVariableData": {"a": 1}})), ""),
    (came(Call("6", "Heartbeat", [])), ""),
]
"""Messages, and the text beside the name of each in the diagram."""


@in_browser
async def test_an_arrow_has_the_important_values(chromium: "Browser", tmp_path: Path) -> None:
    """A message has its important values beside its name; an answer has its outcome and its round trip."""
    await write(tmp_path / "page.html", *[event for event, _ in GISTS])
    async with browse(chromium, tmp_path / "page.html") as browsed:
        rows = await browsed.page.locator(".row").all()
        gists = [" ".join(await row.locator(".gist").all_text_contents()) for row in rows]
        assert gists == [gist for _, gist in GISTS]


@in_browser
async def test_a_finding_and_its_message_lead_to_each_other(chromium: "Browser", tmp_path: Path) -> None:
    """A finding and its message link to each other, and the filter for problems shows both."""
    finding = Finding(START + 1, "CS-1", "B06", "B01", Severity.WARNING, "odd reason", ("b-1",))
    await write(tmp_path / "page.html", came(BOOT), came(BEAT), finding)
    async with browse(chromium, tmp_path / "page.html") as browsed:
        await browsed.page.get_by_label("Problems and faults only").check()
        assert await browsed.names() == ["BootNotification", "B06 odd reason"]
        await browsed.click("B06 odd reason")
        await browsed.page.locator("#panel dl button").click()
        assert await browsed.read("#panel h2") == "BootNotification"
        await browsed.page.locator("#panel dl button").click()
        assert await browsed.read("#panel h2") == "B06 odd reason"
