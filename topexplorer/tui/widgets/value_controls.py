"""The controls a parameter is edited with. Each holds the text exactly as typed and shows it cleaned.

Numbers stay text; control characters that were pasted or came in a profile are shown as signs and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from topexplorer.core.language import Language
from topexplorer.core.spec import Param
from topexplorer.core.text import cell_width, clean_line
from topexplorer.core.veil import Veil
from topexplorer.tui.widgets.drawable import DiscreetInput, Sight, drawable, pasting, taken
from topexplorer.tui.widgets.row_list import cut


class _Completion(Suggester):
    """Completes the value, or the last entry of a comma list, from known names."""

    def __init__(self, names: Sequence[str], many: bool) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._names = [name for name in names if clean_line(name) == name]
        self._many = many

    async def get_suggestion(self, value: str) -> str | None:
        before, comma, last = value.rpartition(",") if self._many else ("", "", value)
        if not last.strip():
            return None
        found = next((name for name in self._names if name.startswith(last.lstrip()) and name != last), None)
        return None if found is None else f"{before}{comma}{last[: -len(last.lstrip())]}{found}"


class ValueInput(DiscreetInput):
    """One line of text. Pasting keeps line breaks, shown as signs; only the one at the end is dropped."""

    DEFAULT_CSS = """
    ValueInput, ValueInput:focus { border: none; height: 1; background: $panel; padding: 0 1; width: 1fr; }
    """

    virtual_size = reactive(Size(0, 0), layout=False)
    """The text scrolls inside the field: a key must not lay out the screen, which costs 20 ms in a long form."""
    named = ""
    """The parameter it is for: demo mode shows by it what is made up instead."""
    beside: tuple[str, ...] = ()
    """The names of the others."""

    def __init__(self, text: str, placeholder: str = "", names: Sequence[str] = (), many: bool = False) -> None:
        self._offer = placeholder
        super().__init__(text, suggester=_Completion(names, many) if names else None, select_on_focus=False)
        self.cursor_blink = False  # a blinking cursor is half of what an idle screen costs

    def see(self, veil: Veil, text: str) -> str:
        return veil.value(self.named, text, self.beside)

    @property
    def about(self) -> object:
        return self.named, self.beside

    @property
    def text(self) -> str:
        """What was typed."""
        return self.value

    @text.setter
    def text(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)

    def on_resize(self) -> None:
        """A placeholder that is too long would be wrapped, and all but its first line be lost."""
        self.placeholder = cut(self._offer, self.content_size.width)

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(event.text.rstrip("\r\n"), *sorted(self.selection))


class PlainArea(TextArea):
    """Text over several lines, control characters shown as signs and kept. What is copied of it is what is seen."""

    def __init__(self, text: str = "", **options: Any) -> None:
        self._sight = Sight(self, self.see)
        self._real: list[str] = []
        self._whole = ""
        self._seen: tuple[str, list[str]] = ("", [""])
        super().__init__(text, **options)

    def see(self, veil: Veil, text: str) -> str:
        """What may be seen of the text, with its lines as long as they are."""
        return veil.line(text)

    def get_line(self, line_index: int) -> Text:
        seen = self._sight.of(self._typed())
        if self._seen[0] is not seen:
            self._seen = (seen, seen.split("\n"))
        lines = self._seen[1]
        return Text(drawable(lines[line_index] if line_index < len(lines) else ""), end="", no_wrap=True)

    def _typed(self) -> str:
        """The whole text, with plain line breaks."""
        lines = self.document.lines
        if lines != self._real:
            self._real = list(lines)
            self._whole = "\n".join(lines)
        return self._whole

    @property
    def selected_text(self) -> str:
        start, end = sorted(self.selection)
        before = self.document.lines
        first, last = (sum(len(line) + 1 for line in before[:row]) + column for row, column in (start, end))
        return self._sight.copied(self._typed(), first, last).replace("\n", self.document.newline)

    def action_copy(self) -> None:
        super().action_copy()
        taken(self, super().selected_text)

    def action_paste(self) -> None:
        with pasting(self):
            super().action_paste()

    def action_cut(self) -> None:
        """The whole line where nothing is selected."""
        if not self.read_only:
            start, end = sorted(self.selection)
            if start == end:
                start, end = (start[0], 0), min((start[0] + 1, 0), self.document.end)
                self.selection = Selection(start, end)
            self.action_copy()
            self.delete(start, end, maintain_selection_offset=False)


class JsonArea(PlainArea):
    """JSON text over several lines; grows with it up to six."""

    DEFAULT_CSS = """
    JsonArea { height: auto; min-height: 1; max-height: 6; background: $panel; }
    """

    def __init__(self, text: str, placeholder: str = "") -> None:
        super().__init__(text, placeholder=Content(placeholder), compact=True, tab_behavior="focus")

    def see(self, veil: Veil, text: str) -> str:
        return veil.json(text)


class BooleanSwitch(Widget, can_focus=True):
    """Not sent, true or false; a text that is neither is kept as a fourth state until it is changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"boolean-switch--chosen", "boolean-switch--other"}
    DEFAULT_CSS = """
    BooleanSwitch {
        height: 1; width: 1fr; padding: 0 1; background: $panel; pointer: pointer;
        & > .boolean-switch--chosen { text-style: bold; color: $foreground; }
        & > .boolean-switch--other { color: $text-muted; }
        &:focus { background-tint: $foreground 5%; }
        &:focus > .boolean-switch--chosen { text-style: bold reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("t,y,1", "put('true')", show=False),
        Binding("f,n,0", "put('false')", show=False),
        Binding("backspace,delete", "put('')", show=False),
        Binding("enter", "pass_on", show=False),
    ]

    text: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """The state was changed, by a person or by the program."""

        switch: BooleanSwitch

    @dataclass
    class Submitted(Message):
        """Enter was pressed: go on to the next field."""

        switch: BooleanSwitch

    def __init__(self, text: str, language: Language) -> None:
        super().__init__()
        self._language = language
        self.set_reactive(BooleanSwitch.text, text)

    @property
    def _states(self) -> list[str]:
        states = ["", "true", "false"]
        return states if self.text in states else [*states, self.text]

    def _labels(self) -> list[tuple[str, str]]:
        """Each state with what is drawn for it; brackets mark the chosen one where there is no colour."""
        labels = []
        for state in self._states:
            word = drawable(state) or self._language("form.not_sent")
            labels.append((state, f"[{word}]" if state == self.text else f" {word} "))
        return labels

    def render(self) -> RenderResult:
        parts = []
        for state, label in self._labels():
            look = "chosen" if state == self.text else "other"
            parts.append((label, self.get_visual_style(f"boolean-switch--{look}")))
        return Content.assemble(*parts)

    def watch_text(self) -> None:
        self.post_message(self.Changed(self))

    def action_turn(self, step: int) -> None:
        states = self._states
        self.text = states[(states.index(self.text) + step) % len(states)]

    def action_put(self, state: str) -> None:
        self.text = state

    def action_pass_on(self) -> None:
        self.post_message(self.Submitted(self))

    def on_click(self, event: events.Click) -> None:
        x = event.get_content_offset_capture(self).x
        for state, label in self._labels():
            if 0 <= x < cell_width(label):
                self.text = state
                return
            x -= cell_width(label)


Control = ValueInput | JsonArea | BooleanSwitch


def control_for(
    param: Param,
    text: str,
    placeholder: str,
    language: Language,
    names: Sequence[str],
    beside: tuple[str, ...] = (),
) -> Control:
    """The control for a parameter's type. `names` are the texts it can complete, `beside` the other parameters."""
    if param.type == "boolean" and not param.many:
        return BooleanSwitch(text, language)
    if param.type == "json":
        return JsonArea(text, placeholder)
    field = ValueInput(text, placeholder, names, param.many or param.type == "fields")
    field.named, field.beside = param.name, beside
    return field
