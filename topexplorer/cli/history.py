"""`history`: the calls that were made, found, shown and sent again, kept as profiles, forgotten.

Production is entered by name only: a call that was sent there goes there again when `--env` says so.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments, one_of
from topexplorer.cli.calls import SHOWN, declare_sending, perform, save
from topexplorer.cli.drafts import declare_draft, draft_from, engine_for, only_explicitly
from topexplorer.cli.output import Console
from topexplorer.cli.pastcalls import call_data, header, table
from topexplorer.cli.privacy import as_seen, declare_personal
from topexplorer.cli.verbs import Verb
from topexplorer.core.call import SYSTEM_PARAMS, Exchange, NoAnswer
from topexplorer.core.errors import ConfigError, UsageError
from topexplorer.core.language import message
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import clean_line

LAST = 20
"""Calls that are listed where nobody says how many."""
EVERYTHING = "all"
"""What is typed to forget every call."""


def declare_list(arguments: Arguments) -> None:
    arguments.positional("words", "history.cli.help.words", nargs="*", default=[])
    arguments.switch("--failed", key="history.cli.help.failed")
    arguments.option("--last", "N", "history.cli.help.last", short="-n", type=_count, default=LAST)
    arguments.switch("--json", key="cli.help.json")


def declare_show(arguments: Arguments) -> None:
    arguments.positional("id", "history.cli.help.id")
    arguments.option("--view", "VIEW", "cli.help.view", type=one_of("--view", SHOWN), default="text")
    arguments.switch("--json", key="cli.help.json")
    declare_personal(arguments)


def declare_run(arguments: Arguments) -> None:
    arguments.positional("id", "history.cli.help.id")
    declare_draft(arguments)
    declare_sending(arguments)


def declare_save(arguments: Arguments) -> None:
    arguments.positional("id", "history.cli.help.id")
    arguments.positional("name", "cli.help.profile_name")


def declare_forget(arguments: Arguments) -> None:
    arguments.positional("ids", "history.cli.help.ids", nargs="*", default=[])
    arguments.switch("--all", key="history.cli.help.all")
    arguments.switch("--yes", key="history.cli.help.yes")


def list_calls(bench: Workbench, console: Console, options: Namespace) -> int:
    """Lists calls, the latest first: those that hold every word, in what was sent or in the API's titles."""
    every = bench.history.recent()
    fits = _fitting(bench, options.words)
    chosen = [past for past in _of_environment(bench, every, options.env) if fits(past)]
    if options.failed:
        chosen = [past for past in chosen if past.state != "ok"]
    shown = chosen[: options.last]
    say = console.say
    if options.json:
        console.json([call_data(past) for past in shown])
    elif shown:
        console.lines(table(shown, bench.clock(), console))
        key = "history.cli.count" if len(shown) == len(chosen) else "history.cli.count.of"
        console.narrate([say(key, n=len(shown), all=len(chosen))])
    elif every:
        console.tell([say("history.cli.nothing")])
    else:
        console.narrate([say("history.cli.none")])
    return output.OK


def show(bench: Workbench, console: Console, options: Namespace) -> int:
    """What was asked on stderr, the answer on stdout as `call` shows it."""
    past, exchange = read(bench, options.id)
    exchange = as_seen(bench, console, exchange, options.personal)
    if options.json:
        console.document(_exchange_json(past, exchange))
        return output.OK
    from topexplorer.cli.answers import show_exchange, status_line

    _look_from(bench, exchange.environment)
    _narrate_request(console, past, exchange)
    show_exchange(bench, console, exchange, options.view)
    if exchange.ok and options.view == "why":
        from topexplorer.cli.sending import show_gaps

        show_gaps(console, bench.engine, exchange, (), as_data=True)
    console.narrate([status_line(exchange, past.size)])
    is_there = not (isinstance(exchange.outcome, NoAnswer) and exchange.outcome.reason == "not_kept")
    return output.OK if is_there else output.exit_code_of(exchange.outcome)


def run(bench: Workbench, console: Console, options: Namespace) -> int:
    """Sends it again where it was sent, as the same seller, with what the command line says on top."""
    past, exchange = read(bench, options.id)
    name = options.env or _where_again(bench, past)
    seller = options.seller
    if seller is None and name == past.environment:
        seller = past.seller or None
    engine = engine_for(bench, name, seller)
    draft = draft_from(bench, options, exchange.draft)
    return perform(bench, console, engine, draft, options, ("history", "run", past.id))


def save_profile(bench: Workbench, console: Console, options: Namespace) -> int:
    """Keeps the request as a profile, with the environment it was sent to unless that is production."""
    past, exchange = read(bench, options.id)
    name = options.env
    if name is not None:
        bench.environments.get_or_raise(name)
    elif past.environment in bench.environments and not _is_prod(bench, past):
        name = past.environment
    _warn_of_left_out(console, exchange)
    save(bench, console, options.name, exchange.draft, name)
    if name is None:
        console.narrate([console.say("history.cli.saved_nowhere", environment=clean_line(past.environment))])
    return output.OK


def forget(bench: Workbench, console: Console, options: Namespace) -> int:
    """Deletes calls for good: those that are named, or after a question all of an environment, or all."""
    if sum(map(bool, (options.ids, options.env, options.all))) != 1:
        raise UsageError(message("history.cli.forget_what"), message("history.cli.forget_what.hint"))
    every = bench.history.recent()
    unread = bench.history.unread
    if options.ids:
        known = {past.id for past in every} | unread.keys()
        chosen = list(dict.fromkeys(options.ids))
        if unknown := next((entry for entry in chosen if entry not in known), None):
            raise UsageError(message("history.unknown", entry=clean_line(unknown)), message("history.unknown.hint"))
    else:
        damaged = [entry for entry, environment in unread.items() if options.env in (None, environment)]
        chosen = damaged + [past.id for past in every if options.env in (None, past.environment)]
        if options.env and not chosen:
            bench.environments.get_or_raise(options.env)
        if chosen or (options.all and bench.history.moved_aside):
            _confirm(console, options, len(chosen))
    gone = bench.history.forget(chosen)
    if options.all:
        bench.history.forget_moved_aside()
    elif options.env and (aside := bench.history.moved_aside):
        console.warn(message("history.cli.aside", paths=tuple(clean_line(str(path)) for path in aside)))
    console.narrate([console.say("history.cli.forgotten", n=gone)])
    return output.OK


def read(bench: Workbench, entry: str) -> tuple[PastCall, Exchange]:
    """The call of that id. Raises UsageError when there is none, StorageError for one that cannot be read."""
    return bench.history.get(entry), bench.history.exchange(entry)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):
        raise UsageError(message("history.cli.not_a_count", text=clean_line(text)))
    return int(text)


def _fitting(bench: Workbench, words: Iterable[str]) -> Callable[[PastCall], bool]:
    wanted = [part for word in words for part in word.lower().split()]
    if not wanted:
        return lambda _past: True
    entries = bench.catalog.entries

    def fits(past: PastCall) -> bool:
        entry = entries.get(past.api)
        titles = f"\n{entry.zh}\n{entry.en}".lower() if entry else ""
        return replace(past, words=past.words + titles).fits(wanted)

    return fits


def _of_environment(bench: Workbench, every: Sequence[PastCall], name: str | None) -> list[PastCall]:
    """The calls of that environment, which may be gone. Raises UnknownEnvironment when there never was one."""
    chosen = [past for past in every if name in (None, past.environment)]
    if name is not None and not chosen:
        bench.environments.get_or_raise(name)
    return chosen


def _is_prod(bench: Workbench, past: PastCall) -> bool:
    """Whether it was sent in production, or where production is now."""
    environment = bench.environments.get(past.environment)
    return past.id.startswith("p") or (environment is not None and environment.kind == "prod")


def _where_again(bench: Workbench, past: PastCall) -> str:
    if _is_prod(bench, past):
        raise only_explicitly(past.environment, past.id)
    return past.environment


def _look_from(bench: Workbench, name: str) -> None:
    """Makes that environment the active one, so that causes and commands are about it. Nothing when it is gone."""
    try:
        engine_for(bench, name)
    except ConfigError:
        return


def _narrate_request(console: Console, past: PastCall, exchange: Exchange) -> None:
    if not console.narrates:
        return
    from topexplorer.cli.layout import columns

    console.tell(header(past, exchange.request.url, console.say))
    sent = [pair for pair in exchange.request.params if pair[0] not in SYSTEM_PARAMS]
    sent += [(part.name, part.file_name) for part in exchange.request.files]
    console.tell(columns(sent, "  "))
    if (kept := exchange.kept) and kept.left_out:
        key = "history.cli.left_out.prod" if kept.made_up else "history.cli.left_out"
        console.tell([console.say(key, names=tuple(map(clean_line, kept.left_out)))])


def _warn_of_left_out(console: Console, exchange: Exchange) -> None:
    """Which rows of the request are not there any more."""
    kept = exchange.kept
    names = tuple(map(clean_line, kept.left_out)) if kept else ()
    if kept and names:
        console.warn(message("history.cli.left_out.prod" if kept.made_up else "history.cli.left_out", names=names))


def _confirm(console: Console, options: Namespace, count: int) -> None:
    if options.yes:
        return
    word = options.env or EVERYTHING
    if not options.prompts.has_terminal:
        raise UsageError(message("history.cli.needs_yes", n=count), message("history.cli.needs_yes.hint"))
    if options.prompts.text(console.say("history.cli.ask", n=count, word=clean_line(word))) != word:
        raise UsageError(message("history.cli.not_forgotten"))


def _exchange_json(past: PastCall, exchange: Exchange) -> bytes:
    """Everything that is kept of a call. An answer in JSON stands in it digit by digit, any other as text."""
    from topexplorer.core.indent import indent_json

    kept = exchange.kept
    try:
        answer = indent_json(exchange.body.removeprefix(b"\xef\xbb\xbf")) if exchange.body else b""
        answer.decode()
    except ValueError:
        answer = b""
    data = {
        **call_data(past),
        "status": exchange.status,
        "url": exchange.request.url,
        "params": dict(exchange.request.params),
        "files": {part.name: part.file_name for part in exchange.request.files},
        "left_out": list(kept.left_out) if kept else [],
        "made_up": kept is not None and kept.made_up,
        "headers": [list(pair) for pair in exchange.headers],
        "text": None if answer else exchange.body.decode("utf-8", "replace") or None,
    }
    text = json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "replace").removesuffix(b"\n}")
    return text + b',\n  "answer": ' + (answer.replace(b"\n", b"\n  ") or b"null") + b"\n}"


VERBS = {
    "history list": Verb(declare_list, list_calls),
    "history show": Verb(declare_show, show),
    "history run": Verb(declare_run, run),
    "history save": Verb(declare_save, save_profile),
    "history forget": Verb(declare_forget, forget),
}
