"""`import`: brings APIs into the catalog from the platform's documents, an SDK or OpenAPI, and reports file by file."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, Message, message
from topexplorer.engine.imported import ImportedApis
from topexplorer.engine.importing import Report, Row, import_paths
from topexplorer.engine.settings import typed_path

NAMED = 3
"""How many of the APIs that stay as they are get named."""
BAR = 30


def declare(arguments: Arguments) -> None:
    arguments.positional("path", "import.help.paths", nargs="+")
    arguments.switch("--dry-run", key="import.help.dry_run")
    arguments.switch("--json", key="cli.help.json")


def import_apis(bench: Workbench, console: Console, options: Namespace) -> int:
    """Imports everything at the paths. Raises UsageError when there was no API at all."""
    store = bench.imported or ImportedApis(bench.paths.imported_file)
    curated = [entry.method for entry in bench.catalog.entries.values() if not entry.imported]
    paths = [typed_path(path) for path in options.path]
    try:
        report = import_paths(paths, store, curated, dry_run=options.dry_run, progress=_drawn(console))
    finally:
        console.progress("")
    if options.json:
        console.json(_document(report, console.say))
    else:
        console.lines(columns([_line(row, console.say) for row in report.rows if row.verdict != "same"]))
    console.tell(_summary(report, console.say))
    if store.problem:
        console.warn(store.problem)
    if report.is_empty:
        raise UsageError(message("import.nothing", paths=tuple(options.path)), message("import.nothing.hint"))
    return output.OK


def _drawn(console: Console) -> Callable[[int, int], None]:
    """Draws how far the import is, once per hundredth."""
    last = -1

    def draw(done: int, total: int) -> None:
        nonlocal last
        hundredth = done * 100 // max(total, 1)
        if hundredth != last:
            last = hundredth
            filled = BAR * min(hundredth, 100) // 100
            figures = console.say("import.progress", done=f"{done:,}", total=f"{total:,}")
            console.progress(f"{'█' * filled}{'░' * (BAR - filled)} {hundredth:3d} %  {figures}")

    return draw


def _line(row: Row, say: Language) -> tuple[str, str, str]:
    verdict = say(f"import.verdict.{row.verdict}")
    if row.reason is None:
        return verdict, row.method, row.name
    where = " ".join(part for part in (row.name, row.where) if part)
    return verdict, where, say.render(row.reason)


def _summary(report: Report, say: Language) -> Iterator[str]:
    counts = {verdict: f"{len(report.of(verdict)):,}" for verdict in ("imported", "changed", "same", "skipped")}
    yield say("import.sum", **counts)
    if report.others:
        yield say("import.others", n=report.others)
    if report.curated:
        yield say("import.curated", n=len(report.curated), names=_named(report.curated))
    if report.dry_run:
        yield say("import.dry_run")


def _named(methods: list[str]) -> Message | tuple[str, ...]:
    names = tuple(methods[:NAMED])
    return message("import.and_more", names=names, n=len(methods) - NAMED) if len(methods) > NAMED else names


def _document(report: Report, say: Language) -> dict[str, object]:
    return {
        "dry_run": report.dry_run,
        "files": [
            {
                "verdict": row.verdict,
                "file": row.name,
                "method": row.method or None,
                "where": row.where or None,
                "reason": say.render(row.reason) if row.reason else None,
            }
            for row in report.rows
        ],
        "other_files": report.others,
        "already_in_catalog": report.curated,
    }


VERBS = {"import": Verb(declare, import_apis)}
