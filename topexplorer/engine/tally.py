"""Exact counts of calls in one SQLite database, for any number of processes at once. Times are microseconds.

Each row carries the running total of its key, so that a count over any window is the difference of two rows found by
index: 100,000 rows cost what ten cost. Rows of a key are in order of time; `set_back` keeps that true when the clock
is set back. Knows nothing of limits, messages or what to do when the disk fails: that is the `Ledger`'s part.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from topexplorer.engine.database import Database, Schema

PRUNED_AT_ONCE = 20
SCHEMA = Schema(
    1,
    (
        "CREATE TABLE calls (key TEXT NOT NULL, total INTEGER NOT NULL, at INTEGER NOT NULL, calls INTEGER NOT NULL,"
        " call TEXT NOT NULL, PRIMARY KEY (key, total)) WITHOUT ROWID",
        "CREATE INDEX calls_by_time ON calls (key, at, total, calls)",
        "CREATE TABLE bans (key TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL, span INTEGER NOT NULL,"
        " reason TEXT NOT NULL) WITHOUT ROWID",
    ),
)


class Tally:
    """The counts in one open database. Not safe for two threads at a time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def open(cls, path: Path) -> Tally:
        """Those of the file at `path`. Raises what Database.open raises."""
        return cls(Database.open(path, SCHEMA))

    @classmethod
    def in_memory(cls, path: Path | None = None) -> Tally:
        """Those of this process alone, beginning with what can still be read of the file at `path`."""
        return cls(Database.in_memory(SCHEMA, path))

    def set_back(self, keys: Iterable[str], now: int) -> int:
        """Moves everything that is later than `now` to `now` if the clock was set back; returns by how much.

        Such calls were made before this moment whatever their stamp says, so counting them as made now never lets too
        many through, and never blocks for longer than one window.
        """
        latest = max((self._latest(key) for key in keys), default=0)
        if latest <= now:
            return 0
        self.database.execute("UPDATE calls SET at = ? WHERE at > ?", (now, now))
        self.database.execute("UPDATE bans SET at = ? WHERE at > ?", (now, now))
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
        self.database.execute("INSERT INTO calls (key, total, at, calls, call) VALUES (?, ?, ?, ?, ?)", row)

    def prune(self, key: str, before: int) -> None:
        """Drops a few of the oldest calls of the key, never one at or after `before`."""
        self.database.execute(
            "DELETE FROM calls WHERE key = ? AND at < ? AND total IN"
            " (SELECT total FROM calls WHERE key = ? ORDER BY total LIMIT ?)",
            (key, before, key, PRUNED_AT_ONCE),
        )

    def ban(self, key: str, at: int, span: int, reason: str) -> None:
        """Closes the key for `span` from `at`, unless it is closed for longer already."""
        self.database.execute("DELETE FROM bans WHERE at + span <= ?", (at,))
        self.database.execute(
            "INSERT INTO bans (key, at, span, reason) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET"
            " at = excluded.at, span = excluded.span, reason = excluded.reason"
            " WHERE excluded.at + excluded.span > bans.at + bans.span",
            (key, at, span, reason),
        )

    def banned(self, key: str, now: int) -> tuple[int, str]:
        """How much longer the key is closed (0: it is open), and why."""
        row = self.database.execute("SELECT at, span, reason FROM bans WHERE key = ?", (key,)).fetchone()
        return (max(0, min(row[0], now) + row[1] - now), row[2]) if row else (0, "")

    def _latest(self, key: str) -> int:
        return max(self.last(key), self._number("SELECT at FROM bans WHERE key = ?", key) or 0)

    def _total(self, key: str) -> int:
        return self._number("SELECT total FROM calls WHERE key = ? ORDER BY total DESC LIMIT 1", key) or 0

    def _number(self, query: str, *values: object) -> int | None:
        row = self.database.execute(query, values).fetchone()
        return None if row is None else int(row[0])
