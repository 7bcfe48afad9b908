"""What a write would do, for the eyes of whoever has to confirm it: what is sent, and the objects as they are before.

Pure. A spec says in `shows` which read shows an object and which value of the write takes the place of which field;
without that, only what is sent is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any

from topexplorer.core.beforehand import Changed, Shows
from topexplorer.core.call import SECRET_PARAMS, FilePart, RequestDraft, decode_json
from topexplorer.core.language import Words
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field, Param, find_field
from topexplorer.core.taint import MASK
from topexplorer.core.writeplaces import Places, as_text

MOST_READS = 5
"""How many calls are made to see what a write changes."""
MOST_OBJECTS = 20
"""How many objects of one answer are shown."""
Name = tuple[str, str]
"""A parameter, or a member of one, and its text."""


@dataclass(frozen=True, slots=True)
class Becoming:
    """What a write makes of a field."""

    field: str
    text: str
    adds: bool
    """Whether the text is added to what is there."""
    of: str
    """The parameter, or the member of one, that says so."""
    at_least: int | None = None
    """What a sum below it becomes."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a write says of one object."""

    label: tuple[Name, ...]
    """What tells it from the others of the same write; empty where there can be no other."""
    keys: tuple[Name, ...]
    """Fields of the object, and the text that they have in the one that is meant."""
    becomes: tuple[Becoming, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A read that shows objects of a write."""

    shows: Shows
    asked: tuple[Name, ...]
    named: tuple[Named, ...]

    def draft(self, read: ApiSpec) -> RequestDraft:
        """The call."""
        document: dict[str, Any] = {}
        for name, text in self.asked:
            _put(document, read.params, name, text)
        return RequestDraft(read.method, {name: as_text(value) for name, value in document.items()})

    def page(self, number: int, named: tuple[Named, ...]) -> Lookup:
        """The same read for another page, where those objects are to be found."""
        paged = self.shows.paged
        turned = ((name, str(number) if paged and name == paged.number else text) for name, text in self.asked)
        return Lookup(self.shows, tuple(turned), named)

    def goes_on(self, read: ApiSpec, payload: Any) -> bool:
        """Whether there may be a page behind this answer: it is full."""
        place = find_field(read.response, self.shows.object)
        if self.shows.paged is None or place is None:
            return False
        size = dict(self.asked).get(self.shows.paged.size, "")
        return size.isdecimal() and sum(1 for _row in _rows(payload, place[0].split("."))) >= int(size)


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """A write as it was shown. Two are equal when the same would be sent in the same name."""

    environment: str
    app_key: str
    seller: str
    """Empty: not known."""
    method: str
    values: tuple[Name, ...]
    """As they go on the wire, in the order of the form."""
    files: tuple[FilePart, ...]
    planned_at: datetime
    """The time that relative dates among the values were counted from."""
    lookups: tuple[Lookup, ...] = ()
    """The reads that show the objects; none where the spec names none, or a value that they need is missing."""
    unread: int = 0
    """How many objects more the write names than these reads are about."""
    gateway: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """A field of an object as it is now."""

    name: str
    title: Words
    text: str
    """Foreign text; empty where the answer left the field out."""
    becomes: str | None = None
    """What the write puts in its place; None when it does not touch it."""
    of: str = field(default="", compare=False)
    """The parameter that does so."""
    adds: str = ""
    """What it adds to it, where it adds."""

    @property
    def differs(self) -> bool:
        """Whether the write changes it: `5.0` in place of `5.00` changes nothing."""
        return self.becomes is not None and not _same(self.text, self.becomes)


@dataclass(frozen=True, slots=True)
class Found:
    """An object of an answer, or that the answer has not the one that is named."""

    named: Named
    fields: tuple[Present, ...] = ()


def lookups_of(spec: ApiSpec, values: Mapping[str, str]) -> tuple[tuple[Lookup, ...], int]:
    """The reads that show what a write of these values will change, and how many objects that leaves out."""
    calls: list[Lookup] = []
    count, is_found = 0, False
    for shows in spec.shows:
        if is_found and not shows.besides:
            continue
        by_call: dict[tuple[Name, ...], list[Named]] = {}
        for asked, one in _named(spec, shows, values):
            by_call.setdefault(asked, []).append(one)
            count += 1
        calls += [Lookup(shows, asked, tuple(ones[:MOST_OBJECTS])) for asked, ones in by_call.items()]
        is_found = is_found or (bool(by_call) and not shows.besides)
    kept = tuple(calls[:MOST_READS])
    return kept, count - sum(len(call.named) for call in kept)


def _named(spec: ApiSpec, shows: Shows, values: Mapping[str, str]) -> Iterator[tuple[tuple[Name, ...], Named]]:
    """The objects that the write names with all that is needed to find them, each with what the read is asked."""
    places = Places(spec.params, shows.packed, values)
    naming = [*(asked.of for asked in shows.values if asked.of), *(key.param for key in shows.keys)]
    several = [place for place in naming if places.is_list(place)]
    for index in range(places.count([*naming, *(changed.param for changed in shows.fields)])):
        texts = {place: places.text(place, index) for place in naming}
        if not all(texts.values()):
            continue
        asked = tuple((value.name, texts[value.of] if value.of else value.text or "") for value in shows.values)
        label = tuple({place.rpartition(".")[2]: texts[place] for place in several}.items())
        keys = tuple((key.field, texts[key.param]) for key in shows.keys)
        changes = tuple(one for changed in shows.fields for one in _becoming(changed, places, index, values))
        if changes or not shows.besides:
            yield asked, Named(label, keys, changes)


def _becoming(changed: Changed, places: Places, index: int, values: Mapping[str, str]) -> Iterator[Becoming]:
    of, clears = changed.param.rpartition(".")[2], changed.clears_when
    if clears and values.get(clears.param) == clears.text:
        yield Becoming(changed.field, "", False, clears.param)
    elif not changed.field:
        for name, text in places.members(changed.param).items():
            yield Becoming(name, text, False, name)
    # A parameter that is sent empty empties the field; what one object leaves out changes nothing.
    elif (text := places.text(changed.param, index)) or (changed.param in values and not places.is_list(changed.param)):
        when = changed.adds_when
        adds = when is not None and values.get(when.param) == when.text
        yield Becoming(changed.field, _hundredth(text) if changed.cents else text, adds, of, changed.at_least)
    elif changed.unsent is not None and changed.param not in values:
        yield Becoming(changed.field, changed.unsent, False, of)


def shown_values(planned: PlannedWrite) -> tuple[Name, ...]:
    """What is sent, with the rows masked that carry a token."""
    return tuple((name, MASK if name in SECRET_PARAMS else text) for name, text in planned.values)


def shown_files(planned: PlannedWrite) -> tuple[Name, ...]:
    """The files that are sent, by name and size."""
    return tuple((part.name, f"{part.file_name} ({len(part.content):,} B)") for part in planned.files)


def present(lookup: Lookup, read: ApiSpec, payload: Any, seen: Any = None) -> tuple[Found, ...]:
    """The objects of an answer to a lookup, each with its fields: those that change first.

    `payload` is foreign. `seen` is the same answer without personal data; fields that do not change are taken from it,
    or nobody could judge those that do.
    """
    place = find_field(read.response, lookup.shows.object)
    if place is None:
        return ()
    path, described = place
    rows = [_opened(row) for row in _rows(payload, path.split("."))]
    veiled = rows if seen is None else [_opened(row) for row in _rows(seen, path.split("."))]
    found: list[Found] = []
    for named in lookup.named:
        matching = [
            Found(named, fields)
            for row, shown in zip(rows, veiled, strict=False)
            if _is_meant(row, named) and (fields := _fields(row, shown, described, named))
        ]
        found += matching or ([Found(named)] if named.keys else [])
    return tuple(found)


def _is_meant(row: Any, named: Named) -> bool:
    wanted: dict[str, list[str]] = {}
    for name, text in named.keys:
        wanted.setdefault(name, []).append(text)
    return all(any(_same(_now(row, name), text) for text in texts) for name, texts in wanted.items())


def _fields(row: Any, seen: Any, described: Field, named: Named) -> tuple[Present, ...]:
    becomes = {change.field: change for change in named.becomes}
    known = {child.name: child for child in described.children}
    found = [_present(name, known, _now(row, name), change) for name, change in becomes.items()]
    if not isinstance(seen, dict):
        return (*found, Present(described.name, described.title, as_text(seen)))
    for name, value in seen.items():
        if name not in becomes and (not known or (name in known and not isinstance(value, dict | list))):
            found.append(_present(name, known, as_text(value), None))
    return tuple(found)


def _present(name: str, known: Mapping[str, Field], now: str, change: Becoming | None) -> Present:
    inner = find_field(tuple(known.values()), name)
    title = inner[1].title if inner else Words(zh=name, en=name)
    if change is None:
        return Present(name, title, now)
    if not change.adds:
        return Present(name, title, now, change.text, change.of)
    total = _sum(now, change.text, change.at_least)
    return Present(name, title, now, total, change.of, change.text if change.text[:1] in "+-" else f"+{change.text}")


def _now(row: Any, name: str) -> str:
    """What an answer leaves out is empty there."""
    if isinstance(row, dict) and name in row:
        return as_text(row[name])
    return as_text(next(iter(_rows(row, name.split("."))), "")) if "." in name else ""


def _rows(value: Any, path: list[str]) -> Iterator[Any]:
    """What stands at the path; of lists, which the platform wraps in an object with one member, every entry."""
    if isinstance(value, dict) and len(value) == 1 and path[:1] != [*value]:
        inside = next(iter(value.values()))
        value = inside if isinstance(inside, list) else value
    if isinstance(value, list):
        for entry in value:
            yield from _rows(entry, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _rows(value[path[0]], path[1:])


def _opened(row: Any) -> Any:
    """An object that comes as text of JSON, as the platform has it in places."""
    if isinstance(row, str) and row.lstrip()[:1] == "{":
        try:
            return decode_json(row)
        except (ValueError, RecursionError):
            return row
    return row


def _put(within: dict[str, Any], params: Sequence[Param], name: str, text: str) -> None:
    """Writes a value where the dotted name of an asked parameter says, making the JSON around it."""
    head, dot, rest = name.partition(".")
    param = next((param for param in params if param.name == head), None)
    if not dot:
        within[head] = text
        return
    children = param.children if param else ()
    made: dict[str, Any] = {}
    inside = within.setdefault(head, [made] if param and param.many else made)
    inside = inside[0] if isinstance(inside, list) else inside
    _put(inside, children, rest, text)
    if any(child.name == rest and child.type in ("integer", "boolean") for child in children):
        inside[rest] = _bare(text)


def _bare(text: str) -> Any:
    try:
        return decode_json(text)
    except (ValueError, RecursionError):
        return text


def _same(now: str, then: str) -> bool:
    if now == then:
        return True
    try:
        return Decimal(now) == Decimal(then)
    except ArithmeticError:
        return False


def _hundredth(text: str) -> str:
    try:
        return f"{Decimal(text) / 100:.2f}"
    except ArithmeticError:
        return text


def _sum(now: str, more: str, at_least: int | None) -> str:
    try:
        total = Decimal(now or "0") + Decimal(more)
        return str(total if at_least is None else max(total, at_least))
    except ArithmeticError:
        return more
