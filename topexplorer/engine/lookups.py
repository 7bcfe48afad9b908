"""Reading what a write is about to change, by ordinary calls: guarded, counted and masked like every other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import groupby

from topexplorer.core.call import Answer, Exchange, NoAnswer, Outcome, Refusal
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.plannedwrite import (
    MOST_OBJECTS,
    MOST_READS,
    Found,
    Lookup,
    Name,
    Named,
    PlannedWrite,
    Present,
    present,
)
from topexplorer.core.spec import ApiSpec
from topexplorer.core.text import clean_line
from topexplorer.engine.engine import Engine

Hide = Callable[[Exchange], Exchange]


@dataclass(frozen=True, slots=True)
class _Page:
    """One answer of a read."""

    found: tuple[Found, ...]
    goes_on: bool
    """Whether there may be more behind it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An object as it is now, or why it could not be seen."""

    method: str
    """The read that was asked for it."""
    label: tuple[Name, ...]
    """What tells it from the others of the same write."""
    fields: tuple[Present, ...] = ()
    trouble: Message | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """What could be seen of the objects beforehand. `trouble` says why there are none."""

    objects: tuple[Seen, ...] = ()
    more: int = 0
    """How many objects more there are that nobody looked at."""
    trouble: Message | None = None

    def by_label(self) -> Iterator[tuple[tuple[Name, ...], tuple[Seen, ...]]]:
        """The objects that the write names together, with their name."""
        for label, seen in groupby(self.objects, lambda seen: seen.label):
            yield label, tuple(seen)

    @property
    def methods(self) -> str:
        """The reads that were asked."""
        return ", ".join(dict.fromkeys(seen.method for seen in self.objects))

    @property
    def named(self) -> int:
        """How many objects the write names, those included that nobody looked at."""
        return len(list(self.by_label())) + self.more


async def look(engine: Engine, planned: PlannedWrite, hide: Hide | None = None) -> Sight:
    """The objects that a write will change, as they are now. Whatever goes wrong is told and never raised.

    `hide` takes personal data out of an answer, be it a refusal; what the write replaces is shown as it is, or nobody
    could judge it.
    """
    if not planned.lookups:
        return Sight(trouble=_why_not(engine.catalog.spec(planned.method)))
    spare = MOST_READS - len(planned.lookups)
    seen: list[Seen] = []
    for lookup in planned.lookups:
        shown, pages = await _looked(engine, lookup, hide, spare)
        seen += shown
        spare -= pages
    troubles = [entry.trouble for entry in seen]
    if troubles[0] and troubles.count(troubles[0]) == len(seen):
        return Sight(trouble=troubles[0], more=planned.unread)
    return Sight(tuple(seen[:MOST_OBJECTS]), max(len(seen) - MOST_OBJECTS, 0) + planned.unread)


def _why_not(spec: ApiSpec) -> Message:
    if spec.shows:
        return message("env.look.lacks")
    if spec.unseen:
        return message("env.look.no_read" if spec.unseen == "no-read" else "env.look.no_key")
    if spec.effect in ("creates", "sends"):
        return message(f"env.look.{spec.effect}")
    return message("env.look.unknown")


async def _looked(engine: Engine, lookup: Lookup, hide: Hide | None, spare: int) -> tuple[list[Seen], int]:
    """What one read shows, at least one entry, and how many pages behind the first were turned: `spare` at most."""
    method, missing, turned = lookup.shows.method, lookup.named, -1
    found: dict[Named, list[Seen]] = {}
    trouble = message("env.look.nothing", method=method)
    while missing and turned < spare:
        turned += 1
        page = await _page(engine, lookup.page(turned + 1, missing), hide)
        if isinstance(page, Message):
            trouble = page
            break
        for one in page.found:
            if one.fields:
                found.setdefault(one.named, []).append(Seen(method, one.named.label, one.fields))
        missing = tuple(named for named in missing if named not in found)
        if page.goes_on:
            trouble = message("env.look.further", method=method, count=turned + 1)
        elif lookup.named[0].label or lookup.named[0].keys:
            trouble = message("env.look.absent", method=method)
        if not page.goes_on:
            break
    shown = [found.get(named) or [Seen(method, named.label, (), trouble)] for named in dict.fromkeys(lookup.named)]
    return [one for several in shown for one in several], turned


async def _page(engine: Engine, lookup: Lookup, hide: Hide | None) -> _Page | Message:
    """One answer, or why there is none."""
    method = lookup.shows.method
    try:
        read = engine.catalog.spec(method)
        exchange = await engine.send(await asyncio.to_thread(engine.prepare, lookup.draft(read)))
        seen = await asyncio.to_thread(hide, exchange) if hide else exchange
        outcome = exchange.outcome
        if isinstance(outcome, Answer):
            found = await asyncio.to_thread(_found, lookup, read, outcome, seen.outcome)
            return _Page(found, lookup.goes_on(read, outcome.payload))
    except TopExplorerError as error:
        return message("env.look.failed", method=method, reason=error.message)
    except (ValueError, LookupError, TypeError, RecursionError):
        return message("env.look.nothing", method=method)
    key = "env.look.other_id" if lookup.shows.other_id else "env.look.refused"
    return message(key, method=method, reason=_reason(seen.outcome))


def _found(lookup: Lookup, read: ApiSpec, answer: Answer, seen: Outcome) -> tuple[Found, ...]:
    return present(lookup, read, answer.payload, seen.payload if isinstance(seen, Answer) else answer.payload)


def _reason(outcome: Outcome) -> Message | str:
    """The platform's own words, or what broke."""
    if isinstance(outcome, Refusal):
        return clean_line(f"{outcome.code} {outcome.sub_msg or outcome.sub_code or outcome.msg}")
    return message(f"silence.{outcome.reason}") if isinstance(outcome, NoAnswer) else ""
