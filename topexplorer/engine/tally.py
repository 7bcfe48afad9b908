"""Exact counts of calls in one SQLite database, for any number of processes at once. Times are microseconds.

Each row carries the running total of its key, so that a count over any window is the difference of two rows found by
index: 100,000 rows cost what ten cost. Rows of a key are in order of time; `set_back` keeps that true when the clock
is set back. Knows nothing of limits, messages or what to do when the disk fails: that is the `Ledger`'s part.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from topexplorer.engine.settings import locked, private_folder

VERSION = 1
BUSY_SECONDS = 10.0
PRUNED_AT_ONCE = 20
_SCHEMA = (
    "CREATE TABLE calls (key TEXT NOT NULL, total INTEGER NOT NULL, at INTEGER NOT NULL, calls INTEGER NOT NULL,"
    " call TEXT NOT NULL, PRIMARY KEY (key, total)) WITHOUT ROWID",
    "CREATE INDEX calls_by_time ON calls (key, at, total, calls)",
    "CREATE TABLE bans (key TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL, span INTEGER NOT NULL,"
    " reason TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {VERSION}",
)


_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class NewerTally(Exception):
    """The database was written by a later version of topexplorer."""


class ForeignTally(Exception):
    """A database, but not one of ours."""


class Tally:
    """One open database. Not safe for two threads at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None, moved: Path | None = None) -> None:
        self._connection = connection
        self._path = path
        self._identity = _identity(path) if path else None
        self.moved = moved
        """Where the broken database went that was in the way."""

    @classmethod
    def open(cls, path: Path) -> Tally:
        """The database at `path`, made when it is not there: readable by its owner only, like its folder.

        A broken one is renamed to `.broken-N` first. Raises OSError, sqlite3.Error or NewerTally.
        """
        private_folder(path.parent)
        with locked(path.parent):
            try:
                return cls(_open(path), path)
            except (sqlite3.DatabaseError, ForeignTally) as error:
                if not is_broken(error):
                    raise
            moved = _move_aside(path)
            return cls(_open(path), path, moved)

    @classmethod
    def in_memory(cls, path: Path | None = None) -> Tally:
        """A database of this process alone, beginning with what can still be read of the one at `path`."""
        uri = path.absolute().as_uri() if path else None
        # Read-only still needs the journal's shared memory file; where that cannot be made, the file alone must do.
        for mode in ("mode=ro", "immutable=1") if uri else ():
            connection = _connect(":memory:")
            try:
                _copy(f"{uri}?{mode}", connection)
                return cls(connection)
            except sqlite3.Error:
                connection.close()
        connection = _connect(":memory:")
        _prepare(connection)
        return cls(connection)

    def is_stale(self) -> bool:
        """Whether the file was deleted or renamed, so that other processes count in another one."""
        return self._path is not None and _identity(self._path) != self._identity

    def close(self) -> None:
        self._connection.close()

    def move_aside(self) -> Path | None:
        """Closes, and renames a database that turned out broken; None when another process did. Raises OSError."""
        self.close()
        if self._path is None:
            return None
        with locked(self._path.parent):
            return _move_aside(self._path) if _identity(self._path) == self._identity else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction that no other process can see half of or run into. Raises sqlite3.Error."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Everything read inside is of one moment. Raises sqlite3.Error."""
        with self._transaction("BEGIN"):
            yield

    def set_back(self, keys: Iterable[str], now: int) -> int:
        """Moves everything that is later than `now` to `now` if the clock was set back; returns by how much.

        Such calls were made before this moment whatever their stamp says, so counting them as made now never lets too
        many through, and never blocks for longer than one window.
        """
        latest = max((self._latest(key) for key in keys), default=0)
        if latest <= now:
            return 0
        self._connection.execute("UPDATE calls SET at = ? WHERE at > ?", (now, now))
        self._connection.execute("UPDATE bans SET at = ? WHERE at > ?", (now, now))
        return latest - now

    def used(self, key: str, start: int) -> int:
        """How many calls were made at `start` or later."""
        query = "SELECT total - calls FROM calls WHERE key = ? AND at >= ? ORDER BY at, total LIMIT 1"
        before = self._number(query, key, start)
        return 0 if before is None else self._total(key) - before

    def room_after(self, key: str, left: int) -> int:
        """The stamp of the call after whose end only `left` newer calls count; needs more than `left` calls."""
        total = self._total(key) - left
        return self._number("SELECT at FROM calls WHERE key = ? AND total >= ? ORDER BY total LIMIT 1", key, total) or 0

    def last(self, key: str) -> int:
        """The stamp of the latest call, 0 when there is none."""
        return self._number("SELECT at FROM calls WHERE key = ? ORDER BY total DESC LIMIT 1", key) or 0

    def add(self, key: str, at: int, calls: int, call: str) -> None:
        """Records `calls` at `at`, which is not before any other stamp of the key."""
        row = (key, self._total(key) + calls, at, calls, call)
        self._connection.execute("INSERT INTO calls (key, total, at, calls, call) VALUES (?, ?, ?, ?, ?)", row)

    def prune(self, key: str, before: int) -> None:
        """Drops a few of the oldest calls of the key, never one at or after `before`."""
        self._connection.execute(
            "DELETE FROM calls WHERE key = ? AND at < ? AND total IN"
            " (SELECT total FROM calls WHERE key = ? ORDER BY total LIMIT ?)",
            (key, before, key, PRUNED_AT_ONCE),
        )

    def ban(self, key: str, at: int, span: int, reason: str) -> None:
        """Closes the key for `span` from `at`, unless it is closed for longer already."""
        self._connection.execute("DELETE FROM bans WHERE at + span <= ?", (at,))
        self._connection.execute(
            "INSERT INTO bans (key, at, span, reason) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
            " at = excluded.at, span = excluded.span, reason = excluded.reason"
            " WHERE excluded.at + excluded.span > bans.at + bans.span",
            (key, at, span, reason),
        )

    def banned(self, key: str, now: int) -> tuple[int, str]:
        """How much longer the key is closed (0: it is open), and why."""
        row = self._connection.execute("SELECT at, span, reason FROM bans WHERE key = ?", (key,)).fetchone()
        return (max(0, min(row[0], now) + row[1] - now), row[2]) if row else (0, "")

    def _latest(self, key: str) -> int:
        return max(self.last(key), self._number("SELECT at FROM bans WHERE key = ?", key) or 0)

    def _total(self, key: str) -> int:
        return self._number("SELECT total FROM calls WHERE key = ? ORDER BY total DESC LIMIT 1", key) or 0

    def _number(self, query: str, *values: object) -> int | None:
        row = self._connection.execute(query, values).fetchone()
        return None if row is None else int(row[0])

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self._connection.execute(begin)
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise


def is_broken(error: Exception) -> bool:
    """Whether the error says that the file is no usable database, and not that the disk or a lock is in the way."""
    return isinstance(error, ForeignTally) or _code(error) in _BROKEN


def is_busy(error: Exception) -> bool:
    """Whether another process held the database for all of `BUSY_SECONDS`."""
    return _code(error) in _BUSY


def is_full(error: Exception) -> bool:
    """Whether the disk is full."""
    return _code(error) == sqlite3.SQLITE_FULL


def _code(error: Exception) -> int:
    # The low byte is the kind; the rest says where in SQLite it happened. Errors of the Python module have none.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _open(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = _connect(str(path))
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables in an empty database. With WAL, NORMAL loses nothing to a kill, only to a power cut."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise NewerTally(version)
    connection.execute("PRAGMA synchronous = NORMAL")
    if version == VERSION:
        return
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ForeignTally
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA:
        connection.execute(statement)
    connection.execute("COMMIT")


def _copy(uri: str, target: sqlite3.Connection) -> None:
    source = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)
    try:
        source.backup(target)
    finally:
        source.close()
    _prepare(target)


def _move_aside(path: Path) -> Path:
    number = 1
    while (target := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    # The journal first: SQLite would replay an orphan into the next database of this name.
    for suffix in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            os.replace(f"{path}{suffix}", f"{target}{suffix}")
    os.replace(path, target)
    return target


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
