"""The attempts to download or upload files: gives each its fault, and publishes events about it. Thread-safe."""

import asyncio
import hashlib
from threading import Lock

from mock_csms.behavior.file_faults import SLOW, WRONG_IMAGE, FileFault, FileFaults
from mock_csms.behavior.file_names import UPLOADS
from mock_csms.protocol.masks import is_right_password
from mock_csms.protocol.records import Record
from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings import Config
from mock_csms.twin.events import COMPLETE, Event, FileRequested, FileTransferred

PIECES = 20
"""In how many pieces a slow file is sent."""
MOST_FTP_CLIENTS = 64
"""How many clients FTP serves at once; each has a thread."""
UPLOADING = ("PUT", "POST")


class FileWish(Record):
    """A request of a client to the file server."""

    protocol: str
    method: str
    path: str
    """The decoded path."""
    client: str
    wanted: str = ""
    """The requested part of the file; empty for the whole file."""

    @property
    def is_upload(self) -> bool:
        """Whether the request is an upload."""
        return self.method in UPLOADING


class Transfer:
    """One attempt, from the event `FileRequested` to the event `FileTransferred`."""

    def __init__(self, wish: FileWish, transfers: "Transfers") -> None:
        self.wish = wish
        self._transfers = transfers
        self.fault = transfers.fault_for(wish)
        self.kind = self.fault.kind if self.fault else ""
        """The kind of its fault; empty without one."""
        self.size = 0
        self._hash = hashlib.sha256()
        self._began = clock.now()
        self._is_over = False
        self._is_in_order = True
        self._told = self.fault.told if self.fault else ""
        asked = (wish.protocol, wish.method, wish.path, wish.wanted, wish.client, self._told)
        transfers.publish(FileRequested(self._began, transfers.station_of(wish.path), *asked))

    @property
    def pause(self) -> float:
        """The seconds to wait after each piece of a slow file; 0 for other files."""
        return self.fault.seconds / PIECES if self.fault and self.kind == SLOW else 0.0

    def spoiled(self, data: bytes) -> bytes:
        """Return the bytes to send in place of `data`: inverted for a wrong image, otherwise the same."""
        return bytes(byte ^ 0xFF for byte in data) if self.kind == WRONG_IMAGE else data

    def count(self, data: bytes, at: int | None = None) -> None:
        """Count transferred bytes; `at` is their position in the file, for protocols that send parts in any order."""
        self._is_in_order = self._is_in_order and at in (None, self.size)
        self.size += len(data)
        self._hash.update(data)

    def end(self, outcome: str = COMPLETE, kept: str = "") -> None:
        """Publish the result of the transfer; only the first call does something."""
        if self._is_over:
            return
        self._is_over, now, wish = True, clock.now(), self.wish
        sha256 = self._hash.hexdigest() if self.size and self._is_in_order else ""
        told = (outcome, self.size, sha256, kept, max(0.0, now - self._began), self._told)
        station = self._transfers.station_of(wish.path)
        self._transfers.publish(FileTransferred(now, station, wish.protocol, wish.method, wish.path, *told))


class Transfers:
    """All attempts at one file server."""

    def __init__(self, csms: CsmsServer) -> None:
        self._csms = csms
        self._lock = Lock()
        self._loop = asyncio.get_running_loop()
        self._faults = FileFaults(csms.config.files_fault)
        self.closing = asyncio.Event()
        """Set when the server stops, to end transfers that hang."""

    def begin(self, wish: FileWish) -> Transfer:
        """Count and publish an attempt."""
        return Transfer(wish, self)

    def is_user(self, name: str, password: str) -> bool:
        """Whether this name and password may download and upload files."""
        wanted = self._config.files_auth
        return wanted is None or (name == wanted[0] and is_right_password(password, wanted[1]))

    @property
    def needs_user(self) -> bool:
        """Whether clients must log in."""
        return self._config.files_auth is not None

    @property
    def _config(self) -> Config:
        return self._csms.config

    def fault_for(self, wish: FileWish) -> FileFault | None:
        """Return the fault of an attempt."""
        with self._lock:
            if self._faults.wanted != self._config.files_fault:
                self._faults = FileFaults(self._config.files_fault)
            return None if wish.method == "HEAD" else self._faults.next(wish.path, is_upload=wish.is_upload)

    def station_of(self, path: str) -> str:
        """Return the station whose uploads go to a path; empty for other paths."""
        parts = path.strip("/").split("/")
        name = parts[1] if len(parts) > 1 and parts[0] == UPLOADS else ""
        return name if name in self._csms.stations else ""

    def publish(self, event: Event) -> None:
        """Publish an event."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self._loop.call_soon_threadsafe(self._csms.publish, event)
        else:
            self._csms.publish(event)
