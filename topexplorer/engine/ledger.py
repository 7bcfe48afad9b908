"""The quota ledger: no call leaves that would break a limit, whatever other topexplorer processes are doing.

Limits are counted exactly in every sliding window and every calendar day. When the file cannot be used, counting goes
on in this process alone and `problems` says so: a full disk must not cost anybody an answer.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from topexplorer.core.errors import QuotaExceeded
from topexplorer.core.language import Message, Words, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import Limit
from topexplorer.core.text import clean_line
from topexplorer.core.values import GMT8

if TYPE_CHECKING:
    from topexplorer.engine.tally import Tally

Found = TypeVar("Found")
SECOND = 1_000_000
DAY = 86_400 * SECOND
KEPT = 2 * DAY
"""How long calls are kept at least; longer where a limit's window is longer."""
LONGEST_BAN = 7 * 86_400.0
REMARKABLE_STEP = 60 * SECOND
_PERIODS: dict[float, str] = {0: "day", 1: "second", 60: "minute", 3600: "hour"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Budget:
    """One limit that a call must fit into. Budgets with the same key count the same calls."""

    key: str
    limit: Limit
    title: Words | None = None
    """What a person calls it; None: the last part of the key, after `/`."""
    calls: int = 1
    """What this call costs. 0: bans and the limit are checked, nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of a limit is used."""

    key: str
    limit: Limit
    title: Words | None
    used: int
    resets_in: float
    """Seconds until nothing is used, if no more is called; of a day, until midnight GMT+8."""
    banned_for: float
    """Seconds for which the gateway refuses this key, 0 when it does not."""


class Ledger:
    """Calls by budget in a file shared by every process on the machine. `path` None: in this process only.

    Safe to use from any thread. The file is opened at the first question.
    """

    def __init__(self, path: Path | None, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._tally: Tally | None = None
        self._problems: dict[str, Message] = {}

    @property
    def problems(self) -> tuple[Message, ...]:
        """What went wrong with the file so far, one sentence each."""
        return tuple(self._problems.values())

    def reserve(self, call_id: str, budgets: tuple[Budget, ...]) -> None:
        """Records a call in every budget, or in none and raises QuotaExceeded with the wait after which it would fit.

        What is recorded stays: a cancelled call may have reached the gateway and counts.
        """
        refusal = self._on_tally(lambda tally: self._reserve(tally, call_id, budgets))
        if refusal is not None:
            raise refusal

    def ban(self, key: str, seconds: float, reason: str) -> None:
        """Refuses every call on `key` for `seconds`, because the gateway said so. The longer of two bans holds."""
        span = round(min(max(seconds, 0.0), LONGEST_BAN) * SECOND) if math.isfinite(seconds) else 0
        if span:
            self._on_tally(lambda tally: self._ban(tally, key, span, reason))

    def meters(self, budgets: tuple[Budget, ...]) -> tuple[Meter, ...]:
        """How much of each budget is used, all at one moment."""
        return self._on_tally(lambda tally: self._meters(tally, budgets))

    def close(self) -> None:
        """Closes the file; the next question opens it again. What was counted in memory is forgotten."""
        with self._lock:
            if self._tally is not None:
                self._tally.database.close()
                self._tally = None

    def _reserve(self, tally: Tally, call_id: str, budgets: tuple[Budget, ...]) -> QuotaExceeded | None:
        keys = {budget.key for budget in budgets}
        with tally.database.writing():
            # Read when no other process can write any more, so that stamps are in order.
            now = self._now()
            self._note_step(tally.set_back(keys, now))
            refusals = [refusal for budget in budgets if (refusal := _refusal(tally, budget, now))]
            if refusals:
                return max(refusals, key=lambda refusal: refusal.wait_seconds)
            for key in sorted(keys):
                mine = [budget for budget in budgets if budget.key == key]
                if cost := max(budget.calls for budget in mine):
                    tally.add(key, now, cost, call_id)
                tally.prune(key, now - max(KEPT, *(2 * _span(budget.limit) for budget in mine)))
        return None

    def _ban(self, tally: Tally, key: str, span: int, reason: str) -> None:
        with tally.database.writing():
            now = self._now()
            self._note_step(tally.set_back((key,), now))
            tally.ban(key, now, span, reason)

    def _meters(self, tally: Tally, budgets: tuple[Budget, ...]) -> tuple[Meter, ...]:
        with tally.database.reading():
            now = self._now()
            return tuple(_meter(tally, budget, now) for budget in budgets)

    def _on_tally(self, question: Callable[[Tally], Found]) -> Found:
        """The answer to `question`; where the file gives way, of a new file or of this process's memory."""
        import sqlite3

        from topexplorer.engine.database import NewerDatabase

        with self._lock:
            for _attempt in range(3):
                try:
                    return question(self._opened())
                except (OSError, sqlite3.Error, NewerDatabase) as error:
                    self._recover(error)
            return question(self._opened())

    def _opened(self) -> Tally:
        """The open tally: the file, as long as it is the one that other processes find under that name."""
        from topexplorer.engine.tally import Tally

        if self._tally is not None and self._tally.database.is_stale():
            self._tally.database.close()
            self._tally = None
        if self._tally is None:
            self._tally = Tally.open(self._path) if self._path else Tally.in_memory()
            if self._tally.database.moved:
                self._note("ledger.broken", moved=clean_line(str(self._tally.database.moved)))
        return self._tally

    def _recover(self, error: Exception) -> None:
        """Leaves a Tally that can be asked again, or none for a new one to be opened. Raises when that is no use."""
        from topexplorer.engine.database import NewerDatabase, cause, is_broken, is_busy
        from topexplorer.engine.tally import Tally

        if self._path is None:
            if not is_broken(error):
                raise error
            # What was read of the file before it was given up turned out to be broken too.
            self._tally = Tally.in_memory()
            return
        if is_busy(error):
            raise QuotaExceeded(message("ledger.busy", path=clean_line(str(self._path))), 1.0) from None
        if isinstance(error, NewerDatabase):
            self._note("ledger.newer")
            self._forsake(Tally.in_memory())
            return
        if is_broken(error) and self._tally is not None:
            broken, self._tally = self._tally, None
            try:
                if moved := broken.database.move_aside():
                    self._note("ledger.broken", moved=clean_line(str(moved)))
                return
            except OSError as other:
                self._note("ledger.unwritable", cause=cause(other))
                self._forsake(Tally.in_memory())
                return
        self._note("ledger.unwritable", cause=cause(error))
        self._forsake(Tally.in_memory(self._path))

    def _forsake(self, tally: Tally) -> None:
        """Counts in memory from here on."""
        if self._tally is not None:
            self._tally.database.close()
        self._tally, self._path = tally, None

    def _note(self, key: str, **values: object) -> None:
        self._problems.setdefault(key, message(key, path=clean_line(str(self._path)), **values))

    def _note_step(self, step: int) -> None:
        if step >= REMARKABLE_STEP:
            self._note("ledger.clock_set_back", step=span_words(step / SECOND))

    def _now(self) -> int:
        return (self._clock() - _EPOCH) // timedelta(microseconds=1)


def limit_words(limit: Limit) -> Message:
    """A limit as a person says it: `200 a minute`, `5000 a day`."""
    if name := _PERIODS.get(limit.seconds):
        return message(f"limit.{name}", calls=limit.calls)
    return message("limit.window", calls=limit.calls, seconds=f"{limit.seconds:g}")


def span_words(seconds: float) -> Message:
    """A time to wait as a person says it, rounded up: `0.4 s`, `12 s`, `3 min`, `8 h`, or that it never ends."""
    if not math.isfinite(seconds):
        return message("span.never")
    if seconds <= 1:
        return message("span.seconds", n=f"{math.ceil(seconds * 10) / 10:g}")
    if seconds <= 90:
        return message("span.seconds", n=math.ceil(seconds))
    if seconds <= 5400:
        return message("span.minutes", n=math.ceil(seconds / 60))
    return message("span.hours", n=math.ceil(seconds / 3600))


def _refusal(tally: Tally, budget: Budget, now: int) -> QuotaExceeded | None:
    title = budget.title or clean_line(budget.key.rsplit("/", 1)[-1])
    closed, reason = tally.banned(budget.key, now)
    if closed:
        wait = closed / SECOND
        sentence = message("ledger.banned", title=title, wait=span_words(wait), reason=clean_line(reason))
        return QuotaExceeded(sentence, wait)
    used = tally.used(budget.key, _start(budget.limit, now))
    left = budget.limit.calls - budget.calls
    if used <= left:
        return None
    limit = limit_words(budget.limit)
    if left < 0:
        return QuotaExceeded(message("ledger.never", title=title, limit=limit), math.inf)
    freed = _midnight(now) if _is_day(budget.limit) else tally.room_after(budget.key, left)
    wait = (freed + _span(budget.limit) - now) / SECOND
    return QuotaExceeded(message("ledger.exceeded", title=title, used=used, limit=limit, wait=span_words(wait)), wait)


def _meter(tally: Tally, budget: Budget, now: int) -> Meter:
    used = tally.used(budget.key, _start(budget.limit, now))
    if _is_day(budget.limit):
        resets = _midnight(now) + DAY - now
    else:
        resets = min(tally.last(budget.key), now) + _span(budget.limit) - now if used else 0
    closed, _reason = tally.banned(budget.key, now)
    return Meter(budget.key, budget.limit, budget.title, used, resets / SECOND, closed / SECOND)


def _is_day(limit: Limit) -> bool:
    return limit.seconds == 0


def _span(limit: Limit) -> int:
    return DAY if _is_day(limit) else round(limit.seconds * SECOND)


def _start(limit: Limit, now: int) -> int:
    """The earliest stamp that still counts: a window holds calls less than its length ago."""
    return _midnight(now) if _is_day(limit) else now - _span(limit) + 1


def _midnight(now: int) -> int:
    """The last midnight in GMT+8, where the platform's day ends."""
    shift = (GMT8.utcoffset(None) or timedelta()) // timedelta(microseconds=1)
    return (now + shift) // DAY * DAY - shift
