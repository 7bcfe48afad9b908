"""The catalog with its search box: type to find, enter to open, arrows move without leaving the box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message
from textual.reactive import var
from textual.widgets import Input, Static

from topexplorer.core.bookmarks import Bookmarks
from topexplorer.core.catalog import Catalog
from topexplorer.core.language import Language
from topexplorer.core.search import SearchIndex
from topexplorer.core.sessionlife import Level
from topexplorer.tui.widgets.catalog_list import CatalogList
from topexplorer.tui.widgets.catalog_rows import CatalogRow, Outlook, Saved, found_rows, tree_rows
from topexplorer.tui.widgets.drawable import DiscreetInput
from topexplorer.tui.widgets.filter_bar import FilterBar

MOST_FOUND = 200
OPEN_AT_FIRST = frozenset({"favourites", "recents", "profiles"})


class CatalogPane(Vertical):
    """APIs by category, favourites, recents and saved profiles. Posts what was chosen."""

    catalog: var[Catalog | None] = var(None)
    index: var[SearchIndex | None] = var(None)
    saved: var[tuple[Saved, ...]] = var(())
    bookmarks: var[Bookmarks] = var(Bookmarks())
    current: var[str] = var("")
    opened: var[frozenset[str]] = var(OPEN_AT_FIRST)
    """The groups that are open."""
    filters: var[frozenset[str]] = var(frozenset())
    closed: var[Mapping[Level, str]] = var({})
    """The levels that the session in use cannot call, each with the reason."""

    @dataclass
    class Arranged(Message):
        """The user opened or closed a group, or changed the filters."""

        opened: frozenset[str]
        filters: frozenset[str]

    @dataclass
    class ApiChosen(Message):
        method: str

    @dataclass
    class ProfileChosen(Message):
        name: str

    def __init__(self, language: Language, id: str | None = None) -> None:
        super().__init__(id=id, classes="pane")
        self._language = language
        self._broken = 0
        self._input = DiscreetInput(placeholder=language("catalog.search"), compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._filters = FilterBar(language)
        self._list = CatalogList()
        self._foot = Static("", markup=False)

    def compose(self) -> ComposeResult:
        yield self._input
        yield self._filters
        yield self._list
        yield self._foot

    def on_mount(self) -> None:
        self.border_title = self._language("catalog.title")

    def watch_catalog(self, catalog: Catalog | None) -> None:
        self._broken = len({problem.file for problem in catalog.problems}) if catalog else 0
        self._show()

    def watch_index(self) -> None:
        if self._input.value.strip():
            self._show()

    def watch_saved(self) -> None:
        self._show()

    def watch_bookmarks(self) -> None:
        self._show()

    def watch_opened(self) -> None:
        self._show()

    def watch_filters(self, filters: frozenset[str]) -> None:
        self._filters.chosen = filters
        self._show()

    def watch_closed(self) -> None:
        self._show()

    def watch_current(self, current: str) -> None:
        self._list.current = current

    @property
    def pointed(self) -> str:
        """The method under the cursor; empty when it stands on something else."""
        row = self._list.pointed
        return row.key if row and row.kind == "api" else ""

    def focus_search(self) -> None:
        """Puts the cursor into the search box with its text selected, so that typing starts a new search."""
        self._input.focus()
        self._input.select_all()

    def focus_filters(self) -> None:
        """Goes to the filters, and back to where the list can be searched."""
        if self._filters.has_focus:
            self.focus_search()
        else:
            self._filters.focus()

    def help_text(self) -> str:
        return self._language("help.catalog")

    @on(FilterBar.Changed)
    def _filtered(self, event: FilterBar.Changed) -> None:
        self.filters = event.chosen
        self.post_message(self.Arranged(self.opened, self.filters))

    @on(Input.Changed)
    def _show(self) -> None:
        catalog, say = self.catalog, self._language
        if catalog is None or not self.is_mounted:
            return
        query = self._input.value.strip()
        outlook = self._outlook(catalog)
        if query and self.index is None:
            self._foot.update(say("catalog.indexing"))
        elif query and self.index is not None:
            self._show_found(self.index, query, outlook)
        else:
            rows = tuple(tree_rows(outlook, say))
            self._list.rows = rows or (CatalogRow("nothing", "", say("catalog.nothing.filtered")),)
            self._foot.update(self._counts(catalog))

    def _show_found(self, index: SearchIndex, query: str, outlook: Outlook) -> None:
        """Filters choose among all that was found; without any, no more is looked at than can be shown."""
        say = self._language
        hits = index.search(query, len(outlook.entries) if outlook.filters else MOST_FOUND)
        rows = tuple(islice(found_rows((hit.entry for hit in hits), outlook, query, say), MOST_FOUND))
        nothing = "catalog.nothing.filtered" if outlook.filters and hits else "catalog.nothing"
        self._list.rows = rows or (CatalogRow("nothing", "", say(nothing)),)
        self._list.cursor = 0
        shown = sum(row.kind == "api" for row in rows)
        self._foot.update(say("catalog.found", n=shown if outlook.filters else hits.total))

    def _outlook(self, catalog: Catalog) -> Outlook:
        return Outlook(
            catalog.entries,
            catalog.categories,
            catalog.packages,
            self.saved,
            self.bookmarks.favourites,
            self.bookmarks.recents,
            self.filters,
            self.opened,
            self.closed,
        )

    def _counts(self, catalog: Catalog) -> str:
        text = self._language("catalog.count", n=len(catalog))
        return f"{text} · {self._language('catalog.broken', n=self._broken)}" if self._broken else text

    @on(Input.Submitted)
    def _open_first(self) -> None:
        self._list.action_choose()

    @on(CatalogList.Chosen)
    def _chosen(self, event: CatalogList.Chosen) -> None:
        row = event.row
        if row.kind == "group":
            self.opened ^= {row.key}
            self.post_message(self.Arranged(self.opened, self.filters))
        elif row.kind == "profile":
            self.post_message(self.ProfileChosen(row.key))
        elif row.kind in ("api", "call"):
            self.post_message(self.ApiChosen(row.key))

    def on_key(self, event: Key) -> None:
        """Arrows in the search box move the list's cursor; escape empties the box; `/` in the list goes to the box."""
        if self._input.has_focus:
            if event.key in ("down", "up"):
                event.stop()
                self._list.action_move(1 if event.key == "down" else -1)
            elif event.key in ("pagedown", "pageup"):
                event.stop()
                self._list.action_page(1 if event.key == "pagedown" else -1)
            elif event.key == "escape" and self._input.value:
                event.stop()
                self._input.value = ""
        elif event.key == "slash":
            event.stop()
            self.focus_search()
