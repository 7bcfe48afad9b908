"""`--personal`: how personal data of an answer is written. Starred where production answers, unless told otherwise."""

from __future__ import annotations

from typing import Literal

from topexplorer.assemble import Workbench
from topexplorer.cli.arguments import Arguments, one_of
from topexplorer.cli.output import Console
from topexplorer.core.call import Exchange, RequestDraft

HOWS = ("stars", "fake", "real")
How = Literal["stars", "fake", "real"]


def declare_personal(arguments: Arguments) -> None:
    arguments.option("--personal", "HOW", "redact.help.personal", type=one_of("--personal", HOWS))


def as_seen(bench: Workbench, console: Console, exchange: Exchange, how: How | None) -> Exchange:
    """The exchange as it may be written, and a word about it when that was not asked for.

    One that the history kept is as it was kept: of production, with made-up people.
    """
    if exchange.kept is not None and exchange.kept.made_up:
        console.narrate([console.say("history.cli.made_up")])
        return exchange
    is_prod = exchange.kept is None and bench.environments[exchange.environment].kind == "prod"
    wanted = how or ("stars" if is_prod else "real")
    if wanted == "real":
        return exchange
    from topexplorer.core.disguise import hidden_exchange
    from topexplorer.core.personal import Disguise

    hidden = hidden_exchange(exchange, Disguise(bench.new_id().encode(), wanted))
    if how is None and hidden.body != exchange.body:
        console.narrate([console.say("redact.cli.starred")])
    return hidden


def fit_to_keep(bench: Workbench, console: Console, draft: RequestDraft, environment: str | None) -> RequestDraft:
    """The draft as a profile may hold it: from production without personal data, which is told."""
    name = environment or bench.start_environment.name
    if bench.environments[name].kind != "prod":
        return draft
    from topexplorer.core.disguise import without_personal

    kept, left_out = without_personal(draft)
    if left_out:
        from topexplorer.core.language import message

        console.warn(message("redact.left_out", names=left_out))
    return kept
