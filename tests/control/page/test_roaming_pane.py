"""The pane of roaming in a browser: what other platforms are told, and what they ask."""

from typing import TYPE_CHECKING, Any

from tests.browser import in_browser
from tests.control.api.clients import ApiMock
from tests.control.page.browsing import browse, eventually
from tests.ocpi.peer import OcpiMock, peer_at
from tests.wire import BOOT, Mock, transaction

if TYPE_CHECKING:
    from playwright.async_api import Browser

TOKEN: dict[str, Any] = {
    **{"country_code": "DE", "party_id": "EMS", "uid": "TAG1", "type": "RFID", "contract_id": "C1", "issuer": "E"},
    **{"valid": True, "whitelist": "ALWAYS", "last_updated": "2026-01-01T00:00:00Z"},
}


class RoamingMock(ApiMock, OcpiMock):
    """A mock with `--api 0` and `--ocpi 0`."""

    def __init__(self, *flags: str) -> None:
        Mock.__init__(self, "--api=0", "--ocpi=0", *flags)
        assert self.process.stdout
        self.api, self.versions = (self.process.stdout.readline().decode().split()[-1] for _ in range(2))
        self.base = self.versions.removesuffix("/ocpi/versions")
        self.credentials = f"{self.base}/ocpi/2.2.1/credentials"


@in_browser
async def test_roaming(chromium: "Browser") -> None:
    """The pane shows the session, its CDR and its token, and each exchange, beside those with stations."""
    mock = RoamingMock("--ocpi-token-a=A")
    async with peer_at() as peer, browse(chromium, mock, "#/roaming/*") as live:
        await live.reads("#roaminglist", "No exchange yet")
        await peer.register(mock, "A")
        await peer.ask("PUT", mock.cpo("tokens/DE/EMS/TAG1"), TOKEN)
        async with mock.station("CS-1") as station:
            await station.ask("BootNotification", BOOT)
            who = {"evse": {"id": 1, "connectorId": 1}, "idToken": {"idToken": "TAG1", "type": "ISO14443"}}
            for kind, more in (("Started", who), ("Ended", {"seqNo": 1})):
                event = transaction(kind, **more)
                event["meterValue"] = [{"timestamp": event["timestamp"], "sampledValue": [{"value": 0}]}]
                await station.ask("TransactionEvent", event)
            await peer.until("POST", "/cdrs")
        rows = live.at("#roaminglist tr")
        for words in (
            ("CS-1-TX-1", "TAG1", "COMPLETED", "0.0000 kWh"),
            ("TAG1", "DE*EMS", "ALWAYS"),
            ("POST", "cdrs", "200"),
        ):
            found = rows
            for word in words:
                found = found.filter(has_text=word)
            await eventually(found.count, lambda count: count >= 1)
        await live.page.set_viewport_size({"width": 800, "height": 800})
        for tab in await live.at("#tabs [role=tab]:visible").all():
            box = await tab.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= 800
        await live.page.keyboard.press("m")
        await eventually(live.names, lambda names: any("/cdrs 200" in name for name in names))
    mock.finish()


@in_browser
async def test_without_ocpi(chromium: "Browser", mock: ApiMock) -> None:
    """Without --ocpi the tab is hidden."""
    async with browse(chromium, mock) as live:
        await live.reads("#url", mock.url)
        assert await live.at("#roamingtab").is_hidden()
        assert await live.at("[data-view=tokens]").is_visible()
