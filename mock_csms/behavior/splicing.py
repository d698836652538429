"""Puts other values into a JSON value, and into a JSON text, in which everything else stays as it was written."""

import json
import re
from collections.abc import Mapping
from typing import Any

import orjson

from mock_csms.behavior.matching import Path

_TOKEN = re.compile(r'(?P<text>"(?:[^"\\]|\\.)*+")|(?P<plain>[-+0-9.eE]+|true|false|null)|(?P<mark>[\[\]{},])')


def with_values(value: Any, found: Mapping[Path, Any], depth: int = 0) -> Any:
    """Return a JSON value with what is `found` at its paths; `depth` is how long the path to the value is."""
    if not found:
        return value
    if () in found:
        return found[()]
    if depth:
        found = {path[depth:]: shown for path, shown in found.items()}
        return with_values(value, found)
    by_key: dict[str, dict[Path, Any]] = {}
    for path, shown in found.items():
        by_key.setdefault(path[0], {})[path[1:]] = shown
    if isinstance(value, list):
        return [with_values(item, by_key.get(str(index), {})) for index, item in enumerate(value)]
    return {key: with_values(item, by_key.get(key, {})) for key, item in value.items()}


def spliced(text: str, found: Mapping[Path, Any]) -> str | None:
    """Return a JSON text with what is `found` in place of the values at its paths; None if it has a key twice."""
    pieces: list[str] = []
    path: list[str] = []
    is_list: list[bool] = []
    keys: set[Path] = set()
    end, is_key = 0, False
    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        if mark in ("[", "{"):
            path.append("0" if mark == "[" else "")
            is_list.append(mark == "[")
            is_key = mark == "{"
        elif mark in ("]", "}"):
            path.pop()
            is_list.pop()
            is_key = False
        elif mark:
            is_key = not is_list[-1]
            path[-1] = path[-1] if is_key else str(int(path[-1]) + 1)
        elif is_key:
            path[-1], is_key = orjson.loads(token[0]), False
            if tuple(path) in keys:
                return None
            keys.add(tuple(path))
        elif (shown := found.get(tuple(path))) is not None:
            pieces += [text[end : token.start()], json.dumps(shown, ensure_ascii=False)]
            end = token.end()
    return "".join([*pieces, text[end:]])
