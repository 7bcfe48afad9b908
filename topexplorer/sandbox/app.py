"""The sandbox gateway as an ASGI application: the far end of the wire, for the explorer and for anybody's SDK.

Serves `/router/rest` with HTTP 200 whatever the platform's answer is. It knows the catalog and nothing of the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import datetime
from typing import Any

from topexplorer.core.catalog import Catalog
from topexplorer.sandbox.accounts import Accounts
from topexplorer.sandbox.gatehouse import Arrival, Gatehouse, Reply
from topexplorer.sandbox.limits import CallLimits
from topexplorer.sandbox.visitors import Log

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]

PATH = "/router/rest"
BODY_LIMIT = 32 * 1024 * 1024
GZIP_FROM = 1024
"""Bytes. Shorter answers are never compressed."""


class Sandbox:
    """The platform in a box. `clock` gives aware times; one seed and one clock always give the same answers.

    `accounts` None means the made-up ones, `limits` None those of platform.json.
    `log` holds the last 500 calls, newest last.
    """

    def __init__(
        self,
        catalog: Catalog,
        clock: Callable[[], datetime],
        accounts: Accounts | None = None,
        seed: int = 7,
        limits: CallLimits | None = None,
    ) -> None:
        self.accounts = accounts or Accounts.default()
        # The form parser logs what it dislikes; without a handler Python writes that over the terminal.
        logging.getLogger("python_multipart").addHandler(logging.NullHandler())
        self._gatehouse = Gatehouse(catalog, clock, self.accounts, seed, limits)

    @property
    def log(self) -> Log:
        return self._gatehouse.log

    def reset(self) -> None:
        """Forget every call and every write."""
        self._gatehouse.reset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != PATH:
            await _respond(send, 404, Reply(b"Not Found\n", "text/plain;charset=UTF-8"))
            return
        headers = _headers(scope["headers"])
        try:
            body = await _body(headers.get("content-length", ""), receive)
        except _TooLarge:
            await _respond(send, 413, Reply(b"Content Too Large\n", "text/plain;charset=UTF-8"))
            return
        if body is None:
            return
        caller = scope.get("client") or ("",)
        arrival = Arrival(scope["method"], scope["query_string"], headers.get("content-type", ""), body, caller[0])
        reply = self._gatehouse.answer(arrival)
        await _respond(send, 200, reply, _takes_gzip(headers.get("accept-encoding", "")))


class _TooLarge(Exception):
    """The body is longer than the gateway reads."""


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs}


async def _body(announced: str, receive: Receive) -> bytes | None:
    """The whole body, None when the caller hung up. Raises _TooLarge as soon as that is known."""
    if announced.isascii() and announced.isdigit() and (len(announced) > 12 or int(announced) > BODY_LIMIT):
        raise _TooLarge
    chunks, size, more = [], 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > BODY_LIMIT:
            raise _TooLarge
        chunks.append(chunk)
        more = event.get("more_body", False)
    return b"".join(chunks)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.split(","):
        coding, _mark, weight = part.replace(" ", "").lower().partition(";q=")
        if coding in ("gzip", "*"):
            return weight not in ("0", "0.0", "0.00", "0.000")
    return False


async def _respond(send: Send, status: int, reply: Reply, gzip_wanted: bool = False) -> None:
    body = reply.body
    headers = [(b"content-type", reply.content_type.encode("ascii"))]
    if gzip_wanted and len(body) > GZIP_FROM:
        import gzip

        body = gzip.compress(body, 6, mtime=0)
        headers.append((b"content-encoding", b"gzip"))
    headers += [(b"vary", b"Accept-Encoding"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif event["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
