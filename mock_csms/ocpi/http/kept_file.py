"""Keeps the registrations in the state directory, so that they are there after a restart."""

import os
from collections.abc import Callable
from pathlib import Path

from mock_csms.ocpi.keeping import kept_text, restore
from mock_csms.ocpi.parties import OcpiParties

_NAME = "ocpi.json"


class KeptFile:
    """The file with the registrations; there is none without a state directory."""

    def __init__(self, parties: OcpiParties, directory: str | None, failed: Callable[[str], None]) -> None:
        self._parties, self._failed = parties, failed
        self._path = Path(directory) / _NAME if directory is not None else None

    def read(self) -> None:
        """Add the registrations of the file, and write it whenever they change. Raises OSError for a wrong file."""
        if self._path is None:
            return
        try:
            restore(self._parties, self._path.read_bytes())
        except FileNotFoundError:
            pass
        except ValueError as error:
            raise OSError(None, f"it has no registrations of OCPI: {error}", str(self._path)) from None
        self._parties.changed = self._write

    def _write(self) -> None:
        assert self._path is not None  # noqa: S101 - else nobody calls it
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(kept_text(self._parties))
            fresh.replace(self._path)
        except OSError as error:
            self._failed(f"the registrations are not kept: {error}")
