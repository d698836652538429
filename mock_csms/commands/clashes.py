"""Finds two flags that name the same file: an output would overwrite another output, or an input."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

from mock_csms.settings import Config
from mock_csms.settings.flags import Source, option

OUTPUTS = ("trace", "events", "diagram", "junit", "ready_file")
"""The settings that name a file that the mock writes."""

Named: TypeAlias = tuple[str, str]
"""A flag, and the file that it names; `-` is stdout."""


def refuse_clashes(config: Config, files: Sequence[str], words: Sequence[str], sources: Sequence[Source]) -> None:
    """Raise ValueError if an output of the mock is also another output, or a file that the mock reads.

    `files` are the files of --config, `words` the words of the command line. Words and sources may name more files with
    @.
    """
    named = [(option(name), getattr(config, name)) for name in OUTPUTS]
    outputs = [(flag, path) for flag, path in named if path]
    if config.state_dir is not None:
        outputs.append(("--state-dir", str(Path(config.state_dir) / "stations.sqlite")))
    inputs = [("--config", path) for path in files]
    inputs += [found for source in sources for found in _read_by(source.values)]
    inputs += [(f"@{path}", path) for word in words for _, at, path in [f"={word}".rpartition("=@")] if at]
    refuse_same(outputs, [(flag, path) for flag, path in inputs if Path(path).exists()])


def refuse_same(outputs: Sequence[Named], inputs: Sequence[Named] = ()) -> None:
    """Raise ValueError if an output is also another output, or an input."""
    pairs = [*combinations(outputs, 2), *((one, other) for one in outputs for other in inputs)]
    for (one, path), (other, its) in pairs:
        if _is_same(path, its):
            raise ValueError(f"{one} and {other} name the same file: {path}")


def _read_by(values: Mapping[str, Any]) -> Iterator[Named]:
    """Yield the files that the settings make the mock read."""
    if isinstance(path := values.get("expected_findings"), str):
        yield "--expected-findings", path
    for text in _texts(values):
        if text.startswith("@"):
            yield text, text[1:]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        yield from _texts(item)


def _is_same(one: str, other: str) -> bool:
    """Whether two names are the same file, also through links or before the file exists. Devices are never the same."""
    if one == other == "-":
        return True
    found = [_stat(one), _stat(other)]
    if None in found:
        return found == [None, None] and os.path.realpath(one) == os.path.realpath(other)
    first, second = found
    assert first is not None  # noqa: S101 - see above
    assert second is not None  # noqa: S101 - see above
    return os.path.samestat(first, second) and not stat.S_ISCHR(first.st_mode)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.fstat(1) if path == "-" else Path(path).stat()
    except (OSError, ValueError):
        return None
