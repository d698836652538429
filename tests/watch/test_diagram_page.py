"""The page of a run in a browser.

These tests need Chromium (Debian's package `chromium`) and Playwright from PyPI, and are skipped if one of them is
missing. They click and type like a person, and check only what a person sees.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call, Error, ErrorCode, Result, encode
from mock_csms.twin.events import (
    Connected,
    Disconnected,
    Event,
    Failed,
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
    from playwright.async_api import Browser, Page

from tests.browser import open_chromium
from tests.watch.diagrams import BEAT, BOOT, HOSTILE, MISSING, RESET, START, came, junk, went, write

in_browser = pytest.mark.asyncio(loop_scope="module")


class Browsed:
    """A page in the browser: actions and texts of a person, and every request of the page."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text))

    async def names(self) -> Sequence[str]:
        """Return the names in the diagram, from top to bottom."""
        return await self.page.locator(".row .name").all_text_contents()

    async def lanes(self) -> Sequence[str]:
        """Return the stations that have a lane."""
        return await self.page.locator(".lane").all_text_contents()

    async def click(self, name: str) -> None:
        """Click the first item with this name in the diagram."""
        await self.page.locator(".row .name").get_by_text(name, exact=True).first.click()

    async def read(self, selector: str = "#payload") -> str:
        """Return the text of a part of the page."""
        return await self.page.locator(selector).inner_text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator["Browser"]:
    """Start the browser for all these tests; skip them if the browser or its driver is missing."""
    async with open_chromium() as browser:
        yield browser


@asynccontextmanager
async def browse(chromium: "Browser", file: Path, scheme: Any = "light", width: int = 1400) -> AsyncIterator[Browsed]:
    """Open a file in a new window. The page must load nothing else, and log no errors."""
    view: Any = {"width": width, "height": 800}
    async with await chromium.new_context(color_scheme=scheme, viewport=view, offline=True) as context:
        browsed = Browsed(await context.new_page())
        await browsed.page.goto(file.as_uri())
        yield browsed
        assert browsed.problems == []
        assert browsed.requests == [file.as_uri()]


def run() -> Sequence[Event]:
    """Return the events of a small run of two stations with some problems."""
    return (
        Connected(START, "CS-1", "ocpp2.0.1", ("ocpp2.0.1",)),
        Connected(START, "CS-2", "ocpp2.0.1", ("ocpp2.0.1",)),
        came(BOOT, at=START + 1),
        went(Result("b-1", {"status": "Accepted"}), BOOT, at=START + 1.025),
        Received(START + 2, "CS-2", encode(BEAT), BEAT, (), None, False, False),
        Spoiled(START + 2, "CS-2", "drop", Result("h-1", {}), BEAT),
        went(RESET, at=START + 3),
        came(Error("r-1", "NotSupported", "never", {}), RESET, at=START + 3.5),
        junk(b'[2,"\xff', "CS-2"),
        Disconnected(START + 4, "CS-1", 1000, ""),
    )


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


@in_browser
async def test_filters(chromium: "Browser", tmp_path: Path) -> None:
    """The filters of station, action and problems, alone and together, hide other events; a click on a lane too."""
    await write(tmp_path / "page.html", *run())
    async with browse(chromium, tmp_path / "page.html") as browsed:
        page = browsed.page
        assert len(await browsed.names()) == 10
        assert await browsed.read("#count") == "10 of 10 shown: 6 messages, 3 marked"
        await page.get_by_label("Problems and faults only").check()
        assert await browsed.names() == ["Heartbeat: drop", "Reset.error", "no message"]
        await page.get_by_label("Station").select_option("CS-2")
        assert await browsed.names() == ["Heartbeat: drop", "no message"]
        await page.get_by_label("Problems and faults only").uncheck()
        assert await browsed.names() == ["connected, ocpp2.0.1", "Heartbeat", "Heartbeat: drop", "no message"]
        assert await browsed.lanes() == ["CS-2"]
        await page.locator(".lane").click()
        actions = await page.get_by_label("Action").locator("option").all_text_contents()
        assert actions == ["all", "BootNotification (2)", "Heartbeat (1)", "Reset (2)"]
        await page.get_by_label("Action").select_option("Reset (2)")
        assert await browsed.names() == ["Reset", "Reset.error"]
        await page.get_by_label("Station").select_option("CS-2")
        await page.get_by_text("Nothing to show.").wait_for()
        await page.get_by_label("Station").select_option("all")
        await page.get_by_label("Action").select_option("all")
        await page.get_by_text("10 of 10 shown").wait_for()
        await page.get_by_role("button", name="CS-1").click()
        assert len(await browsed.names()) == 6


@in_browser
async def test_the_keyboard_is_enough(chromium: "Browser", tmp_path: Path) -> None:
    """Arrows, Home and End move; n and p go to the next and last problem; / to the filter; Escape closes the panel."""
    await write(tmp_path / "page.html", *run())
    async with browse(chromium, tmp_path / "page.html") as browsed:
        presses = ["ArrowDown", "End", "p", "p", "n", "Home", "ArrowDown", "ArrowUp"]
        seen = []
        for key in presses:
            await browsed.page.keyboard.press(key)
            seen.append(await browsed.read("#panel h2"))
        first, boots = "connected, ocpp2.0.1", "connected, ocpp2.0.1"
        problems = ["no message", "Reset.error", "no message"]
        assert seen == [first, "disconnected, 1000", *problems, first, boots, first]
        assert await browsed.page.locator('[aria-selected="true"]').count() == 1
        await browsed.page.keyboard.press("Escape")
        assert await browsed.page.locator("#panel").is_hidden()
        await browsed.page.keyboard.press("/")
        await browsed.page.keyboard.type("boot")
        await browsed.page.get_by_text("2 of 10 shown").wait_for()


@in_browser
async def test_hostile_text_stays_text(chromium: "Browser", tmp_path: Path) -> None:
    """Markup and scripts from the wire are shown as text everywhere, and neither run nor load anything."""
    happened: list[Event] = []
    for text in HOSTILE:
        call = Call("1", text, {"x": text})
        happened += [
            Received(START, text, encode(call), call, (), None, False, False),
            Refused(START, text, text),
            Disconnected(START, text, 1000, text),
            junk(text.encode(), text),
        ]
    await write(tmp_path / "page.html", *happened, Failed(START, "", HOSTILE[0]))
    async with browse(chromium, tmp_path / "page.html") as browsed:
        for number in range(len(happened) + 1):
            await browsed.page.keyboard.press("ArrowDown")
            if number % 4 == 0 and number < len(happened):
                shown = await browsed.page.locator("#payload").text_content()
                assert json.loads(shown or "") == {"x": HOSTILE[number // 4]}
        assert await browsed.page.title() == "mock-csms: sequence diagram"
        assert await browsed.page.locator("img, script[src], iframe").count() == 0
        assert await browsed.lanes() == HOSTILE


@in_browser
@pytest.mark.parametrize("cut", [0, 1, 7, 40], ids=lambda cut: f"{cut} bytes lost")
async def test_a_killed_run_can_be_read(cut: int, chromium: "Browser", tmp_path: Path) -> None:
    """A page that is cut off anywhere shows all events before that, and says that its end is missing."""
    page = await write(tmp_path / "page.html", *run(), close=False)
    (tmp_path / "page.html").write_bytes(page[: len(page) - cut])
    async with browse(chromium, tmp_path / "page.html") as browsed:
        assert len(await browsed.names()) == (10 if cut <= 1 else 9)
        assert await browsed.page.locator("#unfinished").is_visible()
        await browsed.click("BootNotification")
        assert json.loads(await browsed.read()) == BOOT.payload


@in_browser
async def test_a_complete_page_has_no_warning(chromium: "Browser", tmp_path: Path) -> None:
    """A closed page shows no warning, even without any event."""
    await write(tmp_path / "page.html")
    async with browse(chromium, tmp_path / "page.html") as browsed:
        assert await browsed.page.locator("#unfinished").is_hidden()
        assert await browsed.page.get_by_text("Nothing to show.").is_visible()


@in_browser
@pytest.mark.parametrize(("scheme", "is_fit"), [("light", lambda sum_: sum_ > 600), ("dark", lambda sum_: sum_ < 200)])
async def test_light_and_dark(scheme: str, is_fit: Callable[[int], bool], chromium: "Browser", tmp_path: Path) -> None:
    """The page is light or dark, as the person has set the browser."""
    await write(tmp_path / "page.html", *run())
    async with browse(chromium, tmp_path / "page.html", scheme) as browsed:
        paint = await browsed.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert is_fit(sum(int(number) for number in re.findall(r"\d+", paint)[:3]))


@in_browser
async def test_a_long_run_stays_usable(chromium: "Browser", tmp_path: Path) -> None:
    """With 20,000 messages of 50 stations only the visible rows are drawn; one key leads to the last message."""
    happened: list[Event] = []
    for number in range(10_000):
        station, id_ = f"CS-{number % 50}", f"id-{number}"
        call, result = Call(id_, "MeterValues", {"evseId": number}), Result(id_, {"n": number})
        happened += [
            Received(START + number, station, encode(call), call, (), None, False, False),
            Sent(START + number + 0.01, station, encode(result), result, (), call, "", ""),
        ]
    await write(tmp_path / "page.html", *happened)
    async with browse(chromium, tmp_path / "page.html") as browsed:
        page = browsed.page
        assert await browsed.read("#count") == "20,000 of 20,000 shown: 20,000 messages, 0 marked"
        assert len(await browsed.names()) < 100
        await page.keyboard.press("End")
        assert json.loads(await browsed.read()) == {"n": 9999}
        await page.get_by_label("Station").select_option("CS-7")
        await page.get_by_text("400 of 20,000 shown").wait_for()
        await page.locator("#diagram").evaluate("view => { view.scrollTop = 200 * 30; }")
        await page.locator(".row .time").get_by_text("09:23:27.000").click()
        assert json.loads(await browsed.read()) == {"evseId": 5007}
        assert await page.locator("body *").count() < 1000


def event(number: int, **more: Any) -> Call:
    """Return a TransactionEvent."""
    told = {"transactionInfo": {"transactionId": "T"}, "timestamp": "2026-01-01T00:00:00Z", "seqNo": number}
    return Call(f"t-{number}", "TransactionEvent", {**told, "triggerReason": "MeterValuePeriodic", **more})


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


@in_browser
async def test_repeated_pairs_can_be_folded(chromium: "Browser", tmp_path: Path) -> None:
    """Three or more equal pairs of one station in sequence become one row with their number, which can be opened."""
    pairs = [
        told
        for number in range(12)
        for call in [Call(f"h-{number}", "Heartbeat", {})]
        for told in (came(call, at=START + 10 * number), went(Result(call.id, {}), call, at=START + 10 * number + 0.01))
    ]
    other = Received(START + 55, "CS-2", encode(BEAT), BEAT, (), None, False, False)
    await write(tmp_path / "page.html", came(BOOT), *pairs[:12], other, *pairs[12:], came(RESET, at=START + 200))
    async with browse(chromium, tmp_path / "page.html") as browsed:
        assert len(await browsed.names()) == 27
        await browsed.page.get_by_label("Fold repeated").check()
        assert await browsed.names() == ["BootNotification", "Heartbeat", "Heartbeat", "Reset"]
        assert await browsed.page.locator(".folded .gist").all_text_contents() == [
            "\N{MULTIPLICATION SIGN} 12 in 110.0 s"
        ]
        await browsed.click("Heartbeat")
        await browsed.page.get_by_role("button", name="Show all 12 of them").click()
        assert len(await browsed.names()) == 27
        await browsed.page.get_by_role("button", name="Fold again").click()
        assert len(await browsed.names()) == 4


@in_browser
async def test_the_header_of_the_page(chromium: "Browser", tmp_path: Path) -> None:
    """The header has the verdict, start, seed and command line of the run, with any characters."""
    command = "mock-csms --token '</script><b>=Blocked'"
    await write(tmp_path / "page.html", Started(START, "", "ws://x", 7), command=command, verdict="failed: 1 of 2")
    async with browse(chromium, tmp_path / "page.html") as browsed:
        told = await browsed.page.locator("#run > *").all_text_contents()
        assert told == ["failed: 1 of 2", "2027-01-15 08:00:00 UTC", "seed 7", command]


@in_browser
async def test_the_names_for_screen_readers(chromium: "Browser", tmp_path: Path) -> None:
    """Each row has a label: who sends what to whom, whether there is a problem, and when."""
    await write(tmp_path / "page.html", *run())
    async with browse(chromium, tmp_path / "page.html") as browsed:
        named = browsed.page.get_by_role("option", name="CS-1 to CSMS: BootNotification PowerUp m, 08:00:01")
        assert await named.count() == 1
        named = browsed.page.get_by_role(
            "option", name="CS-1 to CSMS: Reset.error NotSupported +500 ms, error, 08:00:03"
        )
        assert await named.count() == 1


@in_browser
@pytest.mark.parametrize("width", [1400, 800, 400])
async def test_the_page_fits_any_window(width: int, chromium: "Browser", tmp_path: Path) -> None:
    """One station fills the width, nothing exceeds the window, and the panel leaves room for the diagram."""
    await write(tmp_path / "page.html", came(BOOT), came(BEAT))
    async with browse(chromium, tmp_path / "page.html", width=width) as browsed:
        arrow = await browsed.page.locator(".arrow").first.bounding_box()
        assert arrow is not None
        assert arrow["width"] > 0.6 * width
        await browsed.click("BootNotification")
        assert await browsed.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        diagram_, panel = [await browsed.page.locator(each).bounding_box() for each in ("#diagram", "#panel")]
        assert diagram_ is not None
        assert panel is not None
        assert diagram_["width"] * diagram_["height"] > 0.4 * width * 800
