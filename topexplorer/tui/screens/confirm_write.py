"""A write in production, before it is sent: where to, as which app and seller, what is sent, and the object as it is.

Only the environment's name, typed, lets it go, and then exactly what stands here is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from topexplorer.core.call import Exchange
from topexplorer.core.language import Language
from topexplorer.core.plannedwrite import PlannedWrite, Present, shown_files, shown_values
from topexplorer.core.text import cell_width
from topexplorer.engine.engine import Engine
from topexplorer.engine.lookups import Sight, look
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.drawable import Drawable
from topexplorer.tui.widgets.page import Page, Row, row

LEAST_LABEL = 8


class ConfirmWrite(Dialog[bool]):
    """Ends with True when it is to be sent."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
    ]

    def __init__(
        self,
        language: Language,
        engine: Engine,
        planned: PlannedWrite,
        hide: Callable[[Exchange], Exchange],
        shown: Callable[[str, str], str],
    ) -> None:
        """`hide` takes personal data out of the answer; `shown` is what of a value by its name may be seen."""
        title = language("env.confirm.title", environment=planned.environment)
        super().__init__(language, title, language("env.confirm.keys"), classes="-page -danger -confirm")
        self._engine = engine
        self._planned = planned
        self._hide = hide
        self._shown = shown
        self._sight: Sight | None = None
        self._page = Page()
        self._input = Input(placeholder=planned.environment, highlighter=Drawable(), compact=True)
        self._input.cursor_blink = False
        self._told = Static("", classes="dialog-fault", markup=False)

    def content(self) -> list[Widget]:
        say = self.language
        ask = Static(say("env.confirm.type", name=self._planned.environment), classes="confirm-ask", markup=False)
        return [self._page, ask, self._input, self._told]

    def on_mount(self) -> None:
        self._show()
        self._input.focus()
        self._look()

    @work(exit_on_error=False)
    async def _look(self) -> None:
        """Reads the object by an ordinary call; a failure is a sentence on the page."""
        self._sight = await look(self._engine, self._planned, self._hide)
        self._told.update("")
        self._show()

    def _show(self) -> None:
        self._page.show(tuple(self._rows()), keep_place=True)

    def _rows(self) -> Iterator[Row]:
        yield from self._facts()
        yield row()
        sight = self._sight
        if sight is None:
            yield row((self.language("env.confirm.looking"), "muted"))
        elif sight.trouble:
            yield row((self.language.render(sight.trouble), "warning"))
        else:
            method = self._planned.lookup.api if self._planned.lookup else ""
            yield row((self.language("env.confirm.now", method=method), "title"))
            for place, fields in enumerate(sight.objects):
                yield from [row()] if place else []
                yield from self._object(fields)

    def _facts(self) -> Iterator[Row]:
        say, planned, engine = self.language, self._planned, self._engine
        environment = engine.environments[planned.environment]
        title = say.words(engine.catalog.spec(planned.method).title)
        facts = (
            ("method", ((planned.method, "strong"), f"  {title}")),
            ("environment", (planned.environment, f"  {environment.gateway}")),
            ("app", (planned.app_key,)),
            ("seller", (planned.seller or say("env.confirm.seller.unknown"),)),
        )
        labels = {name: say(f"env.confirm.{name}") for name in ("method", "environment", "app", "seller", "sends")}
        width = max(cell_width(label) for label in labels.values()) + 2
        for name, parts in facts:
            yield row((_padded(labels[name], width), "muted"), *parts, hang=width)
        sent = [*shown_values(planned), *shown_files(planned)]
        for place, (name, text) in enumerate(sent):
            label = "" if place else labels["sends"]
            yield row(
                (_padded(label, width), "muted"), (name, "name"), " = ", (self._shown(name, text), "strong"), hang=width
            )

    def _object(self, fields: tuple[Present, ...]) -> Iterator[Row]:
        say = self.language
        labels = [say.words(field.title) for field in fields]
        width = min(max([LEAST_LABEL, *map(cell_width, labels)]), 24) + 2
        for field, label in zip(fields, labels, strict=True):
            head = (f"  {_padded(label, width)}", "muted")
            now = self._shown(field.name, field.text) or say("env.confirm.empty")
            if field.becomes is None:
                yield row(head, now, hang=width + 2)
            elif field.differs:
                yield row(head, (now, "bad"), " → ", (self._shown(field.of, field.becomes), "good"), hang=width + 2)
            else:
                yield row(head, now, (f"  {say('env.confirm.same')}", "muted"), hang=width + 2)

    def action_turn(self, pages: int) -> None:
        """Scrolls the page while the cursor stays in the input."""
        self._page.scroll_relative(y=pages * max(self._page.size.height - 1, 1), animate=False)

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        event.stop()
        if self._input.value.strip() != self._planned.environment:
            self._told.update(self.language("dialog.text.differs", expected=self._planned.environment))
        elif self._sight is None:
            self._told.update(self.language("env.confirm.still_looking"))
        else:
            self.dismiss(True)


def _padded(label: str, width: int) -> str:
    return label + " " * max(1, width - cell_width(label))
