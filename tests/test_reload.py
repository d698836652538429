"""After SIGHUP the mock prints which settings have changed, and which changes need a restart."""

import re
import signal
from dataclasses import fields
from pathlib import Path

import pytest

from mock_csms import Csms
from mock_csms.settings import FIXED, Config
from tests.raw import until
from tests.wire import BOOT, Mock

FIRST = """
boot-interval = 7
ping-timeout = 20
basic-auth = ["CS-9:first-password-1"]
whitelist = ["one", "two"]
[[rule]]
match = "Heartbeat"
error = "GenericError"
[[rule]]
match = "Authorize"
reply = "@reply.json"
[[command]]
action = "ClearCache"
on = "BootNotification"
"""
SECOND = """
boot-interval = 8
ping-timeout = 5
offline = true
after = "boot"
basic-auth = ["CS-9:second-password-2"]
whitelist = ["one"]
[[rule]]
match = "Authorize"
reply = "@reply.json"
[[rule]]
match = "DataTransfer"
fault = "drop"
[[command]]
action = "Reset"
on = "BootNotification"
"""
CHANGED = r"""
note +boot-interval: 7 -> 8$
note +offline: off -> on$
note +basic-auth: changed$
note +whitelist: one two -> one$
note +rule: added DataTransfer drop$
note +rule: removed Heartbeat GenericError$
note +ping-timeout: 20 -> 5 only after a restart$
note +after: connect -> boot only after a restart$
note +command: changed only after a restart$
"""


async def reload_lines(mock: Mock) -> str:
    """Send SIGHUP, and return the printed lines about it, which are written at once."""
    read = len(mock.log)
    mock.process.send_signal(signal.SIGHUP)
    await until(lambda: re.search(r"configured.*\n(.*note.*\n)+", mock.log[read:]) is not None)
    return mock.log[read:]


async def test_changed_settings_are_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mock prints each changed setting, with both values unless they are secret, and no others."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reply.json").write_text('{"idTokenInfo": {"status": "Blocked"}}')
    (tmp_path / "mock.toml").write_text(FIRST)
    async with Mock("--config", "mock.toml", "--redact", "--checks=none") as masked, Mock("--config=mock.toml") as mock:
        assert re.findall("note +(.*)", await reload_lines(mock)) == ["nothing has changed"]
        (tmp_path / "mock.toml").write_text(SECOND)
        lines = (await reload_lines(mock)).splitlines()
        patterns = CHANGED.strip().splitlines()
        assert [each for each in patterns if not any(re.search(each, line) for line in lines)] == [], lines
        assert len(lines) == len(patterns) + 1, lines
        hidden = await reload_lines(masked)
        assert "whitelist: changed" in hidden
        assert [word for word in ("password", "one two", "DataTransfer") if word in hidden] == []
        assert "password" not in mock.log
        (tmp_path / "reply.json").write_text('{"idTokenInfo": {"status": "Expired"}}')
        again = await reload_lines(mock)
        assert "rule: added Authorize" in again
        assert "boot-interval" not in again
        assert "ping-timeout: 20 -> 5 only after a restart" in again
        (tmp_path / "mock.toml").write_text(SECOND.replace("basic-auth", "#"))
        assert "basic-auth: changed" in await reload_lines(mock)
        async with mock.station() as station:
            await station.send([2, "b", "BootNotification", BOOT])
            assert (await station.expect(3, "b"))[2]["interval"] == 8
            assert (await station.expect(2))[2] == "ClearCache"


def test_settings_that_need_a_restart_in_python() -> None:
    """`config` has the current settings: neither `configure` nor SIGHUP changes the port."""
    csms = Csms(port=0, ping_timeout=20)
    csms.configure(port=9001, ping_timeout=5, boot_interval=8)
    assert (csms.config.port, csms.config.ping_timeout, csms.config.boot_interval) == (0, 20.0, 8)


def test_settings_read_at_the_start_are_marked() -> None:
    """Gate: settings that are only read at the start are marked, and no others."""
    assert {setting.name for setting in fields(Config)} > FIXED
    assert {"host", "port", "trace", "expect", "command", "script", "seed", "state_dir", "fail_on_findings"} < FIXED
    assert not FIXED & {"boot_interval", "rule", "token", "call_timeout", "checks", "validate", "refuse", "basic_auth"}
