"""The served gateway under load: `gateway.py TOPEXPLORER PRISM RUNS STEPS` prints the figures as JSON.

PRISM is the command of a mock server that answers the same requests from an example, or `-`. The servers share one
core, and the load comes from another, over lines that stay open, with requests that were signed beforehand.
"""

import asyncio
import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from urllib.parse import urlencode

Pairs = list[list[float]]
LINES = 16
CALLS, STEP = 2_000, 10_000
RATE = 200
BEIJING = timezone(timedelta(hours=8))
TRADE = {"tid": "3141592653589793238", "fields": "tid,status,payment,orders.oid,orders.title,orders.price"}
READS = {"time": ("taobao.time.get", {}), "trade": ("taobao.trade.fullinfo.get", TRADE)}
"""What is read: the least there is, and a trade with its orders."""
WIDE = [word for kind in ("app", "app-api") for word in ("--rule", f"*: quota=15000/1s kind={kind}")]
EXAMPLE = {
    "trade_fullinfo_get_response": {
        "trade": {
            "tid": 3141592653589793238,
            "status": "WAIT_SELLER_SEND_GOODS",
            "payment": "357.80",
            "orders": {
                "order": [
                    {"oid": 3141592653589793239 + place, "title": "童装 连衣裙 夏季新款 纯棉", "price": "128.90"}
                    for place in range(2)
                ]
            },
        },
        "request_id": "7o8gn6w5rbnxg",
    }
}


class Keys:
    """What `sandbox serve` says should be put into an SDK."""

    def __init__(self, facts: dict[str, str]) -> None:
        self.port = int(facts["gateway"].rpartition(":")[2].partition("/")[0])
        self.app_key, self.secret, self.session = facts["app key"], facts["app secret"], facts["session"]

    def request(self, method: str, number: int, values: dict[str, str]) -> bytes:
        """A signed call, as it goes over the line."""
        params = {
            "method": method,
            "app_key": self.app_key,
            "session": self.session,
            "timestamp": datetime.now(UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "format": "json",
            "v": "2.0",
            "sign_method": "md5",
            "partner_id": f"bench-{number}",
            **values,
        }
        text = "".join(name + params[name] for name in sorted(params))
        signed = hashlib.md5(f"{self.secret}{text}{self.secret}".encode(), usedforsecurity=False).hexdigest().upper()
        body = urlencode({**params, "sign": signed}).encode()
        head = "POST /router/rest HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def requests(self, read: str, count: int, start: int = 0) -> list[bytes]:
        """No two of them are the same."""
        method, values = READS[read]
        return [self.request(method, number, values) for number in range(start, start + count)]


class Line(asyncio.Protocol):
    """A connection on which one request follows another. `whole` is told when an answer is."""

    def __init__(self, whole: Callable[["Line"], None]) -> None:
        self._whole = whole
        self._read = b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, ended, body = self._read.partition(b"\r\n\r\n")
        if not ended or len(body) < length(head):
            return
        if not head.startswith(b"HTTP/1.1 200") or b"error_response" in body:
            raise SystemExit(f"not an answer: {self._read!r}")
        self._read = b""
        self._whole(self)


def length(head: bytes) -> int:
    found = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    if found is None:
        raise SystemExit(f"an answer of no known length: {head!r}")
    return int(found[1])


async def flood(port: int, requests: list[bytes]) -> float:
    """Calls a second, as many as there is time for."""
    loop, left, answered = asyncio.get_running_loop(), iter(requests), 0
    over = loop.create_future()

    def whole(line: Line) -> None:
        nonlocal answered
        answered += 1
        if (request := next(left, None)) is not None:
            line.transport.write(request)
        if answered == len(requests):
            over.set_result(None)

    lines = [(await loop.create_connection(lambda: Line(whole), "127.0.0.1", port))[1] for _line in range(LINES)]
    started, busy = perf_counter(), process_time()
    for line in lines:
        line.transport.write(next(left))
    await over
    seconds, busy = perf_counter() - started, process_time() - busy
    for line in lines:
        line.transport.close()
    if busy > 0.85 * seconds:
        print(f"the load was busy for {busy / seconds:.0%} of the time: the server may be faster", file=sys.stderr)
    return len(requests) / seconds


async def drip(port: int, requests: list[bytes]) -> float:
    """Milliseconds in which 19 of 20 calls are answered when RATE of them are made a second, from when each was due."""
    loop, waits = asyncio.get_running_loop(), []
    free: asyncio.Queue[Line] = asyncio.Queue()
    due: dict[Line, float] = {}

    def whole(line: Line) -> None:
        waits.append(perf_counter() - due.pop(line))
        free.put_nowait(line)

    for _line in range(LINES):
        free.put_nowait((await loop.create_connection(lambda: Line(whole), "127.0.0.1", port))[1])
    started = perf_counter()
    for number, request in enumerate(requests):
        moment = started + number / RATE
        await asyncio.sleep(max(0.0, moment - perf_counter()))
        line = await free.get()
        due[line] = moment
        line.transport.write(request)
    for _line in range(LINES):
        (await free.get()).transport.close()
    return sorted(waits)[len(waits) * 19 // 20] * 1000


def on_core(core: int, command: list[str]) -> list[str]:
    """The command, kept on one core where that can be done."""
    pinned = shutil.which("taskset") and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(core), *command] if pinned else command


@contextlib.contextmanager
def running(command: list[str], stdout: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(on_core(0, command), stdout=stdout, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def served(topexplorer: str) -> Iterator[tuple[Keys, int]]:
    """`sandbox serve` with limits that nobody reaches: what to call it with, and its process."""
    with running([topexplorer, "sandbox", "serve", "--port", "0", *WIDE], subprocess.PIPE) as process:
        assert process.stdout
        facts = (process.stdout.readline().rstrip("\n").rpartition(" ") for _fact in range(6))
        yield Keys({name.strip(): text for name, _blank, text in facts}), process.pid


@contextlib.contextmanager
def mocked(prism: str, keys: Keys) -> Iterator[int]:
    """Prism with a document that asks for the same form and has the answer as its example; the port."""
    text = {"type": "string"}
    form_text = keys.request("taobao.time.get", 0, {}).rpartition(b"\r\n\r\n")[2].decode()
    names = [pair.partition("=")[0] for pair in form_text.split("&")]
    form = {"schema": {"type": "object", "required": names, "properties": dict.fromkeys(names, text)}}
    post = {
        "requestBody": {"required": True, "content": {"application/x-www-form-urlencoded": form}},
        "responses": {"200": {"description": "a trade", "content": {"application/json": {"example": EXAMPLE}}}},
    }
    info = {"title": "the same read", "version": "1"}
    document = {"openapi": "3.0.3", "info": info, "paths": {"/router/rest": {"post": post}}}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "api.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        command = [prism, "mock", "--host", "127.0.0.1", "--port", str(port), str(file)]
        with running(command, subprocess.DEVNULL):
            wait_for(port)
            yield port


def wait_for(port: int) -> None:
    until = perf_counter() + 60
    while perf_counter() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
    raise SystemExit("Prism does not start")


def resident(process: int) -> float:
    """Megabytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measured(topexplorer: str, prism: str, runs: int, steps: int) -> dict[str, Pairs]:
    """Many short turns, one after another, because other programs take the machine for a moment now and then."""
    found: dict[str, Pairs] = {"time": [], "trade": [], "wait": [], "memory": []}
    with contextlib.ExitStack() as stack:
        keys, _process = stack.enter_context(served(topexplorer))
        mock = 0 if prism == "-" else stack.enter_context(mocked(prism, keys))

        def turns(act: Callable[..., Coroutine[Any, Any, float]], read: str, calls: int) -> list[float]:
            requests = keys.requests(read, calls)
            return [asyncio.run(act(port, requests)) if port else 0.0 for port in (keys.port, mock)]

        turns(flood, "trade", CALLS)
        for _run in range(runs):
            for read in READS:
                found[read].append(turns(flood, read, CALLS))
            found["wait"].append(turns(drip, "trade", RATE))
    with served(topexplorer) as (keys, process):
        sizes = []
        for step in range(steps):
            asyncio.run(flood(keys.port, keys.requests("trade", STEP, step * STEP)))
            sizes.append(resident(process))
        found["memory"] = [[sizes[-1], sizes[0]]]
    return found


if __name__ == "__main__":
    if (os.cpu_count() or 1) > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {1})
    print(json.dumps(measured(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
