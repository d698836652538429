"""Masks the ids of tokens in objects and exchanges of OCPI (--redact), and where those mention them."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from mock_csms.behavior.quick_redaction import MASK
from mock_csms.protocol.records import replace
from mock_csms.twin.ocpi_events import OcpiExchanged

_TOKENS = "tokens"
_NAMES = ("uid", "contract_id", "visual_number", "group_id")
"""The properties of a Token that say whose it is; an EVSE has a `uid` too, but no `contract_id`."""
_IN_PATH = re.compile(r"/tokens/(?:[^/]+/[^/]+/([^/]+)|([^/]+)/authorize)/?$")
"""The paths with the uid of a token: that of an eMSP's token at the CPO, and that of a real-time authorization."""


def without_tags(value: Any) -> Any:
    """Return a JSON value with the ids of all tokens in it masked."""
    return _masked(value, {*_ids(value)})


def redacted(event: OcpiExchanged) -> OcpiExchanged:
    """Return an exchange with the ids of all tokens in it masked."""
    found = _IN_PATH.search(event.path)
    is_tokens = event.module == _TOKENS
    in_bodies = (*_ids(event.request, is_token=is_tokens), *_ids(event.answer, is_token=is_tokens))
    ids = {*in_bodies, *(filter(None, found.groups()) if found else ())}
    return replace(
        event,
        path=_masked(event.path, ids),
        query=_masked(dict(event.query), ids),
        request=_masked(event.request, ids),
        answer=_masked(event.answer, ids),
        reason=_masked(event.reason, ids),
    )


def _ids(value: Any, *, is_token: bool = False) -> Iterator[str]:
    """Yield the ids of the tokens in a JSON value; is_token: each object with a `uid` is one."""
    if isinstance(value, list):
        for each in value:
            yield from _ids(each, is_token=is_token)
    elif isinstance(value, dict):
        if "contract_id" in value or is_token:
            yield from (value[name] for name in _NAMES if isinstance(value.get(name), str) and value[name])
        for each in value.values():
            yield from _ids(each, is_token=is_token)


def _masked(value: Any, ids: Collection[str]) -> Any:
    """Return a JSON value with these ids masked, as whole words; keys stay."""
    if isinstance(value, str):
        for each in sorted(ids, key=len, reverse=True) if value else ():
            if each in value:
                value = re.sub(rf"(?<![0-9A-Za-z]){re.escape(each)}(?![0-9A-Za-z])", MASK, value)
        return value
    if isinstance(value, list):
        return [_masked(each, ids) for each in value]
    if isinstance(value, dict):
        return {key: _masked(each, ids) for key, each in value.items()}
    return value
