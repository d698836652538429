"""Masking idTokens in what is shown or written."""

import re
from typing import Any, TypeVar

from mock_csms.behavior.events import Event
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import replace

MASK = "***"

_IN_JSON = re.compile(rb'("idToken"\s*:\s*)("(?:[^"\\\n]|\\.)*"?|[-+0-9.eE]+)')
_IN_NAMES = re.compile(r'(idToken\s*=\s*)("(?:[^"\\]|\\.)*"|[^,\]"\\\n]*)')  # of rules and expectations
_IN_DIFFERENCES = re.compile(r"(idToken: expected )[^\n]*?(, got )[^;\n]*")

AnyEvent = TypeVar("AnyEvent", bound=Event)


def mask_text(text: bytes) -> bytes:
    """Return JSON text with every idToken in it masked, also where it was cut off or is no JSON."""
    return _IN_JSON.sub(rb'\1"' + MASK.encode() + b'"', text)


def mask_words(text: str) -> str:
    """Return what is said to people with the idTokens in it masked."""
    text = _IN_NAMES.sub(rf"\1{MASK}", mask_text(text.encode(errors="replace")).decode())
    return _IN_DIFFERENCES.sub(rf"\1{MASK}\2{MASK}", text)


def mask_json(value: Any) -> Any:
    """Return a JSON value with every idToken in it masked."""
    if isinstance(value, list):
        return [mask_json(item) for item in value]
    if isinstance(value, dict):
        return {
            key: MASK if key == "idToken" and type(item) in (str, int, float) else mask_json(item)
            for key, item in value.items()
        }
    return value


def masked(event: AnyEvent) -> AnyEvent:
    """Return `event` with every idToken in it masked."""
    return replace(event, **{name: _masked(getattr(event, name)) for name in event.__struct_fields__})


def _masked(value: Any) -> Any:
    match value:
        case bytes():
            return mask_text(value)
        case str():
            return mask_words(value)
        case Call() | Result():
            return replace(value, payload=mask_json(value.payload))
        case Error():
            return replace(value, description=mask_words(value.description), details=mask_json(value.details))
    return value
