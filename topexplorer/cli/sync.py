"""`catalog sync`: brings the imported catalog up to date with the platform's document site, and says what changed."""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from random import SystemRandom

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.catalogs import comparison_data
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, Message, message
from topexplorer.core.specdiff import Comparison
from topexplorer.engine.docanswers import SiteFault
from topexplorer.engine.docsite import SITE, DocSite, site_root
from topexplorer.engine.downloads import Downloads
from topexplorer.engine.imported import ImportedApis
from topexplorer.engine.ledger import span_words
from topexplorer.engine.sync import MAX_AGE_DAYS, REASONS, Plan, Result, Sync, Wish

RATE, LEAST_RATE, MOST_RATE = 2.0, 0.01, 10.0
MOST_DAYS = 3650
MOST_DOCUMENTS = 1_000_000
PLAIN_LINE_SECONDS = 60.0
"""How often a line tells how far it is, where no person watches."""
NAMED = 6
sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
"""A seam for tests, which do not wait."""


def declare(arguments: Arguments) -> None:
    arguments.option("--scope", "ID", "sync.help.scope", default="")
    arguments.option("--package", "NAME", "sync.help.package", action="append", default=[])
    arguments.option("--limit", "N", "sync.help.limit", type=_limit)
    arguments.option("--max-age", "DAYS", "sync.help.max_age", type=_days, default=float(MAX_AGE_DAYS))
    arguments.option("--rate", "PER_SECOND", "sync.help.rate", type=_rate, default=RATE)
    arguments.option("--site", "URL", "sync.help.site", type=site_root, default=SITE)
    arguments.switch("--dry-run", key="sync.help.dry_run")
    arguments.switch("--json", key="cli.help.json")


def sync(bench: Workbench, console: Console, options: Namespace) -> int:
    """Downloads what is new or old, keeps it, and gives it to the catalog. Raises UsageError and StorageError."""
    store = bench.imported or ImportedApis(bench.paths.imported_file)
    curated = [entry.method for entry in bench.catalog.entries.values() if not entry.imported]
    with Downloads(bench.paths.data / "sync", writes=not options.dry_run) as downloads:
        run = Sync(downloads, store, bench.clock, curated)
        try:
            plan = asyncio.run(_fetch(bench, console, options, run))
        except SiteFault as fault:
            return _stopped(console, fault.reason)
        except KeyboardInterrupt:
            console.progress("")
            console.error(message("sync.interrupted", n=run.result.downloaded), message("sync.goes_on"))
            return output.INTERRUPTED
        if options.dry_run:
            _show_plan(console, options, plan)
            return output.OK
        try:
            result = run.settle(plan, _drawn_import(console))
        finally:
            console.progress("")
    if options.json:
        console.json(_document(options, plan, result, console.say))
    else:
        console.lines(columns(_rows(plan, result, console.say)))
    console.tell(_summary(plan, result, console.say))
    if store.problem:
        console.warn(store.problem)
    return _stopped(console, result.stopped) if result.stopped else output.OK


async def _fetch(bench: Workbench, console: Console, options: Namespace, run: Sync) -> Plan:
    """Everything that uses the network. Raises SiteFault when there is not even a directory."""
    wish = Wish(options.scope, tuple(options.package), options.limit, options.max_age)
    site = DocSite(
        clock=bench.clock,
        sleep=sleep,
        luck=SystemRandom().random,
        transport=bench.transport,
        root=options.site,
        rate=options.rate,
    )
    async with site:
        plan = await run.plan(site, wish)
        if wish.packages and not plan.chosen:
            raise UsageError(message("sync.no_package", names=wish.packages), message("sync.no_package.hint"))
        console.detail(_announcement(plan, site.seconds_each * len(plan.wanted), options, console.say))
        if not options.dry_run:
            try:
                watch = _Watch(console, bench.clock, len(plan.wanted), site.seconds_each)
                watch.in_lines = options.verbose or not console.narrates
                await run.download(site, plan, watch)
            finally:
                console.progress("")
    return plan


class _Watch:
    """Tells how far the download is: in place on a terminal, else with a line now and then."""

    def __init__(self, console: Console, clock: Callable[[], datetime], total: int, seconds_each: float) -> None:
        self._console = console
        self._clock = clock
        self._total = total
        self._seconds_each = seconds_each
        self._began = self._told = clock()
        self.in_lines = False

    def __call__(self, done: int) -> None:
        now = self._clock()
        passed = max(0.0, (now - self._began).total_seconds())
        each = max(passed / done, 0.001) if done and passed else self._seconds_each
        say = self._console.say
        line = say(
            "sync.progress",
            done=f"{done:,}",
            total=f"{self._total:,}",
            rate=f"{1 / each:.1f}",
            span=span_words(each * (self._total - done)),
        )
        self._console.progress(line)
        if self.in_lines and (now - self._told).total_seconds() >= PLAIN_LINE_SECONDS:
            self._told = now
            self._console.progress("")
            self._console.detail([line])


def _drawn_import(console: Console) -> Callable[[int, int], None]:
    def draw(done: int, total: int) -> None:
        if done % 50 == 0 or done == total:
            console.progress(console.say("sync.taking", done=f"{done:,}", total=f"{total:,}"))

    return draw


def _stopped(console: Console, reason: Message) -> int:
    console.error(reason, message("sync.goes_on"))
    return output.PLATFORM


def _announcement(plan: Plan, seconds: float, options: Namespace, say: Language) -> Iterator[str]:
    reasons = [say(f"sync.plan.{name}", n=f"{plan.count(name):,}") for name in REASONS if plan.count(name)]
    yield say("sync.directory", listed=f"{len(plan.listed):,}", chosen=f"{len(plan.chosen):,}")
    if plan.wanted:
        yield say(
            "sync.plan", n=len(plan.wanted), reasons=tuple(reasons), span=span_words(seconds), rate=f"{options.rate:g}"
        )
    else:
        yield say("sync.plan_nothing")
    if plan.left:
        yield say("sync.plan_left", n=plan.left)
    if plan.doubtful:
        yield say("cli.output.warning") + say("sync.doubtful", n=plan.doubtful)


def _show_plan(console: Console, options: Namespace, plan: Plan) -> None:
    say = console.say
    if not options.json:
        rows = [
            (say(f"sync.reason.{wanted.reason}"), wanted.entry.method, wanted.entry.title) for wanted in plan.wanted
        ]
        rows += [(say("sync.verdict.gone"), one.entry.method, one.entry.title) for one in plan.gone]
        rows += [(say("sync.verdict.back"), one.entry.method, one.entry.title) for one in plan.back]
        console.lines(columns(rows))
        console.tell([say("sync.dry_run")])
        return
    console.json(
        {
            **_scale(options, plan),
            "wanted": [
                {"method": wanted.entry.method, "doc_id": wanted.entry.doc_id, "reason": wanted.reason}
                for wanted in plan.wanted
            ],
            "left": plan.left,
            "gone": [one.entry.method for one in plan.gone],
            "back": [one.entry.method for one in plan.back],
        }
    )


def _rows(plan: Plan, result: Result, say: Language) -> Iterator[tuple[str, str, str]]:
    titles = {entry.method: entry.title for entry in (*(one.entry for one in plan.gone), *plan.listed)}
    for method in result.added:
        yield say("sync.verdict.added"), method, titles.get(method, "")
    for method, change in result.changed.items():
        yield say("sync.verdict.changed"), method, "; ".join(_changes(change, say))
    for method in result.back:
        yield say("sync.verdict.back"), method, titles.get(method, "")
    for method in result.gone:
        yield say("sync.verdict.gone"), method, titles.get(method, "")
    for bad in result.bad:
        yield say("sync.verdict.bad"), bad.entry.method, say.render(bad.reason)


def _changes(found: Comparison, say: Language) -> list[str]:
    """Each kind of change with the names that it is about."""
    names: dict[str, list[str]] = {}
    for change in found.changes:
        names.setdefault(say.render(change.sentence), []).append(change.where)
    said = [
        f"{sentence}: {_named(list(filter(None, where)), say)}".removesuffix(": ") for sentence, where in names.items()
    ]
    return said or [say("sync.change.texts")]


def _named(names: Sequence[str], say: Language) -> str:
    if len(names) <= NAMED:
        return say.render(tuple(names))
    return say("sync.and_more", names=tuple(names[:NAMED]), n=len(names) - NAMED)


def _summary(plan: Plan, result: Result, say: Language) -> Iterator[str]:
    counts = {
        "added": result.added,
        "changed": result.changed,
        "gone": result.gone,
        "back": result.back,
        "bad": result.bad,
    }
    if result.changed_nothing and not result.bad and not result.left:
        yield say("sync.nothing_changed", n=result.downloaded)
        return
    figures = {name: f"{len(found):,}" for name, found in counts.items()}
    yield say("sync.sum", downloaded=f"{result.downloaded:,}", same=f"{result.same:,}", **figures)
    if result.gone:
        yield say("sync.gone_stay")
    if result.curated:
        yield say("sync.curated", n=len(result.curated))
    if result.left:
        yield say("sync.left", n=result.left)


def _scale(options: Namespace, plan: Plan) -> dict[str, object]:
    return {
        "dry_run": options.dry_run,
        "site": options.site,
        "listed": len(plan.listed),
        "chosen": len(plan.chosen),
        "not_believed_gone": plan.doubtful,
    }


def _document(options: Namespace, plan: Plan, result: Result, say: Language) -> dict[str, object]:
    return {
        **_scale(options, plan),
        "downloaded": result.downloaded,
        "added": result.added,
        "changed": [{"api": method, **comparison_data(found, say)} for method, found in result.changed.items()],
        "gone": result.gone,
        "back": result.back,
        "same": result.same,
        "failed": [
            {"method": bad.entry.method, "doc_id": bad.entry.doc_id, "reason": say.render(bad.reason)}
            for bad in result.bad
        ],
        "stays_as_it_is": result.curated,
        "stopped": say.render(result.stopped) if result.stopped else None,
        "left": result.left,
    }


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 0 < int(text) <= MOST_DOCUMENTS):
        raise UsageError(message("cli.usage.number", option="--limit", text=text, least=1, most=MOST_DOCUMENTS))
    return int(text)


def _rate(text: str) -> float:
    return _number("--rate", text, LEAST_RATE, MOST_RATE)


def _days(text: str) -> float:
    return _number("--max-age", text, 0, MOST_DAYS)


def _number(option: str, text: str, least: float, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise UsageError(message("sync.bad_number", option=option, text=text, least=f"{least:g}", most=f"{most:g}"))
    return number


VERBS = {"catalog sync": Verb(declare, sync)}
