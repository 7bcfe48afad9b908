"""What went wrong, why, and what to do about it: a Diagnosis with fixes that can be chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import var
from textual.timer import Timer
from textual.widgets import Static

from topexplorer.core.diagnosis import Diagnosis, Fix
from topexplorer.core.language import Language
from topexplorer.core.text import clean, clean_line
from topexplorer.tui.widgets.pairs_view import PairsView


class FixRow(Static, can_focus=True):
    """One thing to do. Enter or a click chooses it; waiting cannot be chosen before it is over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "choose", show=False),
        Binding("down,j", "app.focus_next", show=False),
        Binding("up,k", "app.focus_previous", show=False),
    ]

    left: var[int] = var(0)
    """Seconds still to wait."""

    def __init__(self, fix: Fix, language: Language, ends: float, clock: Callable[[], float], key: str = "") -> None:
        super().__init__(markup=False)
        self._key = f"  {key}" if key else ""
        self.fix = fix
        self._language = language
        self._ends = ends
        self._clock = clock
        self._timer: Timer | None = None

    def on_mount(self) -> None:
        if self.fix.kind == "wait":
            self._timer = self.set_interval(0.25, self.count_down)
        self.count_down()
        self._describe()

    def count_down(self) -> None:
        """Reads the clock; the timer ends with the wait."""
        self.left = max(0, ceil(self._ends - self._clock())) if self.fix.kind == "wait" else 0
        if self.left == 0 and self._timer is not None:
            self._timer.stop()

    def watch_left(self) -> None:
        self._describe()

    def _describe(self) -> None:
        self.set_class(self.left > 0, "-waiting")
        if self.left:
            self.update(Content.assemble("… ", self._language("card.wait", time=wait_text(self.left))))
            return
        words = self._language("card.send_again") if self.fix.kind == "wait" else self._language.render(self.fix.text)
        self.update(Content.assemble(("⏎ ", "$text-accent bold"), clean_line(words), (self._key, "$text-muted")))

    def help_text(self) -> str:
        return self._language("card.help")

    def action_choose(self) -> None:
        if self.left == 0:
            self.post_message(ErrorCard.FixChosen(self.fix))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_choose()


class ErrorCard(VerticalScroll, can_focus=False):
    """Draws `diagnosis`. `key` is named beside the first fix, which it carries out from anywhere.

    `age` is how many seconds ago it happened; a wait that has passed since is over.
    """

    DEFAULT_CSS = """
    ErrorCard {
        height: 1fr;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & .card--row { height: auto; padding: 0 1; }
        & .card--label { width: 12; color: $text-muted; }
        & .card--words { width: 1fr; height: auto; }
        & #card-title { text-style: bold; color: $text-error; padding: 0 1; margin: 0 0 1 0; }
        & #card-fixes { height: auto; margin: 1 0 1 12; }
        & FixRow { width: auto; max-width: 100%; height: auto; padding: 0 1; }
        & FixRow:focus { background: $primary 30%; }
        & FixRow.-waiting { color: $text-warning; }
        & PairsView { height: auto; margin: 1 0 0 0; }
    }
    """

    diagnosis: var[Diagnosis | None] = var(None, always_update=True)
    age: var[float] = var(0.0)

    @dataclass
    class FixChosen(Message):
        """A fix was chosen: the screen carries it out."""

        fix: Fix

    def __init__(
        self, language: Language, *, clock: Callable[[], float] = monotonic, key: str = "", id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._language = language
        self._key = key
        self._clock = clock

    def compose(self) -> ComposeResult:
        yield Static("", id="card-title", markup=False)
        for part in ("cause", "cure", "proofs"):
            with Horizontal(classes="card--row", id=f"card-row-{part}"):
                yield Static(self._language(f"card.{part}"), classes="card--label", markup=False)
                yield Static("", id=f"card-{part}", classes="card--words", markup=False)
            if part == "cause":
                # Before all else that can be read: what cures it must be on screen, however low the pane is.
                yield Vertical(id="card-fixes")
        yield PairsView(self._language)

    async def on_mount(self) -> None:
        await self._describe()

    async def watch_diagnosis(self) -> None:
        if self.is_mounted:
            await self._describe()

    async def _describe(self) -> None:
        diagnosis = self.diagnosis
        if diagnosis is None:
            return
        say = self._language.render
        for part, words in (("title", diagnosis.title), ("cause", diagnosis.cause), ("cure", diagnosis.cure)):
            self.query_one(f"#card-{part}", Static).update(Content(clean(say(words))))
        proofs = "\n".join(clean_line(say(proof)) for proof in diagnosis.proofs)
        self.query_one("#card-proofs", Static).update(Content(proofs))
        self.query_one("#card-row-proofs").display = bool(proofs)
        self.query_one(PairsView).pairs = diagnosis.evidence
        fixes = self.query_one("#card-fixes", Vertical)
        now = self._clock() - self.age
        keys = [self._key, *[""] * len(diagnosis.fixes)]
        rows = [
            FixRow(fix, self._language, now + fix.seconds, self._clock, key)
            for fix, key in zip(diagnosis.fixes, keys, strict=False)
        ]
        fixes.display = bool(rows)
        await fixes.remove_children()
        await fixes.mount_all(rows)
        self.scroll_home(animate=False)


def wait_text(seconds: int) -> str:
    """`27 s`, `12 min 05 s`."""
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60:02d} s"
