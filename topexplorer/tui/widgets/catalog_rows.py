"""What stands in the catalog's list: favourites, recents and profiles, the tree of categories, and what a search found.

Plain data, made anew whenever something changes; rows of closed groups are not made at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from topexplorer.core.catalog import Entry
from topexplorer.core.language import Language
from topexplorer.core.search import spans
from topexplorer.core.sessionlife import Level, level_of
from topexplorer.core.spec import Category
from topexplorer.core.text import clean_line

RowKind = Literal["group", "api", "profile", "call", "nothing"]
Marks = tuple[tuple[int, int], ...]
"""Parts of a text that match the search: start and end."""
FILTERS = ("reads", "no_session", "saved", "retired")
IMPORTED = "imported"


@dataclass(frozen=True, slots=True)
class CatalogRow:
    """One line. `key` is the group's name, the method or the profile's name."""

    kind: RowKind
    key: str
    text: str
    note: str = ""
    mark: str = ""
    count: int = 0
    open: bool = True
    retired: bool = False
    closed: bool = False
    """The session in use cannot call it."""
    level: int = 0
    group: str = ""
    """The group the row is in: an API can stand in several."""
    found: Marks = ()
    note_found: Marks = ()


@dataclass(frozen=True, slots=True)
class Saved:
    """A profile as the list shows it."""

    name: str
    method: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything the list is made from."""

    entries: Mapping[str, Entry]
    categories: Sequence[Category] = ()
    packages: Mapping[str, str] | None = None
    saved: Sequence[Saved] = ()
    favourites: Sequence[str] = ()
    recents: Sequence[str] = ()
    filters: Collection[str] = ()
    """Names out of FILTERS; an API has to fit all of them."""
    opened: Collection[str] = ()
    """The groups that are open."""
    closed: Mapping[Level, str] = field(default_factory=dict)
    """The levels that the session in use cannot call, each with the reason in a word or two."""


def tree_rows(outlook: Outlook, say: Language) -> Iterator[CatalogRow]:
    """The whole list: what the user keeps at hand, every category with its APIs, the imported packages."""
    fits = _filter(outlook)
    yield from _marked("favourites", outlook.favourites, outlook, say)
    saved = ((profile, outlook.entries.get(profile.method)) for profile in outlook.saved)
    profiles = [profile for profile, entry in saved if not outlook.filters or (entry and fits(entry))]
    yield from _group(outlook, "profiles", say("catalog.profiles"), len(profiles), map(_profile_row, profiles))
    yield from _marked("recents", outlook.recents, outlook, say)
    own: dict[str, list[Entry]] = {category.name: [] for category in outlook.categories}
    imported: dict[str, list[Entry]] = {}
    for entry in outlook.entries.values():
        if fits(entry):
            (imported if entry.imported else own).setdefault(entry.category, []).append(entry)
    titles = {category.name: say.words(category.title) for category in outlook.categories}
    for name, members in own.items():
        yield from _branch(outlook, f"category:{name}", titles.get(name, name), members, say)
    packages = [(name, imported[name]) for name in sorted(imported)]

    inside = (
        row
        for name, members in packages
        for row in _branch(outlook, f"package:{name}", (outlook.packages or {}).get(name, name), members, say, 1)
    )
    yield from _group(outlook, IMPORTED, say("catalog.imported"), sum(len(found) for _name, found in packages), inside)


def found_rows(entries: Iterable[Entry], outlook: Outlook, query: str, say: Language) -> Iterator[CatalogRow]:
    """The list while a search is typed: matching profiles, then APIs best first, then the way out."""
    for profile in outlook.saved:
        if query.lower() in profile.name.lower():
            yield _profile_row(profile)
    fits = _filter(outlook)
    known = query in outlook.entries
    yield from (_api_row(entry, outlook, say, query) for entry in entries if fits(entry))
    if not known and "." in query and not query.endswith("."):
        yield CatalogRow("call", query, clean_line(say("catalog.call_anyway", method=query)))


def _marked(key: str, methods: Iterable[str], outlook: Outlook, say: Language) -> Iterator[CatalogRow]:
    """A group of APIs that the user met; those that are no longer in the catalog are left out."""
    fits = _filter(outlook)
    known = (outlook.entries.get(method) for method in methods)
    yield from _branch(outlook, key, say(f"catalog.{key}"), [entry for entry in known if entry and fits(entry)], say)


def _group(
    outlook: Outlook, key: str, title: str, count: int, members: Iterable[CatalogRow], level: int = 0
) -> Iterator[CatalogRow]:
    """A heading and, when it is open, its members: only then are they made. A group of nothing is not shown."""
    if count:
        opened = key in outlook.opened
        yield CatalogRow("group", key, clean_line(title), count=count, open=opened, level=level)
        if opened:
            yield from (replace(row, group=row.group or key, level=max(row.level, level)) for row in members)


def _branch(
    outlook: Outlook, key: str, title: str, members: Sequence[Entry], say: Language, level: int = 0
) -> Iterator[CatalogRow]:
    return _group(outlook, key, title, len(members), (_api_row(entry, outlook, say) for entry in members), level)


def _api_row(entry: Entry, outlook: Outlook, say: Language, query: str = "") -> CatalogRow:
    name, note = clean_line(entry.method.removeprefix("taobao.")), clean_line(say.words(entry.title))
    kind = "retired" if entry.retired else "writes" if entry.writes else ""
    closed = outlook.closed.get(level_of(entry), "") if outlook.closed and entry.session == "required" else ""
    marks = ("★" * (entry.method in outlook.favourites), say("catalog.mark.imported") * entry.imported, closed)
    return CatalogRow(
        "api",
        entry.method,
        name,
        note=note,
        mark=" ".join(filter(None, (*marks, say(f"catalog.mark.{kind}") if kind else ""))),
        retired=entry.retired,
        closed=bool(closed),
        found=tuple(spans(name, query)) if query else (),
        note_found=tuple(spans(note, query)) if query else (),
    )


def _profile_row(profile: Saved) -> CatalogRow:
    note = clean_line(profile.method.removeprefix("taobao."))
    return CatalogRow("profile", profile.name, clean_line(profile.name), note=note)


def _filter(outlook: Outlook) -> Callable[[Entry], bool]:
    """Whether an API is in the list under the chosen filters."""
    saved = {profile.method for profile in outlook.saved}
    tests: dict[str, Callable[[Entry], bool]] = {
        "reads": lambda entry: not entry.writes,
        "no_session": lambda entry: entry.session != "required",
        "saved": lambda entry: entry.method in saved,
        "retired": lambda entry: entry.retired,
    }
    chosen = [tests[name] for name in FILTERS if name in outlook.filters]
    return lambda entry: all(test(entry) for test in chosen)
