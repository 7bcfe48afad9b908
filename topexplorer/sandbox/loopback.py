"""The sandbox over HTTP on this machine: uvicorn on a socket that is already bound, held to the gateway's bounds. For
`sandbox serve`, and for a browser that is to see the OAuth pages while somebody signs in.

It says nothing of its own, leaves the signals to the caller, and turns away what its parser alone would let pass: heads
without end, and heads that HTTP/1.1 forbids. Who stops in the middle of a request is not waited for without end.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator
from typing import Any

from httptools import HttpParserError
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from topexplorer.sandbox.app import OAUTH_PATH, Receive, Scope, Send, respond
from topexplorer.sandbox.arrivals import Reply

LONGEST_HEAD = 64 * 1024
"""Bytes of a request before its body. The parser itself would take any number."""
HEAD_SECONDS, BODY_SECONDS = 20.0, 60.0
"""How long the head of a request may take, from its first byte or, on a new line, from the beginning; and its body."""
READ_SECONDS = 300.0
"""How long a caller may take nothing of an answer that waits for him. The system takes some MB for him at once."""
TIMED_OUT = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 16\r\n"
    b"connection: close\r\n\r\nRequest Timeout\n"
)


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
    until: Callable[[], Awaitable[object]],
) -> None:
    """Serves `app` over HTTP/1.1 on `listener`, which it closes, until `until` is over. Calls held up then end."""
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
        # The server would wait for the calls that faults hold up.
        for task in list(server.server_state.tasks):
            task.cancel()
        server.should_exit = True

    ending = asyncio.ensure_future(end())
    try:
        await server.serve([listener])
    finally:
        ending.cancel()
        listener.close()


@contextlib.asynccontextmanager
async def oauth_pages(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> AsyncIterator[str]:
    """Serves the OAuth pages of `app`, and nothing else of it, on a random port of 127.0.0.1 while it is entered. Gives
    their root. Raises OSError where no port can be had.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(OAUTH_PATH):
            await respond(send, 404, Reply(b"Not Found\n", "text/plain;charset=UTF-8"))
        else:
            await app(scope, receive, send)

    over = asyncio.Event()
    serving = asyncio.ensure_future(serve(pages, listener, over.wait))
    try:
        yield f"http://{host}:{port}{OAUTH_PATH}"
    finally:
        over.set()
        # Whoever gives up twice must not leave the port open.
        await asyncio.shield(serving)


class _Server(Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: one look at all lines costs less than a timer for each request."""
        now = asyncio.get_running_loop().time()
        for line in list(self.server_state.connections):
            if isinstance(line, _Line):
                line.give_up_if_due(now)
        return await super().on_tick(counter)


class _Line(HttpToolsProtocol):
    """One connection. What is raised while a head is read becomes a 400."""

    _in_head = False
    _head = 0
    _due = math.inf
    """When the rest of a request must have come, by the loop's clock; between requests uvicorn has its own timer."""
    _unread = 0
    """Bytes that waited to be read at the last look."""
    _read_by = math.inf
    """When some of them must have been."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._due = self.loop.time() + HEAD_SECONDS

    def resume_writing(self) -> None:
        self._read_by = math.inf
        super().resume_writing()

    def give_up_if_due(self, now: float) -> None:
        """Ends the line of a caller who is late, with a 408 unless an answer is already on its way, and of one who does
        not read.
        """
        unread = self.transport.get_write_buffer_size()
        if not unread or unread < self._unread or self._read_by == math.inf:
            self._read_by = now + READ_SECONDS if unread else math.inf
        self._unread = unread
        if now >= self._read_by:
            self.transport.abort()
        elif now >= self._due:
            self._give_up()

    def _give_up(self) -> None:
        self._due = math.inf
        cycle: Any = self.cycle
        unanswered = cycle is not None and not cycle.response_complete
        if unanswered and not cycle.more_body:
            cycle.keep_alive = False  # it is the request before the late one
            return
        if self._in_head or (unanswered and not cycle.response_started):
            self.transport.write(TIMED_OUT)
        self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.send_400_response("Too long a head.")
                return
        super().data_received(data)
        cycle: Any = self.cycle
        if self._due == math.inf and (cycle is None or cycle.response_complete):
            # Blank lines before a request begin none, but they have stopped uvicorn's timer.
            self._due = self.loop.time() + HEAD_SECONDS

    def on_message_begin(self) -> None:
        self._in_head, self._head = True, 0
        self._due = self.loop.time() + HEAD_SECONDS
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # else it trails the body, and nobody asks for it
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._due = self.loop.time() + BODY_SECONDS
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

    def on_message_complete(self) -> None:
        self._due = math.inf
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """A request that came whole is still answered when nonsense follows it; then the line is closed."""
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body:
            super().send_400_response(msg)
        else:
            cycle.keep_alive = False
