"""The HTTP server under `sandbox serve`: uvicorn on a socket that is already bound, held to the gateway's bounds.

It says nothing of its own, leaves the signals to the caller, and turns away what its parser alone would let pass: heads
without end, and heads that HTTP/1.1 forbids.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from httptools import HttpParserError
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from topexplorer.sandbox.app import Receive, Scope, Send

LONGEST_HEAD = 64 * 1024
"""Bytes of a request before its body. The parser itself would take any number."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Runs `main` to its end on uvloop, where that exists: it spends half as much on a call as asyncio's own loop."""
    try:
        from uvloop import run as run_fast
    except ImportError:
        asyncio.run(main)
    else:
        run_fast(main)


async def serve(
    app: Callable[[Scope, Receive, Send], Awaitable[None]],
    listener: socket.socket,
    until: Callable[[], Awaitable[None]],
) -> None:
    """Serves `app` over HTTP/1.1 on `listener`, which it closes, until `until` is over and all calls are answered."""
    config = Config(
        app,
        http=_Line,
        interface="asgi3",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        # The application tells the time itself.
        date_header=False,
    )
    server = _Server(config)

    async def end() -> None:
        await until()
        server.should_exit = True

    ending = asyncio.ensure_future(end())
    try:
        await server.serve([listener])
    finally:
        ending.cancel()


class _Server(Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class _Line(HttpToolsProtocol):
    """One connection. What is raised while a head is read becomes a 400."""

    _in_head = False
    _head = 0

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.send_400_response("Too long a head.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._in_head, self._head = True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # else it trails the body, and nobody asks for it
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        version = self.parser.get_http_version()
        size, hosts = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value)
            hosts += name == b"host"
            if name == b"transfer-encoding" and value.strip().lower() != b"chunked":
                raise HttpParserError("a coding that nobody undoes")
        if size > LONGEST_HEAD or version not in ("1.0", "1.1") or (hosts != 1 and version == "1.1"):
            raise HttpParserError("a head that HTTP/1.1 forbids, or a longer one than is read")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """A request that came whole is still answered when nonsense follows it; then the line is closed."""
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body:
            super().send_400_response(msg)
        else:
            cycle.keep_alive = False
