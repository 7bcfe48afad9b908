"""`doctor`: lamps on everything a call needs, and `--self-check`, the first four steps of a newcomer."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.drafts import engine_for
from topexplorer.cli.layout import columns, wrapped
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.call import RequestDraft
from topexplorer.core.lamps import Lamp, State, has_red, terminal_lamps
from topexplorer.core.language import Language
from topexplorer.core.timelab import clocks, forms
from topexplorer.engine.engine import Engine
from topexplorer.engine.gatewayclock import TIME
from topexplorer.engine.preflight import specs_lamp
from topexplorer.engine.wirelamps import Preflight

SIGNS: dict[State, str] = {"ok": "✓", "warn": "!", "bad": "✗", "skipped": "–"}


def declare(arguments: Arguments) -> None:
    arguments.switch("--self-check", key="doctor.help.self_check")
    arguments.switch("--offline", key="doctor.help.offline")
    arguments.switch("--clock", key="lab.help.clock")
    arguments.switch("--json", key="cli.help.json")


def doctor(bench: Workbench, console: Console, options: Namespace) -> int:
    """Looks at every lamp. FINDINGS when one of them is red."""
    engine = engine_for(bench, options.env)
    environment = engine.environment
    console.narrate([console.say("doctor.of", environment=environment.name, gateway=environment.gateway)])
    if options.clock:
        return _show_clock(console, engine, options)
    if options.self_check:
        lamps = asyncio.run(Preflight(engine, bench.environ).self_check())
    else:
        lamps = _lamps(bench, console, engine, options.offline)
    if options.json:
        console.json({"environment": environment.name, "red": has_red(lamps), "lamps": _data(lamps, console.say)})
    else:
        console.lines(_rows(lamps, console))
    return output.FINDINGS if has_red(lamps) else output.OK


def _show_clock(console: Console, engine: Engine, options: Namespace) -> int:
    """How the clocks stand, unless `offline` by one call of taobao.time.get, and now in every form that is met."""
    if not options.offline:
        asyncio.run(engine.send(engine.prepare(RequestDraft(TIME))))
    say, now = console.say, engine.clock()
    rows = tuple(forms(now, engine.gateway_ahead))
    skews = engine.gateway_clock.skews
    if options.json:
        measured = [{"by": skew.source, "ahead": skew.seconds, "within": skew.within} for skew in skews]
        told = [{"accepted": accepted, "text": text, "message": say.render(words)} for accepted, text, words in rows]
        console.json({"environment": engine.environment.name, "skews": measured, "forms": told})
    else:
        console.lines([say.render(sentence) for _look, sentence in clocks(skews, engine.gateway_ahead)])
        console.lines(["", say("lab.times.forms")])
        console.lines(columns([("✓" if accepted else "✗", text, say.render(words)) for accepted, text, words in rows]))
    return output.FINDINGS if any(skew.dooms for skew in skews) else output.OK


def _lamps(bench: Workbench, console: Console, engine: Engine, offline: bool) -> tuple[Lamp, ...]:
    """The check-up's, with a thorough look at the specs."""

    async def looked() -> dict[str, Lamp]:
        terminal = terminal_lamps(bench.environ, console.is_terminal, console.encoding)
        return {lamp.name: lamp async for lamp in bench.needs(terminal, offline=offline)}

    found = asyncio.run(looked())
    found["specs"] = specs_lamp(engine, thorough=True)
    return tuple(found.values())


def _rows(lamps: Sequence[Lamp], console: Console) -> Iterator[str]:
    say = console.say
    rows = [(SIGNS[lamp.state], say(f"lamp.{lamp.name}"), _words(lamp, say)) for lamp in lamps]
    for lamp, line in zip(lamps, columns(rows), strict=True):
        yield line
        if lamp.cure is not None and lamp.state in ("bad", "warn"):
            yield from wrapped(f"    → {say.render(lamp.cure)}", console.width, 6)


def _words(lamp: Lamp, say: Language) -> str:
    sentence = say.render(lamp.sentence)
    return f"{sentence} · {lamp.detail}" if lamp.detail else sentence


def _data(lamps: Iterable[Lamp], say: Language) -> list[dict[str, object]]:
    return [
        {
            "name": lamp.name,
            "state": lamp.state,
            "message": say.render(lamp.sentence),
            "cure": say.render(lamp.cure) if lamp.cure is not None else None,
            "detail": lamp.detail,
        }
        for lamp in lamps
    ]


VERBS = {"doctor": Verb(declare, doctor)}
