"""The request form: one row per parameter, required ones first, then rows that are named freely.

The form is filled from `seed` and reports every edit as a whole new draft; it is never bound to its own output. What a
draft carries beyond values, files and switches (format, sign method …) is passed through from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.message import Message
from textual.reactive import var
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button

from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Language
from topexplorer.core.spec import ApiSpec, Param
from topexplorer.core.values import Problem, selectable_fields
from topexplorer.tui.widgets.free_row import FreeRow
from topexplorer.tui.widgets.key_button import KeyButton
from topexplorer.tui.widgets.param_row import Clock, ParamRow, Surroundings
from topexplorer.tui.widgets.param_rows import ParamRows


class AddRow(HorizontalGroup):
    """The buttons below the last row."""

    DEFAULT_CSS = """
    AddRow { margin: 1 0 0 2; }
    """

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def compose(self) -> ComposeResult:
        for name in ("add", "add_file"):
            yield KeyButton(self._language(f"form.{name}"), "+", name)


class ParamForm(ParamRows):
    """A form for `spec`, filled from `seed`; `problems` are shown beside the rows they belong to."""

    spec: var[ApiSpec | None] = var(None)
    seed: var[RequestDraft | None] = var(None, always_update=True)
    problems: var[tuple[Problem, ...]] = var(())

    @dataclass
    class Edited(Message):
        """A person changed the form. `draft.api` says which API it is for: it may be one that was just left."""

        draft: RequestDraft

    @dataclass
    class Submitted(Message):
        """Enter was pressed in the last required field, and none of them is empty."""

    def __init__(self, language: Language, clock: Clock, id: str | None = None) -> None:
        super().__init__(language, clock, _picker_for, id)
        self._method = ""
        self._params: tuple[Param, ...] = ()
        self._around = Surroundings(language, clock)
        self._draft = RequestDraft("")
        self._free: list[FreeRow] = []
        self._revealed = False

    @property
    def draft(self) -> RequestDraft:
        """What the form says now."""
        return self._draft

    def watch_spec(self, spec: ApiSpec | None) -> None:
        self._report_last_edits()
        self._method = spec.method if spec else ""
        self._params = tuple(sorted(spec.params, key=lambda param: not param.required)) if spec else ()
        fields = selectable_fields(spec) if spec and any(param.type == "fields" for param in self._params) else ()
        names = tuple(param.name for param in self._params)
        self._around = Surroundings(self.language, self.clock, fields, names=names)
        self._revealed = False
        fitting = self.seed if self.seed is not None and self.seed.api == self._method else None
        self._draft = fitting or RequestDraft(self._method)
        self._build()

    def watch_seed(self, seed: RequestDraft | None) -> None:
        if seed is None or not self._method or seed.api != self._method:
            return
        before, self._draft = self._draft, seed
        if self._extras(before) == self._extras(seed):
            self._refill()
        else:
            self._build()

    def watch_problems(self) -> None:
        for row in self.rows:
            row.problems = self._problems_of(row)

    def reveal_missing(self) -> None:
        """From now on show every required field that is empty as an error, also where nobody has been yet."""
        self._revealed = True
        for row in self.rows:
            row.touched = True
            row.reword()

    # Rows

    def _build(self) -> None:
        self._free = [
            FreeRow(name, self._around, self._text_of(name, file), name not in self._draft.off, file)
            for name, file in self._extras(self._draft)
        ]
        if self.spec is not None and not self.spec.category and not self._free:
            self._free.append(FreeRow("", self._around))
        self.present(self._params, self._coming(self._free))

    def _coming(self, free: list[FreeRow]) -> Iterator[ParamRow]:
        """The rows in order. A row is made when its turn comes, from what the draft says then."""
        for param in self._params:
            text = self._text_of(param.name, param.type == "file")
            yield ParamRow(param, self._around, text, param.name not in self._draft.off)
        yield from free

    def prepare(self, row: ParamRow) -> None:
        super().prepare(row)
        row.problems = self._problems_of(row)
        row.touched = self._revealed

    @property
    def cursor_is_moving(self) -> bool:
        """Whether the cursor will go to a row that is not there yet."""
        return self._arriving and self._wanted is not None

    def tail(self) -> list[Widget]:
        return [AddRow(self.language)] if self._method else []

    def _refill(self) -> None:
        """Show the draft in the rows that are there."""
        for row in self.rows:
            if not (isinstance(row, FreeRow) and (row.clash or not row.key)):
                row.fill(self._text_of(row.key, row.param.type == "file"), row.key not in self._draft.off)

    def _extras(self, draft: RequestDraft) -> list[tuple[str, bool]]:
        """Name and whether it is a file, for everything in the draft that the spec does not know."""
        known = {param.name for param in self._params}
        named = [(name, False) for name in draft.values] + [(name, True) for name in draft.files]
        return [(name, file) for name, file in named if name not in known]

    def _text_of(self, name: str, file: bool) -> str:
        return (self._draft.files if file else self._draft.values).get(name, "")

    def _problems_of(self, row: ParamRow) -> tuple[Problem, ...]:
        key = row.key
        inside = (f"{key}.", f"{key}[")
        return tuple(one for one in self.problems if key and (one.where == key or one.where.startswith(inside)))

    # Edits

    def edited(self, row: ParamRow) -> None:
        self._draft = self._with_row(self._draft, row)
        self.post_message(self.Edited(self._draft))

    def finished(self) -> None:
        self.post_message(self.Submitted())

    def _with_row(self, draft: RequestDraft, row: ParamRow) -> RequestDraft:
        if isinstance(row, FreeRow):
            return self._with_free_rows(draft)
        return _with_text(draft, row.param, row.control.text).switched(row.key, row.sent)

    def _with_free_rows(self, draft: RequestDraft) -> RequestDraft:
        """The draft with exactly the free rows that are there. A row without a name of its own is not part of it."""
        known = {param.name for param in self._params}
        values = {name: text for name, text in draft.values.items() if name in known}
        files = {name: path for name, path in draft.files.items() if name in known}
        off = draft.off & known
        for row in self._free:
            taken = row.key in known or row.key in values or row.key in files
            row.explain("form.no_name" if not row.key else "form.same_name" if taken else "")
            if row.key and not taken:
                (files if row.param.type == "file" else values)[row.key] = row.control.text
                off |= frozenset() if row.sent else {row.key}
        return replace(draft, values=values, files=files, off=off)

    def _report_last_edits(self) -> None:
        """Before another API is shown: what was typed a moment ago must not be lost with the rows."""
        draft = self._draft
        for row in self.rows:
            text = self._text_of(row.key, row.param.type == "file")
            if row.control.text != text or row.sent != (row.key not in draft.off):
                draft = self._with_row(draft, row)
        if draft != self._draft:
            self.post_message(self.Edited(draft))

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        row = FreeRow("", self._around, file=event.button.name == "add_file")
        self.prepare(row)
        self._free.append(row)
        self.rows.append(row)
        await self.list.mount(row, before=self.query_one(AddRow))
        row.name_control.focus()

    async def on_free_row_removed(self, event: FreeRow.Removed) -> None:
        event.stop()
        row = event.row
        if row not in self.rows:
            return
        place = self.rows.index(row)
        self.rows.remove(row)
        self._free.remove(row)
        await row.remove()
        if self.rows:
            self.rows[min(place, len(self.rows) - 1)].control.focus()
        draft = self._with_free_rows(self._draft)
        if draft != self._draft:
            self._draft = draft
            self.post_message(self.Edited(draft))


def _with_text(draft: RequestDraft, param: Param, text: str) -> RequestDraft:
    """The draft with that text typed; an emptied field is no longer part of it."""
    file = param.type == "file"
    stored = {**(draft.files if file else draft.values), param.name: text}
    if not text:
        del stored[param.name]
    return replace(draft, files=stored) if file else replace(draft, values=stored)


def _picker_for(row: ParamRow) -> ModalScreen[str | None] | None:
    """What a row's button opens. Loaded when it is first pressed."""
    from topexplorer.tui.widgets.object_editor import picker_for

    return picker_for(row)
