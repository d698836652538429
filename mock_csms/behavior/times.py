"""Times as OCPP writes them, read: the schemas let any text pass for one."""

from datetime import UTC, datetime
from functools import lru_cache


def read_time(text: str) -> float:
    """Return how many seconds after 1970 a time is; ValueError when it is none; without an offset it is in UTC."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except OverflowError as error:
        raise ValueError(str(error)) from None


@lru_cache(maxsize=256)  # checks read the same few times again and again
def seconds_of(text: str) -> float | None:
    """Return the same, or None for a text that is no time."""
    try:
        return read_time(text)
    except ValueError:
        return None
