"""The linter of spec files: every rule by name, and what breaks it, with file, JSON path and a sentence.

RULES is the one table: a rule's row says whether it is an error (the file cannot be used, or says what is not so) or a
warning (it leaves out what a reader needs). Its sentence is the message `contract.rule.<name>`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from topexplorer.core.catalog import PLATFORM, Catalog
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.showrules import show_notes
from topexplorer.core.specfiles import BrokenSpec, SpecProblem, read
from topexplorer.core.specrules import Note, api_notes, error_notes, model_notes, note, platform_notes

Severity = Literal["error", "warning"]
RULES: Mapping[str, Severity] = {
    "unusable": "error",
    "method-twice": "error",
    "model-twice": "error",
    "file-name": "error",
    "folder": "error",
    "unknown-category": "error",
    "unknown-rate-class": "error",
    "unknown-model": "error",
    "unknown-only": "error",
    "bad-method": "error",
    "bad-name": "error",
    "system-parameter": "error",
    "duplicate": "error",
    "model-and-children": "error",
    "members-of-a-scalar": "error",
    "bad-example": "error",
    "bad-default": "error",
    "unknown-field": "error",
    "crossed-limits": "error",
    "bad-limit": "error",
    "unknown-change": "error",
    "changes-of-a-read": "error",
    "shows-of-a-read": "error",
    "shows-unknown": "error",
    "shows-no-read": "error",
    "shows-value": "error",
    "shows-lacks": "error",
    "shows-misfit": "error",
    "shows-lists": "error",
    "shown-and-unseen": "error",
    "names-itself": "error",
    "bad-related": "error",
    "dead-end": "error",
    "bad-docs": "error",
    "missing-language": "warning",
    "wrong-language": "warning",
    "markup": "warning",
    "title-is-method": "warning",
    "title-twice": "warning",
    "repeats": "warning",
    "no-example": "warning",
    "no-summary": "warning",
    "no-changes": "warning",
    "no-effect": "warning",
    "no-sight": "warning",
    "no-docs": "warning",
    "no-members": "warning",
    "untitled-choices": "warning",
    "idle-limit": "warning",
    "related-retired": "warning",
    "unused-model": "warning",
}
_OF_PROBLEMS = {
    "spec.twice": "method-twice",
    "spec.no_category": "unknown-category",
    "spec.no_rate_class": "unknown-rate-class",
}
"""The rules that the catalog itself watches; every other problem of its own makes a file unusable."""
_FOUND_IN_PLACE = "spec.no_model"
"""Known to the catalog by file only; the rule `unknown-model` names the place."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a file breaks."""

    rule: str
    """Its name in RULES."""
    file: str
    where: str
    """A JSON path, `$.params[2].example`."""
    values: Mapping[str, object]

    @property
    def severity(self) -> Severity:
        return RULES[self.rule]

    @property
    def sentence(self) -> Message:
        """What is wrong and what to do."""
        return message(f"contract.rule.{self.rule}", **self.values)


def lint(catalog: Catalog, files: Collection[str] | None = None) -> tuple[Finding, ...]:
    """What is wrong with the spec files of a catalog, file by file.

    `files` are the paths, as the catalog's index has them, that are looked at; None means all. What a file refers to
    may lie in any file of the catalog.
    """
    rows = catalog.index["files"]
    looked_at = rows.keys() if files is None else files
    found = [finding for path in rows if path in looked_at for finding in _file(path, catalog)]
    found += _shared(catalog, looked_at)
    found += [finding for problem in catalog.problems for finding in _problem(problem, looked_at, rows)]
    order = {path: place for place, path in enumerate(rows)}
    unique = {(finding.file, finding.where, finding.rule, str(finding.values)): finding for finding in found}
    return tuple(sorted(unique.values(), key=lambda finding: order.get(finding.file, -1)))


def _file(path: str, catalog: Catalog) -> Iterator[Finding]:
    """What one file breaks."""
    row = catalog.index["files"][path]
    if "problems" in row:
        return
    try:
        noun = read(Path(path), row["kind"])
    except BrokenSpec as error:
        yield from (Finding("unusable", path, fault.where, {"reason": fault.reason}) for fault in error.problems)
        return
    kind = row["kind"]
    if kind == "api":
        notes = [*_place(Path(path), noun.method, noun.category), *api_notes(noun, catalog), *show_notes(noun, catalog)]
    elif kind == "model":
        notes = [*_place(Path(path), noun.name, None), *model_notes(noun, catalog)]
    else:
        notes = list(platform_notes(noun, catalog) if kind == "platform" else error_notes(noun))
    yield from (Finding(found.rule, path, found.where, found.values) for found in notes)


def _place(path: Path, name: str, category: str | None) -> Iterator[Note]:
    """The file's own name, and for an API in a spec folder the folder it lies in."""
    if path.stem != name:
        yield note("file-name", "$.name" if category is None else "$.method", name=name, wanted=f"{name}.json")
    if category is not None and "apis" in path.parts and path.parts[-3:-1] != ("apis", category):
        yield note("folder", "$.category", category=category, folder=f"{PLATFORM}/apis/{category}")


def _shared(catalog: Catalog, looked_at: Collection[str]) -> Iterator[Finding]:
    """What only shows where files are seen together: names that stand twice, models that nobody needs."""
    rows = catalog.index["files"]
    first: dict[str, str] = {}
    all_usable = not any("problems" in row for row in rows.values())
    for path, row in rows.items():
        if row["kind"] != "model" or "name" not in row:
            continue
        name = row["name"]
        other = first.setdefault(name, path)
        if path in looked_at and other != path:
            yield Finding("model-twice", path, "$.name", {"name": name, "other": other})
        elif path in looked_at and all_usable and not _is_used(name, path, rows):
            yield Finding("unused-model", path, "$.name", {"name": name})
    yield from _same_titles(catalog, looked_at)


def _same_titles(catalog: Catalog, looked_at: Collection[str]) -> Iterator[Finding]:
    """APIs that a list shows under one title, in either language."""
    first: dict[str, str] = {}
    for entry in catalog.entries.values():
        titles = [] if entry.imported else [title for title in (entry.zh.strip(), entry.en.strip()) if title]
        same = next((title for title in titles if title.casefold() in first), None)
        if same is not None and entry.path in looked_at:
            values = {"title": same, "other": first[same.casefold()]}
            yield Finding("title-twice", entry.path, "$.title", values)
        for title in titles:
            first.setdefault(title.casefold(), entry.method)


def _is_used(model: str, path: str, rows: Mapping[str, Any]) -> bool:
    """Whether any file but the model's own refers to it."""
    return any(model in row.get("models", ()) for other, row in rows.items() if other != path)


def _problem(problem: SpecProblem, looked_at: Collection[str], rows: Mapping[str, object]) -> Iterator[Finding]:
    """A problem that the catalog itself knows of. One of no file of the catalog concerns all of them."""
    reason = problem.reason
    if reason.key == _FOUND_IN_PLACE or (problem.file in rows and problem.file not in looked_at):
        return
    rule = _OF_PROBLEMS.get(reason.key)
    if rule:
        yield Finding(rule, problem.file, problem.where, reason.values)
    else:
        yield Finding("unusable", problem.file, problem.where, {"reason": reason})
