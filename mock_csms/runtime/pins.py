"""Stores the lowest security profile of each station (A05.FR.07); with --state-dir it is kept across runs."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from mock_csms.protocol.identifiers import folded

_NAME = "security-profiles.json"


class Pins:
    """The lowest security profiles of stations. The file is read when it is first needed."""

    def __init__(self, directory: str | None, failed: Callable[[str], None]) -> None:
        self._path = Path(directory) / _NAME if directory is not None else None
        self._failed = failed
        self._pins: dict[str, int] | None = None

    def get(self, identity: str) -> int:
        """Return the lowest security profile that a station may still use; 0 if it may use any."""
        return self._known().get(folded(identity), 0)

    def pin(self, identity: str, profile: int) -> None:
        """Set the lowest security profile that a station may use from now on."""
        pins = self._known()
        if pins.get(folded(identity), 0) < profile:
            pins[folded(identity)] = profile
            self._save(pins)

    def _known(self) -> dict[str, int]:
        if self._pins is None:
            self._pins = {} if self._path is None else self._read(self._path)
        return self._pins

    def _read(self, path: Path) -> dict[str, int]:
        try:
            found = json.loads(path.read_text("utf-8")) if path.exists() else {}
            return {str(name): int(profile) for name, profile in found.items()}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            self._failed(f"{path} cannot be read, so no station is held to its security profile: {error}")
            return {}

    def _save(self, pins: dict[str, int]) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._path.with_suffix(f".{os.getpid()}")
            unfinished.write_text(json.dumps(pins, indent=1), "utf-8")
            unfinished.replace(self._path)
        except OSError as error:
            self._failed(f"{self._path} cannot be written: {error.strerror}")
