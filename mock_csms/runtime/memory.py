"""Keeps facts about stations across runs, in one SQLite file (--state-dir); the only importer of `sqlite3`.

A thread writes the facts about once a second, so that messages never wait for the disk. They are read when a station
connects for the first time in a run.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

from mock_csms.conformance.facts.memory import IDS, fresh_facts
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.judgings import JUDGINGS
from mock_csms.protocol.identifiers import folded
from mock_csms.runtime.place import Place

_NAME = "stations.sqlite"
_VERSION = 2
"""In version 1 identities were stored as they were written, not folded."""
_MOST = 10_000
"""How many ids of each kind are kept for a station."""
_OFTEN = 1000
"""The number of new facts of a station after which its oldest ids are deleted."""
_MOST_WAITING = 100_000
"""How many facts of dropped stations may wait while the file is locked."""
_WAIT = 2.0
"""How many seconds to wait for another program that has locked the file."""
_LOCKED, _PRIMARY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED), 0xFF
"""The result codes for a locked file, and the bits of a result code that they are compared with."""

_TABLE = """
CREATE TABLE IF NOT EXISTS facts (
    number INTEGER PRIMARY KEY, station TEXT, kind TEXT, key TEXT, value TEXT, UNIQUE (station, kind, key)
)"""
_FOLD = "UPDATE OR REPLACE facts SET station = folded(station)"
_INDEX = "CREATE INDEX IF NOT EXISTS newest ON facts (station, kind, number)"
_READ = "SELECT kind, key, value FROM facts WHERE station = ? ORDER BY number"
_WRITE = "INSERT OR REPLACE INTO facts (station, kind, key, value) VALUES (?, ?, ?, ?)"
_FORGET = """
DELETE FROM facts WHERE station = :station AND kind = :kind AND number <= (
    SELECT number FROM facts WHERE station = :station AND kind = :kind ORDER BY number DESC LIMIT 1 OFFSET :most
)"""

_NUMBER = "number"
"""The kind of the fact with the next number for a transaction; it belongs to no station."""
_READ_NUMBER = "SELECT value FROM facts WHERE station = '' AND kind = ?"
_LAST_NUMBER = 2**31 - 10_000

Row: TypeAlias = tuple[str, str, str, str]
"""Station, kind, key and value."""


class Memory:
    """The saved facts of all stations in a directory. Raises OSError if the directory cannot be used."""

    def __init__(self, directory: str, failed: Callable[[str], None]) -> None:
        self.lost = ""
        """Why some facts were not saved; "" if all were."""
        self._failed = failed
        self._directory = directory
        self._is_broken = self._was_locked = False
        self._rows: list[Row] = []
        """The rows that the thread is writing."""
        self._thread = ThreadPoolExecutor(1, "memory")
        self._writing: Future[None] | None = None
        self._written: Counter[str] = Counter()
        self._waiting: list[Row] = []
        """The new facts of stations that were dropped since the last writing."""
        Path(directory).mkdir(parents=True, exist_ok=True)
        path = str(Path(directory) / _NAME)
        try:
            self._writer = _open(path)
            self._reader = sqlite3.connect(path, timeout=_WAIT)
        except sqlite3.Error as error:
            raise OSError(0, str(error), path) from None
        self._place = Place(path, Path(path).stat())

    def recall(self, known: StationFacts) -> None:
        """Add the facts that earlier runs have saved to those about a station."""
        known.memory.fresh = fresh_facts()
        try:
            JUDGINGS[known.version].load(known, self._reader.execute(_READ, (folded(known.identity),)))
        except (sqlite3.Error, ValueError, TypeError, LookupError) as error:  # a user may have edited the file
            self._note(error)

    def keep(self, known: StationFacts) -> None:
        """Keep the new facts of a station that is being dropped, to write them with the next ones."""
        if not self._is_broken:
            self._waiting += self._new_of(known)
        if len(self._waiting) > _MOST_WAITING:
            self._give_up(OSError("the file was locked for too long"))

    def save(self, stations: Mapping[str, StationFacts]) -> None:
        """Write the new facts, unless the thread is still writing. Facts that a lock has kept out are tried again."""
        if self._writing is not None:
            if not self._writing.done():
                return
            self._look_at(self._writing)
        self._rows = self._rows or self._dump(stations)
        self._writing = self._thread.submit(self._write, self._rows) if self._rows else None

    def reserve(self, count: int) -> int | None:
        """Return the first of `count` numbers that no run with this directory has used; None if the file fails."""
        try:
            return self._thread.submit(self._reserve, count).result()
        except (sqlite3.Error, ValueError) as error:  # a user may have edited the file
            self._note(error)
            return None

    def _reserve(self, count: int) -> int:
        """Read the next number, and add `count` to it. This runs in the thread."""
        with self._writer as connection:
            connection.execute("BEGIN IMMEDIATE")
            [(next_,)] = connection.execute(_READ_NUMBER, (_NUMBER,)).fetchall() or [("1",)]
            first = int(next_) % _LAST_NUMBER or 1
            connection.execute(_WRITE, ("", _NUMBER, "", str(first + count)))
        return first

    def close(self, stations: Mapping[str, StationFacts]) -> None:
        """Write the remaining facts, wait until they are written, and close the file."""
        if self._writing is not None:
            self._look_at(self._writing)
        rows = [*self._rows, *self._dump(stations)]
        if rows and (error := self._thread.submit(self._write, rows).exception()) is not None:
            self._give_up(error)
        if (gone := self._place.gone()) is not None:
            self._give_up(OSError(gone))
        self._thread.shutdown()
        self._writer.close()
        self._reader.close()

    def _dump(self, stations: Mapping[str, StationFacts]) -> list[Row]:
        if self._is_broken:
            for known in stations.values():
                known.memory.fresh = None
            return []
        waiting, self._waiting = self._waiting, []
        return waiting + [row for known in stations.values() for row in self._new_of(known)]

    def _new_of(self, known: StationFacts) -> list[Row]:
        return [(folded(known.identity), *fact) for fact in JUDGINGS[known.version].dump(known)]

    def _write(self, rows: list[Row]) -> None:
        """Write facts, and delete the oldest ids; runs in the thread."""
        with self._writer as connection:
            connection.executemany(_WRITE, rows)
            self._written.update(row[0] for row in rows)
            for station, count in self._written.items():
                if count >= _OFTEN:
                    self._written[station] = 0
                    for kind in IDS:
                        connection.execute(_FORGET, {"station": station, "kind": kind, "most": _MOST})

    def _look_at(self, writing: "Future[None]") -> None:
        """Check whether the facts were written. Facts that a lock has kept out are written next time."""
        error = writing.exception()
        if error is None:
            self._rows = []
        else:
            self._note(error)

    def _note(self, error: BaseException) -> None:
        """Stop saving because of an error.

        If another program has only locked the file, report that once and continue.
        """
        if not (isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & _PRIMARY in _LOCKED):
            self._give_up(error)
        elif not self._was_locked:
            self._was_locked = True
            self._failed(f"--state-dir {self._directory} is locked by another program: it is tried again and again")

    def _give_up(self, error: BaseException) -> None:
        if not self._is_broken:
            self._is_broken, self._rows, self._waiting = True, [], []
            self.lost = str(error)
            self._failed(f"--state-dir {self._directory} is not used any more: {error}")


def _open(path: str) -> sqlite3.Connection:
    """Open or create the file. Raises sqlite3.Error if it cannot be written."""
    connection = sqlite3.connect(path, timeout=_WAIT, check_same_thread=False)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, 1, _VERSION):
            raise sqlite3.DatabaseError(f"the file has version {version}, but this mock needs version {_VERSION}")
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = normal")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_TABLE)
            connection.execute(_INDEX)
            if version == 1:
                connection.create_function("folded", 1, folded, deterministic=True)
                connection.execute(_FOLD)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
