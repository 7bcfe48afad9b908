"""The catalog with its search box: type to find, enter to open, arrows move without leaving the box."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.message import Message
from textual.reactive import var
from textual.widgets import Input, Static

from topexplorer.core.catalog import Catalog
from topexplorer.core.language import Language
from topexplorer.core.search import SearchIndex
from topexplorer.tui.widgets.catalog_list import CatalogList, CatalogRow, Saved, catalog_rows, found_rows


class CatalogPane(Vertical):
    """APIs by category and saved profiles. Posts what was chosen."""

    catalog: var[Catalog | None] = var(None)
    saved: var[tuple[Saved, ...]] = var(())
    current: var[str] = var("")

    @dataclass
    class ApiChosen(Message):
        method: str

    @dataclass
    class ProfileChosen(Message):
        name: str

    def __init__(self, language: Language, id: str | None = None) -> None:
        super().__init__(id=id, classes="pane")
        self._language = language
        self._index: SearchIndex | None = None
        self._folded: set[str] = set()
        self._input = Input(placeholder=language("catalog.search"), compact=True, select_on_focus=False)
        self._input.cursor_blink = False
        self._list = CatalogList()
        self._foot = Static("", markup=False)

    def compose(self) -> ComposeResult:
        yield self._input
        yield self._list
        yield self._foot

    def on_mount(self) -> None:
        self.border_title = self._language("catalog.title")

    def watch_catalog(self) -> None:
        self._index = None
        self._show()

    def watch_saved(self) -> None:
        self._show()

    def watch_current(self, current: str) -> None:
        self._list.current = current

    def focus_search(self) -> None:
        """Puts the cursor into the search box with its text selected, so that typing starts a new search."""
        self._input.focus()
        self._input.select_all()

    def help_text(self) -> str:
        return self._language("help.catalog")

    @on(Input.Changed)
    def _show(self) -> None:
        if self.catalog is None or not self.is_mounted:
            return
        query = self._input.value.strip()
        say = self._language
        if query:
            self._index = self._index or SearchIndex(self.catalog.entries.values())
            hits = self._index.search(query)
            rows = tuple(found_rows((hit.entry for hit in hits), self.saved, query, say))
            self._list.rows = rows or (CatalogRow("nothing", "", say("catalog.nothing")),)
            self._list.cursor = 0
            self._foot.update(say("catalog.found", n=len(hits)))
        else:
            entries = self.catalog.entries.values()
            categories = self.catalog.platform.categories
            self._list.rows = tuple(catalog_rows(entries, self.saved, categories, self._folded, say))
            self._foot.update(self._counts(self.catalog))

    def _counts(self, catalog: Catalog) -> str:
        text = self._language("catalog.count", n=len(catalog))
        broken = len({problem.file for problem in catalog.problems})
        return f"{text} · {self._language('catalog.broken', n=broken)}" if broken else text

    @on(Input.Submitted)
    def _open_first(self) -> None:
        self._list.action_choose()

    @on(CatalogList.Chosen)
    def _chosen(self, event: CatalogList.Chosen) -> None:
        row = event.row
        if row.kind == "group":
            self._folded ^= {row.key}
            self._show()
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
