"""`sandbox serve`: the sandbox gateway on a loopback port, for SDKs in any language.

Its keys are made up and may be shown; of what callers send, only method, app key and outcome are.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from argparse import Namespace
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import UsageError
from topexplorer.core.language import message
from topexplorer.core.values import GMT8
from topexplorer.sandbox.app import PATH, Receive, Sandbox, Scope, Send

if TYPE_CHECKING:
    from topexplorer.sandbox.visitors import LogRow

PORT = 8765
BACKLOG = 100
_REASONS = {errno.EADDRINUSE: "cli.serve.port_busy", errno.EACCES: "cli.serve.port_denied"}


def declare(arguments: Arguments) -> None:
    arguments.option("--port", "N", "cli.help.port", type=_port, default=PORT)
    arguments.option("--host", "ADDRESS", "cli.help.host", default="127.0.0.1")


def serve(bench: Workbench, console: Console, options: Namespace) -> int:
    """Serves until it is interrupted. Raises UsageError for an address that is not loopback or cannot be had."""
    address = _loopback(options.host)
    sandbox = bench.sandbox
    listener = _listener(address, options.port)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if address.version == 6 else host
    say, keys = console.say, sandbox.accounts.credentials()
    rows = [
        (say("cli.serve.gateway"), f"http://{shown}:{port}{PATH}"),
        (say("cli.serve.app_key"), keys.app_key),
        (say("cli.serve.app_secret"), keys.app_secret.reveal()),
        (say("cli.serve.session"), keys.session.reveal() if keys.session else ""),
    ]
    console.detail([say("cli.serve.ready")])
    console.lines(columns(rows))
    console.flush()
    asyncio.run(_serve(sandbox, listener, console))
    console.detail([say("cli.serve.stopped")])
    return output.OK


async def _serve(sandbox: Sandbox, listener: socket.socket, console: Console) -> None:
    from hypercorn.asyncio import serve as run_server
    from hypercorn.config import Config

    config = Config()
    # Bound by us, so that a port that is taken is one sentence of ours and port 0 can be shown.
    config.bind = [f"fd://{listener.detach()}"]
    config.errorlog = None
    app: Any = _logged(sandbox, console)
    await run_server(app, config)


def _logged(sandbox: Sandbox, console: Console) -> Any:
    """The sandbox, with a line on stderr for every call."""
    shown: LogRow | None = None

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal shown
        await sandbox(scope, receive, send)
        if scope["type"] == "http" and scope["path"] != PATH:
            console.detail([console.say("cli.serve.wrong_path", path=scope["path"], right=PATH)])
        for row in _since(sandbox, shown):
            console.detail([_log_line(row, console)])
            shown = row

    return app


def _since(sandbox: Sandbox, last: LogRow | None) -> Iterator[LogRow]:
    """The log's rows after `last`, oldest first."""
    fresh = []
    for row in reversed(sandbox.log):
        if row is last:
            break
        fresh.append(row)
    return reversed(fresh)


def _log_line(row: LogRow, console: Console) -> str:
    say = console.say
    outcome = say("cli.serve.answered") if row.reason is None else f"{row.code} {say.render(row.reason)}"
    time = row.at.astimezone(GMT8).strftime("%H:%M:%S")
    return columns([(time, row.method or "-", row.app_key or "-", outcome)])[0]


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise UsageError(message("cli.usage.number", option="--port", text=text, least=0, most=65535))
    return int(text)


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
