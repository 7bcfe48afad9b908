"""The calls of one kind of environment in one SQLite file. Times are microseconds.

Knows nothing of exchanges, messages or how long anything is kept: that is the `History`'s part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from topexplorer.core.nouns import dataclass
from topexplorer.engine.database import Database, Schema

_SCHEMA = Schema(
    1,
    (
        "CREATE TABLE calls (n INTEGER PRIMARY KEY AUTOINCREMENT, call TEXT NOT NULL, at INTEGER NOT NULL,"
        " environment TEXT NOT NULL, api TEXT NOT NULL, seller TEXT NOT NULL, state TEXT NOT NULL,"
        " reason TEXT NOT NULL, seconds REAL NOT NULL, size INTEGER NOT NULL, words TEXT NOT NULL)",
        "CREATE INDEX calls_by_time ON calls (at)",
        "CREATE TABLE contents (n INTEGER PRIMARY KEY REFERENCES calls ON DELETE CASCADE, document TEXT NOT NULL)",
        "CREATE TABLE bodies (n INTEGER PRIMARY KEY REFERENCES calls ON DELETE CASCADE, packed BLOB NOT NULL)",
    ),
)
_ADD = (
    "INSERT INTO calls (call, at, environment, api, seller, state, reason, seconds, size, words)"
    " VALUES (:call, :at, :environment, :api, :seller, :state, :reason, :seconds, :size, :words)"
)
_LINES = (
    "SELECT n, call, at, environment, api, seller, state, reason, seconds, size, words FROM calls"
    " ORDER BY at DESC, n DESC"
)
_FIND = (
    "SELECT n, call, at, environment, api, seller, state, reason, seconds, size, words, document, packed"
    " FROM calls JOIN contents USING (n) LEFT JOIN bodies USING (n) WHERE n = ?"
)

Line = tuple[Any, ...]
"""n, call, at, environment, api, seller, state, reason, seconds, size, words."""


@dataclass(frozen=True, slots=True)
class Row:
    """A call as its row has it."""

    line: Line
    document: str
    packed: bytes | None
    """The compressed body; None where it was not kept."""


class HistoryFile:
    """One open file. Not safe for two threads at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        # What is deleted has to be gone from the file too.
        database.execute("PRAGMA secure_delete = ON")
        database.execute("PRAGMA foreign_keys = ON")

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[HistoryFile]:
        """The file at `path` while the block runs, made when it is not there. Raises what Database.open raises."""
        database = Database.open(path, _SCHEMA)
        try:
            yield cls(database)
        finally:
            database.close()

    def add(self, values: Mapping[str, object], document: str, packed: bytes | None) -> None:
        """Adds a call; `values` are the columns of a Line but `n`."""
        with self.database.writing():
            number = self.database.execute(_ADD, values).lastrowid
            self.database.execute("INSERT INTO contents (n, document) VALUES (?, ?)", (number, document))
            if packed is not None:
                self.database.execute("INSERT INTO bodies (n, packed) VALUES (?, ?)", (number, packed))

    def lines(self) -> list[Line]:
        """Every call, the latest first."""
        return self.database.execute(_LINES).fetchall()

    def find(self, number: int) -> Row | None:
        """One call."""
        found = self.database.execute(_FIND, (number,)).fetchone()
        return Row(found[:-2], found[-2], found[-1]) if found else None

    def delete(self, numbers: Iterable[int]) -> int:
        """Deletes these calls and says how many of them there were."""
        with self.database.writing():
            return sum(self.database.execute("DELETE FROM calls WHERE n = ?", (n,)).rowcount for n in numbers)

    def environments(self) -> tuple[str, ...]:
        """The names of the environments that there are calls of."""
        return tuple(str(row[0]) for row in self.database.execute("SELECT DISTINCT environment FROM calls"))

    def drop_before(self, environment: str, at: int) -> None:
        """Deletes that environment's calls which began before."""
        self.database.execute("DELETE FROM calls WHERE environment = ? AND at < ?", (environment, at))

    def drop_beyond(self, calls: int, packed: int) -> None:
        """Leaves the latest `calls`, and of their bodies the latest that are `packed` bytes together."""
        query = "DELETE FROM calls WHERE n IN (SELECT n FROM calls ORDER BY at DESC, n DESC LIMIT -1 OFFSET ?)"
        self.database.execute(query, (calls,))
        held = 0
        for number, size in self.database.execute("SELECT n, length(packed) FROM bodies ORDER BY n DESC").fetchall():
            held += size
            if held > packed:
                self.database.execute("DELETE FROM bodies WHERE n = ?", (number,))
