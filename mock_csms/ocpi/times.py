"""Dates and times as OCPI writes them: in UTC, with at most 25 characters."""

import re
from datetime import UTC, datetime

from mock_csms.protocol.times import seconds_of

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,5})?Z?", re.ASCII)


def time_of(text: str) -> float | None:
    """Return a time of OCPI as seconds since 1970; None if the text is not one, such as one that ends with `+00:00`."""
    return seconds_of(text) if _FORM.fullmatch(text) else None


def written_time(seconds: float) -> str:
    """Return seconds since 1970 as OCPI writes them, with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
