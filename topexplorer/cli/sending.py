"""Around a call that is sent: what holds it back, whose clock it is stamped by, and why fields did not come."""

from __future__ import annotations

import asyncio
import shlex
from argparse import Namespace
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from topexplorer.cli import output
from topexplorer.cli.output import Console
from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.errors import InvalidDraft, UsageError
from topexplorer.core.language import message
from topexplorer.core.text import clean_line
from topexplorer.engine.engine import Engine

if TYPE_CHECKING:
    from topexplorer.core.emptyfields import Gap

CLOCKS = ("text", "ms", "gateway")
MOST_GAPS = 8
"""Fields that are told of without being asked for."""


def holds_back(console: Console, engine: Engine, draft: RequestDraft) -> int | None:
    """Says why the call would be for nothing and gives the exit code; None when nothing is known against it."""
    from topexplorer.cli.answers import card_lines
    from topexplorer.engine.holding import held

    found = held(engine, draft)
    if found is None or found.pitfall == "app_key":
        # Without keys nothing can be signed, and the engine says so itself.
        return None
    console.error(found.title, found.cause)
    console.detail(card_lines(found, console.say, engine, draft))
    return output.SESSION if found.pitfall == "session" else output.REFUSED


def require_whole(engine: Engine, draft: RequestDraft, options: Namespace, again: tuple[str, ...]) -> None:
    """Raises InvalidDraft for a request of the past without values that it needs and that were not kept: what they were
    is not known any more. It names the command that gives them again; `again` is that without them."""
    needed = {problem.where for problem in engine.check(draft) if problem.severity == "error"}
    lacking = tuple(name for name in draft.lacking if name in needed)
    if lacking:
        environment = engine.environment.name
        words = [*again, "--env", environment, *(["--confirm", environment] if options.confirm else [])]
        words += (f"{name}=…" for name in sorted(draft.left_out) if name in needed or name not in lacking)
        told = message("cli.call.lacking", names=tuple(map(clean_line, lacking)), method=clean_line(draft.api))
        command = clean_line(shlex.join(["topexplorer", *words]))
        raise InvalidDraft(told, message("cli.call.lacking.hint", command=command))


def stamp(engine: Engine, form: str | None) -> None:
    """Timestamps in that form from now on, or by the gateway's clock, for which it is asked the time."""
    if form in ("text", "ms"):
        engine.timestamp_form = "ms" if form == "ms" else "text"
    elif form == "gateway":
        asyncio.run(engine.send(engine.prepare(RequestDraft("taobao.time.get"))))
        skew = engine.gateway_clock.skew
        if skew is None:
            raise UsageError(message("lab.clock.untold"), message("lab.clock.untold.hint"))
        engine.gateway_ahead = timedelta(seconds=skew.seconds)


def show_gaps(console: Console, engine: Engine, exchange: Exchange, missed: Iterable[str], as_data: bool) -> None:
    """The fields that did not come, each with its reason and what brings it: on stdout as data, else beside it."""
    from topexplorer.engine.around import gaps_of

    named = tuple(missed)
    gaps = gaps_of(engine, exchange, named)
    if as_data:
        say = console.say
        console.lines(gap_lines(console, engine, exchange, gaps) or [say("lab.gaps.none")])
        return
    asked_about = tuple(gap for gap in gaps if gap.path in named)
    if asked_about:
        console.tell(gap_lines(console, engine, exchange, asked_about))
        return
    worth = tuple(gap for gap in gaps if gap.reason != "empty")
    if worth and console.narrates:
        console.narrate([console.say("lab.gaps.note", n=len(worth))])
        console.narrate(gap_lines(console, engine, exchange, worth[:MOST_GAPS]))


def gap_lines(console: Console, engine: Engine, exchange: Exchange, gaps: Iterable[Gap]) -> list[str]:
    from topexplorer.cli.layout import columns
    from topexplorer.cli.proposals import command_for

    say, lines = console.say, []
    for gap in gaps:
        lines += columns([(gap.path, say.render(gap.sentence))], "  ")
        if gap.fix is not None:
            lines.append(f"    → {say.render(gap.fix.text)}")
            if command := command_for(gap.fix, engine, exchange.draft):
                lines.append(f"      $ {command}")
    return lines
