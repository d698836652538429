"""The pane with the settings, and the form that lets a station connect."""

from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import InvalidStatus

from tests.browser import in_browser
from tests.control.api.clients import ApiMock
from tests.control.page.browsing import browse, eventually
from tests.wire import BOOT

if TYPE_CHECKING:
    from playwright.async_api import Browser


PASSWORD = "a-long-password-of-it"
LOGIN = {"Authorization": f"Basic {b64encode(f'CS-1:{PASSWORD}'.encode()).decode()}"}


@in_browser
async def test_settings_are_shown_and_changed(chromium: "Browser") -> None:
    """Each setting has its value and origin; a change applies at once, and can be undone; a wrong one is refused."""
    mock = ApiMock("--boot-interval=30", f"--basic-auth=CS-1:{PASSWORD}")
    async with mock, browse(chromium, mock, "#/settings/*") as live, mock.station("CS-1", headers=LOGIN) as station:
        await live.at("#settingwords").fill("boot-interval")
        await live.reads("#settinglist", "boot-interval", "--boot-interval")
        field = live.at("#settinglist").get_by_label("boot-interval", exact=True)
        assert await field.input_value() == "30"
        await field.fill("never")
        await field.press("Enter")
        await live.reads("#settingwrong", "boot-interval")
        await field.fill("7")
        await field.press("Enter")
        await live.reads("#settinglist", "API", "Back")
        assert (await station.ask("BootNotification", BOOT))["interval"] == 7
        await live.at("#settinglist").get_by_role("button", name="Back: boot-interval").click()
        await live.reads("#settinglist", "--boot-interval")
        assert (await station.ask("BootNotification", BOOT))["interval"] == 30
        await live.at("#settingwords").fill("basic-auth")
        await live.reads("#settinglist", "not shown")
        assert PASSWORD not in await live.page.content()


@in_browser
async def test_a_text_that_is_being_typed_stays(chromium: "Browser") -> None:
    """A text in a field stays while the list is filtered, and while another setting is changed."""
    mock = ApiMock("--boot-interval=30")
    async with mock, browse(chromium, mock, "#/settings/*") as live:
        cost = live.at("#settinglist").get_by_label("total-cost", exact=True)
        await cost.press("ControlOrMeta+a")
        await cost.press_sequentially("12.")
        interval = live.at("#settinglist").get_by_label("boot-interval", exact=True)
        await interval.evaluate("(field) => { field.value = '7'; field.dispatchEvent(new Event('change')); }")
        await live.reads("#settinglist", "API")
        await live.at("#settingwords").evaluate("(field) => { field.value = 'cost'; field.oninput(); }")
        await eventually(live.at("#settinglist tr:visible").count, lambda rows: 1 < rows < 6)
        await cost.press_sequentially("5")
        assert (await cost.input_value(), await interval.is_visible()) == ("12.5", False)


@in_browser
async def test_a_station_is_registered_with_a_password(chromium: "Browser") -> None:
    """The form lets a station connect with that password only, and the page does not keep it."""
    mock = ApiMock("--known-stations=CS-1")
    async with mock, browse(chromium, mock) as live:
        await live.at("#newstation").click()
        await live.at("#station-id").fill("CS-2")
        await live.at("#station-password").fill("wonderful-password")
        await live.at("#stationform").get_by_role("button", name="Register").click()
        await live.reads("#toast", "CS-2 may connect, with its password")
        await live.reads("#stationrows", "CS-2")
        with pytest.raises(InvalidStatus, match="401"):
            await mock.station("CS-2").__aenter__()
        assert await live.at("#station-password").input_value() == ""
