"""The sign lab: how the sign of the draft comes about, and what is wrong with one that another program made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Tab, Tabs, TextArea

from topexplorer.assemble import Workbench
from topexplorer.core.call import RequestDraft
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.signlab.pasted import Pasted
from topexplorer.core.signlab.reading import read
from topexplorer.core.signlab.solve import Verdict, solve
from topexplorer.core.signlab.telling import Look, told
from topexplorer.core.timelab import clocks, forms
from topexplorer.core.veil import Veil
from topexplorer.engine.engine import Engine
from topexplorer.engine.gatewayclock import TIME
from topexplorer.engine.madeup import keys_are_made_up, steps
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.tell import tell_error
from topexplorer.tui.widgets.page import Page, Row, Span, row
from topexplorer.tui.widgets.sign_preview import step_rows
from topexplorer.tui.widgets.value_controls import PlainArea

SIDES = ("steps", "finding", "times")
PAUSE = 0.25
"""Seconds without a key after which a text is looked at."""
_LOOKS: dict[Look, str] = {"answer": "strong", "head": "muted", "text": "plain", "fix": "accent", "blank": "plain"}


class PasteArea(PlainArea):
    """Takes a call in any form. In demo mode whom it names is made up."""

    def see(self, veil: Veil, text: str) -> str:
        pasted = read(text)
        veil.read(pasted.raw, pasted.params)
        return veil.line(text)


class SignLab(Dialog[str]):
    """Gives the corrected line of code when it is to be copied."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "copy_fix", show=False, priority=True),
        Binding("f5", "ask_time", show=False, priority=True),
    ]

    @dataclass
    class Judged(Message):
        """A thread has looked for the mistake in a text."""

        text: str
        rows: tuple[Row, ...]
        fix: str = ""
        params: tuple[tuple[str, str], ...] = ()
        """What the call in it carries."""

    def __init__(self, language: Language, bench: Workbench, draft: RequestDraft | None, veil: Veil) -> None:
        super().__init__(language, language("lab.title"), language("lab.keys"), classes="-page -signlab")
        self._bench = bench
        self._draft = draft
        self._veil = veil
        self._paste = PasteArea(id="lab-paste", placeholder=language("lab.paste"))
        self._paste.cursor_blink = False
        self._page = Page(id="lab-page")
        self._side = "steps"
        self._found: tuple[Row, ...] = ()
        self._params: tuple[tuple[str, str], ...] = ()
        self._fix = ""
        self._waiting: Timer | None = None

    def content(self) -> list[Widget]:
        tabs = Tabs(*(Tab(self.language(f"lab.side.{side}"), id=f"lab-{side}") for side in SIDES), id="lab-sides")
        return [self._paste, tabs, self._page]

    def on_mount(self) -> None:
        self._show("steps")
        self._paste.focus()

    @on(TextArea.Changed)
    def _changed(self) -> None:
        """A moment after the last key: what is pasted comes as one change."""
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        text = self._paste.text
        if not text.strip():
            self._found, self._fix = (), ""
            self._show("steps")
            return
        self._side = "finding"
        self._judge_anew(text)

    def _judge_anew(self, text: str) -> None:
        self._found = (row((self.language("lab.looking"), "muted")),)
        self._show(self._side)
        self.judge(text)

    def draw_anew(self) -> None:
        """A sign that could be seen cannot any longer, or the other way round."""
        if self._paste.text.strip():
            self._judge_anew(self._paste.text)
        else:
            self._show(self._side)

    @work(thread=True, exclusive=True)
    def judge(self, text: str) -> None:
        """Reads the text and finds the mistake with the keys of the environment, which may ask for a passphrase."""
        say, engine = self.language, self._bench.engine
        try:
            keys = self._bench.vault.credentials(engine.environment)
            known = engine.parameters(self._draft) if self._draft else ()
        except TopExplorerError as error:
            hint = (row((say.render(error.hint), "muted")),) if error.hint else ()
            self.post_message(self.Judged(text, (row((say.render(error.message), "bad")), *hint)))
            return
        pasted = read(text)
        if pasted.form == "sign" and known:
            pasted = pasted.with_params(known)
        session = (("session", keys.session.reveal()),) if keys.session else ()
        verdict = solve(pasted, keys.app_secret, known=(*known, *session), app_key=keys.app_key, now=engine.clock())
        rows = tuple(verdict_rows(pasted, verdict, say, reveal=keys_are_made_up(engine) and not self._veil.demo))
        fix = "\n".join(fix.line for fix in verdict.fixes)
        self.post_message(self.Judged(text, rows, fix, (*pasted.params, *known, *session)))

    @on(Judged)
    def _judged(self, event: Judged) -> None:
        if event.text == self._paste.text:
            self._found, self._fix, self._params = event.rows, event.fix, event.params
            self._show(self._side)

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        event.stop()
        side = (event.tab.id or "").removeprefix("lab-")
        if side != self._side:
            self._show(side)

    def _show(self, side: str) -> None:
        self._side = side
        tabs = self.query_one(Tabs)
        with tabs.prevent(Tabs.TabActivated):
            tabs.active = f"lab-{side}"
        rows = {"steps": self._steps, "finding": self._finding, "times": self._times}[side]
        self._page.show(tuple(rows()))

    def _steps(self) -> Iterator[Row]:
        engine = self._bench.engine
        if self._draft is None:
            yield row((self.language("lab.no_draft"), "muted"))
            return
        reveal = keys_are_made_up(engine) and not self._veil.demo
        yield row((self.language("lab.steps_of", method=self._draft.api), "muted"))
        yield from step_rows(
            self._veil.steps(steps(engine, self._draft)).told(reveal), self.language, masked=not reveal
        )

    def _finding(self) -> Iterator[Row]:
        for one in self._found or (row((self.language("lab.nothing_pasted"), "muted")),):
            yield replace(
                one, spans=tuple(Span(self._veil.signed(span.text, self._params), span.look) for span in one.spans)
            )

    def _times(self) -> Iterator[Row]:
        """Every way to write now, whether the platform takes it, and how the clocks stand."""
        yield from clock_rows(self._bench.engine, self._bench.clock(), self.language)

    @work(exclusive=True, group="time")
    async def action_ask_time(self) -> None:
        """One call of taobao.time.get, which also has a Date header."""
        engine = self._bench.engine
        try:
            await engine.send(await asyncio.to_thread(engine.prepare, RequestDraft(TIME)))
        except TopExplorerError as error:
            tell_error(self.app, error, self.language)
        self._show("times")

    def action_copy_fix(self) -> None:
        if self._fix:
            self.dismiss(self._fix)


def verdict_rows(pasted: Pasted, verdict: Verdict, say: Language, *, reveal: bool) -> Iterator[Row]:
    """The answer first, then what is odd, then how it is known and the line that cures it."""
    cautions = tuple(row(("! ", "warning"), say.render(caution), hang=2) for caution in verdict.cautions)
    look = {"correct": "good", "mistake": "bad", "doubtful": "warning"}.get(verdict.kind, "warning")
    looks = _LOOKS | {"answer": look}
    for kind, text in told(pasted, verdict, say, reveal=reveal):
        if kind == "blank" and cautions:
            yield from cautions
            cautions = ()
        yield row("  " if kind in ("text", "fix") else "", (text, looks[kind]), hang={"text": 2, "fix": 4}.get(kind, 0))
    yield from cautions


def clock_rows(engine: Engine, now: datetime, say: Language) -> Iterator[Row]:
    """How far the gateway's clock is away, and the timestamp of now in every form that is met."""
    yield row((say("lab.times.clocks"), "title"), (f"  {say('lab.times.ask')}", "muted"))
    for look, told_of in clocks(engine.gateway_clock.skews, engine.gateway_ahead):
        yield row("  ", (say.render(told_of), look), hang=2)
    yield row()
    yield row((say("lab.times.forms"), "title"))
    written = tuple(forms(now, engine.gateway_ahead))
    width = max(len(text) for _accepted, text, _told in written) + 2
    for accepted, text, told_of in written:
        mark = ("✓ ", "good") if accepted else ("✗ ", "bad")
        words = (say.render(told_of), "plain" if accepted else "muted")
        yield row("  ", mark, (text.ljust(width), "name"), words, hang=width + 4)
