"""`quota`: the meters of the active environment, the same figures that the explorer draws."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.drafts import engine_for
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.language import Language
from topexplorer.core.manual import limit_text
from topexplorer.engine.ledger import Meter, span_words
from topexplorer.engine.quota import is_shown, meter_title


def declare(arguments: Arguments) -> None:
    arguments.switch("--json", key="cli.help.json")


def quota(bench: Workbench, console: Console, options: Namespace) -> int:
    """Prints the meters of every rate class."""
    engine = engine_for(bench, options.env)
    meters = [meter for meter in engine.meters() if is_shown(meter)]
    if options.json:
        console.json([_row(meter) for meter in meters])
        return output.OK
    say = console.say
    console.narrate([say("cli.quota.of", environment=engine.environment.name)])
    head = tuple(say(f"cli.quota.head.{name}") for name in ("class", "used", "limit", "resets"))
    rows = [
        (meter_title(meter, say), f"{meter.used:,}", limit_text(meter.limit, say), _resets(meter, say))
        for meter in meters
    ]
    console.lines(columns([head, *rows]))
    return output.OK


def meter_words(meters: Iterable[Meter], say: Language) -> list[str]:
    """Each meter in a few words: `trade 20 of 200/min`."""
    return [
        say("cli.quota.used", title=meter_title(meter, say), used=f"{meter.used:,}", limit=limit_text(meter.limit, say))
        for meter in meters
        if is_shown(meter)
    ]


def _name(meter: Meter) -> str:
    return meter.key.rsplit("/", 1)[-1]


def _resets(meter: Meter, say: Language) -> str:
    if meter.banned_for > 0:
        return say("cli.quota.banned_for", span=span_words(meter.banned_for))
    if meter.used == 0:
        return ""
    return say("cli.quota.resets_in", span=span_words(meter.resets_in))


def _row(meter: Meter) -> dict[str, object]:
    return {
        "name": _name(meter),
        "used": meter.used,
        "limit": meter.limit.calls,
        "window_seconds": meter.limit.seconds,
        "remaining": max(0, meter.limit.calls - meter.used),
        "resets_in_seconds": round(meter.resets_in, 3),
        "banned_for_seconds": round(meter.banned_for, 3),
    }


VERBS = {"quota": Verb(declare, quota)}
