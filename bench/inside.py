"""Measures that have to be inside the program: `inside.py MEASURE RUNS` prints `{figure: [[ours, baseline], …]}`.

Run as a file by the measured environment's Python, so that what is measured is the installed topexplorer.
"""

import asyncio
import json
import random
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

from topexplorer.assemble import assemble
from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.gateway import GATEWAYS
from topexplorer.core.language import Language
from topexplorer.core.search import SearchIndex, search_index
from topexplorer.engine.settings import Paths

Pairs = list[list[float]]
QUERIES = (
    *("订单", "trades sold get", "item quantity", "tbonsale", "memo", "物流轨迹", "itmes onsale"),
    *("修改订单备注", "xgbz", "order refund", "num_iid", "kc"),
)
MANY = 5312
SIZE = 10 * 2**20
CALLS = 200


def workbench(folder: str, **seams: Any) -> Any:
    return assemble(**{"paths": Paths.under(Path(folder)), "environ": {}, "cwd": Path(folder), **seams})


async def drawn(widget: Any, show: Callable[[], object]) -> list[float]:
    """Milliseconds from `show` to the answer's first line, and the longest that a 10 ms ticker had to wait."""
    done, draw, waits = asyncio.Event(), widget.render_line, [0.0]

    def watched(self: Any, y: int) -> Any:
        strip = draw(self, y)
        if "items_onsale" in strip.text:
            done.set()
        return strip

    async def tick() -> None:
        while True:
            before = perf_counter()
            await asyncio.sleep(0.01)
            waits.append(perf_counter() - before - 0.01)

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0.05)
    widget.render_line = watched
    started = perf_counter()
    show()
    await done.wait()
    shown = perf_counter() - started
    widget.render_line = draw
    await asyncio.sleep(0.05)
    ticker.cancel()
    return [shown * 1000, max(waits) * 1000]


async def our_pane(body: bytes) -> list[float]:
    from topexplorer.tui.app import TopExplorer, collect_rarely
    from topexplorer.tui.widgets.line_view import LineView

    with tempfile.TemporaryDirectory() as folder:
        app = TopExplorer(workbench(folder), Language("en"))
        async with app.run_test(size=(120, 40)) as pilot:
            screen: Any = app.screen
            while not screen.ready:
                await pilot.pause()
            collect_rarely()  # as for a user
            signed = app.bench.engine.preview(RequestDraft("taobao.items.onsale.get"))
            exchange = Exchange("1", signed, GATEWAYS["top"].decode(signed, 200, body), datetime.now(UTC), 0, 200, ())
            return await drawn(LineView, lambda: setattr(screen, "exchange", exchange))


async def stock_widget(body: bytes) -> list[float]:
    """Indented, and given to the stock widget that is quickest with long texts."""
    from textual.app import App
    from textual.widgets import Log

    async with App[None]().run_test(size=(120, 40)) as pilot:
        log = Log(auto_scroll=False)
        await pilot.app.mount(log)
        return await drawn(Log, lambda: log.write_lines(json.dumps(json.loads(body), indent=2).splitlines()))


def answer(runs: int) -> dict[str, Pairs]:
    """Compact JSON of SIZE bytes, as the gateway sends it."""
    item = '{"num_iid":%d,"title":"童装 连衣裙 %d","price":"%d.00","approve_status":"onsale","nick":"童装小铺"}'
    rows = ",".join(item % (10**17 + n, n, n % 900) for n in range(SIZE // 110))
    body = ('{"items_onsale_get_response":{"items":{"item":[' + rows + "]}}}").encode()
    found = [(asyncio.run(our_pane(body)), asyncio.run(stock_widget(body))) for _ in range(runs)]
    return {name: [[ours[n], theirs[n]] for ours, theirs in found] for n, name in enumerate(("drawn", "stall"))}


async def shown(screen: Any, act: Callable[[], object], done: Callable[[], bool]) -> float:
    """Milliseconds until `done`, with everything drawn."""
    started = perf_counter()
    act()
    for _ in iter(done, True):
        await asyncio.sleep(0)
    painted = asyncio.Event()
    screen.call_after_refresh(painted.set)
    await painted.wait()
    return (perf_counter() - started) * 1000


async def opened(runs: int) -> dict[str, Pairs]:
    from topexplorer.tui.app import TopExplorer
    from topexplorer.tui.widgets.page import Page

    found: dict[str, Pairs] = {"opened": [], "read": []}
    app = TopExplorer(assemble(), Language("en"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen: Any = app.screen
        while not screen.ready:
            await pilot.pause()
        request = screen.query_one("#request")
        for number in range(runs + 1):
            opened, read = [], []
            for method in (f"taobao.bench.largest{number}.get", "taobao.time.get"):
                request.side = "form"
                screen.open_api("taobao.appip.get")
                await pilot.pause()
                opened.append(await shown(screen, partial(screen.open_api, method), lambda: True))
                page = screen.query_one("#docs Page", Page)
                turn = partial(setattr, request, "side", "docs")
                read.append(await shown(screen, turn, partial(contains, page, method)))
            found["opened"].append(opened)
            found["read"].append(read)
    return {figure: pairs[1:] for figure, pairs in found.items()}


async def typed(runs: int) -> list[float]:
    """Milliseconds from each key of QUERIES to the drawn list, with 5,312 imported APIs."""
    from topexplorer.tui.app import TopExplorer
    from topexplorer.tui.widgets.catalog_pane import CatalogPane

    waits: list[float] = []
    app = TopExplorer(assemble(), Language("en"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen: Any = app.screen
        while not (screen.ready and screen.index):
            await pilot.pause()
        pane, box = screen.query_one(CatalogPane), screen.query_one("#catalog Input")
        show, shows = pane._show_found, count()

        def counted(*given: Any) -> None:
            show(*given)
            next(shows)

        pane._show_found = counted
        for query in QUERIES * runs:
            for end in range(1, len(query) + 1):
                before = repr(shows)
                type_in = partial(setattr, box, "value", query[:end])
                waits.append(await shown(screen, type_in, lambda before=before: repr(shows) != before))
            box.value = ""
            await pilot.pause()
    return waits


def keys(runs: int) -> dict[str, Pairs]:
    """The 95th percentile of a key's way to the drawn list, against the median."""
    waits = sorted(asyncio.run(typed(runs)))
    return {"drawn": [[waits[len(waits) * 19 // 20], waits[len(waits) // 2]]]}


def contains(page: Any, text: str) -> bool:
    return text in page.text


def largest(runs: int) -> dict[str, Pairs]:
    """Imported APIs with 600 answer fields, each opened for the first time, against one with hardly any."""
    return asyncio.run(opened(runs))


def timed(act: Callable[..., object], *given: object) -> float:
    started = perf_counter()
    act(*given)
    return (perf_counter() - started) * 1000


def made_up(catalog: Any) -> Any:
    """An index of MANY imported APIs: names and words of bundled ones mixed, one in six changed into another word."""
    rng, terms = random.Random(MANY), catalog.terms()
    entries = list(catalog.entries.values())
    parts = sorted({part for entry in entries for part in entry.method.split(".")[1:]})

    def mixed(text: str) -> str:
        return " ".join(f"{word}{rng.choice(parts)}" if rng.random() < 1 / 6 else word for word in text.split())

    words, rows = {}, []
    for number in range(MANY):
        like, other = rng.choices(entries, k=2)
        method = ".".join(["taobao", *rng.choices(parts, k=rng.randint(1, 3)), f"{rng.choice(parts)}{number}"])
        cut = rng.randint(0, len(like.zh))
        rows.append(like._replace(method=method, zh=like.zh[:cut] + other.zh[-2:] + like.zh[cut:], imported=True))
        words[method] = "\n".join(map(mixed, terms[other.method].split("\n")))
    return SearchIndex(rows, words)


def search(runs: int) -> dict[str, Pairs]:
    """The slowest of twenty searches, of those for every beginning of every query, against sorting by Textual's own
    matcher."""
    from textual.fuzzy import Matcher

    def scan(texts: list[str], key: str) -> None:
        sorted(texts, key=Matcher(key).match)

    def slow(act: Callable[[str], object]) -> float:
        return sorted(timed(act, key) for key in keys)[len(keys) * 19 // 20]

    with tempfile.TemporaryDirectory() as folder:
        catalog = workbench(folder).catalog
        indexes = {"bundled": search_index(catalog), "many": made_up(catalog)}
    keys = [query[:end] for query in QUERIES for end in range(1, len(query) + 1)]
    found: dict[str, Pairs] = {}
    for figure, index in indexes.items():
        texts = [f"{entry.method} {entry.zh}" for entry in index.entries]
        found[figure] = [[slow(index.search), slow(partial(scan, texts))] for _ in range(runs)]
    return found


async def rate(transport: Any, environment: str) -> float:
    """Reads a second, each signed, sent, answered and decoded."""
    ticks, start = count(), datetime(2026, 11, 22, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        engine = workbench(
            folder,
            clock=lambda: start + timedelta(seconds=next(ticks)),  # runs ahead, so that no limit is reached
            environ={"TOPEXPLORER_DEV_APP_KEY": "12345678", "TOPEXPLORER_DEV_APP_SECRET": "bench"},
            environment=environment,
            transport=transport,
        ).engine
        started = perf_counter()
        for _ in range(CALLS):
            exchange = await engine.send(engine.prepare(RequestDraft("taobao.time.get")))
            if not exchange.ok:
                raise RuntimeError(str(exchange.outcome))
        return CALLS / (perf_counter() - started)


def sandbox(runs: int) -> dict[str, Pairs]:
    """Against a gateway that looks at nothing: the difference is what checking and answering costs."""
    import httpx

    blind = httpx.MockTransport(lambda request: httpx.Response(200, json={"time_get_response": {"time": "12:00"}}))
    rounds = [[asyncio.run(rate(None, "sandbox")), asyncio.run(rate(blind, "dev"))] for _ in range(runs + 1)]
    return {"reads": rounds[1:]}


def vault(runs: int) -> dict[str, Pairs]:
    """Opening a vault against the key derivation alone; keys out of an open one against keys in variables."""
    from hashlib import scrypt

    from topexplorer.core.call import Secret

    passphrase = "correct horse battery staple"
    texts = {"APP_KEY": "12345678", "APP_SECRET": "bench", "SESSION": "bench"}
    with tempfile.TemporaryDirectory() as folder:
        bench = workbench(folder, ask_passphrase=lambda _wanted: Secret(passphrase))
        dev = bench.environments["dev"]
        bench.vault.room.put(dev, texts["APP_KEY"], Secret(texts["APP_SECRET"]))
        plain = workbench(folder, environ={f"TOPEXPLORER_DEV_{name}": text for name, text in texts.items()})
        found: dict[str, Pairs] = {"unlock": [], "credentials": []}
        for _ in range(runs):
            bench.vault.lock()
            derive = partial(scrypt, passphrase.encode(), salt=bytes(16), n=2**16, r=8, p=1, maxmem=2**27)
            found["unlock"].append([timed(bench.vault.unlock, dev), timed(derive)])
            found["credentials"].append([timed(bench.vault.credentials, dev), timed(plain.vault.credentials, dev)])
    return found


if __name__ == "__main__":
    measures = {measure.__name__: measure for measure in (answer, largest, keys, search, sandbox, vault)}
    print(json.dumps(measures[sys.argv[1]](int(sys.argv[2]))))
