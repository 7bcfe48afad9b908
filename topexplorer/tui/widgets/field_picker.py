"""Choosing by meaning: the fields of an answer for a `fields` parameter, and the allowed values of any other one.

Both are a search box above a list in which only the rows on screen are drawn, so 700 fields open as fast as seven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import HorizontalGroup, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from topexplorer.core.fieldchoice import FieldChoice, ListChoice, SingleChoice
from topexplorer.core.language import Language, Words
from topexplorer.core.spec import Field, Param
from topexplorer.core.text import clean_line
from topexplorer.tui.widgets.key_button import KeyButton
from topexplorer.tui.widgets.light_focus import LightFocus
from topexplorer.tui.widgets.row_list import RowList, cut
from topexplorer.tui.widgets.value_controls import ValueInput

NOTHING = Words(zh="", en="")


@dataclass(frozen=True, slots=True)
class PickRow:
    """One thing to choose, with its words cleaned for drawing."""

    path: str
    name: str
    title: str
    remark: str
    sought: str
    """What a search looks through."""

    @classmethod
    def of(cls, path: str, words: Words, say: Language, remark: str = "", indent: int = 0) -> PickRow:
        title = clean_line(say.words(words))
        sought = f"{path} {words.zh} {words.en}".casefold()
        return cls(path, "  " * indent + clean_line(path), title, clean_line(remark), sought)


class PickList(RowList):
    """The rows that match, each with its tick."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pick-list--tick", "pick-list--name", "pick-list--title"}
    DEFAULT_CSS = """
    PickList {
        height: 1fr; min-width: 20;
        & > .pick-list--tick { color: $text-success; text-style: bold; }
        & > .pick-list--name { color: $foreground; }
        & > .pick-list--title { color: $foreground 80%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "tick", show=False)]

    @dataclass
    class Toggled(Message):
        """A row was ticked or unticked."""

        path: str

    def __init__(self, choice: FieldChoice) -> None:
        super().__init__()
        self._choice = choice
        self.shown: list[PickRow] = []
        self._width = 0

    def show(self, rows: list[PickRow]) -> None:
        """List these rows, the cursor on the first."""
        self.shown = rows
        self._width = max((cell_len(row.name) for row in rows), default=0)
        self.cursor = 0
        self.resize_rows(len(rows))

    def draw(self, row: int, on: bool) -> tuple[Text, Text]:
        shown = self.shown[row]
        room = min(self._width, self.size.width // 2)
        name = cut(shown.name, room)
        gap = " " * (room - cell_len(name) + 2)
        fixed = Text.assemble(
            (f" {self.tick(shown.path)} ", self.look("pick-list--tick", on)),
            (name + gap, self.look("pick-list--name", on)),
        )
        rest = Text.assemble(
            (shown.title, self.look("pick-list--title", on)),
            (f"  {shown.remark}" if shown.remark else "", self.look("row-list--muted", on)),
        )
        return fixed, rest

    def tick(self, path: str) -> str:
        """✓ chosen, ↳ comes with its parent, - some of its members are chosen."""
        if path in self._choice.chosen:
            return "✓"
        if self._choice.covered(path):
            return "↳"
        return "-" if any(name.startswith(f"{path}.") for name in self._choice.chosen) else " "

    def action_tick(self) -> None:
        if self.cursor < len(self.shown):
            self.post_message(self.Toggled(self.shown[self.cursor].path))

    def clicked(self, row: int, event: events.Click) -> None:
        self.action_tick()


class Picker(ModalScreen["str | None"], LightFocus["str | None"]):
    """Search, tick, done. The result is the text for the parameter, None when it was cancelled.

    Enter is done, except after a search for one of several: then it ticks the match and clears the search.
    """

    DEFAULT_CSS = """
    Picker {
        align: center middle;
        & > Vertical {
            width: 90%; max-width: 110; height: 90%; background: $surface;
            border: round $secondary; border-title-color: $foreground; padding: 0 1;
        }
        & ValueInput { margin: 0 0 1 0; }
        & .picker--status { height: auto; margin: 1 0 0 1; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", show=False),
        Binding("enter", "accept", show=False),
        Binding("ctrl+t", "tick", show=False, priority=True),
        Binding("a", "all", show=False),
        Binding("slash", "search", show=False),
        Binding("down", "list", show=False),
    ]

    def __init__(self, language: Language, title: str, rows: Sequence[PickRow], choice: FieldChoice) -> None:
        super().__init__()
        self._say = language
        self._title = title
        self._rows = rows
        self.choice = choice
        self._list = PickList(choice)
        self._search = ValueInput("", language("pick.search"))
        self._status = Static("", classes="picker--status", markup=False)

    @property
    def single(self) -> bool:
        """Whether Enter takes the row under the cursor instead of the ticked ones."""
        return isinstance(self.choice, SingleChoice)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(clean_line(self._title))
            yield self._search
            yield self._list
            yield self._status
            with HorizontalGroup():
                for name, key in (("accept", "Enter"), ("tick", "Space"), ("all", "a"), ("cancel", "Esc")):
                    if not (self.single and name in ("tick", "all")):
                        yield KeyButton(self._say(f"pick.{name}"), key, name)

    def on_mount(self) -> None:
        self._list.show(list(self._rows))
        self._count()
        self._search.focus()

    def _count(self) -> None:
        legend = "pick.legend.fields" if type(self.choice) is FieldChoice else ""
        parts = [self._say("form.chosen", count=self.choice.count, total=len(self._rows))]
        parts += [self._say(legend)] if legend else []
        if self.choice.unknown:
            parts.append(self._say("pick.unknown", names=clean_line(",".join(self.choice.unknown))))
        self._status.update(" · ".join(parts))
        self._status.display = not self.single

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        words = self._search.text.casefold().split()
        self._list.show([row for row in self._rows if all(word in row.sought for word in words)])

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._search.text.strip() and not self.single:
            self._list.action_tick()
            self._search.text = ""
        else:
            self.action_accept()

    def on_pick_list_toggled(self, event: PickList.Toggled) -> None:
        event.stop()
        self.choice.toggle(event.path)
        self._list.refresh()
        self._count()
        if self.single:
            self.dismiss(event.path)

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.run_action(str(event.button.name))

    def action_tick(self) -> None:
        self._list.action_tick()

    def action_all(self) -> None:
        self.choice.choose_top()
        self._list.refresh()
        self._count()

    def action_search(self) -> None:
        self._search.focus()

    def action_list(self) -> None:
        self._list.focus()

    def action_accept(self) -> None:
        if self.single:
            self._list.action_tick()
        else:
            self.dismiss(self.choice.text)

    def action_cancel(self) -> None:
        self.dismiss(None)


class FieldPicker(Picker):
    """The fields an answer may carry, by dotted name and by meaning; the result is in the order of the answer."""

    def __init__(self, language: Language, fields: Sequence[tuple[str, Field]], text: str, title: str = "") -> None:
        rows = [
            PickRow.of(path, field.title, language, _remark(field, language), path.count(".")) for path, field in fields
        ]
        super().__init__(language, title, rows, FieldChoice.of(fields, text))


class ChoicePicker(Picker):
    """The allowed values of a parameter with their titles."""

    def __init__(self, language: Language, param: Param, text: str) -> None:
        rows = [PickRow.of(choice.value, choice.title or NOTHING, language) for choice in param.choices]
        values = [choice.value for choice in param.choices]
        title = f"{param.name} · {language.words(param.title)}"
        super().__init__(language, title, rows, (ListChoice if param.many else SingleChoice)(values, text))


def _remark(field: Field, say: Language) -> str:
    parts = [say("pick.needs_session")] if field.needs_session else []
    if field.choices:
        parts.append(say("pick.values", n=len(field.choices)))
    return " · ".join(parts)
