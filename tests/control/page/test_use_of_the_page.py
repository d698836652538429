"""The live page in a browser: keyboard, address, looks, hostile text, reconnects, and many stations."""

import asyncio
import json
from typing import TYPE_CHECKING

from tests.browser import in_browser
from tests.control.api.clients import ApiMock
from tests.control.page.browsing import LivePage, browse, eventually
from tests.reference_station import STATION
from tests.wire import PATIENCE, transaction

if TYPE_CHECKING:
    from playwright.async_api import Browser
from tests.control.page.live_stations import FIRST, booted

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>document.title='x'</script>",
    "</textarea><svg onload=alert(1)>",
    "toString",
    "__proto__",
    "\u202e\u0000{{now}}",
]


async def is_dark(live: LivePage) -> bool:
    """Return whether the page is darker than grey."""
    color = await live.at("body").evaluate("body => getComputedStyle(body).backgroundColor")
    red, *_ = color.removeprefix("rgb(").split(",")
    return int(red) < 128


@in_browser
async def test_the_keyboard_is_enough(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """j, k, n and p go from message to message and from problem to problem, Enter opens the station, Esc goes back."""
    async with mock.station(identity) as station, browse(chromium, mock, f"#/messages/{identity}") as live:
        await station.ask("Heartbeat")
        await station.expect_error("Nonsense", {}, "NotImplemented")
        await eventually(live.names, lambda found: "Nonsense.error" in found)
        seen = []
        for key in ("k", "k", "j", "Escape", "n", "n", "p"):
            await live.page.keyboard.press(key)
            title = live.at("#message h2 .words")
            seen.append(await title.text_content() if await title.count() else "")
        names = await live.names()
        assert [seen[0], seen[1], seen[2], seen[3]] == [names[-1], names[-2], names[-1], ""]
        assert (seen[4] == seen[6] != seen[5], {seen[4], seen[5]} <= {*names}) == (True, True)
        await live.page.keyboard.press("Enter")
        await live.reads("#station", identity)
        await live.page.keyboard.press("?")
        assert await live.at("#help").is_visible()
        await live.page.keyboard.press("Escape")
        assert not await live.at("#help").is_visible()


@in_browser
async def test_the_address_keeps_the_view(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """The address has the pane, the stations and the message: another window with it shows the same."""
    odd = f"{identity} ü&,é"
    async with mock.station("".join(f"%{byte:02X}" for byte in odd.encode())) as station:
        await station.ask("Heartbeat")
        async with browse(chromium, mock) as live:
            await eventually(live.stations, lambda found: odd in found)
            await live.choose(odd)
            await eventually(live.names, lambda found: "Heartbeat.response" in found)
            await live.click("Heartbeat")
            await live.reads("#message", f"{odd} → CSMS")
            place = live.page.url.partition("#")[2]
        async with browse(chromium, mock, f"#{place}") as live:
            await live.reads("#message", "Heartbeat", f"{odd} → CSMS")
            assert await live.at("#rows .row.picked .name").inner_text() == "Heartbeat"
            assert await live.at("#lanes .lane").all_inner_texts() == [odd]


@in_browser
async def test_light_and_dark(chromium: "Browser", mock: ApiMock) -> None:
    """The page is light or dark like the system; its button changes that, also after a reload."""
    for scheme in ("light", "dark"):
        async with browse(chromium, mock, scheme=scheme) as live:
            assert await is_dark(live) is (scheme == "dark")
            for expected in (False, True):
                await live.at("#theme").click()
                assert await is_dark(live) is expected
            await live.page.reload()
            assert await is_dark(live)
            await live.at("#theme").click()
            assert await is_dark(live) is (scheme == "dark")


@in_browser
async def test_a_narrow_window(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """With a width of 800 pixels nothing is cut off; the details of a message cover the messages."""
    async with (
        booted(mock, identity) as station,
        browse(chromium, mock, f"#/messages/{identity}", width=800) as live,
    ):
        await station.ask("Heartbeat")
        await live.shows(*FIRST, "Heartbeat", "Heartbeat.response")
        for part in ("html", "#bar", "#middle"):
            assert await live.at(part).evaluate("part => part.scrollWidth <= part.clientWidth"), part
        assert not await live.at("#right").is_visible()
        await live.click("Heartbeat")
        await live.reads("#message", "Heartbeat")
        for tab in await live.at("#tabs [role=tab]:visible").all():
            box = await tab.bounding_box()
            assert box
            assert box["x"] + box["width"] <= 800
        await live.page.keyboard.press("Escape")
        assert not await live.at("#right").is_visible()


@in_browser
async def test_hostile_text_stays_text(chromium: "Browser", mock: ApiMock) -> None:
    """HTML, scripts and names of JavaScript from a station are shown as text in every pane, and never run."""
    async with browse(chromium, mock) as live:
        for text in HOSTILE:
            await look_at_hostile_text(live, mock, text)


async def look_at_hostile_text(live: LivePage, mock: ApiMock, text: str) -> None:
    """Look at everything that the page shows of a station with this text as its name and in its messages."""
    identity = text.replace("\0", "")
    async with mock.station("".join(f"%{byte:02X}" for byte in identity.encode())) as station:
        maker = {"model": text[:20], "vendorName": text[:50]}
        await station.call("BootNotification", {"reason": "PowerUp", "chargingStation": maker})
        await station.call(text, {"x": text, text: [text]})
        await station.call("TransactionEvent", transaction("Started", text[:36]))
        await station.send(text)
        await station.expect(4)
        await eventually(live.stations, lambda found: identity in found)
        await live.choose(identity)
        await live.click(text)
        assert json.loads(await live.at("#payload").text_content() or "")["x"] == text
        await live.page.keyboard.press("Enter")
        await live.reads("#station", identity[:20])
        for key in "tirovm":
            await live.page.keyboard.press(key)
        made = "#rows img, #stationrows img, #middle script, #right img, #right svg, #right script, iframe"
        assert await live.at(made).count() == 0
        assert (await live.page.title()).startswith("mock-csms")


@in_browser
async def test_the_page_after_a_restart_of_the_mock(chromium: "Browser") -> None:
    """The page says that the mock is gone; it shows only the new stations of another mock at the same address."""
    mock = ApiMock()
    port = mock.api.rpartition(":")[2]
    async with await chromium.new_context() as context:
        live = LivePage(await context.new_page())
        async with mock.station("OLD-1"):
            await live.page.goto(mock.api)
            await eventually(live.stations, lambda found: found == ["OLD-1"])
        mock.finish()
        await live.reads("#link", "reconnecting")
        again = ApiMock(f"--api={port}")
        async with again.station("NEW-1"):
            await live.at("#stationrows .station:visible .id").get_by_text("NEW-1").wait_for()
            await live.at("#link").get_by_text("live").wait_for()
            assert await live.at("#stationrows").get_by_text("OLD-1").count() == 0
        again.finish()


@in_browser
async def test_the_token_is_entered_once(chromium: "Browser") -> None:
    """Without the token the page is only a form for it; then a cookie that scripts cannot read opens the page."""
    mock = ApiMock("--api-token=right-token")
    async with await chromium.new_context() as context:
        page = await context.new_page()
        await page.goto(mock.api)
        await page.get_by_label("Token").fill("wrong")
        await page.get_by_role("button", name="Open").click()
        assert await page.locator("#stations").count() == 0
        await page.get_by_label("Token").fill("right-token")
        await page.get_by_role("button", name="Open").click()
        await page.locator("#link").get_by_text("live").wait_for(timeout=PATIENCE * 1000)
        assert "right-token" not in page.url
        [cookie] = await context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        assert "right-token" not in str(cookie)
        await page.reload()
        await page.locator("#link").get_by_text("live").wait_for(timeout=PATIENCE * 1000)
    mock.finish()


@in_browser
async def test_many_stations(chromium: "Browser") -> None:
    """300 stations of `mock-station --count` can be listed, filtered, and sent one command, with all answers."""
    mock = ApiMock("--quiet")
    fleet = await asyncio.create_subprocess_exec(
        *STATION,
        mock.url,
        "--count=300",
        "--ramp=1",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with browse(chromium, mock) as live:
            await live.reads("#connected", "300 of 300 connected")
            assert (await live.stations())[0] == "CS-0001"
            assert await live.at("#stationrows .station").count() < 100
            await live.at("#stations").evaluate("list => { list.scrollTop = list.scrollHeight; }")
            await eventually(live.stations, lambda found: found[-1] == "CS-0300")
            await live.page.keyboard.press("/")
            await live.page.keyboard.type("CS-029?")
            await eventually(live.stations, lambda found: len(found) == 10)
            await live.at("#glob").fill("")
            await live.page.keyboard.press("Escape")
            await live.page.keyboard.press("c")
            await live.at("#to").fill("CS-*")
            await live.reads("#reach", "300 connected stations")
            await live.at("#action").select_option("TriggerMessage")
            await live.at("#form select").first.select_option("Heartbeat")
            await live.at("#send").click()
            await live.reads("#answer", "Sent to 300")
            await eventually(live.names, lambda found: "Heartbeat.response" in found)
    finally:
        fleet.terminate()
        await fleet.wait()
        mock.finish()
