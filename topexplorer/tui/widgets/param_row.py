"""One row of a form: a parameter's name and meaning on the left, its control on the right, and what to know below it.

A row knows its text and whether it is on, nothing else of the request. A programmatic `fill` is never reported back,
an edit by a person always is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widgets import Button, Input, TextArea

from topexplorer.core import paramwords
from topexplorer.core.language import Language
from topexplorer.core.spec import Field, Param
from topexplorer.core.text import clean_line
from topexplorer.core.values import Problem
from topexplorer.tui.widgets.key_button import KeyButton
from topexplorer.tui.widgets.row_frame import MUTED, RowFrame
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
    names: tuple[str, ...] = ()
    """What the rows are called."""


class ParamRow(RowFrame):
    """A parameter with its control; below it stand its problems, else what its text means.

    Only typing changes how many lines it takes, never the cursor coming or going: a button must not move under the
    mouse that is about to press it.
    """

    DEFAULT_CSS = """
    ParamRow {
        &.-odd ValueInput, &.-odd JsonArea, &.-odd BooleanSwitch { background: $panel 60%; }
        &.-off ValueInput, &.-off JsonArea, &.-off BooleanSwitch { text-opacity: 60%; }
    }
    """

    problems: var[tuple[Problem, ...]] = var((), init=False)

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
        super().__init__(classes="" if sent else "-off")
        self.param = param
        self.around = around
        self.text = text
        self.sent = sent
        self.touched = False
        """A person has been here: from now on an empty required field is an error and not just an empty field."""
        names = [path for path, _field in around.fields] if param.type == "fields" else []
        names += [choice.value for choice in param.choices]
        hint = paramwords.placeholder(around.language, param)
        self.control = control_for(param, text, hint, around.language, names, around.names)
        self.button = self.make_button()

    def compose(self) -> ComposeResult:
        yield self.control
        if self.button:
            yield self.button

    def make_button(self) -> KeyButton | None:
        """The button beside the control, if there is one."""
        return KeyButton(self.around.language(f"form.{self.pickable}"), "^F") if self.pickable else None

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

    def take_edit(self) -> None:
        """Report what was typed since the last report, if anything."""
        if self.control.text != self.text:
            self.text = self.control.text
            self.reword()
            self.post_message(self.Edited(self))

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
        param = replace(self.param, name=self.key)
        return paramwords.help_text(self.around.language, param, [self.around.language(key) for key in keys])

    # What is drawn

    def watch_problems(self) -> None:
        self.reword()

    def lay(self, left: int, right: int) -> None:
        self.control.styles.margin = (0, 0 if self.button else right, 0, left)
        if self.button:
            self.button.styles.margin = (0, right, 0, 1)
        super().lay(left, right)

    def notes(self) -> list[Content]:
        say = self.around.language
        problems = [problem for problem in self.problems if problem.where != self.key or not problem.missing]
        if problems and self.sent:
            return [self._problem(problem) for problem in problems]
        means = paramwords.meaning(say, self.param, self.text, self.around.clock(), self.around.fields)
        return [Content.styled(means, "$text-primary")] if means else []

    def _problem(self, problem: Problem) -> Content:
        say = self.around.language
        colour = "$text-error" if problem.severity == "error" else "$text-warning"
        place = "" if problem.missing or problem.where == self.key else f"{problem.where}: "
        sentence = clean_line(f"{place}{say.render(problem.what)}")
        return Content.assemble((say(f"form.{problem.severity}"), f"bold {colour}"), "  ", (sentence, colour))

    def heading(self) -> Content:
        star = " *" if self.param.required else ""
        name = cut(clean_line(self.key), self.columns[0] - 3 - len(star))
        look = "bold" if self.filled and self.sent else MUTED if not self.sent else ""
        return Content.assemble(self.mark(), (name, look), (star, "bold $text-accent"))

    def mark(self) -> tuple[str, str]:
        """Ticked: will be sent. `!`: will be sent and is wrong. A dash: kept back. Blank: there is nothing to send."""
        if not self.sent:
            return "- ", "bold $text-warning"
        if self.filled and any(problem.severity == "error" for problem in self.problems):
            return "! ", "bold $text-error"
        return ("✓ ", "bold $text-success") if self.filled else ("  ", "")

    def caption(self) -> Content:
        say = self.around.language
        state, look = ("", "") if self.sent else (say("form.off"), "bold $text-warning")
        if self.touched and any(problem.missing and problem.where == self.key for problem in self.problems):
            state, look = say("form.required"), "bold $text-error"
        dot = paramwords.DOT if state else ""
        return Content.assemble((state, look), (dot + clean_line(say.words(self.param.title)), MUTED))

    def detail(self) -> str:
        """One line on what the parameter is and what the platform takes."""
        say = self.around.language
        words = [self.param.title, self.param.summary]
        title, *summary = [clean_line(say.words(one)) for one in words if one]
        return paramwords.DOT.join([title, paramwords.hint(say, self.param, self.text), *summary])
