"""The check-up: a lamp for everything a call needs, each as soon as it is known, and the first steps of a newcomer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.assemble import Workbench
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.fixes import GATEWAY_TIME, Fix
from topexplorer.core.lamps import Lamp, State, terminal_lamps
from topexplorer.core.language import Language
from topexplorer.core.text import cell_width, clean_line, fit
from topexplorer.engine.preflight import specs_lamp
from topexplorer.engine.wirelamps import Preflight
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.tell import tell_error
from topexplorer.tui.widgets.page import Row, Span, wrap

MARKS: dict[State, tuple[str, str]] = {
    "ok": ("✓", "green"),
    "warn": ("!", "yellow"),
    "bad": ("✗", "red bold"),
    "skipped": ("–", "dim"),
}
NAME_CELLS = {True: 12, False: 15}
"""As wide as the longest name, by whether the language is Chinese."""
MARGIN = 3
"""Cells of a line that the list keeps for itself and its scrollbar."""
LEAST_CELLS = 32
HERE = frozenset({"resend", "wait", "anyway"})
"""Fixes that mean: look once more."""


def _encoding() -> str:
    """What the terminal is written in: the stream that was there before the app took it."""
    return (sys.__stdout__.encoding if sys.__stdout__ else "") or "utf-8"


class CheckUp(Dialog[Fix]):
    """Gives the fix that was chosen, where the explorer has to carry it out."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", show=False)]

    def __init__(self, language: Language, bench: Workbench) -> None:
        name = bench.engine.environment.name
        title = language("lab.checkup.title", environment=name)
        super().__init__(language, title, language("lab.checkup.keys"), classes="-page -checkup")
        self._bench = bench
        self._list = OptionList(id="lamps")
        self._note = Static("", classes="dialog-note", markup=False)
        self._lamps: dict[str, Lamp] = {}

    def content(self) -> list[Widget]:
        return [self._note, self._list]

    def on_mount(self) -> None:
        self._list.focus()
        self.action_again()

    def action_again(self) -> None:
        self._lamps.clear()
        self._list.clear_options()
        self._run()

    @work(exclusive=True)
    async def _run(self) -> None:
        """Lights the lamps, first those that cost nothing."""
        self._head("needs")
        terminal = terminal_lamps(self._bench.environ, is_terminal=True, encoding=_encoding())
        async for lamp in self._bench.needs(terminal):
            self._light(f"need-{lamp.name}", lamp)
        self._head("steps")
        async for lamp in Preflight(self._bench.engine, self._bench.environ).first_steps():
            self._light(f"step-{lamp.name}", lamp)
        self._to_the_first_red()
        self._count(done=True)
        # Reading every spec file takes seconds: by then the lamp of the quick look has been lit for long.
        self._light("need-specs", await asyncio.to_thread(specs_lamp, self._bench.engine, thorough=True))
        self._count(done=True)

    def _head(self, part: str) -> None:
        words = Text(self.language(f"lab.checkup.{part}"), "bold")
        self._list.add_option(Option(words, id=part, disabled=True))

    def _light(self, key: str, lamp: Lamp) -> None:
        """Shows a lamp, in the place of the same one that knew less."""
        known = key in self._lamps
        self._lamps[key] = lamp
        if known:
            self._list.replace_option_prompt(key, self._words(lamp))
        else:
            self._list.add_option(Option(self._words(lamp), id=key))
            if self._list.highlighted is None:
                self._list.highlighted = 1
        self._count(done=False)

    def _to_the_first_red(self) -> None:
        red = next((key for key, lamp in self._lamps.items() if lamp.state == "bad"), None)
        if red is not None:
            self._list.highlighted = self._list.get_option_index(red)

    def _count(self, *, done: bool) -> None:
        lamps = self._lamps.values()
        red = sum(lamp.state == "bad" for lamp in lamps)
        key = "running" if not done else "red" if red else "green"
        self._note.update(self.language(f"lab.checkup.{key}", lamps=len(lamps), n=red))

    def on_resize(self) -> None:
        for key, lamp in self._lamps.items():
            self._list.replace_option_prompt(key, self._words(lamp))

    def _words(self, lamp: Lamp) -> Text:
        """The lamp in lines that hang below its sentence, what to do about it, and what Enter does."""
        say = self.language
        style = MARKS[lamp.state][1]
        look = "dim" if lamp.state == "skipped" else ""
        cells = NAME_CELLS[say.is_chinese]
        room = max(self._list.size.width - MARGIN, LEAST_CELLS)
        rows = [(text, cells + 3, look) for text in about(lamp, say, cells, room)]
        if lamp.state in ("bad", "warn"):
            if lamp.cure is not None:
                rows.append((f"   → {clean_line(say.render(lamp.cure))}", 5, ""))
            if lamp.fixes:
                rows.append((f"   ⏎ {clean_line(say.render(lamp.fixes[0].text))}", 5, "italic"))
        lines = Text()
        for text, hang, shade in rows:
            for spans in wrap(Row((Span(text),), hang), room):
                lines.append("\n" if lines else "").append("".join(span.text for span in spans), shade)
        lines.stylize(style, 0, 1)
        return lines

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Carries out the cure of a lamp that is not green: here what the lamps themselves can show, else outside."""
        lamp = self._lamps.get(event.option.id or "")
        if lamp is None or lamp.state not in ("bad", "warn") or not lamp.fixes:
            return
        fix, engine = lamp.fixes[0], self._bench.engine
        if fix.kind == "timestamp" and fix.target == GATEWAY_TIME:
            engine.gateway_ahead = timedelta(seconds=fix.seconds)
            self.action_again()
        elif fix.kind == "private":
            self._make_private()
        elif fix.kind in HERE:
            self.action_again()
        else:
            self.dismiss(fix)

    def _make_private(self) -> None:
        """Takes others' rights to the vaults away; what refuses that is told, and its lamp stays red."""
        from topexplorer.engine.checklist import make_private

        try:
            make_private(self._bench.paths)
        except TopExplorerError as error:
            tell_error(self.app, error, self.language)
        self.action_again()


def about(lamp: Lamp, say: Language, cells: int, room: int) -> Iterator[str]:
    """Mark, name, what was found and the figure to it: in one line, or else the figure below."""
    begin = f"{MARKS[lamp.state][0]} {fit(say(f'lamp.{lamp.name}'), cells)} {clean_line(say.render(lamp.sentence))}"
    detail = clean_line(lamp.detail)
    whole = f"{begin} · {detail}" if detail else begin
    if cell_width(whole) <= room or not detail:
        yield whole
        return
    yield begin
    indent = cells + 3
    for part in _parts(detail, room - indent):
        yield " " * indent + part


def _parts(detail: str, room: int) -> Iterator[str]:
    """An address is broken behind a slash, so that its parts stay words; anything else is left whole."""
    while " " not in detail and cell_width(detail) > room and (cut := detail.rfind("/", 0, room) + 1) > 0:
        yield detail[:cut]
        detail = detail[cut:]
    yield detail
