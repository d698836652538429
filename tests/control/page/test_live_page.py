"""The live page in a browser: what it shows. The stations are real WebSocket clients of the mock."""

from typing import TYPE_CHECKING

from tests.browser import in_browser
from tests.control.api.clients import ApiMock
from tests.control.page.browsing import browse, eventually
from tests.wire import BOOT, transaction

if TYPE_CHECKING:
    from playwright.async_api import Browser
from tests.control.page.live_stations import FIRST, booted


@in_browser
async def test_the_page_without_stations(chromium: "Browser") -> None:
    """Before the first station connects, every pane says what it is for, and the URL for stations is shown."""
    mock = ApiMock()
    async with browse(chromium, mock) as live:
        for selector in ("#nothing", "#nostation"):
            await live.reads(selector, mock.url)
        for key, selector, word in (
            ("t", "#sessionlist", "No transaction yet"),
            ("i", "#findinglist", "Nothing wrong so far"),
            ("r", "#rulelist", "No rule yet"),
            ("o", "#tokenlist", "--auth-mode"),
            ("v", "#caselist", "--expect"),
        ):
            await live.page.keyboard.press(key)
            await live.reads(selector, word)
        async with mock.station("CS-1") as station:
            await station.ask("BootNotification", BOOT)
            await live.page.keyboard.press("m")
            await live.shows("connected, ocpp2.0.1", "BootNotification", "BootNotification.response")
            await eventually(live.stations, lambda found: found == ["CS-1"])
    mock.finish()


@in_browser
async def test_the_row_of_a_station(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """The row of a station has its connection, version, model, connectors, running transactions and findings."""
    async with browse(chromium, mock, f"#/messages/{identity}") as live:
        row = live.at("#stationrows .station:visible").filter(has_text=identity)
        async with mock.station(identity) as station:
            await station.ask("BootNotification", BOOT)
            status = {"connectorStatus": "Occupied", "evseId": 1, "connectorId": 1, "timestamp": "2026-01-01T00:00:00Z"}
            await station.ask("StatusNotification", status)
            await station.ask("TransactionEvent", transaction("Started", seqNo=5))
            await eventually(row.inner_text, lambda text: "OCPP 2.0.1 · m" in text and "ϟ 1" in text)
            await eventually(row.locator(".chips .busy").count, lambda count: count == 1)
            await eventually(row.locator(".found").inner_text, lambda text: text.isdigit() and int(text) > 0)
            assert "on" in (await row.get_attribute("class") or "").split()
        await eventually(lambda: row.get_attribute("class"), lambda classes: "off" in (classes or "").split())
        assert "EVSE 1, connector 1: Occupied" in (await row.get_attribute("title") or "")


@in_browser
async def test_the_details_of_a_message(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """A click on a message shows its unchanged payload, violations and findings, and links to its answer."""
    async with mock.station(identity) as station, browse(chromium, mock, f"#/messages/{identity}") as live:
        await station.send([2, "odd", "StatusNotification", {"evseId": 1.0, "connectorStatus": "Gone"}])
        await station.expect(4, "odd")
        await live.click("StatusNotification")
        response = await live.reads("#message", "connectorStatus", "R1", f"{identity} → CSMS")
        assert "Gone" in response
        assert "1.0" in await live.at("#payload").inner_text()
        await live.at("#message").get_by_role("button", name="StatusNotification.error").click()
        await live.reads("#message", f"CSMS → {identity}", "before")
        assert "/" + str(await live.at("#message dd").last.inner_text()) in live.page.url


@in_browser
async def test_filters(chromium: "Browser", mock: ApiMock) -> None:
    """Messages are filtered by words, excluded words (with a minus), problems, a pattern, and selected stations."""
    async with booted(mock, "F-1") as one, booted(mock, "F-2") as two, browse(chromium, mock, "#/messages/F-*") as live:
        await one.ask("Heartbeat")
        await two.expect_error("Nonsense", {}, "NotImplemented")
        beat = ["Heartbeat", "Heartbeat.response"]
        await eventually(live.names, lambda found: "Nonsense.error" in found)
        await live.at("#words").fill("heartbeat -currentTime")
        await live.shows("Heartbeat")
        await live.at("#words").fill("")
        await live.at("#problems").check()
        await eventually(live.names, lambda found: "Nonsense.error" in found and not set(found) & set(beat))
        await live.at("#problems").uncheck()
        await live.page.keyboard.press("Escape")
        await live.page.keyboard.press("/")
        await live.page.keyboard.type("f-?")
        await eventually(live.stations, lambda found: found == ["F-1", "F-2"])
        await live.choose("F-1")
        await live.shows(*FIRST, *beat)
        await live.at("#stationrows .station:visible .id").get_by_text("F-2").click(modifiers=["Control"])
        await eventually(live.names, lambda found: {"Nonsense.error", *beat} <= {*found})
        assert await live.at("#lanes .lane").all_inner_texts() == ["F-1", "F-2"]


@in_browser
async def test_pause_holds_the_messages_and_loses_none(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """While paused, new messages are only counted; afterwards all of them are shown, in order."""
    async with booted(mock, identity) as station, browse(chromium, mock, f"#/messages/{identity}") as live:
        await live.shows(*FIRST)
        await live.page.keyboard.press(" ")
        await live.reads("#link", "paused")
        await station.ask("DataTransfer", {"vendorId": "V"})
        await station.ask("Heartbeat")
        await live.reads("#latest", "4 new")
        assert await live.names() == [*FIRST]
        await live.page.keyboard.press(" ")
        await live.shows(*FIRST, "DataTransfer", "DataTransfer.response", "Heartbeat", "Heartbeat.response")
        await live.reads("#link", "live")


@in_browser
async def test_older_messages_come_by_scrolling(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """A run that is longer than one page of the journal can be scrolled back to its first message."""
    async with booted(mock, identity) as station:
        for number in range(700):
            await station.send([2, f"{number}", "DataTransfer", {"vendorId": "V"}])
            await station.expect(3)
        async with browse(chromium, mock, f"#/messages/{identity}") as live:
            await live.reads("#tally", "500 shown")
            assert (await live.names())[-1] == "DataTransfer.response"

            async def scrolled() -> bool:
                await live.at("#sequence").evaluate("view => { view.scrollTop = 0; }")
                return "connected, ocpp2.0.1" in await live.names()

            await eventually(scrolled, lambda is_there: is_there)
            await live.reads("#tally", "1,403 shown")
            await station.ask("Heartbeat")
            await live.page.keyboard.press("g")
            await live.reads("#tally", "1,405 shown")
