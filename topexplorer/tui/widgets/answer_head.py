"""The line above an answer: what came back, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from topexplorer.core.call import Answer, Exchange, NoAnswer, Refusal
from topexplorer.core.language import Language
from topexplorer.core.text import clean_line, size_text
from topexplorer.tui.widgets.row_list import cut

if TYPE_CHECKING:
    from topexplorer.core.emptyfields import Gap

SEPARATOR = "  ·  "


class AnswerHead(Widget):
    """One line that never wraps: what matters least is left out when it is narrow."""

    DEFAULT_CSS = """
    AnswerHead { height: 1; padding: 0 1; }
    """

    exchange: reactive[Exchange | None] = reactive(None)
    busy: reactive[str] = reactive("")
    gaps: reactive[tuple[Gap, ...]] = reactive(())
    veiled: reactive[str] = reactive("")
    """The message that says what of the answer is hidden; empty where nothing is."""

    @dataclass
    class WhyAsked(Message):
        """Somebody wants to know why fields did not come."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def render(self) -> Content:
        width = self.content_size.width
        if self.busy:
            return Content.styled(cut(clean_line(self.busy), width), "$text-accent bold")
        if self.exchange is None:
            return Content()
        (first, style), *rest = self.parts(self.exchange)
        shown = [Content.styled(cut(first, width), style)]
        room = width - cell_len(first)
        for text, style in rest:
            room -= cell_len(SEPARATOR + text)
            if room < 0:
                break
            shown += [Content.styled(SEPARATOR, "$foreground-muted"), Content.styled(text, style)]
        return Content.assemble(*shown)

    def on_click(self) -> None:
        if self.gaps:
            self.post_message(self.WhyAsked())

    def parts(self, exchange: Exchange) -> list[tuple[str, str]]:
        """Text and style, what matters most first."""
        say = self._language
        outcome = exchange.outcome
        parts = []
        if isinstance(outcome, Answer):
            parts.append((f"✓ {say('head.ok')}", "$text-success bold"))
        elif isinstance(outcome, Refusal):
            parts.append((f"✗ {say('head.refused', code=outcome.code)}", "$text-error bold"))
        else:
            parts.append((f"∅ {say('head.no_answer')}", "$text-warning bold"))
        if self.veiled:
            parts.append((say(self.veiled), "$text-warning bold"))
        if count := sum(gap.reason != "empty" for gap in self.gaps):
            parts.append((say("lab.gaps.head", n=count), "$text-warning bold"))
        if exchange.status is not None:
            parts.append((f"HTTP {exchange.status}", "$foreground" if exchange.status == 200 else "$text-warning"))
        parts.append((time_text(exchange.seconds), "$foreground"))
        if exchange.body:
            parts.append((size_text(len(exchange.body)), "$foreground"))
        if isinstance(outcome, Answer) and outcome.root:
            parts.append((clean_line(outcome.root), "$foreground-muted"))
        if not isinstance(outcome, NoAnswer) and outcome.request_id:
            parts.append((f"request_id {clean_line(outcome.request_id)}", "$foreground-muted"))
        return parts


def time_text(seconds: float) -> str:
    """`38 ms`, or `12.3 s` from ten seconds on."""
    if seconds < 0.001:
        return "<1 ms"
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else f"{seconds:,.1f} s"
