"""What a write would do, for the eyes of whoever has to confirm it: what is sent, and the object as it is before.

Pure. A spec says in `shows` which read shows the object; without that, only what is sent is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from topexplorer.core.call import SECRET_PARAMS, FilePart, RequestDraft
from topexplorer.core.language import Words
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field, find_field
from topexplorer.core.taint import MASK

MOST_OBJECTS = 20
"""How many objects of a list are shown."""


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """A write as it was shown. Two are equal when the same would be sent in the same name."""

    environment: str
    app_key: str
    seller: str
    """Empty: not known."""
    method: str
    values: tuple[tuple[str, str], ...]
    """As they go on the wire, in the order of the form."""
    files: tuple[FilePart, ...]
    planned_at: datetime
    """The time that relative dates among the values were counted from."""
    lookup: RequestDraft | None = None
    """The read that shows the object; None where the spec does not say, or a value that it needs is missing."""


@dataclass(frozen=True, slots=True)
class Present:
    """A field of the object as it is now."""

    name: str
    title: Words
    text: str
    """Foreign text; empty where the answer left the field out."""
    becomes: str | None = None
    """What the write puts in its place; None when it does not touch it."""
    of: str = field(default="", compare=False)
    """The parameter that does so."""

    @property
    def differs(self) -> bool:
        """Whether the write changes it: `5.0` in place of `5.00` changes nothing."""
        return self.becomes is not None and not _same(self.text, self.becomes)


def lookup_of(spec: ApiSpec, values: Mapping[str, str]) -> RequestDraft | None:
    """The read that shows what a write of these values will change."""
    if spec.shows is None:
        return None
    asked = {}
    for value in spec.shows.values:
        text = values.get(value.of, "") if value.of else value.text
        if not text:
            return None
        asked[value.name] = text
    return RequestDraft(spec.shows.method, asked)


def shown_values(planned: PlannedWrite) -> tuple[tuple[str, str], ...]:
    """What is sent, with the rows masked that carry a token."""
    return tuple((name, MASK if name in SECRET_PARAMS else text) for name, text in planned.values)


def shown_files(planned: PlannedWrite) -> tuple[tuple[str, str], ...]:
    """The files that are sent, by name and size."""
    return tuple((part.name, f"{part.file_name} ({len(part.content):,} B)") for part in planned.files)


def present(spec: ApiSpec, read: ApiSpec, payload: Any, values: Mapping[str, str]) -> tuple[tuple[Present, ...], ...]:
    """The objects of an answer to `lookup_of`, each with its fields: those that change first. `payload` is foreign."""
    shows = spec.shows
    place = find_field(read.response, shows.object) if shows else None
    if shows is None or place is None:
        return ()
    path, described = place
    by_field = {changed.field: changed.param for changed in shows.fields if changed.param in values}
    found = []
    for row in _rows(payload, path.split(".")):
        fields = tuple(_presents(row, described, by_field, values))
        if fields:
            order = {param: place for place, param in enumerate(by_field.values())}
            found.append(tuple(sorted(fields, key=lambda entry: order.get(entry.of, len(order)))))
    return tuple(found[:MOST_OBJECTS])


def _presents(row: Any, described: Field, by_field: Mapping[str, str], values: Mapping[str, str]) -> Iterator[Present]:
    known = {child.name: child for child in described.children}
    for name, value in row.items() if isinstance(row, dict) else ():
        child = known.get(name)
        if child is None or isinstance(value, dict | list):
            continue
        param = by_field.get(name, "")
        yield Present(name, child.title, _text(value), values[param] if param else None, param)
    for dotted, param in by_field.items() if isinstance(row, dict) else ():
        inner = find_field(described.children, dotted)
        if inner and dotted not in row:
            # What an answer leaves out is empty there.
            now = next(iter(_rows(row, dotted.split("."))), "") if "." in dotted else ""
            yield Present(dotted, inner[1].title, _text(now), values[param], param)


def _rows(value: Any, path: list[str]) -> Iterator[Any]:
    """What stands at the path; of lists, which the platform wraps in an object with one member, every entry."""
    if isinstance(value, dict) and len(value) == 1 and isinstance(inside := next(iter(value.values())), list):
        value = inside
    if isinstance(value, list):
        for entry in value:
            yield from _rows(entry, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _rows(value[path[0]], path[1:])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _same(now: str, then: str) -> bool:
    if now == then:
        return True
    try:
        return Decimal(now) == Decimal(then)
    except ArithmeticError:
        return False
