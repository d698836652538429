"""The page of a run in a browser: what a person can do with it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mock_csms.protocol.messages import Call, Result, encode
from mock_csms.twin.events import (
    Disconnected,
    Event,
    Failed,
    Received,
    Refused,
    Sent,
    Started,
)

if TYPE_CHECKING:
    from playwright.async_api import Browser
from tests.browser import in_browser
from tests.watch.diagram_page import browse, run
from tests.watch.diagrams import BEAT, BOOT, HOSTILE, RESET, START, came, junk, went, write


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


@in_browser
async def test_repeated_pairs_can_be_folded(chromium: "Browser", tmp_path: Path) -> None:
    """Three or more equal pairs of one station in sequence become one row with their number, which can be opened."""
    pairs = [
        result
        for number in range(12)
        for call in [Call(f"h-{number}", "Heartbeat", {})]
        for result in (
            came(call, at=START + 10 * number),
            went(Result(call.id, {}), call, at=START + 10 * number + 0.01),
        )
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
        result = await browsed.page.locator("#run > *").all_text_contents()
        assert result == ["failed: 1 of 2", "2027-01-15 08:00:00 UTC", "seed 7", command]


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
