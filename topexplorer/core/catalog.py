"""The catalog: spec folders as a mapping from method to ApiSpec, with lookup, search and a list of broken files.

`Catalog.scan` looks at every file's size and time and examines only those that changed since the given index, so that
opening a catalog of thousands costs milliseconds; whole specs are read when asked for. A broken file becomes an entry
of `problems` and never stops anything. Reads only: keeping the index between runs is the caller's business.

A spec folder holds one folder per platform: `platform.json`, `errors.json`, `models/*.json`,
`apis/<category>/<method>.json`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from topexplorer import __version__
from topexplorer.core.language import Message, Words, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, ErrorTable, Field, Model, Param, Platform
from topexplorer.core.specfiles import BrokenSpec, SpecProblem, examine, kind_of, read

PLATFORM = "top"
INDEX_FORMAT = f"3/{__version__}"
MAX_DEPTH = 10
Index = dict[str, Any]
"""JSON data: `{"format": …, "files": {path: {"stamp": [size, mtime_ns], "kind": …, …}}}`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What lists and search need to know about an API without reading its file."""

    method: str
    title: Words
    category: str
    session: str
    access: str
    writes: bool
    retired: bool
    path: str
    terms: str = ""
    """Parameter names and titles and the summary, for search."""


class Catalog(Mapping[str, ApiSpec]):
    """APIs by method. Iterates in the order of the tree: category, then method."""

    def __init__(self, index: Index, problems: tuple[SpecProblem, ...] = ()) -> None:
        self.index = index
        self._found = list(problems)
        self._models: dict[str, Model | None] = {}
        self._specs: dict[str, ApiSpec] = {}

    @classmethod
    def scan(cls, folders: Iterable[Path], known: Index | None = None) -> Catalog:
        """The catalog of these spec folders, first folder first. `known` is the index of an earlier scan, if any."""
        trusted = _trusted_rows(known)
        files: dict[str, Any] = {}
        problems = []
        for folder in folders:
            if not folder.is_dir():
                problems.append(SpecProblem(str(folder), "$", message("spec.no_folder")))
                continue
            for path, stamp in sorted(_json_files(folder / PLATFORM)):
                row = trusted.get(path)
                if not row or row.get("stamp") != stamp:
                    row = _examined(Path(path), stamp)
                if row:
                    files[path] = row
        return cls({"format": INDEX_FORMAT, "files": files}, tuple(problems))

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

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every usable API by method, in tree order."""
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
        return {entry.method: entry for entry in rows}

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
            try:
                spec: ApiSpec = read(Path(entry.path), "api")
                self._specs[method] = self._resolved(spec)
            except BrokenSpec as error:
                self._note(error.problems)
                raise KeyError(method) from None
        return self._specs[method]

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

    def _resolved(self, spec: ApiSpec) -> ApiSpec:
        return replace(
            spec,
            params=tuple(self._param(param, ()) for param in spec.params),
            response=tuple(self._field(field, ()) for field in spec.response),
        )

    def _member_model(self, name: str | None, within: tuple[str, ...]) -> Model | None:
        """The model of a member; None inside itself, because a struct that contains itself has no end."""
        return self.model(name) if name and name not in within and len(within) < MAX_DEPTH else None

    def _param(self, param: Param, within: tuple[str, ...]) -> Param:
        model = self._member_model(param.model, within)
        children = tuple(_as_param(field) for field in model.fields) if model else param.children
        inside = (*within, model.name) if model else within
        return replace(param, children=tuple(self._param(child, inside) for child in children))

    def _field(self, field: Field, within: tuple[str, ...]) -> Field:
        model = self._member_model(field.model, within)
        children = model.fields if model else field.children
        if not children:
            return field
        inside = (*within, model.name) if model else within
        whole = tuple(self._field(child, inside) for child in children)
        return replace(field, children=_only(whole, field.only) if field.only else whole)


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


def _trusted_rows(known: Index | None) -> dict[str, dict[str, Any]]:
    """The rows of an earlier index; none when it is of another version or somebody changed its shape."""
    files = known.get("files") if known and known.get("format") == INDEX_FORMAT else None
    return {path: row for path, row in files.items() if isinstance(row, dict)} if isinstance(files, dict) else {}


def _json_files(folder: Path) -> Iterator[tuple[str, list[int]]]:
    """Paths as text: with thousands of files, making Path objects of them takes longer than all the rest."""
    waiting = [str(folder)]
    while waiting:
        try:
            found = list(os.scandir(waiting.pop()))
        except OSError:
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif entry.name.endswith(".json"):
                yield entry.path, _stamp(entry)


def _stamp(entry: os.DirEntry[str]) -> list[int]:
    try:
        facts = entry.stat()
    except OSError:
        return []
    return [facts.st_size, facts.st_mtime_ns]


def _examined(path: Path, stamp: list[int]) -> dict[str, Any] | None:
    """What the index keeps of a file, None for one that is no spec."""
    kind = kind_of(path)
    if kind is None:
        return None
    row: dict[str, Any] = {"stamp": stamp, "kind": kind}
    try:
        spec = examine(path, kind)
    except BrokenSpec as error:
        row["problems"] = [
            {"where": p.where, "key": p.reason.key, "values": dict(p.reason.values)} for p in error.problems
        ]
        return row
    if kind == "model":
        row |= {"name": spec.name, "models": _model_names(spec.fields)}
    elif kind == "api":
        row |= _api_row(spec)
    return row


def _api_row(spec: ApiSpec) -> dict[str, Any]:
    words = [word for param in spec.params for word in (param.name, param.title.zh, param.title.en)]
    return {
        "method": spec.method,
        "zh": spec.title.zh,
        "en": spec.title.en,
        "category": spec.category,
        "session": spec.session,
        "access": spec.access,
        "writes": spec.writes,
        "retired": spec.retired is not None,
        "terms": " ".join([*words, spec.summary.zh, spec.summary.en]),
        "models": _model_names((*spec.response, *spec.params)),
    }


def _entry(path: str, row: dict[str, Any]) -> Entry:
    return Entry(
        method=row["method"],
        title=Words(zh=row["zh"], en=row["en"]),
        category=row["category"],
        session=row["session"],
        access=row["access"],
        writes=row["writes"],
        retired=row["retired"],
        path=path,
        terms=row["terms"],
    )


def _model_names(parts: Iterable[Field | Param]) -> list[str]:
    names: set[str] = set()
    for part in parts:
        if part.model:
            names.add(part.model)
        names.update(_model_names(part.children))
    return sorted(names)


def _as_param(field: Field) -> Param:
    return Param(
        name=field.name,
        type=field.type,
        platform_type=field.platform_type,
        title=field.title,
        summary=field.summary,
        many=field.many,
        choices=field.choices,
        children=tuple(_as_param(child) for child in field.children),
        model=field.model,
    )


def _only(fields: tuple[Field, ...], names: tuple[str, ...]) -> tuple[Field, ...]:
    inside: dict[str, list[str]] = {}
    for name in names:
        first, _dot, rest = name.partition(".")
        inside.setdefault(first, []).extend([rest] if rest else [])
    kept = []
    for field in fields:
        if nested := inside.get(field.name):
            kept.append(replace(field, children=_only(field.children, tuple(nested))))
        elif field.name in inside:
            kept.append(field)
    return tuple(kept)
