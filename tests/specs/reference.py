"""Compares spec files with the platform's own API documents, where somebody has put a copy beside the checkout.

Compared are facts only: names, types, required flags, limits, the structure of answers and the page's number. A limit
that a document tells only in its prose may stand in a spec; then the number must occur in that prose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from topexplorer.core.spec import ApiSpec, Field, Param

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "official-docs"
LIMITS = {"maxLength": "max_length", "maxListSize": "max_items", "minValue": "minimum", "maxValue": "maximum"}
TYPES = {
    "String": {"string", "price", "fields", "datetime", "json", "decimal"},
    "Number": {"integer", "decimal"},
    "Price": {"price"},
    "Boolean": {"boolean"},
    "Date": {"datetime"},
    "Json": {"json"},
    "BigDecimal": {"decimal"},
    "byte[]": {"file"},
}


def documents() -> dict[str, Any]:
    """The platform's documents by method; empty when there are none on this machine."""
    paths = FOLDER.glob("*/taobao_*.json")
    return {document["name"]: document for document in (json.loads(path.read_text("utf-8")) for path in paths)}


def differences(spec: ApiSpec, document: dict[str, Any]) -> list[str]:
    """Every fact in which a resolved spec and the platform's document differ."""
    found = [*_params(spec.params, document.get("requestParams") or [], "")]
    found += _fields(spec.response, document.get("responseParams") or [], "")
    if f"docId={document['id']}&" not in (spec.docs or ""):
        found.append(f"docs is not the page of document {document['id']}")
    return [f"{spec.method}: {fault}" for fault in found]


def _params(params: Sequence[Param], rows: list[dict[str, Any]], prefix: str) -> Iterator[str]:
    yield from _names("parameter", params, rows, prefix)
    facts = {row["name"]: row for row in rows}
    for param in params:
        if (row := facts.get(param.name)) is None:
            continue
        where = f"{prefix}{param.name}"
        yield from _types(param, row, where)
        if param.required != bool(row.get("required")):
            yield f"{where}: required is {param.required}"
        for theirs, ours in LIMITS.items():
            yield from _limit(ours, getattr(param, ours), row.get(theirs), row.get("description", ""), where)
        yield from _params(param.children, row.get("subParams") or [], f"{where}.")


def _limit(name: str, ours: int | None, theirs: int | None, prose: str, where: str) -> Iterator[str]:
    if theirs is not None:
        if ours != theirs:
            yield f"{where}: {name} is {ours}, the document says {theirs}"
    elif ours is not None and not _told(ours, prose):
        yield f"{where}: {name} {ours} is not in the document"


def _told(limit: int, prose: str) -> bool:
    return str(limit) in re.findall(r"\d+", prose) or (limit == 1 and "大于零" in prose)


def _fields(fields: Sequence[Field], rows: list[dict[str, Any]], prefix: str) -> Iterator[str]:
    yield from _names("field", fields, rows, prefix)
    facts = {row["name"]: row for row in rows}
    for field in fields:
        if row := facts.get(field.name):
            yield from _types(field, row, f"{prefix}{field.name}")
            yield from _fields(field.children, row.get("subParams") or [], f"{prefix}{field.name}.")


def _names(kind: str, ours: Sequence[Param | Field], rows: list[dict[str, Any]], prefix: str) -> Iterator[str]:
    mine, theirs = {part.name for part in ours}, {row["name"] for row in rows}
    yield from (f"{kind} {prefix}{name} is not in the document" for name in sorted(mine - theirs))
    yield from (f"{kind} {prefix}{name} is missing" for name in sorted(theirs - mine))


def _types(part: Param | Field, row: dict[str, Any], where: str) -> Iterator[str]:
    written = row["type"].replace(" ", "")
    many = written.endswith("[]") and written != "byte[]"
    name = written.removesuffix("[]") if many else written
    if (part.platform_type, part.many) != (name, many):
        yield f"{where}: type is {part.platform_type}{'[]' if part.many else ''}, the document says {written}"
    allowed = {"object"} if row.get("subParams") else TYPES.get(name, {"object", "json"})
    if part.type not in allowed:
        yield f"{where}: a {written} cannot be edited as {part.type}"
