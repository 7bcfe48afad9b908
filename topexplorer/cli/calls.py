"""`call`: a request made from the command line, sent or only shown."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments, one_of
from topexplorer.cli.drafts import (
    declare_draft,
    draft_from,
    engine_for,
    known_method,
    say_problems,
    unless_prod,
    unlisted,
)
from topexplorer.cli.output import Console
from topexplorer.cli.privacy import as_seen, declare_personal, fit_to_keep
from topexplorer.cli.sending import CLOCKS, holds_back, require_whole, show_gaps, stamp
from topexplorer.cli.verbs import Verb
from topexplorer.core.call import Exchange, RequestDraft, SignedRequest
from topexplorer.core.errors import InvalidDraft, UsageError
from topexplorer.core.fieldchoice import parts_of
from topexplorer.core.language import message
from topexplorer.engine.engine import Engine

SHOWN = ("text", "tree", "raw", "headers", "why")
"""What `--view` takes: the views of core.views."""


def declare_call(arguments: Arguments) -> None:
    arguments.positional("method", "cli.help.method")
    declare_draft(arguments)
    declare_sending(arguments)
    arguments.option("--profile", "NAME", "cli.help.profile")
    arguments.option("--save", "NAME", "cli.help.save")


def declare_sending(arguments: Arguments) -> None:
    """What every verb that sends takes."""
    arguments.option("--seller", "NICK", "sellers.help.call")
    arguments.option("--view", "VIEW", "cli.help.view", type=one_of("--view", SHOWN), default="text")
    arguments.switch("--dry-run", key="cli.help.dry_run")
    arguments.switch("--json", key="cli.help.dry_run_json")
    arguments.switch("--anyway", "--force", key="cli.help.force")
    arguments.option("--timestamp", "text|ms|gateway", "lab.help.timestamp", type=one_of("--timestamp", CLOCKS))
    arguments.option("--missed", "FIELDS", "lab.help.missed", default="")
    arguments.option("--confirm", "ENV", "cli.help.confirm")
    arguments.switch("--no-history", key="history.help.no_history")
    declare_personal(arguments)


def call(bench: Workbench, console: Console, options: Namespace) -> int:
    """Sends one call and shows its answer."""
    method = known_method(bench.catalog, options.method)
    start, environment = RequestDraft(method), options.env
    if options.profile:
        profile = bench.profiles.get(options.profile)
        if profile.draft.api != method:
            raise UsageError(message("cli.usage.other_method", profile=profile.name, method=profile.draft.api))
        start, environment = profile.draft, options.env or unless_prod(bench, profile.environment, profile.name)
    engine = engine_for(bench, environment, options.seller)
    draft = draft_from(bench, options, start)
    if options.save:
        save(bench, console, options.save, draft)
    again = ("call", method, "--profile", options.profile) if options.profile else ()
    return perform(bench, console, engine, draft, options, again)


def save(bench: Workbench, console: Console, name: str, draft: RequestDraft, environment: str | None = None) -> None:
    """Keeps the draft as a profile. Raises ConfigError or StorageError."""
    from topexplorer.engine.profiles import Profile

    draft = fit_to_keep(bench, console, draft, environment)
    path = bench.profiles.save(Profile(name, draft, environment), known_secrets(bench))
    console.narrate([console.say("cli.profile.saved", name=name, path=str(path))])


def known_secrets(bench: Workbench) -> list[str]:
    """Every secret that can be known without asking for a passphrase: none of them may reach a file."""
    return [secret for environment in bench.environments.values() for secret in bench.vault.secrets(environment)]


def perform(
    bench: Workbench,
    console: Console,
    engine: Engine,
    draft: RequestDraft,
    options: Namespace,
    again: tuple[str, ...] = (),
) -> int:
    """Checks the draft, then sends it or shows what would be sent. `again` is the command that repeats it."""
    if draft.api not in bench.catalog:
        console.warn(unlisted(bench.catalog, draft.api))
    if not options.anyway:
        require_whole(engine, draft, options, again)
    _check(console, engine, draft, options.anyway)
    if options.dry_run:
        from topexplorer.cli.requests import show_request

        show_request(console, engine.preview(draft), options.json)
        return output.OK
    if options.json:
        raise UsageError(message("cli.usage.json_needs_dry_run"))
    from topexplorer.cli.confirming import prepared

    stamp(engine, options.timestamp)
    if not options.anyway and (code := holds_back(console, engine, draft)) is not None:
        return code
    signed = prepared(bench, console, engine, draft, options)
    from topexplorer.cli.answers import narrate_call, narrate_end, show_exchange

    narrate_call(console, engine, draft.api)
    exchange = asyncio.run(_sent(console, engine, signed, not options.no_history))
    show_exchange(bench, console, as_seen(bench, console, exchange, options.personal), options.view)
    if exchange.ok and (console.narrates or options.missed or options.view == "why"):
        show_gaps(console, engine, exchange, parts_of(options.missed), options.view == "why")
    narrate_end(bench, console, engine, exchange)
    return output.exit_code_of(exchange.outcome)


async def _sent(console: Console, engine: Engine, signed: SignedRequest, keep: bool) -> Exchange:
    def on_wait(seconds: float) -> None:
        console.narrate([console.say("cli.call.waiting", seconds=f"{seconds:.1f}")])

    return await engine.send(signed, on_wait, keep=keep)


def _check(console: Console, engine: Engine, draft: RequestDraft, force: bool) -> None:
    """Says what is wrong with the draft. Raises InvalidDraft for what the caller did not force."""
    problems = engine.check(draft)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors and not force:
        say_problems(console, problems)
        raise InvalidDraft(
            message("cli.call.invalid", n=len(errors), method=draft.api),
            message("cli.call.invalid.hint", method=draft.api),
        )
    for problem in problems:
        console.warn(message("cli.call.problem", where=problem.where, what=problem.what))


VERBS = {"call": Verb(declare_call, call)}
