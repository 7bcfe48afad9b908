"""The lines of an answer with a search in them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from time import sleep
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var
from textual.widgets import Input
from textual.worker import get_current_worker

from topexplorer.core.language import Language
from topexplorer.core.linetext import MOST_HITS, LineText, Needle
from topexplorer.tui.widgets.find_bar import FindBar
from topexplorer.tui.widgets.line_view import LineView

SMALL = 256 * 1024
"""Up to this many bytes are searched at once; more in a thread."""


class LinePane(Vertical):
    """A LineView above a find bar that `/` opens. `n` and `N` go to the next and the previous place."""

    DEFAULT_CSS = """
    LinePane { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", show=False),
        Binding("n", "next(1)", show=False),
        Binding("N", "next(-1)", show=False),
        Binding("escape", "close", show=False),
    ]

    source: var[LineText | None] = var(None)

    @dataclass
    class Found(Message):
        """A search has ended. Without a place in `hits`, nothing was found."""

        query: str
        source: LineText
        hits: list[int]

    def __init__(self, language: Language, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language
        self._hits: list[int] = []
        self._at = 0
        self._origin = 0

    def compose(self) -> ComposeResult:
        yield LineView(self._language)
        yield FindBar()

    def on_mount(self) -> None:
        self._open(self.source)

    @property
    def lines(self) -> LineView:
        return self.query_one(LineView)

    @property
    def bar(self) -> FindBar:
        return self.query_one(FindBar)

    def watch_source(self, source: LineText | None) -> None:
        if self.is_mounted:
            self._open(source)

    def _open(self, source: LineText | None) -> None:
        self.lines.source = source
        self._origin = 0
        self._search(self.bar.query_text)

    def action_find(self) -> None:
        self._origin = self._here()
        self.bar.open()

    def action_close(self) -> None:
        """Leaves the search; the marks go, the cursor stays."""
        self.bar.close()
        self._search("")
        self.lines.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.bar.display if action == "close" else True

    def action_next(self, step: int) -> None:
        """Goes on from the cursor, wherever it was moved to meanwhile, and round at the end."""
        if not self._hits or self.source is None:
            return
        here = self.source.row(self.lines.cursor)
        if here.start <= self._hits[self._at] < max(here.end, here.start + 1):
            self._at += step
        else:
            self._at = bisect_left(self._hits, here.start) - (step < 0)
        self._at %= len(self._hits)
        self._show_hit()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.lines.focus()

    def _here(self) -> int:
        source = self.source
        return source.row(self.lines.cursor).start if source and source.rows else 0

    def _search(self, query: str) -> None:
        self.workers.cancel_group(self, "find")
        self._hits = []
        self.lines.mark = Needle(query).pattern if query else None
        self._count("" if not query else self._language("find.searching"))
        if not query or self.source is None:
            return
        if len(self.source.text) <= SMALL:
            self._found(Needle(query).find_all(self.source.text, lambda: False))
        else:
            self._search_in_thread(query, self.source)

    @work(thread=True, exclusive=True, group="find", description="find")
    def _search_in_thread(self, query: str, source: LineText) -> None:
        worker = get_current_worker()

        def cancelled() -> bool:
            sleep(0.0002)  # between two steps the screen gets its turn
            return worker.is_cancelled

        hits = Needle(query).find_all(source.text, cancelled)
        if not worker.is_cancelled:
            self.post_message(self.Found(query, source, hits))

    def on_line_pane_found(self, event: Found) -> None:
        event.stop()
        if event.source is self.source and event.query == self.bar.query_text:
            self._found(event.hits)

    def _found(self, hits: list[int]) -> None:
        """Goes to the first place at or after the line where the search began."""
        self._hits = hits
        self._at = bisect_left(hits, self._origin) % len(hits) if hits else 0
        self._show_hit()

    def _show_hit(self) -> None:
        if not self._hits:
            self._count(self._language("find.nothing"))
            return
        more = "+" if len(self._hits) >= MOST_HITS else ""
        self._count(f"{self._at + 1:,}/{len(self._hits):,}{more}")
        hit = self._hits[self._at]
        row = self.source.row(self.source.row_at(hit)) if self.source else None
        self.lines.reveal(hit, self._at - bisect_left(self._hits, row.start) if row else 0)

    def _count(self, text: str) -> None:
        self.bar.count(text)
