"""How long a seller's session lives: as a whole, for each of its four levels, and for refreshing. Pure: the caller
brings the time.

The platform gives every session four life times: r1 and w1 for ordinary reads and writes, r2 and w2 for those of high
risk (user authorisation guide, doc 102635). So a session can be alive for reading and dead for writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Literal, Protocol, get_args

from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass

Level = Literal["r1", "r2", "w1", "w2"]
LEVELS: tuple[Level, ...] = get_args(Level)
WRITES = frozenset[Level]({"w1", "w2"})
Part = Literal["session", "r1", "r2", "w1", "w2", "refresh"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What runs out at its own time: the session, its levels, and the text that refreshes it."""
RISKY_ACCESS, RISKY_CATEGORIES = "trade", frozenset({"promotion"})
SOON_SECONDS = 86_400
"""From here on the end of a level is worth a word before anybody asks."""

NEVER_DAYS = 50 * 365
"""A life that is longer than this is said to have no end."""


class Graded(Protocol):
    """What decides the level of an API: a spec and a catalog's entry both have it."""

    @property
    def category(self) -> str: ...
    @property
    def access(self) -> str: ...
    @property
    def writes(self) -> bool: ...


def level_of(api: Graded) -> Level:
    """The level of an API. Our assumption, because the platform shows it only in its console: buyers' data, money and
    prices are of high risk. For promotions there is evidence: clients of those APIs are refused for w2.
    """
    risky = api.access == RISKY_ACCESS or api.category in RISKY_CATEGORIES
    if api.writes:
        return "w2" if risky else "w1"
    return "r2" if risky else "r1"


@dataclass(frozen=True, slots=True)
class SessionLife:
    """When each part of a session ends. What is not in `expires` is not known and counts as alive."""

    expires: Mapping[Part, datetime] = field(default_factory=dict, hash=False)

    def end(self, part: Part) -> datetime | None:
        """When that part ends, a level with the session at the latest; None when nobody said."""
        names: set[Part] = {part} if part == "refresh" else {part, "session"}
        return min((self.expires[name] for name in names if name in self.expires), default=None)

    def left(self, part: Part, now: datetime) -> float | None:
        """Seconds until that part ends, 0 when it is over; None when nobody said."""
        end = self.end(part)
        return None if end is None else max((end - now).total_seconds(), 0.0)

    def is_open(self, part: Part, now: datetime) -> bool:
        return self.left(part, now) != 0

    def closed(self, now: datetime) -> frozenset[Level]:
        """The levels that calls can no longer be made on."""
        return frozenset(level for level in LEVELS if not self.is_open(level, now))

    def soonest(self, now: datetime) -> tuple[Level, float] | None:
        """The level to watch and its seconds left: one that is over, else the one that ends first within a day.

        None while there is nothing to watch.
        """
        lefts = [(left, level) for level in LEVELS if (left := self.left(level, now)) is not None]
        left, level = min(lefts, default=(float(SOON_SECONDS), LEVELS[0]))
        return (level, left) if left < SOON_SECONDS else None

    def note(self, now: datetime) -> Message | None:
        """What there is to watch, in as few letters as can be; None for nothing."""
        closed = self.closed(now)
        if closed and closed != WRITES and len(closed) < len(LEVELS):
            return message("sellers.note.levels", levels="/".join(level for level in LEVELS if level in closed))
        if closed:
            return message("sellers.note.reads_only" if closed == WRITES else "sellers.left.over")
        soonest = self.soonest(now)
        return message("sellers.note.left", level=soonest[0], left=countdown(soonest[1])) if soonest else None

    def state(self, now: datetime) -> Message:
        """In a few words, what the session is still good for."""
        closed = self.closed(now)
        if not closed:
            return message("sellers.state.alive" if self.expires else "sellers.state.unknown")
        if len(closed) == len(LEVELS):
            return message("sellers.state.over")
        if closed == WRITES:
            return message("sellers.state.reads_only")
        return message("sellers.state.partly", levels=tuple(level for level in LEVELS if level in closed))


def obstacle(nick: str, life: SessionLife, api: Graded, now: datetime) -> Message | None:
    """Why a session of that seller can no longer call an API; None when it can, as far as is known."""
    level = level_of(api)
    if life.is_open(level, now):
        return None
    if not life.is_open("session", now):
        return message("sellers.over", seller=nick)
    reads_on = life.closed(now) == WRITES
    return message("sellers.over.reads_on" if reads_on else "sellers.over.level", seller=nick, level=level)


def countdown(left: float | None) -> Message:
    """Words for the seconds that are left, in two units at most."""
    if left is None:
        return message("sellers.left.unknown")
    whole = int(left)
    if whole <= 0:
        return message("sellers.left.over")
    days, hours, minutes = whole // 86_400, whole // 3600 % 24, whole // 60 % 60
    if days >= NEVER_DAYS:
        return message("sellers.left.never")
    if days >= 10:
        return message("sellers.left.many_days", days=days)
    if days:
        return message("sellers.left.days", days=days, hours=hours)
    if hours:
        return message("sellers.left.hours", hours=hours, minutes=f"{minutes:02d}")
    return message("sellers.left.minutes", minutes=minutes, seconds=f"{whole % 60:02d}")
