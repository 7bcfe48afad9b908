"""An ASGI application in this process as the far end of the wire, with what only a network has: time-outs, an answer
that comes in pieces, and a connection that breaks off.

httpx has a transport for ASGI too, but it waits for the whole answer and knows no time-out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, cast

from topexplorer.engine.httpclient import httpx

Event = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Event]], Callable[[Event], Awaitable[None]]], Awaitable[None]
]
CALLER = ("127.0.0.1", 123)
AHEAD = 8
"""Pieces of an answer that the application may be ahead of its reader."""


class Embedded(httpx.AsyncBaseTransport):
    """Carries requests to `app`. What the application itself raises comes out as it is."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = _Exchange(self._app, request)
        try:
            start = await exchange.next("Server disconnected without sending a response.")
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(start["status"], headers=start["headers"], stream=exchange)


class _Exchange(httpx.AsyncByteStream):
    """One request and its answer; the application runs in a task of its own."""

    def __init__(self, app: Application, request: httpx.Request) -> None:
        self._request = request
        self._patience: float | None = request.extensions.get("timeout", {}).get("read")
        self._asked = False
        self._sent = cast(httpx.AsyncByteStream, request.stream).__aiter__()
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(AHEAD)
        self._hung_up = asyncio.Event()
        self._task = asyncio.ensure_future(self._run(app))

    async def _run(self, app: Application) -> None:
        url = self._request.url
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "scheme": url.scheme,
            "path": url.path,
            "raw_path": url.raw_path.split(b"?")[0],
            "query_string": url.query,
            "server": (url.host, url.port),
            "client": CALLER,
            "root_path": "",
        }
        try:
            await app(scope, self._receive, self._events.put)
        finally:
            if not self._hung_up.is_set():
                await self._events.put(None)

    async def _receive(self) -> Event:
        if self._asked:
            await self._hung_up.wait()
            return {"type": "http.disconnect"}
        async for chunk in self._sent:
            return {"type": "http.request", "body": chunk, "more_body": True}
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def next(self, broken: str) -> Event:
        """What the application sends next. Raises httpx's errors for a network that fails."""
        try:
            async with asyncio.timeout(self._patience):
                event = await self._events.get()
        except TimeoutError:
            raise httpx.ReadTimeout("", request=self._request) from None
        if event is None:
            await self._task
            raise httpx.RemoteProtocolError(broken, request=self._request)
        return event

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            event = await self.next("peer closed connection without sending complete message body")
            more = event.get("more_body", False)
            if body := event.get("body", b""):
                yield body
        await self._task

    async def aclose(self) -> None:
        """Hangs up, if the answer is not over."""
        self._hung_up.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
