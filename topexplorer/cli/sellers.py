"""`login`, `logout`, `sellers`: has sellers authorise the app, says how long their sessions live, ends them.

No code and no session is ever an argument or on stdout: codes are typed unseen or piped in, sessions go to the vault.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from datetime import datetime
from typing import TYPE_CHECKING

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.drafts import engine_for
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.prompts import Prompts
from topexplorer.cli.verbs import Verb
from topexplorer.core.call import Secret
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, message
from topexplorer.core.sessionlife import LEVELS, PARTS, countdown
from topexplorer.core.text import clean_line

if TYPE_CHECKING:
    from topexplorer.engine.storedkeys import SellerToken


def declare_login(arguments: Arguments) -> None:
    arguments.keep_quiet(message("sellers.argument"))
    arguments.option("--seller", "NICK", "sellers.help.expected")
    arguments.switch("--paste", key="sellers.help.paste")
    arguments.option("--callback", "ADDRESS", "sellers.help.callback", default="")
    arguments.switch("--no-browser", key="sellers.help.no_browser")
    arguments.switch("--json", key="cli.help.json")


def declare_logout(arguments: Arguments) -> None:
    arguments.positional("nick", "sellers.help.nick")


def declare_list(arguments: Arguments) -> None:
    arguments.switch("--json", key="cli.help.json")


def declare_use(arguments: Arguments) -> None:
    arguments.positional("nick", "sellers.help.nick")


def declare_refresh(arguments: Arguments) -> None:
    arguments.positional("nick", "sellers.help.nick_in_use", nargs="?")
    arguments.switch("--json", key="cli.help.json")


def login(bench: Workbench, console: Console, options: Namespace) -> int:
    """Ends with a seller's session in the vault."""
    engine_for(bench, options.env)
    if options.callback and not options.paste:
        raise UsageError(message("sellers.callback_without_paste"))
    if options.paste:
        token = _pasted(bench, console, options)
    elif bench.sign_in.is_embedded and options.seller:
        token = asyncio.run(_consented(bench, console.say, options.seller))
    else:
        token = asyncio.run(_browsed(bench, console, options))
    return _say_kept(bench, console, token, options.json)


def logout(bench: Workbench, console: Console, options: Namespace) -> int:
    """Forgets a seller's session, and revokes it where the gateway has a way."""
    environment = engine_for(bench, options.env).environment
    if environment.name in bench.vault.embedded:
        raise UsageError(message("sellers.sandbox_anew"))
    revoked = asyncio.run(bench.sign_in.sign_out(options.nick))
    key = "sellers.out.revoked" if revoked else "sellers.out"
    console.narrate([console.say(key, seller=clean_line(options.nick), environment=environment.name)])
    return output.OK


def list_sellers(bench: Workbench, console: Console, options: Namespace) -> int:
    """Lists the sellers with what is left of each part of their sessions; the one in use is marked with `*`."""
    environment = engine_for(bench, options.env).environment
    sellers = bench.sellers
    sellers.open()
    tokens, used, now = sellers.tokens(), sellers.in_use(), bench.clock()
    if options.json:
        console.json([_data(bench, token) for token in tokens])
        return output.OK
    if not tokens:
        console.narrate([console.say("sellers.none", environment=environment.name)])
    else:
        say = console.say
        head = ("", *(say(f"sellers.column.{part}") for part in ("seller", *PARTS)))
        rows = [_row(token, token == used, now, say) for token in tokens]
        console.lines(columns([head, *rows]))
    if bench.vault.status(environment).origins.get("SESSION") in ("variable", "command"):
        console.warn(message("sellers.other_source", variable=environment.variable("SESSION")))
    return output.OK


def use(bench: Workbench, console: Console, options: Namespace) -> int:
    """Remembers whose session calls carry. In production it is named on every call."""
    environment = engine_for(bench, options.env).environment
    if environment.kind == "prod":
        raise UsageError(message("sellers.prod_not_kept", name=environment.name), message("sellers.prod_not_kept.hint"))
    before = len(bench.problems)
    bench.sellers.use(options.nick)
    if len(bench.problems) > before:
        return output.STORAGE
    console.narrate([console.say("sellers.used", seller=clean_line(options.nick), environment=environment.name)])
    return output.OK


def refresh(bench: Workbench, console: Console, options: Namespace) -> int:
    """Gets a new session in place of a seller's, without asking the seller."""
    engine_for(bench, options.env)
    bench.sellers.open()
    used = bench.sellers.in_use()
    if options.nick is None and used is None:
        raise UsageError(message("sellers.which"))
    nick = used.nick if options.nick is None and used else options.nick
    token = asyncio.run(bench.sign_in.refresh(nick))
    return _say_kept(bench, console, token, options.json)


async def _browsed(bench: Workbench, console: Console, options: Namespace) -> SellerToken:
    say = console.say

    def told(url: str) -> None:
        console.tell([say("sellers.open_this"), f"  {url}"])
        console.narrate([say("sellers.waiting")])

    def opened(done: bool) -> None:
        if not done:
            console.tell([say("sellers.no_browser")])

    def stray() -> None:
        console.warn(message("signin.stray"))

    return await bench.sign_in.browse(told, opened, stray, seller=options.seller, browser=not options.no_browser)


def _pasted(bench: Workbench, console: Console, options: Namespace) -> SellerToken:
    """By hand. The question is asked outside of any event loop, so that it can be interrupted at once."""
    if bench.sign_in.is_embedded:
        raise UsageError(message("sellers.sandbox_no_paste"), message("sellers.sandbox_no_paste.hint"))
    wish = asyncio.run(bench.sign_in.by_hand(options.seller, options.callback))
    console.tell([console.say("sellers.open_this"), f"  {wish.url}"])
    typed = _code(options.prompts, console.say)
    return asyncio.run(bench.sign_in.pasted(wish, typed))


def _code(prompts: Prompts, say: Language) -> Secret:
    if prompts.has_terminal:
        return prompts.secret(say("sellers.ask_code")) or Secret("")
    return Secret(prompts.rest_of_stdin().decode("utf-8-sig", "replace"))


async def _consented(bench: Workbench, say: Language, nick: str) -> SellerToken:
    """The consent of a seller of the embedded sandbox, without a browser."""
    wish, page = await bench.sign_in.consent_page(say.name)
    people = tuple(name for name, _words in page.form.people)
    if nick not in people:
        raise UsageError(message("sellers.nobody", seller=nick, known=people))
    return await bench.sign_in.consent(wish, page, nick)


def _say_kept(bench: Workbench, console: Console, token: SellerToken, as_json: bool) -> int:
    """The exit code: a session that is over when it comes is none."""
    environment, is_over = bench.engine.environment, len(token.life.closed(bench.clock())) == len(LEVELS)
    if as_json:
        console.json(_data(bench, token))
    else:
        now, say = bench.clock(), console.say
        rows = [(say(f"sellers.part.{part}"), say.render(countdown(token.life.left(part, now)))) for part in PARTS]
        head = say("sellers.in", seller=_name(token, say), environment=environment.name)
        console.lines([*([] if is_over else [head]), *columns(rows, "  ")])
    if is_over:
        seller = clean_line(token.nick) or message("sellers.nameless")
        console.warn(message("sellers.in_over", seller=seller, environment=environment.name))
    if environment.name in bench.vault.embedded:
        console.detail([console.say("sellers.sandbox_forgets")])
    return output.SESSION if is_over else output.OK


def _row(token: SellerToken, is_used: bool, now: datetime, say: Language) -> tuple[str, ...]:
    lefts = (say.render(countdown(token.life.left(part, now))) for part in PARTS)
    return ("*" if is_used else " ", _name(token, say), *lefts, say.render(token.life.state(now)))


def _name(token: SellerToken, say: Language) -> str:
    return clean_line(token.nick) or say("sellers.nameless")


def _data(bench: Workbench, token: SellerToken) -> dict[str, object]:
    """Everything about a token but the token."""
    now, life = bench.clock(), token.life
    ends = {part: life.end(part) for part in PARTS}
    return {
        "environment": bench.engine.environment.name,
        "app_key": token.app_key or bench.vault.status(bench.engine.environment).app_key,
        "seller": token.nick,
        "user_id": token.user_id,
        "in_use": token == bench.sellers.in_use(),
        "ends": {part: end.isoformat() if end else None for part, end in ends.items()},
        "seconds_left": {part: life.left(part, now) for part in PARTS},
        "can_refresh": token.refresh is not None,
    }


VERBS = {
    "login": Verb(declare_login, login),
    "logout": Verb(declare_logout, logout),
    "sellers list": Verb(declare_list, list_sellers),
    "sellers use": Verb(declare_use, use),
    "sellers refresh": Verb(declare_refresh, refresh),
}
