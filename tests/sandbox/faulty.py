"""An outsider at a sandbox with fault rules: its waiting takes no time, and its connections can break."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from tests.core.samples import bundled
from tests.sandbox.wire import FORM, Outsider
from topexplorer.core.catalog import Catalog
from topexplorer.engine.embedded import Embedded
from topexplorer.sandbox.app import Sandbox
from topexplorer.sandbox.limits import CallLimits

API = "taobao.time.get"


class Sufferer(Outsider):
    """An Outsider whose sandbox follows `rules`. `waits` are the seconds it spared, unless it `sleeps`."""

    def __init__(
        self, *rules: str, catalog: Catalog | None = None, seed: int = 7, limited: bool = False, sleeps: bool = False
    ) -> None:
        super().__init__(catalog)
        self.waits: list[float] = []
        limits = None if limited else CallLimits.none()
        sleep = None if sleeps else self._sleep
        self.sandbox = Sandbox(catalog or bundled(), lambda: self.now, self.accounts, seed, limits, sleep)
        self.transport = Embedded(self.sandbox)
        for rule in rules:
            self.sandbox.faults.add(rule)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)

    def code(self, api: str = API, **values: Any) -> int:
        """The code of a correct call; 0 for an answer."""
        self.ask(api, **values)
        return self.sandbox.log[-1].code

    def form(self, api: str = API, **changes: str) -> bytes:
        """A correct call, as the body of a request."""
        return urlencode(self.signed(self.system(api, **changes))).encode()


@contextlib.asynccontextmanager
async def served(sandbox: Sandbox) -> AsyncIterator[int]:
    """The sandbox on a real socket of this machine; the port."""
    from topexplorer.sandbox.loopback import serve

    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    over, up = asyncio.Event(), asyncio.Event()

    async def until_over() -> None:
        up.set()
        await over.wait()

    server = asyncio.ensure_future(serve(sandbox, listener, until_over))
    await up.wait()
    try:
        yield port
    finally:
        over.set()
        await server


async def asked(port: int, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which one call was sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /router/rest HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return reader, writer


async def head_of(reader: asyncio.StreamReader) -> dict[str, str]:
    """The headers of an answer; its status is under the empty name."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): text for name, _colon, text in (line.partition(": ") for line in lines[1:-2])}
    return {"": lines[0].split(" ")[1], **headers}
