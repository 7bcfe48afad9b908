"""The sync of the imported catalog with the platform's document site: what to ask for, politely, and what it changed.

Three steps, each whole in itself. `plan` asks for the directory and says which documents are wanted and why; `download`
keeps each one as it comes, so that the next run goes on where this one was ended; `settle` hands what is new to the
catalog and tells what was added, what changed and what the directory no longer has. Only the first two use the network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from topexplorer.core.importers.outcome import Source
from topexplorer.core.importers.specparts import package_of
from topexplorer.core.language import LANGUAGES, Language, Message, Words, message
from topexplorer.core.spec import ApiSpec, Retirement
from topexplorer.core.specdiff import Comparison, compare
from topexplorer.core.values import GMT8
from topexplorer.engine.docanswers import Entry, SiteFault
from topexplorer.engine.docsite import DocSite
from topexplorer.engine.downloads import Downloads, Kept
from topexplorer.engine.imported import ImportedApis, Packed
from topexplorer.engine.importing import import_documents

Reason = Literal["new", "damaged", "changed", "old"]
REASONS: tuple[Reason, ...] = ("new", "damaged", "changed", "old")
"""Why a document is wanted, in the order in which they are asked for."""
MAX_AGE_DAYS = 30
MAX_BAD_IN_A_ROW = 20
FEW, PART = 20, 4
"""A directory that lost more APIs than a few, and more than one in four, is not believed."""
ORIGIN = "open.taobao.com"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for. `packages` are words for categories; empty means all."""

    scope: str = ""
    packages: tuple[str, ...] = ()
    limit: int | None = None
    max_age_days: float = MAX_AGE_DAYS


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document to ask for."""

    entry: Entry
    reason: Reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What one sync would do."""

    listed: tuple[Entry, ...]
    """The whole directory."""
    chosen: tuple[Entry, ...]
    """Those that were asked for."""
    wanted: tuple[Wanted, ...]
    left: int
    """Wanted too, but beyond the limit."""
    gone: tuple[Kept, ...] = ()
    back: tuple[Kept, ...] = ()
    doubtful: int = 0
    """APIs that the directory no longer has, when they are too many to be believed; `gone` is then empty."""

    def count(self, reason: Reason) -> int:
        """How many documents are wanted for that reason."""
        return sum(wanted.reason == reason for wanted in self.wanted)


@dataclass(frozen=True, slots=True)
class Bad:
    """A document that could not be had or used."""

    entry: Entry
    reason: Message


@dataclass(slots=True)
class Result:
    """What one sync did. Lists are of methods."""

    downloaded: int = 0
    added: list[str] = field(default_factory=list)
    changed: dict[str, Comparison] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    same: int = 0
    bad: list[Bad] = field(default_factory=list)
    curated: list[str] = field(default_factory=list)
    """Taken, but the catalog's own description stays in use."""
    stopped: Message | None = None
    """Why not every wanted document was asked for."""
    left: int = 0
    """Wanted documents that were not asked for."""

    @property
    def changed_nothing(self) -> bool:
        """Whether the catalog is as it was."""
        return not (self.added or self.changed or self.gone or self.back)


class Sync:
    """One run. `curated` are the methods that the catalog's own files describe."""

    def __init__(
        self,
        downloads: Downloads,
        imported: ImportedApis,
        clock: Callable[[], datetime],
        curated: Collection[str] = (),
    ) -> None:
        self.result = Result()
        self._downloads = downloads
        self._imported = imported
        self._clock = clock
        self._curated = curated

    async def plan(self, site: DocSite, wish: Wish) -> Plan:
        """Asks for the directory. Raises SiteFault and StorageError."""
        entries = await site.directory(wish.scope)
        kept = self._downloads.kept()
        chosen = tuple(entry for entry in entries if _is_chosen(entry, wish.packages))
        wanted = sorted(self._wanted(chosen, kept, wish), key=lambda wanted: REASONS.index(wanted.reason))
        most = len(wanted) if wish.limit is None else wish.limit
        listed = {entry.method for entry in entries}
        known = [one for one in kept.values() if _is_chosen(one.entry, wish.packages)]
        # A scope leaves a part of the directory only: what is not in it is not gone.
        gone = [one for one in known if not (one.gone_at or one.entry.method in listed)] if not wish.scope else []
        is_doubtful = len(gone) > max(FEW, len(known) // PART)
        return Plan(
            listed=entries,
            chosen=chosen,
            wanted=tuple(wanted[:most]),
            left=len(wanted[most:]),
            gone=() if is_doubtful else tuple(gone),
            back=tuple(one for one in known if one.gone_at and one.entry.method in listed),
            doubtful=len(gone) if is_doubtful else 0,
        )

    async def download(self, site: DocSite, plan: Plan, tell: Callable[[int], None] = lambda done: None) -> None:
        """Asks for the wanted documents, one after the other, and tells how many are done.

        A single bad one is noted in `result`, and so is why the rest was not asked for. Raises StorageError.
        """
        result, in_a_row = self.result, 0
        result.left = plan.left
        for done, wanted in enumerate(plan.wanted):
            tell(done)
            try:
                content, modified = await site.document(wanted.entry)
            except SiteFault as fault:
                in_a_row += 1
                if not fault.stops:
                    result.bad.append(Bad(wanted.entry, fault.reason))
                if fault.stops or in_a_row > MAX_BAD_IN_A_ROW:
                    result.left += len(plan.wanted) - done - (not fault.stops)
                    result.stopped = fault.reason if fault.stops else message("sync.too_many_bad", n=in_a_row)
                    return
                continue
            in_a_row = 0
            self._downloads.keep(wanted.entry, content, modified, self._clock())
            result.downloaded += 1
        tell(len(plan.wanted))

    def settle(self, plan: Plan, tell: Callable[[int, int], None] | None = None) -> Result:
        """Gives the catalog what it has not taken yet, from earlier runs too. Raises StorageError."""
        result = self.result
        back = {one.entry.method for one in plan.back}
        self._downloads.note_back(back)
        self._take(plan, back, tell)
        result.back = sorted(back)
        self._retire(plan.gone)
        news = {*back, *result.added, *result.changed, *(bad.entry.method for bad in result.bad)}
        kept = {one.entry.method for one in self._downloads.kept().values()}
        result.same = sum(entry.method in kept and entry.method not in news for entry in plan.chosen)
        return result

    def _wanted(self, chosen: Iterable[Entry], kept: Mapping[int, Kept], wish: Wish) -> Iterator[Wanted]:
        oldest = self._clock() - timedelta(days=wish.max_age_days)
        for entry in chosen:
            reason = self._reason(entry, kept.get(entry.doc_id), oldest)
            if reason:
                yield Wanted(entry, reason)

    def _reason(self, entry: Entry, kept: Kept | None, oldest: datetime) -> Reason | None:
        if kept is None:
            return "new"
        known = kept.entry
        if (known.method, known.title) != (entry.method, entry.title) or entry.modified > known.modified > 0:
            return "changed"
        if kept.fetched_at <= oldest:
            return "old"
        return "damaged" if self._downloads.content(entry.doc_id) is None else None

    def _take(self, plan: Plan, back: Collection[str], tell: Callable[[int, int], None] | None) -> None:
        known, gone = self._imported.digests(), {one.entry.method for one in plan.gone}
        kept = self._downloads.kept()
        waiting = {
            one.entry.method: one
            for one in kept.values()
            if not (one.gone_at or one.entry.method in gone)
            and (one.taken != one.digest or one.entry.method not in known)
        }
        if not waiting:
            return
        before = self._imported.packed([method for method in waiting if method in known])
        entries = [*plan.listed, *(one.entry for one in kept.values())]
        packages = package_ids(entries, self._imported.packages())
        sources = self._sources(list(waiting.values()), packages)
        report = import_documents(sources, self._imported, self._curated, total=len(waiting) + 1, progress=tell)
        self.result.curated = report.curated
        names = {_name(one.entry): one for one in waiting.values()}
        rows = [(row, names[row.name]) for row in report.rows if row.name in names]
        rows.sort(key=lambda row: row[0].method)
        for row, one in rows:
            if row.verdict == "skipped":
                reason = message("sync.unusable", where=row.where or "-", reason=row.reason)
                self.result.bad.append(Bad(one.entry, reason))
            elif row.verdict == "imported":
                self.result.added.append(row.method)
            elif row.verdict == "changed" and row.method not in back:
                self.result.changed[row.method] = self._compared(row.method, before.get(row.method))
        for name in sorted(names.keys() - {row.name for row in report.rows}):
            self.result.bad.append(Bad(names[name].entry, message("sync.empty")))
        self._downloads.note_taken({one.entry.doc_id: one.digest for row, one in rows if row.verdict != "skipped"})

    def _sources(self, waiting: Sequence[Kept], packages: Mapping[str, str]) -> Iterator[Source]:
        yield Source(f"{ORIGIN}/packages.json", _titles(waiting, packages, self._imported.packages()))
        for one in waiting:
            content = self._downloads.content(one.entry.doc_id)
            if content is not None:
                package = packages.get(one.entry.category_id, "")
                yield Source(_name(one.entry), content, package=package, page=str(one.entry.doc_id))

    def _compared(self, method: str, before: Packed | None) -> Comparison:
        """What is different about an API since `before`."""
        after = self._imported.packed([method]).get(method)
        return compare(self._opened(method, before), self._opened(method, after))

    def _opened(self, method: str, packed: Packed | None) -> dict[str, ApiSpec]:
        try:
            return {method: self._imported.opened(method, packed)}
        except KeyError:
            return {}

    def _retire(self, gone: Sequence[Kept]) -> None:
        """Marks the APIs that the directory no longer has; they stay in the catalog."""
        if not gone:
            return
        day = self._clock().astimezone(GMT8).date().isoformat()
        languages = dict(zip(("en", "zh"), map(Language, LANGUAGES), strict=True))
        reason = Words(**{name: language("sync.retired", day=day) for name, language in languages.items()})
        specs = []
        for one in gone:
            try:
                specs.append(replace(self._imported.spec(one.entry.method), retired=Retirement(reason=reason)))
            except KeyError:
                continue
        if specs:
            self._imported.put(specs)
        self._downloads.note_gone([one.entry.method for one in gone], day)
        self.result.gone = sorted(one.entry.method for one in gone)


def package_ids(entries: Iterable[Entry], titles: Mapping[str, str]) -> dict[str, str]:
    """The package of each category of the site, which has numbers and titles only.

    The one that is known by the category's title; else what most of its methods are called by, with the number where
    that is taken.
    """
    methods: dict[str, dict[str, None]] = {}
    names: dict[str, str] = {}
    for entry in entries:
        methods.setdefault(entry.category_id, {})[entry.method] = None
        names.setdefault(entry.category_id, entry.category)
    known = {title: package for package, title in titles.items()}
    found = {category: known[name] for category, name in names.items() if name and name in known}
    used = {*titles, *found.values()}
    for category in sorted(methods.keys() - found.keys(), key=lambda category: (-len(methods[category]), category)):
        counts: dict[str, int] = {}
        for method in methods[category]:
            counts[package_of(method)] = counts.get(package_of(method), 0) + 1
        package = max(sorted(counts), key=counts.__getitem__)
        found[category] = package if package not in used else f"{package}.{category}"
        used.add(found[category])
    return found


def _titles(waiting: Iterable[Kept], packages: Mapping[str, str], known: Mapping[str, str]) -> bytes:
    """A list of packages with their titles, as the importer of the site's documents reads it."""
    import json

    entries = [one.entry for one in waiting]
    titles = {packages[entry.category_id]: entry.category for entry in entries if entry.category_id in packages}
    rows = [{"pkg": package, "name": title} for package, title in titles.items() if package not in known]
    return json.dumps(rows, ensure_ascii=False).encode()


def _name(entry: Entry) -> str:
    return f"{ORIGIN}/{entry.doc_id}/{entry.method}.json"


def _is_chosen(entry: Entry, packages: Sequence[str]) -> bool:
    """Whether a category's number or part of its title, or the package in the method's name, was asked for."""
    if not packages:
        return True
    names = {entry.category_id, package_of(entry.method).lower()}
    return any(word.lower() in names or word.lower() in entry.category.lower() for word in packages)
