"""The documentation of an API beside its form: read, jumped through by number, searched, followed to related APIs."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click, Key
from textual.filter import LineFilter
from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from topexplorer.core.language import Language
from topexplorer.core.manual import SECTIONS, manual
from topexplorer.core.spec import ApiSpec, Platform
from topexplorer.tui.widgets.find_bar import FindBar
from topexplorer.tui.widgets.page import Page, row


class SectionBar(Widget):
    """The sections of the page with the numbers that lead to them; the one being read stands out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"section--number", "section--name", "section--here"}
    DEFAULT_CSS = """
    SectionBar {
        height: 1;
        & > .section--number { color: $accent; text-style: bold; }
        & > .section--name { color: $secondary; }
        & > .section--here { text-style: bold underline; }
    }
    """
    sections: reactive[tuple[str, ...]] = reactive(())
    here: reactive[str] = reactive("")

    @dataclass
    class Chosen(Message):
        name: str

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def _title(self, name: str) -> str:
        return self._language(f"section.{name}")

    def render_line(self, y: int) -> Strip:
        segments = []
        for number, name in enumerate(self.sections, 1):
            look = "here" if name == self.here else "name"
            segments += [
                Segment(f"{number} ", self.rich_style + self._look("number")),
                Segment(self._title(name), self.rich_style + self._look(look)),
                Segment("  ", self.rich_style),
            ]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def on_click(self, event: Click) -> None:
        end = 0
        for name in self.sections:
            end += cell_len(self._title(name)) + 4
            if event.x < end:
                self.post_message(self.Chosen(name))
                return

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"section--{part}", partial=True)


class DocsText(Page):
    """What the platform says to everybody: demo mode makes nothing up here."""

    is_public = True

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [line for line in super().get_line_filters() if not getattr(line, "makes_up", False)]


class DocsPage(Vertical):
    """Shows the manual of `spec`. Built only while the page is on screen."""

    DEFAULT_CSS = """
    DocsPage { height: 1fr; }
    DocsPage > Page { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", show=False),
        Binding("n", "next(1)", show=False),
        Binding("N", "next(-1)", show=False),
        Binding("right_square_bracket", "link(1)", show=False),
        Binding("left_square_bracket", "link(-1)", show=False),
        Binding("enter", "follow", show=False),
        Binding("escape", "close", show=False),
    ]
    spec: var[ApiSpec | None] = var(None)
    behind: var[ApiSpec | None] = var(None)
    """The imported spec of the same API, whose samples are shown too."""
    platform: var[Platform | None] = var(None)

    @dataclass
    class LinkChosen(Message):
        """The user wants to go to another API."""

        method: str

    def __init__(self, language: Language, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language
        self._sections: dict[str, int] = {}
        self._hits: list[int] = []
        self._is_seen = False
        self._filled: tuple[ApiSpec, ApiSpec | None, Platform] | None = None

    def compose(self) -> ComposeResult:
        yield SectionBar(self._language)
        yield DocsText()
        yield FindBar()

    def on_mount(self) -> None:
        self.watch(self.page, "scroll_y", self._scrolled)

    @property
    def page(self) -> Page:
        return self.query_one(Page)

    @property
    def text(self) -> str:
        return self.page.text

    def watch_spec(self) -> None:
        self._fill()

    def watch_platform(self) -> None:
        self._fill()

    def on_show(self) -> None:
        self._is_seen = True
        self._fill()

    def _fill(self) -> None:
        """Writes the page, once for what it is about and only while somebody sees it."""
        if self.spec is None or self.platform is None or not (self._is_seen and self.display):
            return
        about = (self.spec, self.behind, self.platform)
        if self._filled is not None and all(old is new for old, new in zip(self._filled, about, strict=True)):
            return
        self._filled = about
        lines = list(manual(self.spec, self.platform, self._language, self.behind))
        self._sections = {line.section: number for number, line in enumerate(lines) if line.section}
        self.page.show(tuple(row(*line.parts, hang=line.hang, target=line.target) for line in lines))
        self.query_one(SectionBar).sections = tuple(name for name in SECTIONS if name in self._sections)
        self._scrolled()

    def _scrolled(self) -> None:
        top = self.page.top_row
        passed = [name for name, number in self._sections.items() if number <= top + 1]
        self.query_one(SectionBar).here = passed[-1] if passed else ""

    def jump(self, name: str) -> None:
        """To the beginning of a section."""
        self.page.reveal(self._sections[name], top=True)
        self.query_one(SectionBar).here = name

    def on_section_bar_chosen(self, event: SectionBar.Chosen) -> None:
        event.stop()
        self.jump(event.name)

    def on_key(self, event: Key) -> None:
        sections = self.query_one(SectionBar).sections
        if self.page.has_focus and event.character and event.character in "12345"[: len(sections)]:
            event.stop()
            self.jump(sections[int(event.character) - 1])

    def action_link(self, step: int) -> None:
        """To the next or the previous API that the page names."""
        rows = self.page.rows
        links = [number for number, entry in enumerate(rows) if entry.target]
        if links:
            at = self.page.pointed
            place = bisect_left(links, at) + (at in links) if step > 0 else bisect_left(links, at) - 1
            self.page.pointed = links[place % len(links)] if at >= 0 else links[0 if step > 0 else -1]
            self.page.reveal(self.page.pointed)

    def action_follow(self) -> None:
        if self.page.pointed >= 0 and (target := self.page.rows[self.page.pointed].target):
            self.post_message(self.LinkChosen(target))

    def on_click(self, event: Click) -> None:
        """On a line that names an API: goes there."""
        number = self.page.row_under(event.screen_offset)
        if number is not None and (target := self.page.rows[number].target):
            self.post_message(self.LinkChosen(target))

    def action_find(self) -> None:
        self.query_one(FindBar).open()

    def action_close(self) -> None:
        self.query_one(FindBar).close()
        self._search("")
        self.page.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.query_one(FindBar).display if action == "close" and self.is_mounted else True

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.page.focus()

    def _search(self, query: str) -> None:
        """Marks every place and goes to the first one from here on."""
        pattern = re.compile(re.escape(query), re.IGNORECASE) if query else None
        self.page.mark = pattern
        texts = ("".join(span.text for span in entry.spans) for entry in self.page.rows)
        self._hits = [number for number, text in enumerate(texts) if pattern and pattern.search(text)]
        self.page.pointed = -1
        if self._hits:
            self._point(bisect_left(self._hits, self.page.top_row))
        else:
            self.query_one(FindBar).count(self._language("find.nothing") if query else "")

    def action_next(self, step: int) -> None:
        if self._hits:
            at = bisect_left(self._hits, max(self.page.pointed, 0))
            self._point(at + step)

    def _point(self, place: int) -> None:
        place %= len(self._hits)
        self.page.pointed = self._hits[place]
        self.page.reveal(self.page.pointed)
        self.query_one(FindBar).count(f"{place + 1:,}/{len(self._hits):,}")

    def help_text(self) -> str:
        return self._language("help.docs")
