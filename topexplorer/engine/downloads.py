"""What the sync has downloaded: every answer of the site as it came, with its checksum, so that a kill loses nothing.

One SQLite file, readable by its owner only. Each document is on disk when `keep` returns. A document that no longer
fits its checksum counts as not there and is downloaded anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from topexplorer.core.errors import StorageError
from topexplorer.core.language import message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line
from topexplorer.engine.docanswers import Entry
from topexplorer.engine.settings import private_folder, storage_error

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
_SCHEMA = (
    "CREATE TABLE document (doc_id INTEGER PRIMARY KEY, method TEXT NOT NULL, title TEXT NOT NULL,"
    " category_id TEXT NOT NULL, category TEXT NOT NULL, modified INTEGER NOT NULL, fetched_at TEXT NOT NULL,"
    " digest BLOB NOT NULL, content BLOB NOT NULL, taken BLOB, gone_at TEXT)",
    f"PRAGMA user_version = {VERSION}",
)
_LIST = (
    "SELECT doc_id, method, title, category_id, category, modified, fetched_at, digest, taken, gone_at FROM document"
    " ORDER BY doc_id"
)
_KEEP = (
    "INSERT INTO document (doc_id, method, title, category_id, category, modified, fetched_at, digest, content)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (doc_id) DO UPDATE SET method = excluded.method,"
    " title = excluded.title, category_id = excluded.category_id, category = excluded.category,"
    " modified = excluded.modified, fetched_at = excluded.fetched_at, digest = excluded.digest,"
    " content = excluded.content, taken = CASE WHEN gone_at IS NULL THEN taken END, gone_at = NULL"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One document that was downloaded."""

    entry: Entry
    """What the directory said of it then; `modified` is what the document itself said."""
    fetched_at: datetime
    digest: bytes
    """SHA-256 of the answer."""
    taken: bytes | None
    """The digest of the answer that the catalog took last."""
    gone_at: str | None
    """The day on which the directory no longer had it."""


class Downloads:
    """The documents kept in `folder`, for the time of one sync: a second one on the same folder is refused.

    With `writes` False nothing is made on disk, and nothing there is changed. Every method raises StorageError.
    """

    def __init__(self, folder: Path, *, writes: bool = True) -> None:
        self.path = folder / "documents.sqlite3"
        self._writes = writes
        self._open = ExitStack()
        self._connection: Connection

    def __enter__(self) -> Downloads:
        with self._failing(), ExitStack() as opening:
            if self._writes:
                private_folder(self.path.parent)
                opening.enter_context(self._alone())
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = opening.enter_context(closing(self._connected()))
            self._prepare()
            self._open = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def kept(self) -> dict[int, Kept]:
        """Every document without its content, by its number on the site."""
        with self._failing():
            rows = self._connection.execute(_LIST).fetchall()
            return {
                row[0]: Kept(
                    Entry(*row[:6]), datetime.fromisoformat(row[6]), digest=row[7], taken=row[8], gone_at=row[9]
                )
                for row in rows
            }

    def content(self, doc_id: int) -> bytes | None:
        """The answer as it came; None when there is none, or it is damaged."""
        from zlib import decompress
        from zlib import error as Damaged

        with self._failing():
            query = "SELECT digest, content FROM document WHERE doc_id = ?"
            row = self._connection.execute(query, (doc_id,)).fetchone()
        with suppress(Damaged, TypeError):
            content = decompress(row[1]) if row else b""
            return content if row and sha256(content).digest() == row[0] else None
        return None

    def keep(self, entry: Entry, content: bytes, modified: int, at: datetime) -> None:
        """Keeps an answer in the place of the last one about this API, whatever number that had."""
        from zlib import compress

        known = (entry.doc_id, entry.method, entry.title, entry.category_id, entry.category, modified)
        with self._failing():
            values = (*known, at.isoformat(), sha256(content).digest(), compress(content))
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("DELETE FROM document WHERE method = ? AND doc_id != ?", known[1::-1])
            self._connection.execute(_KEEP, values)
            self._connection.execute("COMMIT")

    def note_taken(self, digests: Mapping[int, bytes]) -> None:
        """Notes which answers the catalog has taken."""
        rows = [(digest, doc_id) for doc_id, digest in digests.items()]
        self._change("UPDATE document SET taken = ? WHERE doc_id = ?", rows)

    def note_gone(self, methods: Iterable[str], day: str) -> None:
        """Notes that the directory no longer has them."""
        self._change("UPDATE document SET gone_at = ? WHERE method = ?", [(day, method) for method in methods])

    def note_back(self, methods: Iterable[str]) -> None:
        """Notes that the directory has them again; the catalog has to take them anew."""
        rows = [(method,) for method in methods]
        self._change("UPDATE document SET gone_at = NULL, taken = NULL WHERE method = ?", rows)

    def _change(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        with self._failing():
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")

    def _connected(self) -> Connection:
        import sqlite3

        if self._writes:
            return sqlite3.connect(self.path, isolation_level=None)
        if not self.path.exists() or not self.path.stat().st_size:
            return sqlite3.connect(":memory:", isolation_level=None)
        # Not read-only: what a kill left half done has to be undone before it can be read.
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)

    def _prepare(self) -> None:
        connection = self._connection
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StorageError(message("sync.newer", path=clean_line(str(self.path))))
        if version < VERSION:
            connection.execute("BEGIN")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("COMMIT")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two syncs at once would ask the site twice as fast as either was told to. Without effect on Windows."""
        try:
            import fcntl
        except ImportError:
            yield
            return
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StorageError(message("sync.under_way")) from None
            except OSError:
                pass  # a disk that knows no locks
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """What the disk and SQLite raise, as a StorageError."""
        import sqlite3

        path = clean_line(str(self.path))
        try:
            yield
        except OSError as error:
            raise storage_error(error, self.path) from error
        except (sqlite3.Error, ValueError, TypeError) as error:
            code = int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
            if code == sqlite3.SQLITE_FULL:
                raise StorageError(message("storage.failed", path=path, cause=message("storage.full"))) from error
            if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY):
                raise StorageError(message("storage.failed", path=path, cause=message("imported.no_access"))) from error
            raise StorageError(message("sync.damaged", path=path)) from error
