"""The editor of an object parameter, or of a list of them: a form on one side, its JSON on the other.

Opens itself for objects inside objects. What the form does not describe stays in the JSON untouched, numbers stay
exact, and broken JSON is never thrown away: it can be handed back as it is, for an explorer may send it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, HorizontalGroup, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static, TextArea

from topexplorer.core.jsonobjects import BadJson, ObjectDocument, parse, write
from topexplorer.core.language import Language, message
from topexplorer.core.language import Message as Sentence
from topexplorer.core.spec import Param
from topexplorer.core.text import clean_line
from topexplorer.core.values import Problem, check_value
from topexplorer.tui.widgets.drawable import veil_of
from topexplorer.tui.widgets.field_picker import ChoicePicker, FieldPicker
from topexplorer.tui.widgets.key_button import KeyButton
from topexplorer.tui.widgets.light_focus import LightFocus
from topexplorer.tui.widgets.param_row import Clock, ParamRow, Surroundings
from topexplorer.tui.widgets.param_rows import ParamRows
from topexplorer.tui.widgets.row_list import RowList
from topexplorer.tui.widgets.value_controls import JsonArea

KEYS = {
    "accept": "^J",
    "turn": "^/",
    "cancel": "Esc",
    "add": "n",
    "duplicate": "d",
    "remove": "Del",
    "up": "[",
    "down": "]",
}


def picker_for(row: ParamRow) -> ModalScreen[str | None] | None:
    """What opens when a row's button is pressed."""
    say = row.around.language
    if row.pickable == "pick":
        return FieldPicker(say, row.around.fields, row.text, f"{row.key} · {say.words(row.param.title)}")
    if row.pickable == "choose":
        return ChoicePicker(say, row.param, row.text)
    return ObjectEditor(say, row.around.clock, row.param, row.text) if row.pickable == "edit" else None


class EntryList(RowList):
    """The objects of a list, each by its first values."""

    DEFAULT_CSS = """
    EntryList { width: 30%; max-width: 34; height: 1fr; min-width: 12; margin: 0 1 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "ask('add')", show=False),
        Binding("d", "ask('duplicate')", show=False),
        Binding("delete,backspace", "ask('remove')", show=False),
        Binding("left_square_bracket,shift+up", "ask('up')", show=False),
        Binding("right_square_bracket,shift+down", "ask('down')", show=False),
    ]

    @dataclass
    class Asked(Message):
        """`add`, `duplicate`, `remove`, `up` or `down` was asked for."""

        what: str

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[str] = []

    def show(self, labels: list[str]) -> None:
        self.labels = labels
        self.resize_rows(len(labels))

    def draw(self, row: int, on: bool) -> tuple[Text, Text]:
        number = Text(f" {row + 1:>2}  ", self.look("row-list--muted", on))
        return number, Text(clean_line(self.labels[row]), self.look("row-list--cursor", on) if on else "")

    def action_ask(self, what: str) -> None:
        self.post_message(self.Asked(what))


class MemberRows(ParamRows):
    """The members of one object."""

    @dataclass
    class Edited(Message):
        """A person changed a member."""

        row: ParamRow

    def edited(self, row: ParamRow) -> None:
        self.post_message(self.Edited(row))


class ObjectEditor(ModalScreen["str | None"], LightFocus["str | None"]):
    """Edits the JSON text of `param`. The result is compact JSON, None when it was cancelled."""

    DEFAULT_CSS = """
    ObjectEditor {
        align: center middle;
        & > Vertical {
            width: 94%; max-width: 130; height: 94%; background: $surface;
            border: round $secondary; border-title-color: $foreground; padding: 0 1;
        }
        & .editor--raw { height: 1fr; max-height: 100%; }
        & .editor--status { height: auto; margin: 1 0 0 1; color: $text-muted; }
        & .editor--status.-error { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("ctrl+j", "accept", show=False, priority=True),
        Binding("ctrl+underscore,ctrl+slash", "turn", show=False, priority=True),
    ]

    def __init__(self, language: Language, clock: Clock, param: Param, text: str) -> None:
        super().__init__()
        self._say = language
        self._clock = clock
        self._param = param
        self._before = _compact(text)
        self._warned = False
        names = tuple(child.name for child in param.children)
        self._around = Surroundings(language, clock, switchable=False, names=names)
        self._entries = EntryList()
        self._rows = MemberRows(language, clock, picker_for)
        self._area = JsonArea(text)
        self._status = Static("", classes="editor--status", markup=False)
        self._document = ObjectDocument(param, "")
        self.raw = self._read() is not None
        """Whether the JSON side is in front."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(clean_line(f"{self._param.name} · {self._say.words(self._param.title)}"))
            with Horizontal(classes="editor--form"):
                if self._param.many:
                    yield self._entries
                yield self._rows
            if self._param.many:
                yield _buttons(self._say, "add", "duplicate", "remove", "up", "down", classes="editor--form")
            yield self._area
            yield self._status
            yield _buttons(self._say, "accept", "turn", "cancel")

    def on_mount(self) -> None:
        self._area.add_class("editor--raw")
        self._rows.present(self._param.children, self._members())
        self._show_side()

    @property
    def index(self) -> int:
        """The entry in the form."""
        return self._entries.cursor if self._param.many else 0

    @property
    def text(self) -> str:
        """What Done would hand back."""
        return _compact(self._area.text) if self.raw else self._document.text()

    # The two sides

    def _read(self) -> Sentence | None:
        """Take the JSON side's text over into the form's document; why not, if it cannot be."""
        if not self._param.children:
            return message("object.undescribed")
        try:
            document = ObjectDocument(self._param, self._area.text)
        except BadJson as error:
            return message("object.bad_json", line=error.line, column=error.column, before=error.before)
        if not document.fits:
            return message("object.not_a_list" if self._param.many else "object.not_an_object")
        self._document = document
        return None

    def action_turn(self) -> None:
        """Show the other side. Broken JSON stays in front until it is mended."""
        if self.raw:
            if (why := self._read()) is not None:
                self._state(why)
                return
        else:
            self._area.text = self._document.text(indent=2)
        self.raw = not self.raw
        self._show_side()

    def _show_side(self) -> None:
        self._area.display = self.raw
        for part in self.query(".editor--form"):
            part.display = not self.raw
        if self.raw:
            self._area.focus()
            self._state(self._read())
        else:
            self._show_entries(min(self.index, max(len(self._document.entries) - 1, 0)))
            if self._document.entries:
                self._rows.focus_first()
            else:
                self._entries.focus()

    def _state(self, error: Sentence | None = None) -> None:
        """The line below: an error, else how many entries there are."""
        limit = self._param.max_items
        count = len(self._document.entries)
        words = self._say("form.count_of", count=count, limit=limit) if limit else self._say("form.entries", n=count)
        words = words if count else self._say("object.empty")
        self._status.update(clean_line(self._say.render(error)) if error else words if self._param.many else "")
        self._status.set_class(error is not None, "-error")

    @on(TextArea.Changed)
    def _retyped(self, event: TextArea.Changed) -> None:
        event.stop()
        self._warned = False
        if self.raw:
            self._state(self._read())

    # The form side

    def _members(self) -> Iterator[ParamRow]:
        for child in self._param.children:
            row = ParamRow(child, self._around, self._texts().get(child.name, ""))
            row.problems = self._problems_of(child, row.text)
            yield row

    def _texts(self) -> dict[str, str]:
        return self._document.texts(self.index) if self.index < len(self._document.entries) else {}

    def _problems_of(self, child: Param, text: str) -> tuple[Problem, ...]:
        if text.strip():
            return tuple(check_value(child, text, self._clock()))
        missing = Problem(child.name, message("check.missing", name=child.name), missing=True)
        return (missing,) if child.required else ()

    def _show_entries(self, index: int) -> None:
        """List the entries anew and put that one into the form."""
        self.draw_anew()
        self._entries.cursor = index
        self._show_entry()
        self._state()

    def draw_anew(self) -> None:
        """The entries by what may be seen of them."""
        self._entries.show([self._label(place) for place in range(len(self._document.entries))])

    def _label(self, place: int) -> str:
        veil = veil_of(self)
        see = partial(veil.value, beside=self._around.names) if veil else None
        return self._document.label(place, see)

    def _show_entry(self) -> None:
        texts = self._texts()
        self._rows.disabled = not self._document.entries
        for row in self._rows.rows:
            row.fill(texts.get(row.key, ""))
            row.problems = self._problems_of(row.param, row.text)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        if not self.raw:
            self._show_entry()

    def on_member_rows_edited(self, event: MemberRows.Edited) -> None:
        event.stop()
        self._warned = False
        row = event.row
        self._document.put(self.index, row.param, row.text, self._clock())
        row.problems = self._problems_of(row.param, row.text)
        if self._param.many:
            self._entries.labels[self.index] = self._label(self.index)
            self._entries.refresh()

    def on_entry_list_asked(self, event: EntryList.Asked) -> None:
        event.stop()
        self._rearrange(event.what)

    def _rearrange(self, what: str) -> None:
        entries, index = self._document.entries, self.index
        if what == "add":
            index = len(entries)
            entries.append({})
        elif what == "duplicate" and entries:
            entries.insert(index + 1, entries[index])
            index += 1
        elif what == "remove" and entries:
            del entries[index]
            index = max(min(index, len(entries) - 1), 0)
        elif what in ("up", "down") and 0 <= (other := index + (1 if what == "down" else -1)) < len(entries):
            entries[index], entries[other] = entries[other], entries[index]
            index = other
        self._warned = False
        self._show_entries(index)

    # Done, or not

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        name = str(event.button.name)
        if name in ("accept", "turn", "cancel"):
            await self.run_action(name)
            return
        self._rearrange(name)
        if name == "add":
            self._rows.focus_first()

    def action_accept(self) -> None:
        self.dismiss(self.text)

    def action_cancel(self) -> None:
        """Edits are thrown away only when it is asked for twice."""
        if self.text == self._before or self._warned:
            self.dismiss(None)
        else:
            self._warned = True
            self._state(message("object.unsaved"))

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter" and self.focused is self._entries:
            self._rows.focus_first()


def _buttons(say: Language, *names: str, classes: str = "") -> HorizontalGroup:
    return HorizontalGroup(*(KeyButton(say(f"object.{name}"), KEYS[name], name) for name in names), classes=classes)


def _compact(text: str) -> str:
    """Compact JSON; text that is not JSON as it is."""
    try:
        return write(parse(text)) if text.strip() else ""
    except BadJson:
        return text
