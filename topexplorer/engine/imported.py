"""The imported APIs: one SQLite file that lists read in milliseconds and that a kill leaves as it was.

Nothing is opened, and SQLite not even loaded, while the file does not exist. A file that cannot be read counts as
empty and says so in `problem`; it is never deleted or replaced, so that whoever knows how can repair it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topexplorer.core.errors import StorageError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Origin
from topexplorer.core.specfiles import MAX_SPEC_BYTES, build, document
from topexplorer.core.specindex import words_of
from topexplorer.core.text import clean_line
from topexplorer.engine.settings import private_folder, storage_cause, storage_error

if TYPE_CHECKING:
    from sqlite3 import Connection

VERSION = 1
BUSY_SECONDS = 10.0
_SCHEMA = (
    "CREATE TABLE api (method TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, package TEXT NOT NULL,"
    " digest BLOB NOT NULL, spec BLOB NOT NULL)",
    "CREATE TABLE terms (method TEXT PRIMARY KEY, words TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE shelf (name TEXT PRIMARY KEY, content BLOB NOT NULL)",
    f"PRAGMA user_version = {VERSION}",
)
_PUT_API = "INSERT OR REPLACE INTO api (method, kind, name, package, digest, spec) VALUES (?, ?, ?, ?, ?, ?)"
_PUT_TERMS = "INSERT OR REPLACE INTO terms (method, words) VALUES (?, ?)"
_PUT_SHELF = "INSERT OR REPLACE INTO shelf (name, content) VALUES (?, ?)"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a `put` did, or would do: methods, in the order of the specs."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    too_large: tuple[str, ...] = ()
    """Left out: larger than any spec may be."""


Packed = tuple[Any, ...]
"""An API as its row has it: kind, name and package of its origin, and the compressed spec."""
_ALL_OF_API = "SELECT method, kind, name, package, spec FROM api"


class ImportedApis:
    """The imported APIs kept at `path`. Every call opens the file anew, so any thread may ask."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problem: Message | None = None
        """Why the file counts as empty, once that was found out."""

    def rows(self) -> list[list[Any]]:
        """What lists show: method, Chinese and English title, package, session, access, writes, retired.

        In the order of packages, then retired last, then by name.
        """
        found = self._shelf("rows")
        return found if isinstance(found, list) else []

    def packages(self) -> dict[str, str]:
        """The platform's titles of packages, by their ids."""
        found = self._shelf("packages")
        return found if isinstance(found, dict) else {}

    def terms(self) -> dict[str, str]:
        """Search words by method: a line of parameter and field names, one of parameter titles, and the summary."""
        return dict(self._select("SELECT method, words FROM terms"))

    def digests(self) -> dict[str, bytes]:
        """A digest of each API's content by method."""
        return dict(self._select("SELECT method, digest FROM api"))

    def spec(self, method: str) -> ApiSpec:
        """One API. Raises KeyError when it is not there or its content is damaged."""
        return self.opened(method, self.packed([method]).get(method))

    def packed(self, methods: Collection[str]) -> dict[str, Packed]:
        """Those APIs as they lie in the file, to be `opened` one by one: thousands of them fit into memory."""
        if len(methods) == 1:
            rows = self._select(f"{_ALL_OF_API} WHERE method = ?", *methods)
        else:
            rows = [row for row in self._select(_ALL_OF_API) if row[0] in methods]
        return {method: tuple(rest) for method, *rest in rows}

    def opened(self, method: str, packed: Packed | None) -> ApiSpec:
        """The API that was packed. Raises KeyError when there is none or its content is damaged."""
        from zlib import decompress
        from zlib import error as Damaged

        if packed is None:
            raise KeyError(method)
        kind, name, package, data = packed
        try:
            spec: ApiSpec = build("api", json.loads(decompress(data)))
        except (Damaged, ValueError, TypeError, LookupError, AttributeError):
            self._note(message("imported.damaged", path=clean_line(str(self.path))))
            raise KeyError(method) from None
        return replace(spec, origin=Origin(kind=kind, name=name, package=package))

    def put(
        self, specs: Iterable[ApiSpec], packages: Mapping[str, str] | None = None, *, dry_run: bool = False
    ) -> Changes:
        """Keeps the specs, all of them or, when anything fails or ends the process, none. No method may come twice.

        `packages` is looked at after the last spec. With `dry_run` nothing is kept. Raises StorageError.
        """
        if dry_run:
            return self._taken(specs, None)
        with self._writing() as connection:
            return self._taken(specs, connection, packages)

    def remove(self, methods: Iterable[str]) -> int:
        """Forgets APIs; returns how many were there. Raises StorageError."""
        if not self.path.exists():
            return 0
        gone = set(methods)
        with self._writing() as connection:
            rows = _content(connection, "rows") or []
            kept = [row for row in rows if row[0] not in gone]
            for statement in ("DELETE FROM api WHERE method = ?", "DELETE FROM terms WHERE method = ?"):
                connection.executemany(statement, [(method,) for method in gone])
            _put_content(connection, "rows", kept)
        return len(rows) - len(kept)

    def _taken(
        self, specs: Iterable[ApiSpec], connection: Connection | None, packages: Mapping[str, str] | None = None
    ) -> Changes:
        from hashlib import sha256
        from zlib import compress

        known = dict(connection.execute("SELECT method, digest FROM api")) if connection else self.digests()
        found: dict[str, list[str]] = {name: [] for name in ("added", "changed", "same", "too_large")}
        rows: dict[str, list[Any]] = {}
        for spec in specs:
            data = _data(spec)
            digest = sha256(data).digest()
            verdict = "added" if spec.method not in known else "same" if known[spec.method] == digest else "changed"
            if len(data) > MAX_SPEC_BYTES:
                verdict = "too_large"
            found[verdict].append(spec.method)
            if connection and verdict in ("added", "changed"):
                rows[spec.method] = _row(spec)
                origin = spec.origin or Origin(kind="", name="")
                values = (spec.method, origin.kind, origin.name, origin.package, digest, compress(data))
                connection.execute(_PUT_API, values)
                connection.execute(_PUT_TERMS, (spec.method, words_of(spec)))
        if connection:
            _update(connection, rows, packages or {})
        return Changes(**{name: tuple(methods) for name, methods in found.items()})

    def _shelf(self, name: str) -> Any:
        for (content,) in self._select("SELECT content FROM shelf WHERE name = ?", name):
            try:
                return json.loads(content)
            except (ValueError, RecursionError):
                self._note(message("imported.damaged", path=clean_line(str(self.path))))
        return None

    def _select(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """What the file says; nothing when it is not there or cannot be read, and `problem` then says why."""
        if self.problem or not self.path.exists():
            return []
        import sqlite3

        failed: Exception | None = None
        # Reading a journal of others needs to write beside it; where that is not allowed, the file alone must do.
        for mode in ("mode=rw", "immutable=1"):
            try:
                with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?{mode}", uri=True)) as connection:
                    version = connection.execute("PRAGMA user_version").fetchone()[0]
                    if version > VERSION:
                        self._note(message("imported.newer", path=clean_line(str(self.path))))
                        return []
                    # Nothing in it: the first import was killed before it came to anything.
                    if version == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                        return []
                    return connection.execute(query, values).fetchall()
            except (sqlite3.Error, OSError) as error:
                failed = failed or error
        self._note(self._fault(failed))
        return []

    def _note(self, problem: Message) -> None:
        self.problem = self.problem or problem

    def _fault(self, error: Exception | None) -> Message:
        path = clean_line(str(self.path))
        if isinstance(error, OSError):
            return message("imported.unreadable", path=path, cause=storage_cause(error))
        if _code(error) in _disk_codes():
            return message("imported.unreadable", path=path, cause=message("imported.no_access"))
        return message("imported.damaged", path=path)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One transaction. Raises StorageError."""
        import sqlite3

        try:
            private_folder(self.path.parent)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise storage_error(error, self.path) from error
        try:
            with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
                self._prepare(connection)
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise StorageError(self._refusal(error)) from error

    def _prepare(self, connection: Connection) -> None:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise StorageError(message("imported.newer", path=clean_line(str(self.path))))
        connection.execute("PRAGMA synchronous = NORMAL")
        if version == VERSION:
            return
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StorageError(message("imported.damaged", path=clean_line(str(self.path))))
        # Readers go on while an import writes.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.execute("COMMIT")

    def _refusal(self, error: Exception) -> Message:
        import sqlite3

        path, code = clean_line(str(self.path)), _code(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return message("imported.busy", path=path)
        if code == sqlite3.SQLITE_FULL:
            return message("storage.failed", path=path, cause=message("storage.full"))
        if code in _disk_codes():
            return message("storage.failed", path=path, cause=message("imported.no_access"))
        return message("imported.damaged", path=path)


def _code(error: Exception | None) -> int:
    # The low byte is the kind of error.
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _disk_codes() -> tuple[int, ...]:
    import sqlite3

    return (
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_BUSY,
    )


def _content(connection: Connection, name: str) -> Any:
    found = connection.execute("SELECT content FROM shelf WHERE name = ?", (name,)).fetchone()
    return json.loads(found[0]) if found else None


def _put_content(connection: Connection, name: str, content: Any) -> None:
    connection.execute(_PUT_SHELF, (name, json.dumps(content, ensure_ascii=False).encode()))


def _update(connection: Connection, fresh: Mapping[str, list[Any]], packages: Mapping[str, str]) -> None:
    """Puts what lists need into its one row, when any of it changed."""
    if fresh:
        rows = {row[0]: row for row in _content(connection, "rows") or []} | dict(fresh)
        ordered = sorted(rows.values(), key=lambda row: (row[3], row[7], row[0]))
        _put_content(connection, "rows", ordered)
    known = _content(connection, "packages") or {}
    if not packages.items() <= known.items():
        _put_content(connection, "packages", {**known, **packages})


def _data(spec: ApiSpec) -> bytes:
    """The content of a spec. Not where it came from: the same document in another folder is the same."""
    written = document(spec)
    written.pop("origin", None)
    return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()


def _row(spec: ApiSpec) -> list[Any]:
    title = spec.title
    retired = spec.retired is not None
    return [spec.method, title.zh, title.en, spec.category, spec.session, spec.access, spec.writes, retired]
