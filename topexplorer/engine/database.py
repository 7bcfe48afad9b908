"""One SQLite file of ours for any number of processes: private, whole after a kill, moved aside when it is broken.

Knows nothing of what is kept in it: a `Schema` says that. What to do when the disk refuses is its user's part.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.engine.settings import locked, private_folder, storage_cause

BUSY_SECONDS = 10.0
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database of that version begins with."""

    version: int
    statements: tuple[str, ...]


class NewerDatabase(Exception):
    """The database was written by a later version of topexplorer."""


class ForeignDatabase(Exception):
    """A database, but not one of ours."""


class Database:
    """One open database. Not safe for two threads at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None = None, moved: Path | None = None) -> None:
        self._connection = connection
        self._path = path
        self._identity = _identity(path) if path else None
        self.execute = connection.execute
        """One statement; raises sqlite3.Error."""
        self.moved = moved
        """Where the broken database went that was in the way."""

    @classmethod
    def open(cls, path: Path, schema: Schema) -> Database:
        """The database at `path`, made when it is not there: readable by its owner only, like its folder.

        A broken one is renamed to `.broken-N` first. Raises OSError, sqlite3.Error or NewerDatabase.
        """
        private_folder(path.parent)
        with locked(path.parent):
            try:
                return cls(_open(path, schema), path)
            except (sqlite3.DatabaseError, ForeignDatabase) as error:
                if not is_broken(error):
                    raise
            moved = _move_aside(path)
            return cls(_open(path, schema), path, moved)

    @classmethod
    def in_memory(cls, schema: Schema, path: Path | None = None) -> Database:
        """A database of this process alone, beginning with what can still be read of the one at `path`."""
        uri = path.absolute().as_uri() if path else None
        # Read-only still needs the journal's shared memory file; where that cannot be made, the file alone must do.
        for mode in ("mode=ro", "immutable=1") if uri else ():
            connection = _connect(":memory:")
            try:
                _copy(f"{uri}?{mode}", connection, schema)
                return cls(connection)
            except sqlite3.Error:
                connection.close()
        connection = _connect(":memory:")
        _prepare(connection, schema)
        return cls(connection)

    def is_stale(self) -> bool:
        """Whether the file was deleted or renamed, so that other processes use another one."""
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

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        self.execute(begin)
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self.execute("ROLLBACK")
            raise


def moved_aside(path: Path) -> tuple[Path, ...]:
    """The broken databases that were in the way of the one at `path`, with their journals."""
    return tuple(sorted(path.parent.glob(f"{path.name}.broken-*")))


def is_broken(error: Exception) -> bool:
    """Whether the error says that the file is no usable database, and not that the disk or a lock is in the way."""
    return isinstance(error, ForeignDatabase) or _code(error) in _BROKEN


def is_busy(error: Exception) -> bool:
    """Whether another process held the database for all of `BUSY_SECONDS`."""
    return _code(error) in _BUSY


def cause(error: Exception) -> Message:
    """Why the disk said no and what helps, as a part of a sentence."""
    if _code(error) == sqlite3.SQLITE_FULL:
        return message("storage.full")
    return storage_cause(error if isinstance(error, OSError) else OSError(0, str(error)))


def _code(error: Exception) -> int:
    # The low byte is the kind; the rest says where in SQLite it happened. Errors of the Python module have none.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _open(path: Path, schema: Schema) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = _connect(str(path))
    try:
        _prepare(connection, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


def _prepare(connection: sqlite3.Connection, schema: Schema) -> None:
    """Makes the tables in an empty database. With WAL, NORMAL loses nothing to a kill, only to a power cut."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.version:
        raise NewerDatabase(version)
    connection.execute("PRAGMA synchronous = NORMAL")
    if version == schema.version:
        return
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise ForeignDatabase
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    for statement in (*schema.statements, f"PRAGMA user_version = {schema.version}"):
        connection.execute(statement)
    connection.execute("COMMIT")


def _copy(uri: str, target: sqlite3.Connection, schema: Schema) -> None:
    source = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS)
    try:
        source.backup(target)
    finally:
        source.close()
    _prepare(target, schema)


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
