"""The live page in a browser: it shows what happens, and drives the mock. Real stations talk to it over WebSockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.control.api.clients import ApiMock
from tests.control.page.browsing import LivePage, browse, eventually
from tests.reference_station import STATION
from tests.wire import BOOT, PATIENCE, Station, transaction

if TYPE_CHECKING:
    from playwright.async_api import Browser

in_browser = pytest.mark.asyncio(loop_scope="module")

FIRST = ("connected, ocpp2.0.1", "BootNotification", "BootNotification.response")
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "<script>document.title='x'</script>",
    "</textarea><svg onload=alert(1)>",
    "toString",
    "__proto__",
    "\u202e\u0000{{now}}",
]


async def answer(station: Station, action: str, payload: Any) -> Any:
    """Expect a command next, answer it, and return its payload."""
    _, id_, _, sent = await station.expect(2, ..., action)
    await station.send([3, id_, payload])
    return sent


@asynccontextmanager
async def booted(mock: ApiMock, identity: str) -> AsyncIterator[Station]:
    """Connect a station that boots, as each must; its first rows are those of FIRST."""
    async with mock.station(identity) as station:
        await station.ask("BootNotification", BOOT)
        yield station


async def is_dark(live: LivePage) -> bool:
    """Return whether the page is darker than grey."""
    color = await live.at("body").evaluate("body => getComputedStyle(body).backgroundColor")
    red, *_ = color.removeprefix("rgb(").split(",")
    return int(red) < 128


# What happens is seen.


@in_browser
async def test_an_empty_mock_says_what_to_do(chromium: "Browser") -> None:
    """Before any station has come, every pane says what it is for, with the URL to connect to."""
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
async def test_a_station_is_seen_at_a_glance(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """Connection, version, model, connectors, running transactions and findings are in the row of a station."""
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
async def test_a_message_shows_what_is_wrong_in_it(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """A click shows the payload as it came, its violations, the findings about it, its answer, and back again."""
    async with mock.station(identity) as station, browse(chromium, mock, f"#/messages/{identity}") as live:
        await station.send([2, "odd", "StatusNotification", {"evseId": 1.0, "connectorStatus": "Gone"}])
        await station.expect(4, "odd")
        await live.click("StatusNotification")
        told = await live.reads("#message", "connectorStatus", "R1", f"{identity} → CSMS")
        assert "Gone" in told
        assert "1.0" in await live.at("#payload").inner_text()
        await live.at("#message").get_by_role("button", name="StatusNotification.error").click()
        await live.reads("#message", f"CSMS → {identity}", "before")
        assert "/" + str(await live.at("#message dd").last.inner_text()) in live.page.url


@in_browser
async def test_filters(chromium: "Browser", mock: ApiMock) -> None:
    """Words, words after a minus, problems only, a pattern for stations, and several that are chosen."""
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
    """While paused nothing moves and the new ones are counted; then all of them are there, in their order."""
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


# The mock is driven.


@in_browser
async def test_a_command_with_its_answer(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """A form that is filled in sends the command, and shows what the station answered."""
    async with mock.station(identity) as station, browse(chromium, mock, f"#/messages/{identity}") as live:
        await live.reads("#connected", "connected")
        await eventually(live.stations, lambda found: identity in found)
        await live.page.keyboard.press("c")
        await live.at("#action").select_option("ChangeAvailability")
        await live.at("#form select").first.select_option("Inoperative")
        await live.at("#form").get_by_role("button", name="+ evse").click()
        await live.at("#form .field input").first.fill("2")
        await live.page.keyboard.press("Control+Enter")
        sent = await answer(station, "ChangeAvailability", {"status": "Scheduled"})
        assert sent == {"operationalStatus": "Inoperative", "evse": {"id": 2}}
        await live.reads("#answer", "Scheduled", identity, "ms")
        await live.at("#form").get_by_role("button", name="Remove evse").click()
        await live.at("#send").click()
        assert await answer(station, "ChangeAvailability", {"status": "Rejected"}) == {
            "operationalStatus": "Inoperative"
        }
        await live.reads("#answer", "Rejected")
        await live.at("#action").select_option("CustomerInformation")
        await live.at("#form").get_by_role("button", name="Remove customerIdentifier").click()
        await live.at("#send").click()
        sent = await answer(station, "CustomerInformation", {"status": "Accepted"})
        assert ({*sent}, type(sent["requestId"])) == ({"requestId", "report", "clear"}, int)
        await live.reads("#answer", "Accepted")
        await live.at("#action").select_option("ChangeAvailability")
        await eventually(live.at("#form").inner_text, lambda text: "operationalStatus" in text)
        await live.at("#send").click()
        _, id_, *_ = await station.expect(2, ..., "ChangeAvailability")
        await station.send([4, id_, "NotSupported", "never", {}])
        await live.reads("#answer", "NotSupported", "never")
        await live.at("#answer").get_by_text("Show message").click()
        await live.reads("#message", "ChangeAvailability.error", "never")


@in_browser
async def test_what_is_wrong_in_a_command_is_said(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """Mistakes are listed while somebody types; the mock refuses them, and sends them all the same "as it is"."""
    async with mock.station(identity) as station, browse(chromium, mock, f"#/messages/{identity}/send/Reset") as live:
        await live.at("#mode-json").click()
        await eventually(live.at("#text").input_value, lambda text: "type" in text)
        await live.at("#text").fill('{"type": "Never", "odd": 1')
        await live.reads("#wrong", "not JSON")
        await live.at("#text").fill('{"type": "Never", "odd": 1}')
        await live.reads("#wrong", "type: is none of", "odd: is unknown")
        await live.at("#send").click()
        await live.reads("#answer", "Not sent", "schema of ResetRequest")
        await live.at("#asis").check()
        await live.at("#send").click()
        assert await answer(station, "Reset", {"status": "Accepted"}) == {"type": "Never", "odd": 1}
        await live.reads("#answer", "Accepted")
        await live.at("#mode-frame").click()
        await live.at("#text").fill("[2,")
        await live.at("#send").click()
        assert await station.socket.recv() == "[2,"
        await live.reads("#answer", "3 bytes")


@in_browser
async def test_a_command_to_all_that_match(chromium: "Browser", mock: ApiMock) -> None:
    """A pattern sends a command to each connected station that matches, and shows the answer of each."""
    async with (
        mock.station("ALL-1") as one,
        mock.station("ALL-2") as two,
        mock.station("NOT-1") as other,
        browse(chromium, mock, "#/messages/*/send/ClearCache") as live,
    ):
        await live.at("#to").fill("ALL-*")
        await live.reads("#reach", "2 connected stations")
        await eventually(live.at("#action").input_value, lambda action: action == "ClearCache")
        await live.at("#send").click()
        await answer(one, "ClearCache", {"status": "Accepted"})
        await answer(two, "ClearCache", {"status": "Rejected"})
        await live.reads("#answer", "Sent to 2", "ALL-1", "Accepted", "Rejected")
        await other.nothing(0.05)


@in_browser
async def test_an_answer_is_changed_by_a_rule(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """ "Answer differently" of a message makes a rule; the next answer is that of the rule, which counts its uses."""
    token = {"idToken": {"idToken": "TAG1", "type": "ISO14443"}}
    async with mock.station(identity) as station, browse(chromium, mock, f"#/messages/{identity}") as live:
        assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == "Accepted"
        await live.click("Authorize.response")
        await live.at("#message").get_by_role("button", name="Answer differently").click()
        assert await live.at("#match").input_value() == f"Authorize@{identity}"
        await live.at("#value").fill('{"idTokenInfo": {"status": ')
        await live.at("#ruleform").get_by_role("button", name="Save").click()
        await live.reads("#rulewrong", "not JSON")
        await live.at("#value").fill('{"idTokenInfo": {"status": "Expired"}}')
        await live.at("#ruleform").get_by_role("button", name="Save").click()
        await live.reads("#rulelist", f"Authorize@{identity}", "Expired")
        assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == "Expired"
        await eventually(live.at("#rulelist td.number").inner_text, lambda text: text == "1")
        await live.page.keyboard.press("m")
        await eventually(live.names, lambda found: list(found).count("Authorize.response") == 2)
        await live.click("Authorize.response")
        await live.reads("#message", "Expired", f"Authorize@{identity}")
        await live.page.keyboard.press("r")
        await live.at("#rulelist").get_by_role("button", name="Edit").click()
        await live.at("#value").fill('{"idTokenInfo": {"status": "Blocked"}}')
        await live.at("#ruleform").get_by_role("button", name="Save").click()
        await live.reads("#rulelist", "Blocked")
        assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == "Blocked"
        await live.at("#rulelist").get_by_role("button", name="Delete").click()
        await live.reads("#rulelist", "No rule yet")
        assert (await station.ask("Authorize", token))["idTokenInfo"]["status"] == "Accepted"


@in_browser
async def test_tokens_are_added_changed_and_deleted(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """What a token gets is set in the page; an id that is too long is refused with the line of the mock."""

    async def status() -> str:
        answer = await station.ask("Authorize", {"idToken": {"idToken": "T/1", "type": "ISO14443"}})
        return str(answer["idTokenInfo"]["status"])

    async with mock.station(identity) as station, browse(chromium, mock, "#/tokens/*") as live:
        await live.at("#newtoken").click()
        await live.at("#token-id").fill("x" * 37)
        await live.at("#tokenform").get_by_role("button", name="Save").click()
        await live.reads("#tokenwrong", "36")
        await live.at("#token-id").fill("T/1")
        await live.at("#tokenform").get_by_role("button", name="Save").click()
        await live.reads("#tokenlist", "T/1", "Blocked")
        assert await status() == "Blocked"
        await live.at("#tokenlist").get_by_role("button", name="Edit").click()
        await live.at("#token-status").fill("Expired")
        await live.at("#tokenform").get_by_role("button", name="Save").click()
        await live.reads("#tokenlist", "Expired")
        assert await status() == "Expired"
        await live.at("#tokenlist").get_by_role("button", name="Delete the token T/1").click()
        await live.reads("#tokenlist", "No token has a status of its own")
        assert await status() == "Accepted"


@in_browser
async def test_findings_transactions_and_the_verdict(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """A finding leads to its message; a transaction is listed as it runs and ends; an expectation is met."""
    async with mock.station(identity) as station, browse(chromium, mock, f"#/verdict/{identity}") as live:
        await live.at("#expected").fill(f"TransactionEvent[eventType=Ended]@{identity}")
        await live.at("#expectform").get_by_role("button", name="Add").click()
        await live.reads("#expectedlist", "open")
        await station.ask("BootNotification", BOOT)
        await station.ask("TransactionEvent", transaction("Started", "TX-9", seqNo=3))
        await live.page.keyboard.press("Escape")
        await live.page.keyboard.press("t")
        await live.reads("#sessionlist", identity, "TX-9")
        await station.ask("TransactionEvent", transaction("Ended", "TX-9", seqNo=4))
        await eventually(live.at("#sessionlist .over").count, lambda count: count == 1)
        await live.page.keyboard.press("i")
        await live.reads("#findinglist", identity, "seqNo")
        await live.at("#findinglist tr").filter(has_text="seqNo").first.get_by_role("button", name="Show").click()
        await live.reads("#message", "seqNo")
        await live.page.keyboard.press("v")
        await live.reads("#expectedlist", "met")
        await live.at("#expectedlist").get_by_role("button", name="Delete").click()
        await eventually(live.at("#expectedlist li").count, lambda count: count == 0)


@in_browser
async def test_a_station_and_its_connection(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """The pane of a station shows what it told, and closes its connection."""
    async with mock.station(identity) as station:
        await station.ask("BootNotification", BOOT)
        async with browse(chromium, mock, f"#/messages/{identity}/station/{identity}") as live:
            await live.reads("#station", identity, "connected", "v m", "PowerUp")
            await live.at("#station").get_by_role("button", name="Disconnect").click()
            assert await station.closed() == 1000
            await live.reads("#station", "not connected")


# The page itself.


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
async def test_the_address_leads_back(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """The address names the pane, the stations and the message; whoever opens it sees the same."""
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
    """The page follows the system; its button says otherwise, and a reload keeps that."""
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
    """At 800 pixels nothing is cut off: stations, messages and panes fit, and details lie over the messages."""
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
        for tab in await live.at("#tabs [role=tab]").all():
            box = await tab.bounding_box()
            assert box
            assert box["x"] + box["width"] <= 800
        await live.page.keyboard.press("Escape")
        assert not await live.at("#right").is_visible()


@in_browser
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_hostile_text_stays_text(text: str, chromium: "Browser", mock: ApiMock) -> None:
    """Markup, scripts and names of JavaScript from a station are shown as text in every pane; nothing of them runs."""
    identity = text.replace("\0", "")
    async with mock.station("".join(f"%{byte:02X}" for byte in identity.encode())) as station:
        maker = {"model": text[:20], "vendorName": text[:50]}
        await station.call("BootNotification", {"reason": "PowerUp", "chargingStation": maker})
        await station.call(text, {"x": text, text: [text]})
        await station.call("TransactionEvent", transaction("Started", text[:36]))
        await station.send(text)
        await station.expect(4)
        async with browse(chromium, mock) as live:
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
async def test_a_mock_that_comes_back_is_shown_anew(chromium: "Browser") -> None:
    """The page says that the mock is gone; another mock at the same address is shown from its start."""
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
async def test_a_token_is_asked_for_once(chromium: "Browser") -> None:
    """Without the token there is only the form for it; with it a cookie, which scripts cannot read, opens the page."""
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
async def test_a_thousand_stations(chromium: "Browser") -> None:
    """1,000 stations of `mock-station --count` are listed, filtered, and driven together with the answers of all."""
    mock = ApiMock("--quiet")
    fleet = await asyncio.create_subprocess_exec(
        *STATION,
        mock.url,
        "--count=1000",
        "--ramp=5",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with browse(chromium, mock) as live:
            await live.reads("#connected", "1,000 of 1,000 connected")
            assert (await live.stations())[0] == "CS-0001"
            assert await live.at("#stationrows .station").count() < 100
            await live.at("#stations").evaluate("list => { list.scrollTop = list.scrollHeight; }")
            await eventually(live.stations, lambda found: found[-1] == "CS-1000")
            await live.page.keyboard.press("/")
            await live.page.keyboard.type("CS-099?")
            await eventually(live.stations, lambda found: len(found) == 10)
            await live.at("#glob").fill("")
            await live.page.keyboard.press("Escape")
            await live.page.keyboard.press("c")
            await live.at("#to").fill("CS-*")
            await live.reads("#reach", "1,000 connected stations")
            await live.at("#action").select_option("TriggerMessage")
            await live.at("#form select").first.select_option("Heartbeat")
            await live.at("#send").click()
            await live.reads("#answer", "Sent to 1,000")
            await eventually(live.names, lambda found: "Heartbeat.response" in found)
    finally:
        fleet.terminate()
        await fleet.wait()
        mock.finish()
