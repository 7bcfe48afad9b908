"""A form row whose name is typed too: for APIs outside the catalog, and for parameters a spec does not list."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input

from topexplorer.core.language import Words
from topexplorer.core.spec import Param
from topexplorer.tui.widgets.key_button import KeyButton
from topexplorer.tui.widgets.param_row import ParamRow, Surroundings
from topexplorer.tui.widgets.value_controls import ValueInput


class FreeRow(ParamRow):
    """A name and a value; a `file` row holds a path instead."""

    DEFAULT_CSS = """
    FreeRow > .free-row--name { margin: 0 1 0 2; }
    """

    @dataclass
    class Removed(Message):
        """The row is not wanted any more."""

        row: FreeRow

    def __init__(self, name: str, around: Surroundings, text: str = "", sent: bool = True, file: bool = False) -> None:
        title = around.language("form.free_file" if file else "form.free")
        param = Param(
            name=name,
            type="file" if file else "string",
            platform_type="byte[]" if file else "String",
            title=Words(zh=title, en=title),
        )
        super().__init__(param, around, text, sent)
        self.clash = ""
        """The message that says why the row is not part of the request; empty when it is."""
        self.name_control = ValueInput(name, around.language("form.name_here"))
        self.name_control.add_class("free-row--name")
        self._named = name

    def compose(self) -> ComposeResult:
        yield self.name_control
        yield from super().compose()

    def make_button(self) -> KeyButton | None:
        return KeyButton(self.around.language("form.remove"))

    @property
    def key(self) -> str:
        return self.name_control.text.strip()

    @property
    def pickable(self) -> str:
        return ""

    def explain(self, clash: str) -> None:
        """Say by this message why the row is left out; empty when it is not."""
        if clash != self.clash:
            self.clash = clash
            self.reword()

    def take_edit(self) -> None:
        if self.name_control.text != self._named:
            self._named = self.name_control.text
            if isinstance(self.control, ValueInput):
                self.control.named = self.key
            self.reword()
            self.post_message(self.Edited(self))
        super().take_edit()

    @on(Input.Submitted, ".free-row--name")
    def _name_entered(self, event: Input.Submitted) -> None:
        event.stop()
        event.prevent_default()
        self.control.focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        event.prevent_default()
        self.post_message(self.Removed(self))

    def lay(self, left: int, right: int) -> None:
        super().lay(left, right)
        self.control.styles.margin = 0
        self.name_control.styles.width = left - 3

    def notes(self) -> list[Content]:
        if self.clash and self.filled:
            say = self.around.language
            return [
                Content.assemble((say("form.warning"), "bold $text-warning"), "  ", (say(self.clash), "$text-warning"))
            ]
        return super().notes()

    def heading(self) -> Content:
        return Content.assemble(self.mark())
