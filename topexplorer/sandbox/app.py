"""The sandbox gateway as an ASGI application: the far end of the wire, for the explorer and for anybody's SDK.

Serves `/router/rest` and `/router/batch` with HTTP 200 whatever the platform's answer is. It knows the catalog and
nothing of the engine.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from topexplorer.core.catalog import Catalog
from topexplorer.sandbox.accounts import Accounts
from topexplorer.sandbox.arrivals import BODY_LIMIT, Arrival, Reply, TooLarge, UnknownCoding, unpacked
from topexplorer.sandbox.gatehouse import Gatehouse
from topexplorer.sandbox.limits import CallLimits
from topexplorer.sandbox.visitors import Log, LogRow

if TYPE_CHECKING:
    from topexplorer.sandbox.faults import Faults

Scope = MutableMapping[str, Any]
Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Page = Callable[[Scope, Receive, Send], Awaitable[None]]
"""What answers requests at one address: an ASGI application that sees only `http` scopes."""

PATH = "/router/rest"
BATCH_PATH = "/router/batch"
OAUTH_PATH = "/oauth/"
GZIP_FROM = 1024
"""Bytes. Shorter answers are never compressed."""
PLAIN = "text/plain;charset=UTF-8"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Sandbox:
    """The platform in a box. `clock` gives aware times; one seed and one clock always give the same answers.

    `accounts` None means the made-up ones, `limits` None those of platform.json.
    `log` holds the last 500 calls, newest last. `sleep` is how a fault waits, asyncio's own unless another is given.
    """

    def __init__(
        self,
        catalog: Catalog,
        clock: Callable[[], datetime],
        accounts: Accounts | None = None,
        seed: int = 7,
        limits: CallLimits | None = None,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self.accounts = accounts or Accounts.default()
        self._clock = clock
        self._seed = seed
        self._sleep = sleep
        self._faults: Faults | None = None
        self.watch: Callable[[LogRow], None] | None = None
        """Told of every call when its answer is out."""
        # The form parser logs what it dislikes; without a handler Python writes that over the terminal.
        logging.getLogger("python_multipart").addHandler(logging.NullHandler())
        self._gatehouse = Gatehouse(catalog, self.now, self.accounts, seed, limits)
        self._pages: dict[str, Page] = {
            PATH: self._rest,
            BATCH_PATH: self._batch,
            OAUTH_PATH: self._oauth,
        }
        """By path; a path that ends with a slash takes everything below it too."""

    @property
    def log(self) -> Log:
        return self._gatehouse.log

    @property
    def limits(self) -> CallLimits:
        return self._gatehouse.limits

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose. Nobody who never asks pays for it."""
        if self._faults is None:
            from topexplorer.sandbox.faults import Faults

            self._faults = self._gatehouse.trouble = self.limits.override = Faults(self._seed)
        return self._faults

    def now(self) -> datetime:
        """The gateway's own time, which a fault may have set off."""
        moment = self._clock()
        return moment + self._faults.skew if self._faults else moment

    def add_page(self, path: str, page: Page) -> None:
        """One more address; a path that ends with a slash takes everything below it too."""
        self._pages[path] = page

    def reset(self) -> None:
        """Forget every call and every write. Fault rules stay; what they counted does not."""
        self._gatehouse.reset()
        if self._faults:
            self._faults.reset()

    def save(self, write: Callable[[bytes], None]) -> None:
        """Hands what calls have changed, sessions too, to `write`. Limits and bans are not kept."""
        self._gatehouse.save(write)

    def load(self, data: bytes) -> None:
        """Takes up what `save` gave. Raises UnreadableState, and then nothing has changed."""
        self._gatehouse.load(data)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._page(scope["path"])(scope, receive, self._dated(send))
        elif scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})

    def _dated(self, send: Send) -> Send:
        """`send` with the gateway's own time in every head: clients measure their clocks by it.

        The time is that of the call's row in the log, so that the clock is not asked twice about one call.
        """
        last = self.log[-1] if self.log else None

        async def dated(event: Event) -> None:
            if event["type"] == "http.response.start":
                row = self.log[-1] if self.log else None
                moment = self.now() if row is None or row is last else row.at
                event = {**event, "headers": [*event["headers"], (b"date", _http_date(int(moment.timestamp())))]}
            await send(event)

        return dated

    def _page(self, path: str) -> Page:
        below = path[: path.find("/", 1) + 1]
        return self._pages.get(path) or self._pages.get(below) or _not_found

    async def _rest(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._answer(self._gatehouse.answer, scope, receive, send)

    async def _batch(self, scope: Scope, receive: Receive, send: Send) -> None:
        from topexplorer.sandbox.batch import HEADER, SEPARATOR, answer

        separator = next((value for name, value in scope["headers"] if name.lower() == HEADER and value), SEPARATOR)
        await self._answer(lambda arrival: answer(self._gatehouse, arrival, separator), scope, receive, send)

    async def _oauth(self, scope: Scope, receive: Receive, send: Send) -> None:
        from topexplorer.sandbox.oauth import OAuthPages

        if not self._faults:
            await OAuthPages(self._gatehouse.tokens)(scope, receive, send)
            return
        from topexplorer.sandbox.faultrules import PAGES
        from topexplorer.sandbox.outgoing import PageDeliverer

        name = f"{PAGES}.{scope['path'].removeprefix(OAUTH_PATH)}"
        pages = OAuthPages(self._gatehouse.tokens, deny=partial(self._faults.denial, name))
        decide = partial(self._faults.delivery, name)
        await PageDeliverer(pages, decide, self._sleep)(scope, receive, send)

    async def _answer(self, turn: Callable[[Arrival], Reply], scope: Scope, receive: Receive, send: Send) -> None:
        """Reads the request, has `turn` answer it, and sends that; a body that cannot be read gets a plain 4xx."""
        headers = _headers(scope["headers"])
        try:
            body = await _body(headers.get(b"content-length", b""), receive)
            if body is None:
                return
            if coding := headers.get(b"content-encoding"):
                body = unpacked(coding.decode("latin-1"), body)
        except TooLarge:
            await respond(send, 413, Reply(b"Content Too Large\n", PLAIN))
            return
        except UnknownCoding:
            await respond(send, 415, Reply(b"Unsupported Media Type\n", PLAIN))
            return
        caller = scope.get("client") or ("",)
        kind = headers.get(b"content-type", b"").decode("latin-1")
        arrival = Arrival(scope["method"], scope["query_string"], kind, body, caller[0])
        last = self.log[-1] if self.log else None
        reply = turn(arrival)
        rows = self.log.after(last)
        finished = False
        try:
            finished = await self._out(reply, rows, headers.get(b"accept-encoding", b""), receive, send)
        finally:
            for row in rows:
                row.seconds = (self.now() - row.at).total_seconds()
                row.left = not finished
                if self.watch:
                    self.watch(row)

    async def _out(self, reply: Reply, rows: list[LogRow], accepted: bytes, receive: Receive, send: Send) -> bool:
        """Sends `reply`, well or as a fault has it; False when the caller hung up before it was over."""
        takes_gzip = bool(accepted) and _takes_gzip(accepted.decode("latin-1"))
        delivery = self._faults.delivery(reply.method) if self._faults else None
        if delivery is None or not delivery.rules:
            await respond(send, 200, reply, takes_gzip)
            return True
        from topexplorer.sandbox.outgoing import Deliverer

        for row in rows:
            row.faults = delivery.behind(row.method)
        return await Deliverer(delivery, respond, receive, send, self._sleep).deliver(reply, takes_gzip)


@lru_cache(maxsize=4)
def _http_date(second: int) -> bytes:
    """In the one form that HTTP has. Not strftime, which would write it in the language of the machine."""
    here = datetime.fromtimestamp(second, UTC)
    day, month = _DAYS[here.weekday()], _MONTHS[here.month - 1]
    return f"{day}, {here:%d} {month} {here.year:04d} {here:%H:%M:%S} GMT".encode("ascii")


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await respond(send, 404, Reply(b"Not Found\n", PLAIN))


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """By name in lower case; of a name that comes twice the last counts."""
    return {name.lower(): value for name, value in pairs}


async def _body(announced: bytes, receive: Receive) -> bytes | None:
    """The whole body, None when the caller hung up. Raises TooLarge as soon as that is known."""
    if announced.isdigit() and (len(announced) > 12 or int(announced) > BODY_LIMIT):
        raise TooLarge
    chunks, size, more = [], 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > BODY_LIMIT:
            raise TooLarge
        chunks.append(chunk)
        more = event.get("more_body", False)
    return b"".join(chunks)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.split(","):
        coding, _mark, weight = part.replace(" ", "").lower().partition(";q=")
        if coding in ("gzip", "*"):
            return weight not in ("0", "0.0", "0.00", "0.000")
    return False


async def respond(send: Send, status: int, reply: Reply, gzip_wanted: bool = False) -> None:
    """Sends `reply`. Every answer of the gateway leaves here."""
    body = reply.body
    headers = [(b"content-type", reply.content_type.encode("ascii"))]
    if gzip_wanted and len(body) > GZIP_FROM:
        import gzip

        body = gzip.compress(body, 1, mtime=0)
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
