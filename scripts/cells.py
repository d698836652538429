"""Texts for the cells of tables of the documentation."""

from typing import Any


def json(payload: Any) -> str:
    """Return a payload as JSON, cut off after 160 characters."""
    import orjson

    text = orjson.dumps(payload).decode()
    return text if len(text) <= 160 else text[:159] + "…"


def code(text: str) -> str:
    """Return a text as code, and an empty text as it is."""
    return f"`{text}`" if text else ""
