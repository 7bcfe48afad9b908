"""The catalog: spec folders as a mapping from method to ApiSpec, with lookup, search and a list of broken files.

`Catalog.scan` looks at every file's size and time and examines only those that changed since the given index, so that
opening a catalog of thousands costs milliseconds; whole specs are read when asked for. A broken file becomes an entry
of `problems` and never stops anything. Reads only: keeping the index between runs is the caller's business.

A spec folder holds one folder per platform: `platform.json`, `errors.json`, `models/*.json`,
`apis/<category>/<method>.json`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from topexplorer.core.language import Message, Words, message
from topexplorer.core.resolving import resolved
from topexplorer.core.spec import ApiSpec, Category, ErrorTable, Model, Platform
from topexplorer.core.specfiles import BrokenSpec, SpecProblem, read
from topexplorer.core.specindex import INDEX_FORMAT, Index, scan_files, scan_folder, search_words, trusted_rows

PLATFORM = "top"


class Entry(NamedTuple):
    """What lists need to know about an API without reading its file."""

    method: str
    zh: str
    en: str
    category: str
    session: str
    access: str
    writes: bool
    retired: bool
    path: str = ""
    imported: bool = False
    """On the shelf: made from a foreign document. Its category is the package of that document."""

    @property
    def title(self) -> Words:
        return Words(zh=self.zh, en=self.en)


class Shelf(Protocol):
    """Imported APIs, kept elsewhere than in spec files. Nothing on it ever takes the place of a file's API."""

    def rows(self) -> Sequence[Sequence[Any]]:
        """The first eight members of an Entry for every API, in the order of the list."""
        ...

    def spec(self, method: str) -> ApiSpec:
        """One API. Raises KeyError."""
        ...

    def terms(self) -> Mapping[str, str]:
        """Search words by method, in the lines that `Catalog.terms` has."""
        ...

    def packages(self) -> Mapping[str, str]:
        """The platform's names of the packages that `rows` names as categories."""
        ...


class Catalog(Mapping[str, ApiSpec]):
    """APIs by method. Iterates in the order of the tree: category, then method."""

    def __init__(
        self, index: Index, problems: Iterable[SpecProblem], words: Callable[[], dict[str, str]], shelf: Shelf | None
    ) -> None:
        self.index = index
        self._found = list(problems)
        self._known_words = words
        self._shelf = shelf
        self._models: dict[str, Model | None] = {}
        self._specs: dict[str, ApiSpec] = {}
        self._imported: dict[str, ApiSpec | None] = {}

    @classmethod
    def scan(
        cls,
        folders: Iterable[Path],
        known: Index | None = None,
        words: Callable[[], Mapping[str, str]] = dict,
        shelf: Shelf | None = None,
        files: Iterable[Path] = (),
    ) -> Catalog:
        """The catalog of these spec folders, first folder first, of `files` in no such folder, and of the shelf.

        `known` is the index of an earlier scan and `words` gives the words of that one, if any.
        """
        trusted = trusted_rows(known)
        rows: dict[str, Any] = {}
        fresh: dict[str, str] = {}
        problems = []
        for folder in folders:
            if folder.is_dir():
                rows.update(scan_folder(folder / PLATFORM, trusted, fresh))
            else:
                problems.append(SpecProblem(str(folder), "$", message("spec.no_folder")))
        rows.update(scan_files(files, fresh))
        return cls({"format": INDEX_FORMAT, "files": rows}, problems, lambda: {**words(), **fresh}, shelf)

    @cached_property
    def words(self) -> dict[str, str]:
        """Search words by the path of a file, to be kept with the index."""
        known = self._known_words()
        rows = self.index["files"].items()
        kinds = {path: row["kind"] for path, row in rows if row["kind"] in ("api", "model") and "problems" not in row}
        return {path: known.get(path) or search_words(path, kind) for path, kind in kinds.items()}

    def terms(self) -> dict[str, str]:
        """What search looks through beside names: by method the lines of `words_of`, whole models filled in."""
        files, words = self.index["files"], self.words
        models = {row["name"]: (path, row.get("whole", ())) for path, row in files.items() if "name" in row}

        def names(whole: Iterable[str], within: tuple[str, ...] = ()) -> Iterator[str]:
            for name in whole:
                if name in models and name not in within:
                    path, inner = models[name]
                    yield words[path]
                    yield from names(inner, (*within, name))

        found = dict(self._shelf.terms()) if self._shelf else {}
        for method, entry in self.entries.items():
            if not entry.imported:
                params, _line, rest = words[entry.path].partition("\n")
                whole = " ".join(names(files[entry.path].get("whole", ())))
                found[method] = f"{params}\n{whole} {rest}"
        return found

    @cached_property
    def platform(self) -> Platform:
        """What is true of every API. Raises BrokenSpec when platform.json cannot be used: nothing works without it."""
        platform: Platform = read(self._sole("platform"), "platform")
        return platform

    @cached_property
    def errors(self) -> ErrorTable:
        """The platform's global error codes and sub-code families; empty when errors.json cannot be used."""
        try:
            table: ErrorTable = read(self._sole("errors"), "errors")
        except BrokenSpec:
            return ErrorTable(codes=(), families=())
        return table

    def links(self) -> Counter[str]:
        """How many specs name an API as one that is called before or after theirs: a measure of how much it is used."""
        rows = self.index["files"].values()
        return Counter(method for row in rows for method in row.get("related", ()))

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every usable API by method, in tree order: those of the spec files, then the imported ones."""
        platform = self._platform_if_usable()
        order = {category.name: place for place, category in enumerate(platform.categories if platform else ())}
        found: dict[str, Entry] = {}
        for path, row in self.index["files"].items():
            if row["kind"] == "api" and "method" in row:
                entry = _entry(path, row)
                if entry.method in found:
                    reason = message("spec.twice", method=entry.method, other=found[entry.method].path)
                    self._note((SpecProblem(path, "$.method", reason),))
                else:
                    found[entry.method] = entry
        rows = sorted(found.values(), key=lambda e: (order.get(e.category, len(order)), e.retired, e.method))
        entries = {entry.method: entry for entry in rows}
        if self._shelf:
            imported = {row[0]: Entry._make((*row, "", True)) for row in self._shelf.rows()}
            entries |= {method: entry for method, entry in imported.items() if method not in entries}
        return entries

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        """The branches of the tree that have APIs in spec files, in order."""
        used = {entry.category for entry in self.entries.values() if not entry.imported}
        known = self.platform.categories
        others = sorted(used - {category.name for category in known})
        named = [category for category in known if category.name in used]
        return (*named, *(Category(name=name, title=Words(zh=name, en=name)) for name in others))

    @cached_property
    def packages(self) -> Mapping[str, str]:
        """The titles of the imported packages, by the category of an imported entry."""
        return self._shelf.packages() if self._shelf else {}

    @property
    def problems(self) -> tuple[SpecProblem, ...]:
        """Files that cannot be used, or name things that do not exist, or repeat an API."""
        dangling = tuple(self._dangling(self.entries))
        broken = [
            SpecProblem(path, fault["where"], Message(fault["key"], fault["values"]))
            for path, row in self.index["files"].items()
            for fault in row.get("problems", ())
        ]
        return (*broken, *dangling, *self._found)

    def __getitem__(self, method: str) -> ApiSpec:
        if method not in self._specs:
            entry = self.entries[method]
            if entry.imported and (shelved := self.imported(method)):
                return shelved
            try:
                spec: ApiSpec = read(Path(entry.path), "api")
                self._specs[method] = resolved(spec, self.model)
            except BrokenSpec as error:
                self._note(error.problems)
                raise KeyError(method) from None
        return self._specs[method]

    def imported(self, method: str) -> ApiSpec | None:
        """The imported spec of a method, which stands behind the one of a spec file where there are both."""
        if method not in self._imported:
            try:
                self._imported[method] = self._shelf.spec(method) if self._shelf else None
            except KeyError:
                self._imported[method] = None
        return self._imported[method]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def spec(self, method: str) -> ApiSpec:
        """The spec of `method`, or a bare one for an API the catalog does not know or whose file was broken since.

        A bare one is callable and checks nothing.
        """
        try:
            return self[method]
        except KeyError:
            return unlisted(method)

    def former_names(self, method: str) -> tuple[str, ...]:
        """The retired APIs in whose place `method` is called."""
        return self._former.get(method, ())

    @cached_property
    def _former(self) -> dict[str, tuple[str, ...]]:
        retired = [self.spec(entry.method) for entry in self.entries.values() if entry.retired]
        pairs = [(new, spec.method) for spec in retired if spec.retired for new in spec.retired.instead]
        return {method: tuple(old for new, old in pairs if new == method) for method, _old in pairs}

    def model(self, name: str) -> Model | None:
        """A shared model by the platform's type name; None when no usable file describes it."""
        if name not in self._models:
            self._models[name] = self._read_model(name)
        return self._models[name]

    def _read_model(self, name: str) -> Model | None:
        for path, row in self.index["files"].items():
            if row["kind"] == "model" and row.get("name") == name:
                try:
                    model: Model = read(Path(path), "model")
                except BrokenSpec as error:
                    self._note(error.problems)
                    return None
                return model
        return None

    def _note(self, problems: Iterable[SpecProblem]) -> None:
        self._found += [problem for problem in problems if problem not in self._found]

    def _platform_if_usable(self) -> Platform | None:
        try:
            return self.platform
        except BrokenSpec as error:
            self._note(error.problems)
            return None

    def _sole(self, kind: str) -> Path:
        for path, row in self.index["files"].items():
            if row["kind"] == kind and "problems" not in row:
                return Path(path)
        raise BrokenSpec((SpecProblem(f"{kind}.json", "$", message("spec.no_platform_file", name=f"{kind}.json")),))

    def _dangling(self, usable: Mapping[str, Entry]) -> Iterator[SpecProblem]:
        rows = self.index["files"]
        models = {row["name"] for row in rows.values() if row["kind"] == "model" and "name" in row}
        platform = self._platform_if_usable()
        categories = {category.name for category in platform.categories} if platform else set()
        rates = {rate.name for rate in platform.rate_classes} if platform else set()
        for path, row in rows.items():
            for name in row.get("models", ()):
                if name not in models:
                    yield SpecProblem(path, "$", message("spec.no_model", name=name))
            if platform and row.get("method") in usable:
                if row["category"] not in categories:
                    yield SpecProblem(path, "$.category", message("spec.no_category", name=row["category"]))
                if row["access"] not in rates:
                    yield SpecProblem(path, "$.access", message("spec.no_rate_class", name=row["access"]))


def unlisted(method: str) -> ApiSpec:
    """The spec of an API nobody described: it may write, and any parameter may be sent."""
    title = Words(zh="目录外的 API", en="API outside the catalog")
    return ApiSpec(
        method=method, title=title, summary=title, category="", session="optional", access="basic", writes=True
    )


def bundled_folder() -> Path:
    """The spec folder that comes with the package: inside a wheel, or beside the package in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "specs"
    return inside if inside.is_dir() else package.parent / "specs"


def _entry(path: str, row: dict[str, Any]) -> Entry:
    return Entry(
        method=row["method"],
        zh=row["zh"],
        en=row["en"],
        category=row["category"],
        session=row["session"],
        access=row["access"],
        writes=row["writes"],
        retired=row["retired"],
        path=path,
    )
