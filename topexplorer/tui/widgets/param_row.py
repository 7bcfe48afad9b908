"""One row of a form: a parameter's name and meaning on the left, its control on the right, and what to know below it.

A row knows its text and whether it is on, nothing else of the request. A programmatic `fill` is never reported back,
an edit by a person always is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual import events, on
from textual.app import ComposeResult, RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Button, Input, TextArea

from topexplorer.core import paramwords
from topexplorer.core.language import Language
from topexplorer.core.spec import Field, Param
from topexplorer.core.text import clean_line
from topexplorer.core.values import Problem
from topexplorer.tui.widgets.key_button import KeyButton
from topexplorer.tui.widgets.row_list import cut
from topexplorer.tui.widgets.value_controls import BooleanSwitch, control_for

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every row of a form shares."""

    language: Language
    clock: Clock
    fields: Sequence[tuple[str, Field]] = ()
    """What a `fields` parameter may name."""
    switchable: bool = True
    """Whether rows can be switched off; members of an object cannot."""


class ParamRow(Widget):
    """A parameter with its control. Two lines, more when there is more to say."""

    DEFAULT_CSS = """
    ParamRow {
        layout: horizontal; width: 1fr; height: auto; padding: 0 1;
        &.-off ValueInput, &.-off JsonArea, &.-off BooleanSwitch { text-opacity: 60%; }
        &:focus-within { background: $boost; }
    }
    """

    column: var[int] = var(24)
    """Cells of the left part."""
    problems: var[tuple[Problem, ...]] = var(())

    @dataclass
    class Edited(Message):
        """A person changed the text or switched the row."""

        row: ParamRow

    @dataclass
    class Passed(Message):
        """Enter was pressed in the control."""

        row: ParamRow

    @dataclass
    class PickAsked(Message):
        """The row's picker or editor is wanted."""

        row: ParamRow

    def __init__(self, param: Param, around: Surroundings, text: str = "", sent: bool = True) -> None:
        super().__init__()
        self.param = param
        self.around = around
        self.text = text
        self.sent = sent
        self.touched = False
        """A person has been here: from now on an empty required field is an error and not just an empty field."""
        names = [path for path, _field in around.fields] if param.type == "fields" else []
        names += [choice.value for choice in param.choices]
        hint = paramwords.placeholder(around.language, param)
        self.control = control_for(param, text, hint, around.language, names)
        self._notes: tuple[int, list[Content]] | None = None

    def compose(self) -> ComposeResult:
        yield self.control
        if self.pickable:
            yield KeyButton(self.around.language(f"form.{self.pickable}"), "^F")

    def on_mount(self) -> None:
        self.set_class(not self.sent, "-off")

    @property
    def key(self) -> str:
        """The name on the wire."""
        return self.param.name

    @property
    def filled(self) -> bool:
        return bool(self.text.strip())

    @property
    def pickable(self) -> str:
        """What the row's button does: `pick`, `choose` or `edit`; empty when there is no button."""
        if self.param.type == "fields" and self.around.fields:
            return "pick"
        if self.param.choices and self.param.type != "boolean":
            return "choose"
        return "edit" if self.param.type == "object" else ""

    def fill(self, text: str, sent: bool = True) -> None:
        """Show this, without reporting an edit."""
        self.text, self.sent, self.touched = text, sent, False
        self.set_class(not sent, "-off")
        if self.control.text != text:
            self.control.text = text
        self.reword()

    def put(self, text: str) -> None:
        """Write `text` for the person, who chose it in a picker or asked for the example."""
        self.control.text = text
        self.take_edit()

    def switch(self) -> None:
        """Send the row, or keep it back."""
        if self.around.switchable:
            self.sent = not self.sent
            self.set_class(not self.sent, "-off")
            self.reword()
            self.post_message(self.Edited(self))

    def take_edit(self) -> bool:
        """Report what was typed since the last report, if anything."""
        if self.control.text == self.text:
            return False
        self.text = self.control.text
        self.reword()
        self.post_message(self.Edited(self))
        return True

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(BooleanSwitch.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        self.take_edit()

    @on(Input.Submitted)
    @on(BooleanSwitch.Submitted)
    def _entered(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Passed(self))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.PickAsked(self))

    def on_descendant_focus(self) -> None:
        self.scroll_visible(animate=False)

    def on_descendant_blur(self) -> None:
        self.touched = True
        self.reword()

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            x = event.get_content_offset_capture(self).x
            if x < 2 and self.around.switchable:
                self.switch()
            else:
                self.control.focus()

    def help_text(self) -> str:
        """Everything known about the parameter, and the keys that work here."""
        keys = [f"form.key.{name}" for name in (self.pickable, "switch" if self.around.switchable else "") if name]
        if self.param.example or self.param.default:
            keys.append("form.key.example")
        return paramwords.help_text(self.around.language, self.param, [self.around.language(key) for key in keys])

    # What is drawn

    def watch_problems(self) -> None:
        self.reword()

    def watch_column(self, column: int) -> None:
        self.control.styles.margin = (0, 0, 0, column)
        self.reword()

    def reword(self) -> None:
        """Draw the notes anew; lays the form out only when their number of lines changes."""
        before = self._notes
        self._notes = None
        if self.is_mounted:
            self.refresh(layout=before is None or len(self._noted(before[0])) != len(before[1]))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return super().get_content_height(container, viewport, width) + len(self._noted(width))

    def _noted(self, width: int) -> list[Content]:
        """The lines below the control, for a row of `width` cells."""
        if self._notes is None or self._notes[0] != width:
            room = max(width - self.column - 1, 8)
            self._notes = width, [line for note in self.notes() for line in note.wrap(room)]
        return self._notes[1]

    def notes(self) -> list[Content]:
        """Problems if there are any, else what the text means and what the platform expects."""
        say = self.around.language
        problems = [problem for problem in self.problems if self.touched or not problem.missing]
        if problems and self.sent:
            return [self._problem(problem) for problem in problems]
        means = paramwords.meaning(say, self.param, self.text, self.around.clock(), self.around.fields)
        parts = [] if self.sent else [(say("form.off"), "bold $text-warning")]
        parts += [(means, "$text-primary")] if means else []
        parts.append((paramwords.hint(say, self.param, self.text), "$foreground 60%"))
        return [Content.styled(paramwords.DOT, "$foreground 60%").join(Content.styled(*part) for part in parts)]

    def _problem(self, problem: Problem) -> Content:
        say = self.around.language
        colour = "$text-error" if problem.severity == "error" else "$text-warning"
        place = "" if problem.missing or problem.where == self.key else f"{problem.where}: "
        sentence = clean_line(f"{place}{say.render(problem.what)}")
        return Content.assemble((say(f"form.{problem.severity}"), f"bold {colour}"), "  ", (sentence, colour))

    def render(self) -> RenderResult:
        left = [self._name_line(), Content.styled(f"  {self._cut(self._title(), 2)}", "$foreground 60%")]
        notes = self._noted(self.content_size.width)
        first = max(self.control.size.height, 1)
        lines = []
        for place in range(max(len(left), first + len(notes))):
            line = left[place] if place < len(left) else Content("")
            if 0 <= place - first < len(notes):
                line = line.pad_right(self.column + 1 - line.cell_length) + notes[place - first]
            lines.append(line)
        return Content("\n").join(lines)

    def _title(self) -> str:
        return clean_line(self.around.language.words(self.param.title))

    def _cut(self, text: str, taken: int) -> str:
        return cut(text, self.column - 1 - taken)

    def _name_line(self) -> Content:
        star = " *" if self.param.required else ""
        name = self._cut(clean_line(self.key), 2 + len(star))
        look = "bold" if self.filled and self.sent else "$foreground 60%" if not self.sent else ""
        return Content.assemble(self.mark(), (name, look), (star, "bold $text-accent"))

    def mark(self) -> tuple[str, str]:
        """Ticked: will be sent. A dash: kept back. Blank: there is nothing to send."""
        if not self.sent:
            return "- ", "bold $text-warning"
        return ("✓ ", "bold $text-success") if self.filled else ("  ", "")
