"""A write in production, before it is sent: where to, as which app and seller, what is sent, and the object as it is.

Only the environment's name, typed, lets it go, and then exactly what stands here is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from topexplorer.core.call import Exchange
from topexplorer.core.language import Language
from topexplorer.core.plannedwrite import PlannedWrite, Present, shown_files, shown_values
from topexplorer.core.spelledout import spelled_out
from topexplorer.core.text import cell_width
from topexplorer.engine.engine import Engine
from topexplorer.engine.lookups import Sight, look
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.drawable import DiscreetInput
from topexplorer.tui.widgets.page import Page, Row, row

LEAST_LABEL = 8
MOST_ABOVE = 160
"""Cells of what is sent, three lines or so, that may stand above the difference."""


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
        shown: Callable[[str, str, tuple[str, ...]], str],
    ) -> None:
        """`hide` takes personal data out of the answer; `shown` is what of a value may be seen, by its name and by the
        names beside it.
        """
        title = language("env.confirm.title", environment=planned.environment)
        super().__init__(language, title, language("env.confirm.keys"), classes="-page -danger -confirm")
        self._engine = engine
        self._planned = planned
        self._spec = engine.catalog.spec(planned.method)
        self._hide = hide
        self._see = shown
        sent = shown_values(planned)
        spelled = (one.name for one in spelled_out(self._spec, sent))
        self._names = tuple(dict.fromkeys((*(name for name, _text in sent), *spelled)))
        self._sight: Sight | None = None
        self._is_made_up = False
        """Whether the people in the objects are."""
        self._page = Page()
        self._input = DiscreetInput(placeholder=planned.environment, compact=True)
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
        is_demo = self._is_demo
        self._sight = await look(self._engine, self._planned, self._hide)
        self._is_made_up = is_demo
        self._told.update("")
        self._show()

    def draw_anew(self) -> None:
        """Of an object that was read in demo mode only what is made up is here: it is read again."""
        if self._is_made_up and not self._is_demo:
            self._sight = None
            self._look()
        self._show()

    @property
    def _is_demo(self) -> bool:
        return bool(getattr(self.app, "demo", False))

    def _shown(self, name: str, text: str) -> str:
        return self._see(name, text, self._names)

    def _show(self) -> None:
        self._page.show(tuple(self._rows()), keep_place=True)

    def _rows(self) -> Iterator[Row]:
        """What is sent stands above what it changes, unless it would push that off the page."""
        yield from self._facts()
        sent = list(self._sent())
        is_long = sum(sum(cell_width(span.text) for span in line.spans) for line in sent) > MOST_ABOVE
        if not is_long or not self._planned.lookups:
            yield from sent
        yield row()
        yield from self._before()
        if is_long and self._planned.lookups:
            yield row()
            yield from sent

    def _before(self) -> Iterator[Row]:
        """The objects as they are now, or why they cannot be seen."""
        sight = self._sight
        if sight is None:
            yield row((self.language("env.confirm.looking"), "muted"))
            return
        if sight.trouble:
            look = "plain" if self._spec.effect in ("creates", "sends") and not self._spec.shows else "warning"
            yield row((self.language.render(sight.trouble), look))
        yield from self._objects(sight)
        if sight.more:
            yield row((self.language("env.confirm.more", count=sight.more), "warning"))

    def _facts(self) -> Iterator[Row]:
        say, planned = self.language, self._planned
        environment = self._engine.environments[planned.environment]
        seller = (f"   {say('env.confirm.seller')} ", "muted"), planned.seller or say("env.confirm.seller.unknown")
        yield self._labelled("method", (planned.method, "strong"), f"  {say.words(self._spec.title)}")
        yield self._labelled("environment", planned.environment, f"  {environment.gateway}")
        yield self._labelled("app", planned.app_key, *seller)

    def _labelled(self, name: str, *parts: str | tuple[str, str]) -> Row:
        """A row of the list at the top; without a name it goes on with the one above."""
        names = ("method", "environment", "app", self._sends)
        width = max(cell_width(self.language(f"env.confirm.{each}")) for each in names) + 2
        label = self.language(f"env.confirm.{name}") if name else ""
        return row((_padded(label, width), "muted"), *parts, hang=width)

    @property
    def _sends(self) -> str:
        return "creates" if self._spec.effect == "creates" else "sends"

    def _sent(self) -> Iterator[Row]:
        for place, parts in enumerate(self._values()):
            yield self._labelled("" if place else self._sends, *parts)

    def _values(self) -> Iterator[tuple[str | tuple[str, str], ...]]:
        """What is sent: as it goes on the wire beside a difference, taken apart where that is all there is to see."""
        planned = self._planned
        if planned.lookups and self._spec.effect != "creates":
            for name, text in shown_values(planned):
                yield (name, "name"), " = ", (self._shown(name, text), "strong")
        else:
            look = "good" if self._spec.effect == "creates" else "strong"
            for value in spelled_out(self._spec, shown_values(planned)):
                title = f"  {self.language.words(value.title)}" if value.title else ""
                yield (value.path, "name"), " = ", (self._shown(value.name, value.text), look), (title, "muted")
        for name, text in shown_files(planned):
            yield (name, "name"), " = ", (text, "strong")

    def _objects(self, sight: Sight) -> Iterator[Row]:
        if not sight.objects:
            return
        heading, look = "env.confirm.now", "title"
        if self._spec.effect == "deletes":
            heading, look = "env.confirm.now.deletes", "bad"
        elif self._spec.effect == "creates":
            heading = "env.confirm.now.creates"
        yield row((self.language(heading, method=sight.methods), look))
        several = len(sight.objects) > 1
        for number, (label, group) in enumerate(sight.by_label(), 1):
            if label and sight.named > 1:
                named = "  ".join(f"{name} {self._shown(name, text)}" for name, text in label)
                yield row((f"{number}/{sight.named}  ", "muted"), (named, "strong"))
            for seen in group:
                if seen.trouble:
                    yield row("  ", (self.language.render(seen.trouble), "warning"), hang=2)
                yield from self._changes(
                    tuple(field for field in seen.fields if field.becomes is not None or not several)
                )
                if several:
                    yield self._rest(field for field in seen.fields if field.becomes is None)

    def _rest(self, fields: Iterable[Present]) -> Row:
        """What an object has beside that which changes, in few lines: there are more objects to come."""
        parts: list[str | tuple[str, str]] = ["  "]
        for field in fields:
            parts += [(f"{self.language.words(field.title)} ", "muted"), f"{self._now(field)}  "]
        return row(*parts, hang=2)

    def _changes(self, fields: tuple[Present, ...]) -> Iterator[Row]:
        say = self.language
        labels = [say.words(field.title) for field in fields]
        width = min(max([LEAST_LABEL, *map(cell_width, labels)]), 24) + 2
        for field, label in zip(fields, labels, strict=True):
            head = (f"  {_padded(label, width)}", "muted")
            now = self._now(field)
            if field.becomes is None:
                yield row(head, now, hang=width + 2)
            elif field.differs:
                then = self._shown(field.of, field.becomes) or say("env.confirm.empty")
                adds = (f"  ({field.adds})" if field.adds else "", "muted")
                yield row(head, (now, "bad"), " → ", (then, "good"), adds, hang=width + 2)
            else:
                yield row(head, now, (f"  {say('env.confirm.same')}", "muted"), hang=width + 2)

    def _now(self, field: Present) -> str:
        text = field.text if self._is_made_up else self._shown(field.name, field.text)
        return text or self.language("env.confirm.empty")

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
