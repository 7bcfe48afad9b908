"""Writes in production from the command line: shown first, sent only when somebody says the environment's name.

With `--confirm ENV` it was said beforehand. At a terminal it is asked for, and what the write will change is read
first. Otherwise nothing is sent.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterator

from topexplorer.assemble import Workbench
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.privacy import as_seen
from topexplorer.core.call import RequestDraft, SignedRequest
from topexplorer.core.errors import NeedsConfirmation, UsageError
from topexplorer.core.language import Language, message
from topexplorer.core.plannedwrite import PlannedWrite, shown_files, shown_values
from topexplorer.core.text import clean_line
from topexplorer.engine.engine import Engine
from topexplorer.engine.lookups import Sight, look


def prepared(
    bench: Workbench, console: Console, engine: Engine, draft: RequestDraft, options: Namespace
) -> SignedRequest:
    """The signed request, confirmed where that is needed. Raises NeedsConfirmation, or whatever `prepare` raises."""
    name = engine.environment.name
    if options.confirm is not None and options.confirm != name:
        raise UsageError(message("cli.usage.confirms_other", name=options.confirm, environment=name))
    try:
        return engine.prepare(draft)
    except NeedsConfirmation as error:
        return _confirmed(bench, console, engine, draft, options, error)


def _confirmed(
    bench: Workbench,
    console: Console,
    engine: Engine,
    draft: RequestDraft,
    options: Namespace,
    error: NeedsConfirmation,
) -> SignedRequest:
    planned, name = error.planned, engine.environment.name
    console.detail(_details(planned, engine, console.say))
    if options.confirm is None:
        hint = message("cli.call.confirm", environment=name)
        if not options.prompts.has_terminal:
            raise NeedsConfirmation(error.message, planned, hint)
        sight = asyncio.run(look(engine, planned, lambda seen: as_seen(bench, console, seen, options.personal)))
        console.tell(_objects(sight, planned, console.say))
        if options.prompts.text(console.say("env.ask.confirm", name=name)) != name:
            raise NeedsConfirmation(message("env.not_sent"), planned, hint)
    return engine.prepare(draft, planned)


def _details(planned: PlannedWrite, engine: Engine, say: Language) -> list[str]:
    environment = engine.environment
    kind = say(f"cli.env.kind.{environment.kind}")
    title = say.words(engine.catalog.spec(planned.method).title)
    rows = [
        (say("env.confirm.environment"), f"{environment.name} · {kind} · {environment.gateway}"),
        (say("env.confirm.app"), planned.app_key),
        (say("env.confirm.seller"), clean_line(planned.seller) or say("env.confirm.seller.unknown")),
        (say("env.confirm.method"), f"{clean_line(planned.method)} · {clean_line(title)}"),
    ]
    sent = [f"{clean_line(name)} = {clean_line(text)}" for name, text in shown_values(planned)]
    sent += [f"{clean_line(name)} = {clean_line(text)}" for name, text in shown_files(planned)]
    rows += [("" if place else say("env.confirm.sends"), text) for place, text in enumerate(sent)]
    return [say("env.confirm.heading"), *columns(rows, "  ")]


def _objects(sight: Sight, planned: PlannedWrite, say: Language) -> Iterator[str]:
    """The objects as they are now, what becomes of each field behind it."""
    if sight.trouble:
        yield say.render(sight.trouble)
        return
    yield say("env.confirm.now", method=planned.lookup.api if planned.lookup else "")
    for fields in sight.objects:
        rows = []
        for field in fields:
            text = clean_line(field.text) or say("env.confirm.empty")
            if field.becomes is not None:
                same = say("env.confirm.same")
                text = f"{text} → {clean_line(field.becomes)}" if field.differs else f"{text} ({same})"
            rows.append((f"{clean_line(say.words(field.title))} {field.name}", text))
        yield from columns(rows, "  ")
