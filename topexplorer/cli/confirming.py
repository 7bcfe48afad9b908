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
from topexplorer.core.plannedwrite import PlannedWrite, Present, shown_files, shown_values
from topexplorer.core.spec import ApiSpec
from topexplorer.core.spelledout import spelled_out
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
        console.tell(_objects(sight, engine.catalog.spec(planned.method), console.say))
        if options.prompts.text(console.say("env.ask.confirm", name=name)) != name:
            raise NeedsConfirmation(message("env.not_sent"), planned, hint)
    return engine.prepare(draft, planned)


def _details(planned: PlannedWrite, engine: Engine, say: Language) -> list[str]:
    environment, spec = engine.environment, engine.catalog.spec(planned.method)
    kind = say(f"cli.env.kind.{environment.kind}")
    rows = [
        (say("env.confirm.environment"), f"{environment.name} · {kind} · {environment.gateway}"),
        (say("env.confirm.app"), planned.app_key),
        (say("env.confirm.seller"), clean_line(planned.seller) or say("env.confirm.seller.unknown")),
        (say("env.confirm.method"), f"{clean_line(planned.method)} · {clean_line(say.words(spec.title))}"),
    ]
    label = say("env.confirm.creates" if spec.effect == "creates" else "env.confirm.sends")
    rows += [("" if place else label, text) for place, text in enumerate(_sent(planned, spec, say))]
    return [say("env.confirm.heading"), *columns(rows, "  ")]


def _sent(planned: PlannedWrite, spec: ApiSpec, say: Language) -> Iterator[str]:
    """What is sent: as it goes on the wire beside a difference, taken apart where that is all there is to see."""
    if planned.lookups and spec.effect != "creates":
        yield from (f"{clean_line(name)} = {clean_line(text)}" for name, text in shown_values(planned))
    else:
        for value in spelled_out(spec, shown_values(planned)):
            title = f"  ({clean_line(say.words(value.title))})" if value.title else ""
            yield f"{clean_line(value.path)} = {clean_line(value.text)}{title}"
    yield from (f"{clean_line(name)} = {clean_line(text)}" for name, text in shown_files(planned))


def _objects(sight: Sight, spec: ApiSpec, say: Language) -> Iterator[str]:
    """The objects as they are now, what becomes of each field behind it."""
    yield ""
    if sight.trouble:
        yield say.render(sight.trouble)
    if sight.objects:
        heading = f"env.confirm.now.{spec.effect}" if spec.effect in ("creates", "deletes") else "env.confirm.now"
        yield say(heading, method=sight.methods)
    for number, (label, group) in enumerate(sight.by_label(), 1):
        if label and sight.named > 1:
            named = "  ".join(f"{clean_line(name)} {clean_line(text)}" for name, text in label)
            yield f"{number}/{sight.named}  {named}"
        for seen in group:
            if seen.trouble:
                yield f"  {say.render(seen.trouble)}"
            yield from _fields(seen.fields, len(sight.objects) > 1, say)
    if sight.more:
        yield say("env.confirm.more", count=sight.more)


def _fields(fields: tuple[Present, ...], is_short: bool, say: Language) -> Iterator[str]:
    """What changes, and what the object has beside it: in one line where there are more objects to come."""
    shown = [field for field in fields if field.becomes is not None or not is_short]
    titles = [clean_line(" ".join(dict.fromkeys((say.words(field.title), field.name)))) for field in shown]
    yield from columns([(title, _text(field, say)) for title, field in zip(titles, shown, strict=True)], "  ")
    rest = [field for field in fields if field not in shown]
    if rest:
        yield "  " + " · ".join(f"{clean_line(say.words(field.title))} {_text(field, say)}" for field in rest)


def _text(field: Present, say: Language) -> str:
    """A field as it is, and as it will be."""
    now = clean_line(field.text) or say("env.confirm.empty")
    if field.becomes is None:
        return now
    if not field.differs:
        return f"{now} ({say('env.confirm.same')})"
    then = clean_line(field.becomes) or say("env.confirm.empty")
    return f"{now} → {then}" + (f" ({clean_line(field.adds)})" if field.adds else "")
