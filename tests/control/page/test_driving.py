"""The live page in a browser: a person uses it to control the mock."""

from typing import TYPE_CHECKING

from tests.browser import in_browser
from tests.control.api.clients import ApiMock
from tests.control.page.browsing import browse, eventually
from tests.wire import BOOT, transaction

if TYPE_CHECKING:
    from playwright.async_api import Browser
from tests.control.page.live_stations import answer


@in_browser
async def test_a_command_with_its_answer(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """The form sends the command, and shows the answer of the station."""
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
async def test_mistakes_in_a_command_are_shown(chromium: "Browser", mock: ApiMock, identity: str) -> None:
    """Mistakes are listed while a person types; the mock refuses the command, but "as it is" sends it anyway."""
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
async def test_a_command_to_several_stations(chromium: "Browser", mock: ApiMock) -> None:
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
    """ "Answer differently" at a message adds a rule; the rule gives the next answer and counts its uses."""
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
    """The status of a token can be set and deleted; the mock's error about a too long id is shown."""

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
    """A finding links to its message; a transaction is listed until and after its end; an expectation is met."""
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
    """The pane of a station shows what the station reported, and can close its connection."""
    async with mock.station(identity) as station:
        await station.ask("BootNotification", BOOT)
        async with browse(chromium, mock, f"#/messages/{identity}/station/{identity}") as live:
            await live.reads("#station", identity, "connected", "v m", "PowerUp")
            await live.at("#station").get_by_role("button", name="Disconnect").click()
            assert await station.closed() == 1000
            await live.reads("#station", "not connected")
