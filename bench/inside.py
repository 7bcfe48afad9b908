"""Measures that have to be inside the program: `inside.py MEASURE RUNS` prints `{figure: [[ours, baseline], …]}`.

Run as a file by the measured environment's Python, so that what is measured is the installed topexplorer.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

Pairs = list[list[float]]
QUERIES = ("订单", "trades sold get", "item quantity", "tbonsale", "memo", "物流轨迹", "itmes onsale")
MANY = 5312
SIZE = 10 * 2**20
CALLS = 200


def workbench(folder: str, **seams: Any) -> Any:
    from topexplorer.assemble import assemble
    from topexplorer.engine.settings import Paths

    return assemble(paths=Paths.under(Path(folder)), environ={}, cwd=Path(folder), **seams)


def large_answer() -> bytes:
    """Compact JSON as the gateway sends it, of SIZE bytes."""
    item = '{"num_iid":%d,"title":"童装 连衣裙 %d","price":"%d.00","approve_status":"onsale","nick":"童装小铺"}'
    rng = random.Random(SIZE)
    row = [item % (rng.randrange(10**17, 10**18), n, rng.randrange(5, 900)) for n in range(SIZE // 110)]
    return ('{"items_onsale_get_response":{"items":{"item":[' + ",".join(row) + "]}}}").encode()


async def drawn(widget: Any, show: Callable[[], None]) -> list[float]:
    """From `show` to the first line of the answer drawn by `widget`, and the longest a 10 ms ticker had to wait."""
    done, original, waits = asyncio.Event(), widget.render_line, [0.0]

    def watched(self: Any, y: int) -> Any:
        strip = original(self, y)
        if "items_onsale" in strip.text:
            done.set()
        return strip

    async def tick() -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(0.01)
            waits.append(perf_counter() - before - 0.01)

    widget.render_line = watched
    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0.05)
    started = perf_counter()
    show()
    await done.wait()
    shown = perf_counter() - started
    await asyncio.sleep(0.05)
    ticker.cancel()
    widget.render_line = original
    return [shown * 1000, max(waits) * 1000]


async def our_pane(body: bytes) -> list[float]:
    from topexplorer.core.call import Exchange, RequestDraft
    from topexplorer.core.gateway import GATEWAYS
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
            outcome = GATEWAYS["top"].decode(signed, 200, body)
            exchange = Exchange("1", signed, outcome, datetime.now(UTC), 0.1, 200, ())
            return await drawn(LineView, lambda: setattr(screen, "exchange", exchange))


async def text_area(body: bytes) -> list[float]:
    """The stock way: indent it and give it to Textual's own text widget."""
    from textual.app import App, ComposeResult
    from textual.widgets import TextArea

    class Stock(App[None]):
        def compose(self) -> ComposeResult:
            yield TextArea(read_only=True)

    app = Stock()
    async with app.run_test(size=(120, 40)):
        area = app.query_one(TextArea)
        return await drawn(TextArea, lambda: area.load_text(json.dumps(json.loads(body), indent=2)))


def answer(runs: int) -> dict[str, Pairs]:
    body = large_answer()
    found = [(asyncio.run(our_pane(body)), asyncio.run(text_area(body))) for _ in range(runs)]
    return {name: [[ours[n], theirs[n]] for ours, theirs in found] for n, name in enumerate(("drawn", "stall"))}


def many(entries: list[Any]) -> list[Any]:
    """As many entries as the whole platform has methods, named from the parts of real names."""
    rng = random.Random(MANY)
    parts = sorted({part for entry in entries for part in entry.method.split(".")[1:]})
    made: dict[str, Any] = {}
    while len(made) < MANY:
        method = ".".join(["taobao", *rng.choices(parts, k=rng.randint(2, 4))])
        made[method] = replace(rng.choice(entries), method=method)
    return list(made.values())


def search(runs: int) -> dict[str, Pairs]:
    """A search for every beginning of every query, against sorting by Textual's own matcher."""
    from textual.fuzzy import Matcher

    from topexplorer.core.search import SearchIndex

    def timed(act: Callable[[str], object], typed: str) -> float:
        started = perf_counter()
        act(typed)
        return (perf_counter() - started) * 1000

    with tempfile.TemporaryDirectory() as folder:
        bundled = list(workbench(folder).catalog.entries.values())
    keys = [query[:end] for query in QUERIES for end in range(1, len(query) + 1)] * runs
    found = {}
    for name, entries in (("bundled", bundled), ("many", many(bundled))):
        ours, texts = SearchIndex(entries).search, [f"{entry.method} {entry.title.zh}" for entry in entries]
        found[name] = [
            [timed(ours, typed), timed(lambda key, texts=texts: sorted(texts, key=Matcher(key).match), typed)]
            for typed in keys
        ]
    return found


async def rate(transport: Any) -> float:
    """Reads a second, each signed, sent, answered and decoded."""
    from topexplorer.core.call import RequestDraft

    ticks, start = count(), datetime(2026, 11, 22, tzinfo=UTC)
    environment = "dev" if transport else "sandbox"
    keys = {"TOPEXPLORER_DEV_APP_KEY": "12345678", "TOPEXPLORER_DEV_APP_SECRET": "bench"}
    with tempfile.TemporaryDirectory() as folder:
        # A clock that runs ahead keeps every call within the limits.
        bench = workbench(folder, clock=lambda: start + timedelta(seconds=next(ticks)), transport=transport)
        bench.environ, bench.chosen = keys, environment
        started = perf_counter()
        for _ in range(CALLS):
            exchange = await bench.engine.send(bench.engine.prepare(RequestDraft("taobao.time.get")))
            if not exchange.ok:
                raise RuntimeError(str(exchange.outcome))
        return CALLS / (perf_counter() - started)


def sandbox(runs: int) -> dict[str, Pairs]:
    """Against a gateway that looks at nothing: the difference is what checking and answering costs."""
    import httpx

    body = b'{"time_get_response":{"time":"2026-11-22 12:00:00"}}'
    blind = httpx.MockTransport(lambda request: httpx.Response(200, content=body))
    asyncio.run(rate(None))
    return {"reads": [[asyncio.run(rate(None)), asyncio.run(rate(blind))] for _ in range(runs)]}


if __name__ == "__main__":
    print(json.dumps({"answer": answer, "search": search, "sandbox": sandbox}[sys.argv[1]](int(sys.argv[2]))))
