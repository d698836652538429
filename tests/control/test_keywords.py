"""Settings as keyword arguments of `mock_csms.Csms`."""

import re
from typing import Any

import pytest

from mock_csms.control.python import Csms
from tests.control.in_process import station_of


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({"auth_mode": "rate_limit"}, "NotAtThisTime"),
        ({"auth_mode": "whitelist", "whitelist": ["A", "TAG"]}, "Accepted"),
        ({"auth_mode": "whitelist", "whitelist": ("A",)}, "Blocked"),
        ({"token": "TAG=Expired"}, "Expired"),
        ({"token": ["B=Blocked", {"id": "TAG", "status": "Invalid"}]}, "Invalid"),
        ({"reply": ("Authorize", {"idTokenInfo": {"status": "NoCredit"}})}, "NoCredit"),
        ({"reply": [("Authorize*1", '{"idTokenInfo":{"status":"Unknown"}}')]}, "Unknown"),
        ({"rule": [{"match": "Authorize", "reply": {"idTokenInfo": {"status": "Expired"}}}]}, "Expired"),
    ],
)
async def test_settings_are_keyword_arguments(settings: dict[str, Any], status: str) -> None:
    """Keyword arguments take the forms of the configuration file, and of the flags --reply and --token."""
    async with Csms(**settings) as csms, station_of(csms) as station:
        result = await station.ask("Authorize", {"idToken": {"idToken": "TAG", "type": "Central"}})
        assert result["idTokenInfo"]["status"] == status


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"boot_statu": "Pending"}, "boot_statu: is not a setting; did you mean 'boot_status'"),
        ({"boot_status": "Maybe"}, "boot_status: 'Maybe' is not one of"),
        ({"offline": "yes"}, "offline: must be true or false"),
        ({"boot_interval": None}, "boot_interval: None is neither a string nor a number"),
        ({"reply": ["Authorize"]}, "reply: 'Authorize' is not MATCH JSON"),
        ({"token": "TAG"}, "token: 'TAG' is not ID=STATUS"),
        ({"rule": [{"match": "Authorise", "error": "X"}]}, "did you mean 'Authorize'"),
        ({"boot_status": "Pending", "boot_status_sequence": "Pending"}, "cannot be used together"),
        ({"command": "Reset", "delay": 1, "payload": {"type": "Softly"}}, 'type: "Softly" is not one of'),
        ({"expect": "Heartbeat"}, "in Python use receive"),
    ],
)
def test_wrong_settings_are_errors(settings: dict[str, Any], words: str) -> None:
    """A wrong setting is a ValueError, with one line that says which one it is and why."""
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        Csms(**settings)
    assert "\n" not in str(error.value)
