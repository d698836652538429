"""Times as OCPP writes them, read: the schemas let any text pass for one."""

from datetime import UTC, datetime


def seconds_of(text: str) -> float | None:
    """Return how many seconds after 1970 a time is, None for a text that is none; without an offset it is in UTC."""
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
