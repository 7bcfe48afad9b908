"""Which specs a person means: spec folders, parts of them, single files, foreign documents, or a set by its name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from topexplorer.assemble import Workbench
from topexplorer.core.catalog import PLATFORM, Catalog, bundled_folder
from topexplorer.core.errors import ConfigError, UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.resolving import resolved
from topexplorer.core.spec import ApiSpec, Model
from topexplorer.core.specfiles import BrokenSpec, SpecProblem, kind_by_content, kind_of, read
from topexplorer.core.specindex import json_files
from topexplorer.engine.imported import ImportedApis
from topexplorer.engine.settings import typed_path

BUNDLED = "bundled"
IMPORTED = "imported"


class SpecSet(NamedTuple):
    """APIs by method, with their models filled in."""

    specs: Mapping[str, ApiSpec]
    left_out: tuple[Message, ...] = ()
    is_single: bool = False
    """One file with one API, which says nothing about the others."""


def opened(bench: Workbench, words: Iterable[str]) -> tuple[Catalog, frozenset[str]]:
    """A catalog that holds the specs at these paths, and which of its files they are.

    Specs lie in it as they would in use: after those in use already. Only a spec folder with a platform.json of its own
    comes first, as a catalog that is complete in itself. Raises UsageError for a path without specs.
    """
    in_use = {folder.resolve(): folder for folder in bench.folders}
    own: list[Path] = []
    scopes: dict[str, tuple[Path, ...]] = {}
    loose: list[Path] = []
    for word in words:
        path = _existing(bench, word)
        folder = spec_folder(path)
        if folder is None:
            files = _loose_files(path)
            loose += files
            scopes[word] = tuple(files)
        else:
            used = in_use.get(folder.resolve(), folder)
            own.append(used)
            scopes[word] = (used / path.relative_to(folder),)
    complete = [folder for folder in own if folder not in bench.folders and _is_complete(folder)]
    folders = dict.fromkeys([*complete, *bench.folders, *own])
    catalog = Catalog.scan(folders, bench.catalog.index, shelf=bench.imported, files=loose)
    chosen: set[str] = set()
    for word, paths in scopes.items():
        found = set(_within(catalog, paths))
        if not found:
            raise UsageError(message("contract.no_specs", path=word), message("contract.no_specs.hint"))
        chosen |= found
    return catalog, frozenset(chosen)


def specs_of(bench: Workbench, word: str) -> SpecSet:
    """The APIs that a word or a path means.

    Raises UsageError when there are none, BrokenSpec for a file that cannot be used: a comparison without it would say
    that its API is gone.
    """
    if word == BUNDLED:
        return SpecSet(_specs(Catalog.scan([bundled_folder()], bench.catalog.index), None, bench.catalog))
    if word == IMPORTED:
        return SpecSet(_shelf_specs(bench.imported))
    path = _existing(bench, word)
    folder = spec_folder(path)
    files = _loose_files(path) if folder is None and (path.is_dir() or path.suffix == ".json") else []
    catalog = Catalog.scan([folder] if folder else [], bench.catalog.index, files=files)
    scopes = (path,) if folder else None
    if folder is None and not any("method" in row for row in catalog.index["files"].values()):
        try:
            return _documents(path)
        except UsageError:
            if broken := _faults(catalog, catalog.index["files"]):
                raise BrokenSpec(broken) from None
            raise
    found = _specs(catalog, scopes, bench.catalog)
    if not found:
        raise _no_apis(path)
    return SpecSet(found, is_single=path.is_file())


def spec_folder(path: Path) -> Path | None:
    """The spec folder that `path` is, or lies in."""
    if (path / PLATFORM).is_dir():
        return path
    for folder in (path, *path.parents):
        if folder.name == PLATFORM and any((folder / name).is_dir() for name in ("apis", "models")):
            return folder.parent
    return None


def _is_complete(folder: Path) -> bool:
    return (folder / PLATFORM / "platform.json").is_file()


def _existing(bench: Workbench, word: str) -> Path:
    path = Path(os.path.abspath(bench.cwd / typed_path(word)))
    if not os.path.exists(path):
        raise UsageError(message("contract.no_path", path=word))
    return path


def _loose_files(path: Path) -> list[Path]:
    """The files at a path in no spec folder that are specs."""
    files = json_files(path) if path.is_dir() else [path]
    return [file for file in files if kind_of(file) or kind_by_content(file)]


def _within(catalog: Catalog, scopes: Iterable[Path]) -> Iterator[str]:
    for path in catalog.index["files"]:
        if any(Path(path).is_relative_to(scope) for scope in scopes):
            yield path


def _specs(catalog: Catalog, scopes: Iterable[Path] | None, in_use: Catalog) -> dict[str, ApiSpec]:
    """The APIs of a catalog, or of some of its files. A model that it lacks is taken from the catalog in use."""
    rows = catalog.index["files"]
    paths = list(rows if scopes is None else _within(catalog, scopes))
    if broken := _faults(catalog, paths):
        raise BrokenSpec(broken)

    def model(name: str) -> Model | None:
        return catalog.model(name) or in_use.model(name)

    found: dict[str, ApiSpec] = {}
    for path in paths:
        if rows[path]["kind"] == "api":
            found.setdefault(rows[path]["method"], resolved(read(Path(path), "api"), model))
    return found


def _faults(catalog: Catalog, paths: Iterable[str]) -> tuple[SpecProblem, ...]:
    """What is wrong with these files, and with any model, because all of them may refer to it."""
    chosen = set(paths)
    return tuple(
        SpecProblem(path, fault["where"], Message(fault["key"], fault["values"]))
        for path, row in catalog.index["files"].items()
        if path in chosen or row["kind"] == "model"
        for fault in row.get("problems", ())
    )


def _shelf_specs(shelf: ImportedApis | None) -> dict[str, ApiSpec]:
    found: dict[str, ApiSpec] = {}
    with suppress(KeyError):
        found = {row[0]: shelf.spec(row[0]) for row in shelf.rows()} if shelf else {}
    if shelf and shelf.problem:
        raise ConfigError(shelf.problem)
    if not found:
        raise UsageError(message("contract.nothing_imported"), message("contract.nothing_imported.hint"))
    return found


def _documents(path: Path) -> SpecSet:
    """The APIs of the platform's documents, an SDK or OpenAPI, read as `import` does and kept nowhere."""
    from topexplorer.engine.importing import import_paths

    with TemporaryDirectory() as folder:
        shelf = ImportedApis(Path(folder) / "apis")
        report = import_paths([path], shelf)
        if report.is_empty:
            raise _no_apis(path)
        found = _shelf_specs(shelf)
    skipped = len(report.of("skipped"))
    left_out = (message("contract.left_out", n=skipped, path=str(path)),) if skipped else ()
    return SpecSet(found, left_out, is_single=path.is_file() and len(found) == 1)


def _no_apis(path: Path) -> UsageError:
    return UsageError(message("contract.no_apis", path=str(path)), message("contract.no_specs.hint"))
