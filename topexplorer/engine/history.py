"""The history: the calls that somebody made, with their answers, found again after a restart. Each kind of environment
has a file of its own and keeps calls for a time of its own; that of production holds nobody's personal data.

Adding never raises and never delays an answer: it happens in a thread that the end of the program waits for, and what
the disk refuses is one of `problems`. Nothing is made on the disk by looking. Safe to use from any thread.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from topexplorer.core import pastcall
from topexplorer.core.call import Exchange
from topexplorer.core.errors import StorageError, UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import HISTORY_DAYS, Environment, Kind

if TYPE_CHECKING:
    from topexplorer.core.personal import Disguise
    from topexplorer.engine.historyfile import HistoryFile, Line, Row

LETTERS: Mapping[Kind, str] = {"sandbox": "s", "dev": "d", "prod": "p"}
"""What the ids of a kind begin with."""
MOST_CALLS: Mapping[Kind, int] = {"sandbox": 1000, "dev": 3000, "prod": 1000}
MOST_BODY = 4 * 1024 * 1024
"""Bytes of an answer that is kept; of a larger one everything else is."""
MOST_PACKED = 64 * 1024 * 1024
"""Bytes of all the answers of a kind, compressed."""
SHOWN_UNREAD = 5
"""Calls that cannot be read which are named one by one."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNREADABLE = (TypeError, ValueError, OverflowError, OSError)
_COLUMNS = [str, int, str, str, str, str, str, float, int, str]


class UnknownCall(UsageError):
    """The history has no such call, or not any longer."""


class _Moved(StorageError):
    """The file was broken and has just been moved out of the way."""


class History:
    """The calls of one installation. `new_key` makes the key of the made-up people, once in a run: with the files
    alone nobody can find out whom they stand for.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        environments: Callable[[], Mapping[str, Environment]],
        new_key: Callable[[], str],
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._environments = environments
        self._new_key = new_key
        self._disguise: Disguise | None = None
        self._lock = threading.Lock()
        self._adding: threading.Thread | None = None
        self._problems: dict[str, Message] = {}
        self._unread: dict[str, str] = {}

    @property
    def problems(self) -> tuple[Message, ...]:
        """What went wrong with the files so far, one sentence each."""
        return tuple(self._problems.values())

    @property
    def unread(self) -> Mapping[str, str]:
        """The environments of the calls, by id, that `recent` left out last because they cannot be read."""
        return dict(self._unread)

    @property
    def moved_aside(self) -> tuple[Path, ...]:
        """The damaged files that were in the way: they hold calls that nothing lists."""
        from topexplorer.engine.database import moved_aside

        return tuple(path for kind in LETTERS for path in moved_aside(self._path(kind)))

    def add(self, exchange: Exchange, environment: Environment, seller: str, *, private: bool = False) -> None:
        """Keeps a call that has ended, unless its environment keeps none. `seller` is whose session it carried.
        `private`: whom it names is production's, wherever it went.
        """
        if environment.history_days:
            with self._lock:
                # One after another, so that ids are in the order in which calls ended.
                given = (self._adding, exchange, environment.kind, seller, private)
                self._adding = threading.Thread(target=self._add, args=given, name="history")
                self._adding.start()

    def recent(self) -> tuple[PastCall, ...]:
        """Every call that is kept, the latest first; what is too old is dropped before.

        A file or a call that cannot be read is one of `problems`, and the others are listed.
        """
        found: list[PastCall] = []
        unread: dict[str, str] = {}
        for kind, letter in LETTERS.items():
            with self._telling(kind), self._open(kind) as file:
                if file is not None:
                    self._drop_old(file, kind)
                    for line in file.lines():
                        try:
                            found.append(_past(letter, line))
                        except _UNREADABLE:
                            unread[f"{letter}{line[0]}"] = str(line[3])
        self._unread = unread
        if unread:
            told = tuple(unread)[:SHOWN_UNREAD]
            self._problems["unread"] = message("history.unread", n=len(unread), entries=told, entry=told[0])
        return tuple(sorted(found, key=lambda past: past.at, reverse=True))

    def get(self, entry: str) -> PastCall:
        """The call of that id. Raises UnknownCall or StorageError."""
        line = self._row(entry).line
        try:
            return _past(entry[0], line)
        except _UNREADABLE:
            raise StorageError(message("history.damaged", entry=clean_line(entry))) from None

    def exchange(self, entry: str) -> Exchange:
        """The whole exchange of that id. Raises UnknownCall or StorageError."""
        row = self._row(entry)
        try:
            body = None if row.packed is None else _unpacked(row.packed)
            past = _past(entry[0], row.line)
            document = json.loads(row.document)
            made_up = entry[0] == LETTERS["prod"] or document.get("made_up") is True
            return pastcall.revived(past, document, body, made_up)
        except (*_UNREADABLE, KeyError, AttributeError, RecursionError, zlib.error):
            raise StorageError(message("history.damaged", entry=clean_line(entry))) from None

    def forget(self, entries: Collection[str]) -> int:
        """Deletes these calls, file content included, and says how many there were. Raises StorageError."""
        gone = 0
        for kind, letter in LETTERS.items():
            if numbers := [int(entry[1:]) for entry in entries if _is_entry(entry) and entry[0] == letter]:
                with self._open(kind) as file:
                    gone += file.delete(numbers) if file is not None else 0
        return gone

    def forget_moved_aside(self) -> None:
        """Deletes the damaged files that were in the way. Raises StorageError."""
        for path in self.moved_aside:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                from topexplorer.engine.database import cause

                told = message("history.unusable", path=clean_line(str(path)), cause=cause(error))
                raise StorageError(told) from None

    def prune(self) -> None:
        """Drops what is too old. What the disk refuses is one of `problems`."""
        for kind in LETTERS:
            with self._telling(kind), self._open(kind) as file:
                if file is not None:
                    self._drop_old(file, kind)

    def wait(self) -> None:
        """Returns when every call that was added is kept."""
        with self._lock:
            adding = self._adding
        if adding is not None:
            adding.join()

    def _add(self, before: threading.Thread | None, exchange: Exchange, kind: Kind, seller: str, private: bool) -> None:
        if before is not None:
            before.join()
        size = len(exchange.body)
        if size > MOST_BODY:
            exchange = pastcall.without_body(exchange)
        made_up = private or kind == "prod"
        kept, left_out = pastcall.fit_to_keep(exchange, self._people() if made_up else None)
        state, reason = pastcall.state_of(kept.outcome)
        values = {
            "call": exchange.id,
            "at": (exchange.started_at - _EPOCH) // _MICROSECOND,
            "environment": exchange.environment,
            "api": kept.draft.api,
            "seller": seller,
            "state": state,
            "reason": reason,
            "seconds": exchange.seconds,
            "size": size,
            "words": pastcall.words_of(kept, seller).encode("utf-8", "replace").decode(),
        }
        document = json.dumps({**pastcall.document(kept, left_out), "made_up": made_up})
        packed = zlib.compress(kept.body, 1) if kept.body or not size else None
        with self._telling(kind):
            try:
                self._write(kind, values, document, packed)
            except _Moved:
                self._write(kind, values, document, packed)

    def _write(self, kind: Kind, values: Mapping[str, object], document: str, packed: bytes | None) -> None:
        with self._open(kind, make=True) as file:
            if file is not None:
                file.add(values, document, packed)
                self._drop_old(file, kind)

    @contextmanager
    def _telling(self, kind: Kind) -> Iterator[None]:
        """What the disk refuses in the block becomes one of `problems`."""
        try:
            yield
        except StorageError as error:
            self._problems.setdefault(f"unusable {kind}", error.message)

    def _people(self) -> Disguise:
        with self._lock:
            if self._disguise is None:
                from topexplorer.core.personal import Disguise

                self._disguise = Disguise(self._new_key().encode())
            return self._disguise

    def _drop_old(self, file: HistoryFile, kind: Kind) -> None:
        """Drops what is older than its environment keeps, then the oldest beyond what a kind may hold."""
        now = (self._clock() - _EPOCH) // _MICROSECOND
        for name in file.environments():
            environment = self._environments().get(name)
            days = environment.history_days if environment is not None else HISTORY_DAYS[kind]
            file.drop_before(name, now - timedelta(days=days) // _MICROSECOND)
        file.drop_beyond(MOST_CALLS[kind], MOST_PACKED)

    def _row(self, entry: str) -> Row:
        kind = next((kind for kind, letter in LETTERS.items() if entry[:1] == letter), None)
        if kind is not None and _is_entry(entry):
            with self._open(kind) as file:
                row = file.find(int(entry[1:])) if file is not None else None
            if row is not None:
                return row
        raise UnknownCall(message("history.unknown", entry=clean_line(entry)), message("history.unknown.hint"))

    @contextmanager
    def _open(self, kind: Kind, make: bool = False) -> Iterator[HistoryFile | None]:
        """The file of that kind while the block runs; None when there is none and none is to be made.

        A broken file is moved aside and told. Raises StorageError.
        """
        import sqlite3

        from topexplorer.engine.database import NewerDatabase, cause, is_broken
        from topexplorer.engine.historyfile import HistoryFile

        path = self._path(kind)
        shown = clean_line(str(path))
        if not make:
            self.wait()
            if not path.exists():
                yield None
                return
        try:
            with HistoryFile.open(path) as file:
                self._note_moved(shown, file.database.moved)
                try:
                    yield file
                except sqlite3.Error as error:
                    if not is_broken(error):
                        raise
                    raise _Moved(self._note_moved(shown, file.database.move_aside())) from None
        except NewerDatabase:
            raise StorageError(message("history.newer", path=shown)) from None
        except (OSError, sqlite3.Error) as error:
            raise StorageError(message("history.unusable", path=shown, cause=cause(error))) from None

    def _path(self, kind: Kind) -> Path:
        return self.folder / f"{kind}.sqlite3"

    def _note_moved(self, path: str, moved: Path | None) -> Message:
        told = message("history.broken", path=path, moved=clean_line(str(moved)))
        if moved is not None:
            self._problems["broken"] = told
        return told


def _is_entry(text: str) -> bool:
    digits = text[1:].removeprefix("-")
    return len(text) < 16 and digits.isascii() and digits.isdigit()


def _past(letter: str, line: Line) -> PastCall:
    """Raises one of `_UNREADABLE` for a row that was not written by `add`."""
    number, call, at, *rest = line
    if [type(value) for value in (call, at, *rest)] != _COLUMNS:
        raise TypeError("not a row of the history")
    return PastCall(f"{letter}{number}", call, pastcall.as_utc(at), *rest)


def _unpacked(packed: bytes) -> bytes:
    """Raises zlib.error, also for more than was ever packed."""
    unpacker = zlib.decompressobj()
    body = unpacker.decompress(packed, MOST_BODY + 1)
    if len(body) > MOST_BODY or not unpacker.eof:
        raise zlib.error("too large")
    return body
