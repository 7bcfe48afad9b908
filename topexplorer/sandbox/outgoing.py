"""An answer that goes out badly, as a `Delivery` says: late, cut, garbled, slowly, in bulk, or not at all.

Nothing here holds up another call: whoever waits does so in a task of its own, through the `sleep` it was given, and
stops when the caller hangs up. A large answer is made piece by piece and never held as a whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from functools import partial
from typing import Any

from topexplorer.sandbox.arrivals import Reply
from topexplorer.sandbox.faults import Delivery

Event = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Sleep = Callable[[float], Awaitable[None]]
Page = Callable[[Event, Receive, Send], Awaitable[None]]
Respond = Callable[[Send, int, Reply, bool], Awaitable[None]]
"""Sends a reply as it should be: where to, the status, the reply, and whether the caller takes gzip."""

CHUNK = 64 * 1024
"""Bytes of a large answer that exist at one time."""
TICK = 0.1
"""Seconds between two drops of a body that trickles."""
LONGEST_SILENCE = 600.0
"""Seconds after which a call that is never answered is given up, should its caller never hang up."""
PAGE = (
    "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n"
    "<body>\n<center><h1>{title}</h1></center>\n<hr><center>tengine</center>\n</body>\n</html>\n"
)
TITLES = {502: "502 Bad Gateway", 503: "503 Service Temporarily Unavailable", 504: "504 Gateway Time-out"}
HTML = "text/html;charset=UTF-8"
BUSY = "系统繁忙，请稍后再试"
"""The title of the page that comes in the place of a document."""
_FILLER = "这是沙箱按故障规则填充的内容 0123456789abcdef"


class Deliverer:
    """Sends one answer badly. `respond` is how it would be sent well."""

    def __init__(self, delivery: Delivery, respond: Respond, receive: Receive, send: Send, sleep: Sleep | None) -> None:
        self._delivery = delivery
        self._respond = respond
        self._receive = receive
        self._send = send
        self._sleep = sleep or asyncio.sleep
        self._start: Event = {}

    async def deliver(self, reply: Reply, takes_gzip: bool) -> bool:
        """False when the caller hung up before it was over."""
        out = asyncio.ensure_future(self._out(reply, takes_gzip))
        gone = asyncio.ensure_future(self._hung_up())
        try:
            await asyncio.wait({out, gone}, return_when=asyncio.FIRST_COMPLETED)
            finished = out.done()
            if finished:
                out.result()
            return finished
        finally:
            for task in (out, gone):
                task.cancel()
            await asyncio.gather(out, gone, return_exceptions=True)

    async def _hung_up(self) -> None:
        if (await self._receive())["type"] != "http.disconnect":
            await asyncio.Event().wait()

    async def _out(self, reply: Reply, takes_gzip: bool) -> None:
        delivery = self._delivery
        if delivery.latency:
            await self._sleep(delivery.latency)
        if delivery.timeout:
            await self._sleep(min(delivery.timeout, LONGEST_SILENCE))
            await self._respond(self._send, 504, _page(504), takes_gzip)
            return
        reply = _changed(reply, delivery)
        wanted = takes_gzip and not (delivery.gzip or delivery.size)
        await self._respond(self._roughly, delivery.status or 200, reply, wanted)

    async def _roughly(self, event: Event) -> None:
        """Takes the two events of a good answer and sends what becomes of them."""
        if event["type"] == "http.response.start":
            self._start = event
            return
        body, delivery = event.get("body", b""), self._delivery
        head, tail, filler = body, b"", 0
        if delivery.size > len(body):
            head, tail = _parted(body, self._start)
            filler = delivery.size - len(head) - len(tail)
        size = len(head) + filler + len(tail)
        await self._send({**self._start, "headers": self._headers(size)})
        if delivery.drop == "head":
            return
        most = size // 2 if delivery.drop else size
        await self._pieces(_pieces(head, filler, tail, most))
        if not delivery.drop:
            await self._send({"type": "http.response.body", "body": b""})

    def _headers(self, size: int) -> list[tuple[bytes, bytes]]:
        length = (b"content-length", str(size).encode("ascii"))
        headers = [length if name == b"content-length" else (name, value) for name, value in self._start["headers"]]
        if self._delivery.gzip:
            headers.append((b"content-encoding", b"gzip"))
        return headers

    async def _pieces(self, pieces: Iterator[bytes]) -> None:
        rate = self._delivery.drip
        for piece in pieces:
            step = max(1, int(rate * TICK)) if rate else len(piece)
            for start in range(0, len(piece), step):
                part = piece[start : start + step]
                await self._send({"type": "http.response.body", "body": part, "more_body": True})
                if rate:
                    await self._sleep(len(part) / rate)


class PageDeliverer:
    """An ASGI application whose answers go out badly: those of `page`, as `decide` says when they are there."""

    def __init__(self, page: Page, decide: Callable[[], Delivery], sleep: Sleep | None) -> None:
        self._page = page
        self._decide = decide
        self._sleep = sleep

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        said: list[Event] = []

        async def hear(event: Event) -> None:
            said.append(event)

        await self._page(scope, receive, hear)
        if not said:
            return
        delivery = self._decide()
        scope["faults"] = delivery.behind("")
        if not delivery.rules:
            for event in said:
                await send(event)
            return
        start, body = said
        kind = dict(start["headers"]).get(b"content-type", b"").decode("ascii")
        respond = partial(_respond_as, start, delivery.body == "notjson")
        deliverer = Deliverer(delivery, respond, receive, send, self._sleep)
        await deliverer.deliver(Reply(body["body"], kind), takes_gzip=False)


async def _respond_as(start: Event, elsewhere: bool, send: Send, status: int, reply: Reply, _gzip: bool) -> None:
    """As `start` begins, unless something else comes in the place of the page."""
    replaced = elsewhere or status != 200
    of_body = (b"content-type", b"content-length")
    headers = [] if replaced else [(name, value) for name, value in start["headers"] if name not in of_body]
    headers += [(b"content-type", reply.content_type.encode("ascii"))] if reply.content_type else []
    headers.append((b"content-length", str(len(reply.body)).encode("ascii")))
    await send({**start, "status": status if replaced else start["status"], "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _changed(reply: Reply, delivery: Delivery) -> Reply:
    """The document that goes out in the place of the right one."""
    if delivery.body == "truncated":
        return Reply(reply.body[: len(reply.body) // 2], reply.content_type, reply.method)
    if delivery.body == "empty":
        return Reply(b"", reply.content_type, reply.method)
    if delivery.body == "notjson":
        return Reply(PAGE.format(title=BUSY).encode(), HTML, reply.method)
    return _page(delivery.status) if delivery.status else reply


def _page(status: int) -> Reply:
    return Reply(PAGE.format(title=TITLES.get(status, str(status))).encode(), HTML)


def _parted(body: bytes, start: Event) -> tuple[bytes, bytes]:
    """The document in two, with the beginning and the end of a member that can be of any length between them."""
    kind = dict(start["headers"]).get(b"content-type", b"")
    if b"json" in kind or b"javascript" in kind:
        place = len(body.rstrip()) - (2 if body.rstrip().endswith(b"}}") else 1)
        return body[:place] + b',"filler":"', b'"' + body[place:]
    place = body.rfind(b"</")
    place = place if place >= 0 else len(body)
    return body[:place] + b"<filler>", b"</filler>" + body[place:]


def _pieces(head: bytes, filler: int, tail: bytes, most: int) -> Iterator[bytes]:
    """The first `most` bytes of `head`, `filler` bytes of text, and `tail`."""
    line = _FILLER.encode()
    lines = line * max(1, CHUNK // len(line))
    whole, rest = divmod(filler, len(lines))
    characters, odd = divmod(rest, len(line))
    parts = (head, *([lines] if whole else []), line * characters + b" " * odd, tail)
    times = (1, *([whole] if whole else []), 1, 1)
    for part, count in zip(parts, times, strict=True):
        for _time in range(count):
            piece = part[: max(0, most)]
            most -= len(piece)
            if piece:
                yield piece
