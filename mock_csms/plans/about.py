"""What a station says about itself when it boots."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.printable import printable

FIRMWARE = "firmware"
"""The fact with the version of its firmware."""


def facts_in(device: Any, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the facts for people in an object, which may have any shape; `fields` has the property of each fact."""
    if not isinstance(device, dict):
        return {}
    found = {fact: device.get(name) for fact, name in fields.items()}
    return {fact: printable(text) for fact, text in found.items() if isinstance(text, str) and text}
