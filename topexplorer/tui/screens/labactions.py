"""Everything that says why: the sign lab, the check-up, an error looked up, fields that did not come, and the cures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.reactive import var

from topexplorer.core.call import Answer, Exchange, RequestDraft
from topexplorer.core.diagnosis import Diagnosis
from topexplorer.core.fixes import Fix
from topexplorer.core.views import LARGE_FOR_TREE
from topexplorer.tui.screens.actions import ActionScreen
from topexplorer.tui.screens.background import BackgroundScreen
from topexplorer.tui.widgets.answer_head import AnswerHead

if TYPE_CHECKING:
    from topexplorer.core.emptyfields import Gap


class LabActions(ActionScreen):
    """Mixed into the explorer. What a dialog wants done comes back as a Fix and goes the way of the error card's."""

    exchange: var[Exchange | None] = var(None)
    gaps: var[tuple[Gap, ...]] = var(())
    hold: var[Diagnosis | None] = var(None)
    """Why the draft was not sent yet; sending it once more goes through."""
    clock: var[str] = var("")
    _held: tuple[str, RequestDraft] | None = None

    @dataclass
    class Explained(Message):
        """A thread has found out which fields of an answer did not come, and why."""

        exchange: Exchange
        gaps: tuple[Gap, ...]

    def holds_back(self, draft: RequestDraft) -> bool:
        """Whether sending would be for nothing. It is said once: the next time the same draft goes."""
        from topexplorer.engine.holding import held

        engine = self.bench.engine
        key = (engine.environment.name, draft)
        found = None if self._held == key else held(engine, draft)
        self._held = key if found else None
        self.hold = found
        if found is not None:
            self.action_focus_pane("answer")
        return found is not None

    def watch_draft(self, draft: RequestDraft | None) -> None:
        self.hold = None

    def watch_exchange(self, exchange: Exchange | None) -> None:
        self.hold = None
        self.gaps = ()
        if exchange is not None and isinstance(exchange.outcome, Answer) and len(exchange.body) <= LARGE_FOR_TREE:
            self.explain_answer(exchange)  # a larger one is looked through when somebody asks: it has to be decoded

    @work(thread=True, exclusive=True, group="gaps", exit_on_error=False)
    def explain_answer(self, exchange: Exchange) -> None:
        """Looks through the answer for what was asked for and is not there."""
        from topexplorer.engine.around import gaps_of

        self.post_message(self.Explained(exchange, gaps_of(self.bench.engine, exchange)))

    @on(Explained)
    def _explained(self, event: Explained) -> None:
        if event.exchange is self.exchange:
            self.gaps = event.gaps

    @on(AnswerHead.WhyAsked)
    @work(exit_on_error=False)
    async def action_explain_gaps(self) -> None:
        """Every field that did not come, the reason, and what brings it."""
        from topexplorer.tui.screens.gaps_dialog import GapsDialog

        if self.exchange is not None and self.exchange.ok:
            self._cure(await self.app.push_screen_wait(GapsDialog(self.language, self.bench.engine, self.exchange)))

    @work(exit_on_error=False)
    async def action_sign_lab(self) -> None:
        from topexplorer.tui.screens.signlab import SignLab

        copied = await self.app.push_screen_wait(SignLab(self.language, self.bench, self.draft, self.desk.veil))
        if copied:
            self.copy(copied, copied)

    @work(exit_on_error=False)
    async def action_checkup(self) -> None:
        from topexplorer.tui.screens.checkup import CheckUp

        self._cure(await self.app.push_screen_wait(CheckUp(self.language, self.bench)))

    @work(exit_on_error=False)
    async def action_explain(self, text: str = "") -> None:
        """Looks up what an error means; the palette brings a code that was typed there."""
        from topexplorer.tui.screens.explain_dialog import ExplainDialog

        await self.app.push_screen_wait(ExplainDialog(self.language, self.bench, text))

    @property
    def first_fix(self) -> Fix | None:
        """What the card on screen offers first, once it can be done."""
        if self.hold is None and (self.exchange is None or self.exchange.ok):
            return None
        from topexplorer.tui.widgets.error_card import FixRow

        cards = self.query("#answer-hold" if self.hold is not None else "#answer-body ErrorCard")
        rows = (row for card in cards if card.display for row in card.query(FixRow))
        return next((row.fix for row in rows if row.left == 0), None)

    def action_cure(self) -> None:
        """The first thing that the card offers, from wherever the cursor is."""
        self._cure(self.first_fix)

    def _cure(self, fix: Fix | None) -> None:
        if fix is not None:
            self.carry_out(fix)

    @on(BackgroundScreen.Measured)
    def _clock_compared(self) -> None:
        """A word for the status line when this machine's clock is more than a minute off."""
        engine, say = self.bench.engine, self.language
        skew = engine.gateway_clock.skew
        if skew is None or not skew.is_remarkable:
            self.clock = ""
            return
        from topexplorer.core.timestamps import span

        side = "behind" if skew.seconds > 0 else "ahead"
        corrected = abs(engine.gateway_ahead - timedelta(seconds=skew.seconds)) < timedelta(seconds=60)
        self.clock = say(f"lab.clock.{side}.corrected" if corrected else f"lab.clock.{side}", off=span(skew.seconds))
