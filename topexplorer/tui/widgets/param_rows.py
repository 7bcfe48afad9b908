"""A scrolling list of form rows: mounts them in small batches, moves between them, and opens their pickers.

The first rows are there at once and can be typed into while the rest follow, so a form of 120 parameters never stalls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import DescendantBlur, DescendantFocus
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from topexplorer.core.language import Language
from topexplorer.core.spec import Param
from topexplorer.core.text import clean_line
from topexplorer.tui.widgets.param_row import Clock, ParamRow

OpenPicker = Callable[[ParamRow], "ModalScreen[str | None] | None"]
FIRST, BATCH, PAUSE = 10, 6, 0.03
"""Rows mounted at once and then at a time, as many as stay below 50 ms; seconds between, for drawing and for keys."""


class RowScroll(VerticalScroll, can_focus=False, inherit_bindings=False):
    """What scrolls of a form."""

    DEFAULT_CSS = """
    RowScroll { scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page_up", show=False),
        Binding("pagedown", "page_down", show=False),
    ]


class ParamRows(Vertical):
    """Rows of parameters, and a line that tells about the one with the cursor.

    Enter goes to the next row; in the last required one, or the last of all, it finishes.
    """

    DEFAULT_CSS = """
    ParamRows > .param-rows--detail {
        height: 1; padding: 0 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("ctrl+f", "pick", show=False, id="form.pick", priority=True),
        Binding("ctrl+underscore,ctrl+slash", "switch", show=False, id="form.switch", priority=True),
        Binding("ctrl+y", "example", show=False, id="form.example", priority=True),
    ]

    def __init__(self, language: Language, clock: Clock, open_picker: OpenPicker, id: str | None = None) -> None:
        super().__init__(id=id)
        self.language = language
        self.clock = clock
        self.rows: list[ParamRow] = []
        """The rows that are there so far, from top to bottom."""
        self._open_picker = open_picker
        self._generation = 0
        self._arriving = False
        self._wanted: str | None = None
        """The row that gets the cursor when it is there; empty for the one that `focus_first` means."""
        self._widest = (20, 20)
        self._detail = Static("", classes="param-rows--detail", markup=False)
        self.list = RowScroll()

    def compose(self) -> ComposeResult:
        yield self.list
        yield self._detail

    def present(self, params: Sequence[Param], rows: Iterator[ParamRow]) -> None:
        """Show these rows instead of the ones shown. `params` are measured for the width of the left part."""
        self._generation += 1
        self._wanted = "" if self.current is not None else self._wanted
        self._arriving = True
        self.rows = []
        names = [cell_len(clean_line(param.name)) + 3 + 2 * param.required for param in params]
        titles = [cell_len(clean_line(self.language.words(param.title))) + 1 for param in params]
        self._widest = (max(names, default=20), max(titles, default=20))
        self.call_next(self._replace, self._generation, rows)

    async def _replace(self, generation: int, rows: Iterator[ParamRow]) -> None:
        if generation == self._generation:
            await self.list.remove_children()
            self.list.scroll_home(animate=False)
            await self._mount_batch(generation, rows, FIRST)

    async def _mount_batch(self, generation: int, rows: Iterator[ParamRow], count: int) -> None:
        if generation != self._generation:
            return
        batch = list(islice(rows, count))
        for place, row in enumerate(batch, len(self.rows)):
            row.set_class(place % 2 == 1, "-odd")
            self.prepare(row)
        self.rows += batch
        await self.list.mount_all(batch)
        if generation != self._generation:
            return
        is_last = len(batch) < count
        if is_last:
            await self.list.mount_all(self.tail())
        else:
            self.set_timer(PAUSE, partial(self._mount_batch, generation, rows, BATCH))
        self._arriving = not is_last
        if (name := self._wanted) is not None:
            self._wanted = None
            if name:
                self.focus_row(name)
            else:
                self.focus_first()

    def prepare(self, row: ParamRow) -> None:
        """Give a row that is about to be mounted what it shares with the others."""
        row.lay(*self._columns)

    def tail(self) -> list[Widget]:
        """What stands below the last row."""
        return []

    @property
    def _columns(self) -> tuple[int, int]:
        """Cells of the left and the right part of each row: the widest name and title, within reason."""
        width = self.size.width or 80
        name, title = self._widest
        return max(12, min(name, width * 3 // 10, 34)), max(8, min(title, width * 3 // 10, 34)) if width >= 45 else 0

    def on_resize(self) -> None:
        for row in self.rows:
            row.lay(*self._columns)

    # Moving about

    def focus_first(self) -> None:
        """Put the cursor where typing makes most sense: the first required field that is empty, else the first one."""
        empty = (row for row in self.rows if row.param.required and not row.filled)
        first = next(empty, self.rows[0] if self.rows else None)
        self._wanted = "" if first is None else None
        if first is not None:
            first.control.focus()

    def focus_row(self, name: str) -> None:
        """Put the cursor into the field of that parameter, else where `focus_first` does."""
        row = next((row for row in self.rows if row.key == name), None)
        if row is not None:
            row.control.focus()
        elif self._arriving:
            self._wanted = name
        else:
            self.focus_first()

    @property
    def current(self) -> ParamRow | None:
        """The row that has the focus."""
        focused = self.screen.focused if self.is_attached else None
        rows = (node for node in focused.ancestors if isinstance(node, ParamRow)) if focused else iter(())
        return next((row for row in rows if row in self.rows), None)

    def action_step(self, step: int) -> None:
        place = self.rows.index(self._acting_row()) + step
        if 0 <= place < len(self.rows):
            self.rows[place].control.focus()

    def action_switch(self) -> None:
        self._acting_row().switch()

    def action_example(self) -> None:
        row = self._acting_row()
        example = row.param.example or row.param.default
        if row.filled or not example:
            raise SkipAction
        row.put(example)

    def action_pick(self) -> None:
        row = self._acting_row()
        if not row.pickable:
            raise SkipAction
        self.pick(row)

    def _acting_row(self) -> ParamRow:
        if (row := self.current) is None:
            raise SkipAction
        return row

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _describe(self) -> None:
        """Tell below the rows what the one with the cursor is about."""
        self._detail.update(row.detail() if (row := self.current) else "", layout=False)

    # What rows ask for

    def on_param_row_edited(self, event: ParamRow.Edited) -> None:
        event.stop()
        if event.row in self.rows:
            self._wanted = None
            self._describe()
            self.edited(event.row)

    def on_param_row_pick_asked(self, event: ParamRow.PickAsked) -> None:
        event.stop()
        self.pick(event.row)

    def on_param_row_passed(self, event: ParamRow.Passed) -> None:
        event.stop()
        row = event.row
        if row not in self.rows:
            return
        required = [one for one in self.rows if one.param.required]
        if row is not self.rows[-1] and row not in required[-1:]:
            self.rows[self.rows.index(row) + 1].control.focus()
            return
        missing = next((one for one in required if not one.filled), None)
        if missing is None:
            self.finished()
        else:
            missing.control.focus()

    @work(exclusive=True, group="pick")
    async def pick(self, row: ParamRow) -> None:
        """Open the row's picker or editor and write what was chosen."""
        picker = self._open_picker(row)
        chosen = None if picker is None else await self.app.push_screen_wait(picker)
        if chosen is not None and row in self.rows:
            row.put(chosen)

    def edited(self, row: ParamRow) -> None:
        """A person changed that row."""

    def finished(self) -> None:
        """Enter was pressed where there is nothing left to fill in."""

    def help_text(self) -> str:
        """Help on the row that has the focus; empty when none has."""
        return row.help_text() if (row := self.current) else ""
