"""The index of a spec folder: what lists, search and the catalog need to know of a file without reading it again.

`scan_folder` examines only the files that changed since the index it is given. A row is JSON data: `stamp` (size and
mtime), `kind`, and by kind the facts of an API or a model, or the problems of a file that cannot be used. The words
that only search needs are kept apart, as text by path, because no list wants them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from topexplorer import __version__
from topexplorer.core.spec import ApiSpec, Field, Model, Param
from topexplorer.core.specfiles import BrokenSpec, examine, kind_by_content, kind_of, read

INDEX_FORMAT = f"6/{__version__}"
Index = dict[str, Any]
"""JSON data: `{"format": …, "files": {path: {"stamp": [size, mtime_ns], "kind": …, …}}}`."""


def scan_folder(folder: Path, trusted: Index, words: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and row of every spec file below `folder`. The search words of files read anew are put into `words`."""
    for path, stamp in sorted(_json_files(folder)):
        row = trusted.get(path)
        if not row or row.get("stamp") != stamp:
            kind = kind_of(Path(path))
            row = _examined(Path(path), stamp, words, kind) if kind else None
        if row:
            yield path, row


def scan_files(files: Iterable[Path], words: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Path and row of spec files that may lie anywhere: where a place says nothing, their content says what they are.

    JSON that resembles neither an API nor a model is passed over.
    """
    for path in files:
        kind = kind_of(path) or kind_by_content(path)
        if kind:
            yield str(path), _examined(path, [], words, kind)


def json_files(folder: Path) -> list[Path]:
    """Every JSON file below `folder`, by name. Links to folders are not followed."""
    return sorted(Path(path) for path, _stamp in _json_files(folder))


def trusted_rows(known: Index | None) -> dict[str, dict[str, Any]]:
    """The rows of an earlier index; none when it is of another version or somebody changed its shape."""
    files = known.get("files") if known and known.get("format") == INDEX_FORMAT else None
    return {path: row for path, row in files.items() if isinstance(row, dict)} if isinstance(files, dict) else {}


def search_words(path: str, kind: str) -> str:
    """The words of a file that the index trusts, read again; none when it is broken since."""
    try:
        return words_of(read(Path(path), kind))
    except BrokenSpec:
        return ""


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


def _examined(path: Path, stamp: list[int], words: dict[str, str], kind: str) -> dict[str, Any]:
    """What the index keeps of a file."""
    row: dict[str, Any] = {"stamp": stamp, "kind": kind}
    try:
        spec = examine(path, kind)
    except BrokenSpec as error:
        row["problems"] = [
            {"where": p.where, "key": p.reason.key, "values": dict(p.reason.values)} for p in error.problems
        ]
        return row
    if kind == "model":
        row |= {"name": spec.name, "models": _model_names(spec.fields), "whole": _whole_models(spec.fields)}
    elif kind == "api":
        row |= _api_row(spec)
    if kind in ("model", "api"):
        words[str(path)] = words_of(spec)
    return row


def _api_row(spec: ApiSpec) -> dict[str, Any]:
    return {
        "method": spec.method,
        "zh": spec.title.zh,
        "en": spec.title.en,
        "category": spec.category,
        "session": spec.session,
        "access": spec.access,
        "writes": spec.writes,
        "retired": spec.retired is not None,
        "models": _model_names((*spec.response, *spec.params)),
        "whole": _whole_models(spec.response),
        "related": list(spec.related),
    }


def words_of(spec: ApiSpec | Model) -> str:
    """What search looks through. Of an API a line each: parameters, answered fields, titles of parameters, summary."""
    if isinstance(spec, Model):
        return " ".join(_field_names(spec.fields))
    names = (param.name for param in spec.params)
    titles = (word for param in spec.params for word in (param.title.zh, param.title.en))
    lines = (names, dict.fromkeys(_field_names(spec.response)), titles, (spec.summary.zh, spec.summary.en))
    return "\n".join(" ".join(" ".join(line).split()) for line in lines)


def _field_names(fields: Iterable[Field]) -> Iterator[str]:
    for field in fields:
        yield field.name
        yield from (part for name in field.only for part in name.split("."))
        yield from _field_names(field.children)


def _whole_models(fields: Iterable[Field]) -> list[str]:
    """The models whose fields all belong to the answer; those of which it has some are in its own words."""
    names: set[str] = set()
    for field in fields:
        if field.model and not field.only:
            names.add(field.model)
        names.update(_whole_models(field.children))
    return sorted(names)


def _model_names(parts: Iterable[Field | Param]) -> list[str]:
    names: set[str] = set()
    for part in parts:
        if part.model:
            names.add(part.model)
        names.update(_model_names(part.children))
    return sorted(names)
