"""Measures that need to be inside the program: `inside.py MEASURE RUNS` prints what it found as JSON.

Run as a file by the measured environment's own Python, so that the installed topexplorer is the one that is measured.
Each figure is `name: [[ours, baseline], …]`, in the unit that the report prints.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

Pairs = list[list[float]]
METHOD = "taobao.time.get"
QUERIES = ("订单", "trades sold get", "item quantity", "tbonsale", "memo", "物流轨迹", "itmes onsale")
MANY = 5312
MEGABYTES = 10


def workbench(folder: str, **seams: Any) -> Any:
    from topexplorer.assemble import assemble
    from topexplorer.engine.settings import Paths

    return assemble(paths=Paths.under(Path(folder)), environ={}, cwd=Path(folder), **seams)


def large_answer() -> bytes:
    """Compact JSON as the gateway sends it, of that many megabytes."""
    rng = random.Random(MEGABYTES)
    item = '{"num_iid":%d,"title":"童装 连衣裙 %d","price":"%d.00","approve_status":"onsale","nick":"童装小铺"}'
    rows: list[str] = []
    size = 0
    while size < MEGABYTES * 2**20:
        rows.append(item % (rng.randrange(10**17, 10**18), len(rows), rng.randrange(5, 900)))
        size += len(rows[-1].encode()) + 1
    return ('{"items_onsale_get_response":{"items":{"item":[' + ",".join(rows) + "]}}}").encode()


@asynccontextmanager
async def longest_stall(found: list[float]) -> AsyncIterator[None]:
    """Adds the longest time, in ms, that a 10 ms ticker in the loop was kept waiting."""

    async def tick() -> None:
        longest, before = 0.0, perf_counter()
        try:
            while True:
                await asyncio.sleep(0.01)
                longest = max(longest, perf_counter() - before - 0.01)
                before = perf_counter()
        finally:
            found.append(max(longest, perf_counter() - before - 0.01) * 1000)

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0.02)
    yield
    await asyncio.sleep(0.05)
    ticker.cancel()
    await asyncio.gather(ticker, return_exceptions=True)


async def painted(widget: type, show: Callable[[], None]) -> float:
    """Seconds from `show` until `widget` draws a line of the answer."""
    done = asyncio.get_running_loop().create_future()
    draw = widget.render_line

    def watched(self: Any, y: int) -> Any:
        strip = draw(self, y)
        if "items_onsale" in strip.text and not done.done():
            done.set_result(perf_counter())
        return strip

    widget.render_line = watched
    try:
        started = perf_counter()
        show()
        return await asyncio.wait_for(done, 120) - started
    finally:
        widget.render_line = draw


async def our_pane(body: bytes, stalls: list[float]) -> float:
    from topexplorer.core.call import Answer, Exchange, RequestDraft
    from topexplorer.core.language import Language
    from topexplorer.tui.app import TopExplorer
    from topexplorer.tui.widgets.line_view import LineView

    with tempfile.TemporaryDirectory() as folder:
        app = TopExplorer(workbench(folder), Language("en"))
        async with app.run_test(size=(120, 40)) as pilot:
            screen: Any = app.screen
            while not screen.ready:
                await pilot.pause()
            screen.open_api("taobao.items.onsale.get")
            await pilot.pause()
            signed = app.bench.engine.preview(RequestDraft("taobao.items.onsale.get"))
            exchange = Exchange("1", signed, Answer(body), datetime.now(UTC), 0.1, 200, ())
            async with longest_stall(stalls):
                return await painted(LineView, lambda: setattr(screen, "exchange", exchange)) * 1000


async def text_area(body: bytes, stalls: list[float]) -> float:
    """The stock way: indent, and give it to Textual's own text widget."""
    from textual.app import App, ComposeResult
    from textual.widgets import TextArea

    class Stock(App[None]):
        def compose(self) -> ComposeResult:
            yield TextArea(read_only=True)

    app = Stock()
    async with app.run_test(size=(120, 40)):
        area = app.query_one(TextArea)
        async with longest_stall(stalls):
            return await painted(TextArea, lambda: area.load_text(json.dumps(json.loads(body), indent=2))) * 1000


def answer(runs: int) -> dict[str, Pairs]:
    body = large_answer()
    shown: Pairs = []
    stalls: list[float] = []
    for _ in range(runs):
        shown.append([asyncio.run(side(body, stalls)) for side in (our_pane, text_area)])
    return {"painted": shown, "stall": [list(pair) for pair in zip(stalls[::2], stalls[1::2], strict=True)]}


def many(entries: list[Any]) -> list[Any]:
    """As many entries as the whole platform has methods, from the parts of the real names."""
    rng = random.Random(MANY)
    parts = sorted({part for entry in entries for part in entry.method.split(".")[1:]})
    made: dict[str, Any] = {}
    while len(made) < MANY:
        method = ".".join(["taobao", *rng.choices(parts, k=rng.randint(2, 4))])
        made[method] = replace(rng.choice(entries), method=method)
    return list(made.values())


def search(runs: int) -> dict[str, Pairs]:
    """A keystroke, for every beginning of every query, against a scan with Textual's own matcher."""
    from textual.fuzzy import Matcher

    from topexplorer.core.search import SearchIndex

    with tempfile.TemporaryDirectory() as folder:
        bundled = list(workbench(folder).catalog.entries.values())
    found: dict[str, Pairs] = {}
    for name, entries in (("bundled", bundled), ("many", many(bundled))):
        index = SearchIndex(entries)
        texts = [f"{entry.method} {entry.title.zh}" for entry in entries]

        def scan(typed: str, texts: list[str] = texts) -> None:
            matcher = Matcher(typed)
            sorted(texts, key=matcher.match)

        pairs = found[name] = []
        for typed in [query[:end] for query in QUERIES for end in range(1, len(query) + 1)] * runs:
            pairs.append([seconds(lambda: index.search(typed)) * 1000, seconds(lambda: scan(typed)) * 1000])
    return found


def seconds(act: Callable[[], object]) -> float:
    started = perf_counter()
    act()
    return perf_counter() - started


def sandbox(runs: int) -> dict[str, Pairs]:
    """Reads a second, each signed, sent, verified, answered and decoded; against a gateway that looks at nothing."""
    import httpx

    from topexplorer.core.call import RequestDraft

    ticks = count()
    start = datetime(2026, 11, 22, tzinfo=UTC)
    fixed = b'{"time_get_response":{"time":"2026-11-22 12:00:00"}}'

    async def rate(transport: Any) -> float:
        with tempfile.TemporaryDirectory() as folder:
            # A clock that runs ahead keeps every call within the limits.
            bench = workbench(folder, clock=lambda: start + timedelta(seconds=next(ticks)))
            engine = bench.engine
            if transport:
                engine._transport = lambda environment: transport
            draft = RequestDraft(METHOD)
            calls = 200
            started = perf_counter()
            for _ in range(calls):
                exchange = await engine.send(engine.prepare(draft))
                assert exchange.ok, exchange.outcome
            return calls / (perf_counter() - started)

    nothing = httpx.MockTransport(lambda request: httpx.Response(200, content=fixed))
    return {"reads": [[asyncio.run(rate(None)), asyncio.run(rate(nothing))] for _ in range(runs)]}


if __name__ == "__main__":
    measures = {"answer": answer, "search": search, "sandbox": sandbox}
    print(json.dumps(measures[sys.argv[1]](int(sys.argv[2]))))
