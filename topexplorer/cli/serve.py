"""`sandbox serve`: the sandbox gateway on a loopback port, for SDKs in any language.

Its keys are made up and may be shown. Of what callers send, the log shows the method, the app key, and what became of
it: never a sign, a session, a secret or a business value.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from topexplorer.assemble import Workbench, typed_path
from topexplorer.cli import output, sdksnippets, statefiles
from topexplorer.cli.arguments import Arguments, definitions, one_of
from topexplorer.cli.layout import GAP, columns, wrapped
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import ConfigError, UsageError
from topexplorer.core.language import message
from topexplorer.core.text import clean_line
from topexplorer.core.values import GMT8
from topexplorer.sandbox.app import BATCH_PATH, OAUTH_PATH, PATH, Event, Receive, Sandbox, Scope, Send
from topexplorer.sandbox.faultrules import FaultRule, rule_from, rules_from
from topexplorer.sandbox.faultwords import WORDS

if TYPE_CHECKING:
    from topexplorer.sandbox.visitors import LogRow

PORT = 8765
BACKLOG = 100
LARGEST_SEED = 2**31 - 1
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_REASONS = {errno.EADDRINUSE: "cli.serve.port_busy", errno.EACCES: "cli.serve.port_denied"}
GATEWAY_PATHS = (PATH, BATCH_PATH)
_SDKS = tuple(sdksnippets.SNIPPETS)


def declare(arguments: Arguments) -> None:
    arguments.option("--port", "N", "cli.help.port", type=_number("--port", 65535), default=PORT)
    arguments.option("--host", "ADDRESS", "cli.help.host", default="127.0.0.1")
    arguments.option("--seed", "N", "serve.help.seed", type=_number("--seed", LARGEST_SEED))
    arguments.option("--rule", "RULE", "serve.help.rule", type=rule_from, action="append", default=[])
    arguments.option("--rules", "FILE", "serve.help.rules")
    arguments.switch("--faults", key="serve.help.faults")
    arguments.option("--state", "FILE", "serve.help.state")
    arguments.switch("--control", key="serve.help.control")
    arguments.option("--sdk", "|".join(_SDKS), "serve.help.sdk", type=one_of("--sdk", _SDKS))


def serve(bench: Workbench, console: Console, options: Namespace) -> int:
    """Serves until it is interrupted or told to end, then keeps the state if it is to be kept.

    Raises UsageError for an address that is not loopback or cannot be had, and for rules that cannot be read, and what
    the store raises for a state file that it cannot use.
    """
    if options.faults:
        rows = [(word.example, console.say(f"fault.word.{name}")) for name, word in WORDS.items()]
        console.lines([*wrapped(console.say("serve.faults"), console.width), "", *definitions(rows, console.width)])
        return output.OK
    address = _loopback(options.host)
    rules = [*_rules_of(options.rules), *options.rule]
    sandbox = bench.sandbox if options.seed is None else Sandbox(bench.catalog, bench.clock, seed=options.seed)
    for rule in rules:
        sandbox.faults.add(rule)
    state = typed_path(options.state) if options.state else None
    kept = _take_up(sandbox, state) if state else False
    listener = _listener(address, options.port)
    token = bench.new_id() if options.control else ""
    if token:
        from topexplorer.sandbox import control

        sandbox.add_page(control.PATH, control.Control(sandbox, token, console.say))
    served = _Served(sandbox, console)
    _introduce(console, sandbox, listener, options.sdk, token)
    if rules:
        listed = (f"  {rule.text}" for rule in rules)
        console.detail([console.say("serve.rules_in_force", n=len(rules)), *listed])
    if kept:
        console.detail([console.say("serve.state_loaded", file=state)])
    from topexplorer.sandbox import loopback

    # What is there by now stays to the end; the garbage collector need not look at it again and again.
    gc.freeze()
    bench.mask_logs()
    loopback.run(served.until_told(listener))
    if state:
        sandbox.save(partial(statefiles.write, state))
        console.detail([console.say("serve.state_saved", file=state)])
    console.detail([console.say("cli.serve.stopped")])
    return output.OK


def _take_up(sandbox: Sandbox, state: Path) -> bool:
    """Starts from the file, or makes it: that it cannot be written is better known now than after the last call."""
    data = statefiles.read(state)
    if data is None:
        sandbox.save(partial(statefiles.write, state))
        return False
    from topexplorer.sandbox.statefile import UnreadableState

    try:
        sandbox.load(data)
    except UnreadableState as error:
        raise ConfigError(message("serve.state_unusable", file=str(state), reason=error.problem)) from None
    return True


def _introduce(console: Console, sandbox: Sandbox, listener: socket.socket, sdk: str | None, token: str) -> None:
    """What goes into an SDK: on stdout the addresses and keys, or the program for one SDK."""
    say, keys = console.say, sandbox.accounts.credentials()
    host, port = listener.getsockname()[:2]
    root = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    rows = [
        (say("cli.serve.gateway"), f"{root}{PATH}"),
        (say("cli.serve.app_key"), keys.app_key),
        (say("cli.serve.app_secret"), keys.app_secret.reveal()),
        (say("cli.serve.session"), keys.session.reveal() if keys.session else ""),
        (say("serve.authorize"), f"{root}{OAUTH_PATH}authorize"),
        (say("serve.token"), f"{root}{OAUTH_PATH}token"),
    ]
    if token:
        rows += [(say("serve.control"), f"{root}/control/state"), (say("serve.control_token"), token)]
    console.detail([say("cli.serve.ready")])
    if sdk:
        console.detail(columns(rows))
        console.detail([say("serve.sdk_install", package=sdksnippets.SNIPPETS[sdk].needs)])
        console.lines(sdksnippets.program(sdk, host, port, f"{root}{PATH}", keys).splitlines())
    else:
        console.lines(columns(rows))
        console.detail([say("serve.sdks", names="|".join(_SDKS))])
    console.flush()


class _Served:
    """The sandbox behind an HTTP server, with a line on stderr for every call and an orderly end.

    Once there is one, a signal to end is not lost: what reads the address may send it before the server has begun.
    """

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self._sandbox = sandbox
        self._console = console
        self._told = asyncio.Event()
        self._said: list[str] = []
        self._answered = console.say("cli.serve.answered")
        sandbox.watch = self._call
        for number in _signals():
            signal.signal(number, lambda *_: self._told.set())

    async def until_told(self, listener: socket.socket) -> None:
        from topexplorer.sandbox.loopback import serve as serve_http

        self._listen_to_signals()
        await serve_http(self._app, listener, self._told.wait)
        self._let_out()

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _signals():
            try:
                loop.add_signal_handler(number, self._told.set)
            except NotImplementedError:
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._told.set))

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] != "http" or scope["path"] in GATEWAY_PATHS:
                await self._sandbox(scope, receive, send)
            else:
                await self._page(scope, receive, send)
        except Exception as error:
            self._console.error(message("cli.output.unexpected", kind=type(error).__name__))
            raise

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves what is not a call. Of the address only the path is shown: the query may hold a code."""
        status = 0

        async def heard(event: Event) -> None:
            nonlocal status
            status = event.get("status", status)
            await send(event)

        await self._sandbox(scope, receive, heard)
        if status == 404:
            self._line([self._console.say("cli.serve.wrong_path", path=scope["path"], right=PATH)])
        else:
            say, rules = self._console.say, scope.get("faults", ())
            cells = [self._time(), f"{scope['method']} {scope['path']}", "-", "-"]
            cells.append(f"HTTP {status}" if status else say("serve.left"))
            self._line([*cells, *([say("serve.fault", rules=rules)] if rules else [])])

    def _call(self, row: LogRow) -> None:
        say = self._console.say
        outcome = self._answered if row.reason is None else f"{row.code} {say.render(row.reason)}"
        took = f"{(row.seconds or 0) * 1000:.0f} ms"
        cells = [self._time(row), row.method or "-", row.app_key or "-", took, outcome]
        cells += [say("serve.fault", rules=row.faults)] if row.faults else []
        cells += [say("serve.left")] if row.left else []
        self._line(cells)

    def _line(self, cells: Sequence[str]) -> None:
        """Says it with all that happens in the same turn of the loop: writing is what a line costs most."""
        if not self._said:
            asyncio.get_running_loop().call_soon(self._let_out)
        self._said.append(clean_line(GAP.join(cells)))

    def _let_out(self) -> None:
        if self._said:
            said, self._said = self._said, []
            self._console.detail(["\n".join(said)])

    def _time(self, row: LogRow | None = None) -> str:
        return _clock_text(int((row.at if row else self._sandbox.now()).timestamp()))


def _signals() -> list[signal.Signals]:
    """Those of SIGNALS that this system has."""
    return [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]


@lru_cache(maxsize=4)
def _clock_text(second: int) -> str:
    return datetime.fromtimestamp(second, GMT8).strftime("%H:%M:%S")


def _number(option: str, most: int) -> Callable[[str], int]:
    """Reads a whole number from 0 to `most`. Raises UsageError."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 12 and int(text) <= most):
            raise UsageError(message("cli.usage.number", option=option, text=text, least=0, most=most))
        return int(text)

    return read


def _rules_of(file: str | None) -> list[FaultRule]:
    if file is None:
        return []
    try:
        text = typed_path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise UsageError(message("serve.rules_unreadable", file=file, detail=detail)) from None
    return rules_from(text, file)


def _loopback(host: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise UsageError(message("cli.serve.not_loopback", host=host))
    return address


def _listener(address: IPv4Address | IPv6Address, port: int) -> socket.socket:
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        return socket.create_server((str(address), port), family=family, backlog=BACKLOG)
    except OSError as error:
        key = _REASONS.get(error.errno or 0, "cli.serve.port_failed")
        detail = error.strerror or str(error)
        raise UsageError(message(key, host=str(address), port=port, detail=detail)) from None


VERBS = {"sandbox serve": Verb(declare, serve)}
