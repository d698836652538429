"""The folder of the file server: finds files, signs the firmware that commands offer, and stores uploads."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from urllib.parse import unquote

from mock_csms.behavior.file_names import kept_path, numbered, parts_of
from mock_csms.behavior.file_offers import OfferedFile

MOST_OF_ONE = 256 * 1024 * 1024
"""The most bytes of one upload."""
MOST_OF_ALL = 2 * 1024 * 1024 * 1024
"""The most bytes of all uploads of one run."""
MOST_UPLOADS = 10_000
"""The most files that one run stores."""
_USUAL = "firmware.bin"
"""The firmware that commands offer if this file exists; otherwise they offer the newest file."""
_AT_ONCE = 1024 * 1024


class FullError(OSError):
    """An upload is larger than allowed."""


class Shelf:
    """One folder. `sign` gets the SHA-256 of a file, and returns its signature and the certificate for it."""

    def __init__(self, directory: str, sign: Callable[[bytes], tuple[str, str]]) -> None:
        self.root = Path(directory)
        self._sign = sign
        self._uploads = 0
        self._left = MOST_OF_ALL
        self._numbers = count(1)

    def open(self) -> None:
        """Make the folder if it is not there. Raises OSError."""
        self.root.mkdir(parents=True, exist_ok=True)

    def find(self, path: str) -> Path | None:
        """Return the file at a decoded path; None if there is none, or if it is not served."""
        parts = parts_of(path)
        if parts is None:
            return None
        found = self.root.joinpath(*parts)
        try:
            return found if found.is_file() else None
        except (OSError, ValueError):
            return None

    def firmware(self) -> str:
        """Return the name of the firmware that commands offer; the file may not exist."""
        if (self.root / _USUAL).is_file():
            return _USUAL
        try:
            files = [each for each in self.root.iterdir() if each.is_file() and not each.name.startswith(".")]
            return max(files, key=lambda each: each.stat().st_mtime_ns).name if files else _USUAL
        except OSError:  # somebody is removing files at this moment
            return _USUAL

    def describe(self, path: str) -> OfferedFile | None:
        """Return signature and checksum of the file at the path of a URL; None if there is no such file."""
        found = self.find(unquote(path))
        if found is None:
            return None
        try:
            about = found.stat()
            sha256, md5 = _hashes(str(found), about.st_mtime_ns, about.st_size)
        except OSError:  # the file cannot be read
            return None
        return OfferedFile(*self._sign(sha256), md5)

    def receive(self, path: str, name: str = "") -> "Upload":
        """Return an upload to write to, for a decoded path. Raises OSError if there is no room."""
        if self._uploads >= MOST_UPLOADS or self._left <= 0:
            raise FullError("this run keeps no more uploads")
        self._uploads += 1
        wanted = kept_path(path, name)
        self.root.joinpath(wanted).parent.mkdir(parents=True, exist_ok=True)
        temporary = self.root.joinpath(wanted).parent / f".upload-{next(self._numbers)}"
        return Upload(self, wanted, temporary)

    def take(self, size: int) -> None:
        """Count uploaded bytes. Raises FullError if there are too many."""
        self._left -= size
        if self._left < 0:
            raise FullError("this run keeps no more uploads")

    def reserve(self, wanted: PurePosixPath) -> PurePosixPath:
        """Make an empty file with an unused name, as similar as possible to the wanted one; return its path."""
        for number in count(1):
            try:
                self.root.joinpath(free := numbered(wanted, number)).open("xb").close()
            except FileExistsError:
                continue
            return free
        raise AssertionError


class Upload:
    """An upload that is being received. When it is complete, it gets a name that no other file has."""

    def __init__(self, shelf: Shelf, wanted: PurePosixPath, temporary: Path) -> None:
        self._shelf, self.wanted, self.temporary = shelf, wanted, temporary
        self._file: BinaryIO = temporary.open("xb")
        self.size = 0

    def write(self, data: bytes, at: int | None = None) -> None:
        """Write bytes at a place, or at the end. Raises FullError for more than is allowed, OSError for a full disk."""
        begin = self.size if at is None else at
        if begin + len(data) > MOST_OF_ONE:
            raise FullError(f"an upload may have {MOST_OF_ONE // 1024**2} MiB")
        self._shelf.take(len(data))
        if at is not None:
            self._file.seek(at)
        self._file.write(data)
        self.size = max(self.size, begin + len(data))

    def flush(self) -> None:
        """Write everything to the file, so that other readers see it."""
        self._file.flush()

    def keep(self, name: str = "") -> str:
        """Keep the file, and return its path below the folder. A `name` replaces the last part of the path."""
        self._file.close()
        wanted = kept_path(f"{self.wanted.parent}/", name) if name else self.wanted
        free = self._shelf.reserve(wanted)
        self.temporary.replace(self._shelf.root / free)
        return str(free)

    def drop(self) -> None:
        """Remove the temporary file; does nothing after `keep`."""
        self._file.close()
        self.temporary.unlink(missing_ok=True)


@lru_cache(maxsize=64)
def _hashes(path: str, _: int, __: int) -> tuple[bytes, str]:
    """Return the SHA-256 of a file, and its MD5 in hexadecimal digits; its time and size show whether it changed."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with Path(path).open("rb") as file:
        while data := file.read(_AT_ONCE):
            sha256.update(data)
            md5.update(data)
    return sha256.digest(), md5.hexdigest()
