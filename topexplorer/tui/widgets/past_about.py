"""Two lines about one call of the history: which API, when and whose, and what it sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from topexplorer.core.language import Language
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import clean_line
from topexplorer.core.values import GMT8
from topexplorer.tui.widgets.past_rows import date_text
from topexplorer.tui.widgets.row_list import cut

LONGEST_VALUE = 200
"""Characters of a value, of which no more than a line can be seen."""


class PastAbout(Widget):
    """Shows `call`, and `values` when they are known."""

    DEFAULT_CSS = """
    PastAbout { height: 2; }
    """

    call: reactive[PastCall | None] = reactive(None)
    values: reactive[Mapping[str, str] | None] = reactive(None)

    def __init__(
        self,
        language: Language,
        now: Callable[[], datetime],
        titles: Callable[[str], str],
        see: Callable[[str, str, tuple[str, ...]], str],
    ) -> None:
        super().__init__()
        self._language = language
        self._now = now
        self._titles = titles
        self._see = see

    def render(self) -> Content:
        call, width = self.call, self.content_size.width
        if call is None:
            return Content()
        at, seller = call.at.astimezone(GMT8), self._see("seller_nick", call.seller, ())
        day = date_text(at.date(), self._now().astimezone(GMT8).date(), self._language)
        parts = (call.id, f"{day} {at:%H:%M:%S} GMT+8", seller, self._titles(call.api) or call.api)
        first = clean_line(" · ".join(filter(None, parts)))
        values = sorted((self.values or {}).items(), key=lambda pair: pair[0] == "fields")
        names = tuple(self.values or ())
        seen = ((name, self._see(name, text[:LONGEST_VALUE], names)) for name, text in values)
        second = clean_line("  ".join(f"{name}={text}" for name, text in seen))
        return Content.assemble((cut(first, width), "bold"), "\n", (cut(second, width), "$foreground-muted"))
