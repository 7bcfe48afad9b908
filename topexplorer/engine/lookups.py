"""Reading what a write is about to change, by an ordinary call: guarded, counted and masked like every other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from topexplorer.core.call import Answer, Exchange, NoAnswer, Refusal
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.plannedwrite import PlannedWrite, Present, present
from topexplorer.core.text import clean_line
from topexplorer.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Sight:
    """What could be seen of the objects beforehand. `trouble` says why there are none."""

    objects: tuple[tuple[Present, ...], ...] = ()
    trouble: Message | None = None


async def look(engine: Engine, planned: PlannedWrite, hide: Callable[[Exchange], Exchange] | None = None) -> Sight:
    """The objects that a write will change, as they are now. Whatever goes wrong is told and never raised.

    `hide` takes personal data out of an answer; what the write replaces is shown as it is, or nobody could judge it.
    """
    if planned.lookup is None:
        return Sight(trouble=message("env.look.unknown"))
    try:
        exchange = await engine.send(await asyncio.to_thread(engine.prepare, planned.lookup))
        outcome = exchange.outcome
        if isinstance(outcome, Answer):
            found = await asyncio.to_thread(_objects, engine, planned, exchange, hide)
            return Sight(found) if found else Sight(trouble=message("env.look.nothing", method=planned.lookup.api))
    except TopExplorerError as error:
        return Sight(trouble=message("env.look.failed", method=planned.lookup.api, reason=error.message))
    except (ValueError, LookupError, TypeError, RecursionError):
        return Sight(trouble=message("env.look.nothing", method=planned.lookup.api))
    return Sight(trouble=message("env.look.refused", method=planned.lookup.api, reason=_reason(outcome)))


def _objects(
    engine: Engine, planned: PlannedWrite, exchange: Exchange, hide: Callable[[Exchange], Exchange] | None
) -> tuple[tuple[Present, ...], ...]:
    spec, read = engine.catalog.spec(planned.method), engine.catalog.spec(exchange.draft.api)
    values = dict(planned.values)

    def fields_of(seen: Exchange) -> tuple[tuple[Present, ...], ...]:
        return present(spec, read, seen.outcome.payload, values) if isinstance(seen.outcome, Answer) else ()

    found = fields_of(exchange)
    if hide is None:
        return found
    shown = [{field.name: field for field in fields} for fields in fields_of(hide(exchange))]
    return tuple(
        tuple(field if field.becomes is not None else known.get(field.name, field) for field in fields)
        for fields, known in zip(found, shown, strict=False)
    )


def _reason(outcome: Refusal | NoAnswer) -> Message | str:
    """The platform's own words, or what broke."""
    if isinstance(outcome, Refusal):
        return clean_line(f"{outcome.code} {outcome.sub_msg or outcome.sub_code or outcome.msg}")
    return message(f"silence.{outcome.reason}")
