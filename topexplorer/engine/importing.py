"""An import from beginning to end: files, importers, store, and a report that names every file that was left out.

One API comes from one document: where several describe the same one, the first is taken and the others are reported.
An API that the catalog's own files describe is kept too, but theirs stays in use, and the report says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from topexplorer.core.importers import IMPORTERS
from topexplorer.core.importers.outcome import Imported, Importer, Outcome, Package, Skipped, Source
from topexplorer.core.language import Message, message
from topexplorer.core.spec import ApiSpec
from topexplorer.core.specfiles import MAX_SPEC_BYTES
from topexplorer.engine.imported import Changes, ImportedApis
from topexplorer.engine.sources import MB, Allowance, Refused, Sources

Verdict = Literal["imported", "changed", "same", "skipped"]
Progress = Callable[[int, int], None]
"""Told how many files are done, of how many."""
SUFFIXES = tuple(sorted({suffix for importer in IMPORTERS for suffix in importer.suffixes}))


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one API, or of a file that gave none."""

    verdict: Verdict
    name: str
    """The file, inside its folder or archive."""
    method: str = ""
    where: str = ""
    """For a skipped one: a JSON path, or line and column, or empty for the whole file."""
    reason: Message | None = None


@dataclass(slots=True)
class Report:
    """Everything that an import did, or would do."""

    rows: list[Row] = field(default_factory=list)
    others: int = 0
    """Files that are no API documents."""
    curated: list[str] = field(default_factory=list)
    """Imported APIs that the catalog's own files describe too; theirs stay in use."""
    changes: Changes = field(default_factory=Changes)
    dry_run: bool = False

    def of(self, verdict: Verdict) -> list[Row]:
        """The rows with that verdict."""
        return [row for row in self.rows if row.verdict == verdict]

    @property
    def is_empty(self) -> bool:
        """Whether there was no API at all."""
        return all(row.verdict == "skipped" for row in self.rows)


def import_paths(
    paths: Iterable[Path],
    store: ImportedApis,
    curated: Collection[str] = (),
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Imports files, folders and archives. With `dry_run` nothing is kept. Raises StorageError, and nothing else."""
    allowance = Allowance()
    found = [Sources(path, SUFFIXES, allowance) for path in paths]
    beside = {sources.beside for sources in found if sources.beside}
    run = _Run(curated, sum(map(len, found)), progress, beside)
    run.report.others = sum(sources.others for sources in found)
    return run.into(store, (source for sources in found for source in sources), dry_run)


def import_documents(
    documents: Iterable[Source],
    store: ImportedApis,
    curated: Collection[str] = (),
    *,
    total: int = 0,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Imports documents that are here already, such as downloaded ones. Otherwise like `import_paths`."""
    return _Run(curated, total, progress, set()).into(store, documents, dry_run)


class _Run:
    """One import under way."""

    def __init__(self, curated: Collection[str], total: int, progress: Progress | None, beside: set[str]) -> None:
        self.report = Report()
        self._curated = curated
        self._importers: tuple[Importer, ...] = tuple(importer() for importer in IMPORTERS)
        self._total = total
        self._progress = progress
        self._beside = beside
        self._names: dict[str, str] = {}
        """The file of each API."""
        self._packages: dict[str, str] = {}

    def into(self, store: ImportedApis, files: Iterable[Source | Refused], dry_run: bool) -> Report:
        """Runs it, and reports."""
        report = self.report
        report.dry_run = dry_run
        report.changes = changes = store.put(self._specs(files), self._packages, dry_run=dry_run)
        for verdict, methods in _verdicts(changes):
            report.rows += [Row(verdict, self._names[method], method) for method in methods]
        for method in changes.too_large:
            limit = MAX_SPEC_BYTES // MB
            self._skip(Skipped(self._names[method], "", message("import.spec_too_large", limit=limit)), method)
        report.rows.sort(key=lambda row: (row.name, row.method))
        report.curated = sorted(set(self._curated) & self._names.keys() - set(changes.too_large))
        return report

    def _specs(self, files: Iterable[Source | Refused]) -> Iterator[ApiSpec]:
        for done, file in enumerate(files):
            if self._progress:
                self._progress(done, self._total)
            if isinstance(file, Refused):
                self._skip(Skipped(file.name, "", file.reason))
            else:
                yield from self._taken(file)
        for importer in self._importers:
            for outcome in importer.finish():
                yield from self._kept(outcome)
        if self._progress:
            self._progress(self._total, self._total)

    def _taken(self, source: Source) -> Iterator[ApiSpec]:
        """The APIs of one file."""
        importer = next((importer for importer in self._importers if importer.takes(source)), None)
        gave = False
        for outcome in importer.read(source) if importer else ():
            gave = gave or not isinstance(outcome, Package)
            yield from self._kept(outcome)
        if not gave and source.name not in self._beside:
            self.report.others += 1

    def _kept(self, outcome: Outcome) -> Iterator[ApiSpec]:
        if isinstance(outcome, Package):
            self._packages.setdefault(outcome.id, outcome.title)
        elif isinstance(outcome, Skipped):
            self._skip(outcome)
        elif isinstance(outcome, Imported):
            method, name = outcome.spec.method, outcome.spec.origin.name if outcome.spec.origin else ""
            if other := self._names.get(method):
                self._skip(Skipped(name, "", message("import.twice", other=other)), method)
            else:
                self._names[method] = name
                yield outcome.spec

    def _skip(self, skipped: Skipped, method: str = "") -> None:
        self.report.rows.append(Row("skipped", skipped.name, method, skipped.where, skipped.reason))


def _verdicts(changes: Changes) -> Iterator[tuple[Verdict, tuple[str, ...]]]:
    yield "imported", changes.added
    yield "changed", changes.changed
    yield "same", changes.same
