"""The calls of the history, the latest first, under their days: what fits is shown, the most important first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.message import Message
from textual.reactive import var

from topexplorer.core.language import Language
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import cell_width, clean_line, fit, size_text
from topexplorer.tui.widgets.answer_head import time_text as seconds_text
from topexplorer.tui.widgets.past_rows import Day, PastRow, time_text
from topexplorer.tui.widgets.row_list import RowList, cut_start

TIME, CODE, SECONDS, SIZE, SELLER = 5, 5, 8, 9, 14
ENVIRONMENT = (4, 12)
METHOD = 40
REASON = (18, 32)
WITH_SELLER = 96
"""From this width on the seller has a column."""


@dataclass(frozen=True, slots=True)
class Columns:
    """How many cells each column takes; 0 for none."""

    environment: int
    method: int
    reason: int
    seller: int


def columns(width: int, environment: int) -> Columns:
    """What there is room for, where the longest name of an environment takes that many cells."""
    environment = max(ENVIRONMENT[0], min(environment, ENVIRONMENT[1]))
    seller = SELLER if width >= WITH_SELLER else 0
    room = width - (TIME + 2) - (CODE + 1) - (environment + 2) - (seller + 2 if seller else 0) - 2
    reason = max(REASON[0], min(room - METHOD, REASON[1]))
    return Columns(environment, max(room - reason, 8), reason, seller)


class PastList(RowList):
    """Shows `rows`. Enter or a click on the row of the cursor chooses a call, space marks up to two."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"past--{part}" for part in ("day", "note", "mark", "sandbox", "dev", "prod", "ok", "refused", "silent")
    }
    DEFAULT_CSS = """
    PastList {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        & > .past--day { text-style: bold; }
        & > .past--note { color: $secondary; }
        & > .past--mark { color: $accent; text-style: bold; }
        & > .past--sandbox { color: $secondary; }
        & > .past--dev { color: $primary; text-style: bold; }
        & > .past--prod { background: $kind-prod; color: #FFFFFF; text-style: bold; }
        & > .past--ok { color: $text-success; }
        & > .past--refused { color: $text-error; }
        & > .past--silent { color: $text-warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", show=False),
        Binding("space", "mark", show=False),
    ]

    rows: var[tuple[PastRow, ...]] = var(())
    marked: var[tuple[PastCall, ...]] = var(())
    """At most two, in the order in which they were marked."""

    @dataclass
    class Chosen(Message):
        """A call was chosen by key or click."""

        call: PastCall

    def __init__(
        self,
        language: Language,
        kinds: Mapping[str, str],
        titles: Callable[[str], str],
        causes: Callable[[int], str],
        see: Callable[[str, str], str],
        id: str | None = None,
    ) -> None:
        """`kinds` of environments are by the first letter of an id, `titles` by method, `causes` by the code of a
        refusal; `see` gives what may be seen of a value of that name.
        """
        super().__init__(id=id)
        self._language = language
        self._kinds = kinds
        self._titles = titles
        self._causes = causes
        self._see = see
        self._columns = columns(0, 0)

    def watch_rows(self, rows: tuple[PastRow, ...]) -> None:
        """The cursor stays where it was, as far as there are rows."""
        self.resize_rows(len(rows))
        self._measure()
        self.show_row(self.cursor)

    def watch_marked(self) -> None:
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        self._measure()

    def _measure(self) -> None:
        calls = (row for row in self.rows if isinstance(row, PastCall))
        longest = max((cell_width(name) for name in {call.environment for call in calls}), default=0)
        self._columns = columns(self.scrollable_content_region.width - 2, longest + 2)
        self.refresh()

    @property
    def pointed(self) -> PastCall | None:
        """The call under the cursor."""
        row = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        return row if isinstance(row, PastCall) else None

    def validate_cursor(self, cursor: int) -> int:
        """Never on the title of a day: below each stands a call."""
        cursor = super().validate_cursor(cursor)
        return cursor + 1 if cursor < len(self.rows) and isinstance(self.rows[cursor], Day) else cursor

    def action_move(self, step: int) -> None:
        place = self.cursor + step
        if 0 < place < len(self.rows) and isinstance(self.rows[place], Day):
            place += 1 if step > 0 else -1
        self.cursor = place
        self.show_row(self.cursor)

    def show_row(self, row: int, centre: bool = False) -> None:
        if 0 < row <= len(self.rows) and isinstance(self.rows[row - 1], Day):
            super().show_row(row - 1)
        super().show_row(row, centre)

    def action_choose(self) -> None:
        if self.pointed is not None:
            self.post_message(self.Chosen(self.pointed))

    def action_mark(self) -> None:
        """Marks the call under the cursor and goes on; of three the first is not marked any more."""
        call = self.pointed
        if call is not None:
            others = tuple(other for other in self.marked if other != call)
            self.marked = others if call in self.marked else (*others[-1:], call)
            self.action_move(1)

    def clicked(self, row: int, event: Click) -> None:
        if event.chain > 1 and isinstance(self.rows[row], PastCall):
            self.action_choose()

    def draw(self, row: int, on: bool) -> tuple[Text, Text]:
        here = self.rows[row]
        if isinstance(here, Day):
            count = (f"  {here.count:,}", self.look("past--note", on))
            return Text(), Text.assemble((clean_line(here.title), self.look("past--day", on)), count)
        mark = "●" if here in self.marked else " "
        return Text.assemble((f"{mark} ", self.look("past--mark", on))), self._call(here, on)

    def _call(self, call: PastCall, on: bool) -> Text:
        laid, kind = self._columns, self._kinds.get(call.id[:1], "prod")
        sign = {"ok": "✓", "refused": "✗"}.get(call.state, "∅")
        code = call.reason.partition(" ")[0] if call.state == "refused" else ""
        name = f" {clean_line(call.environment)} "
        text = Text.assemble(
            (f"{time_text(call.at)}  ", self.look("past--note", on)),
            (
                name if cell_width(name) <= laid.environment else fit(name, laid.environment),
                self.look(f"past--{kind}", on),
            ),
            " " * max(0, laid.environment - cell_width(name)) + "  ",
            (fit(f"{sign} {clean_line(code)}", CODE) + " ", self.look(f"past--{call.state}", on)),
        )
        self._append_method(text, call.api, on)
        text.append("  ")
        self._append_result(text, call, on)
        if laid.seller:
            seller = clean_line(self._see("seller_nick", call.seller)) if call.seller else ""
            text.append("  " + fit(seller, laid.seller), self.look("past--note", on))
        return text

    def _append_method(self, text: Text, api: str, on: bool) -> None:
        """The API by name, and what it is called where there is room for that."""
        room = self._columns.method
        name = cut_start(clean_line(api), room)
        text.append(name)
        room -= cell_width(name)
        title = clean_line(self._titles(api)) if room > 14 else ""
        text.append(fit(f"  {title}" if title else "", room), self.look("past--note", on))

    def _append_result(self, text: Text, call: PastCall, on: bool) -> None:
        """How large an answer is and how long it took, or why there is none."""
        room = self._columns.reason
        if call.state == "ok":
            told = f"{seconds_text(call.seconds):>{SECONDS}} {size_text(call.size):>{SIZE}}"
            text.append(fit(told, room), self.look("past--note", on))
            return
        code, _space, sub_code = call.reason.partition(" ")
        if call.state == "refused":
            told = sub_code or (self._causes(int(code)) if code.isdecimal() else "")
        else:
            told = self._language(f"silence.{code}")
        text.append(fit(clean_line(told), room), self.look(f"past--{call.state}", on))
