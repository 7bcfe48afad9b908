"""Two calls of the history side by side: what was asked differently, then what came back differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from textual import on, work
from textual.message import Message
from textual.widget import Widget

from topexplorer.assemble import Workbench
from topexplorer.core.answerdiff import ENVIRONMENT, Difference, Differences, answer_differences, request_differences
from topexplorer.core.answertree import as_json, plain
from topexplorer.core.call import Exchange, NoAnswer
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.pastcall import PastCall, state_of
from topexplorer.core.text import clean_line
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.page import Page, Row, row
from topexplorer.tui.widgets.past_rows import when_text

MOST = 150
"""Differences that are shown; the others are counted."""
LONGEST = 80
"""Characters of a value that are shown."""
_SIGNS = {"added": ("+ ", "good"), "removed": ("- ", "bad"), "changed": ("~ ", "warning"), "moved": ("~ ", "warning")}


class Comparison(Dialog[None]):
    """Compares an earlier call with a later one. `hidden` is what an exchange goes through before anybody sees it."""

    @dataclass
    class Compared(Message):
        """A thread has found the differences."""

        rows: tuple[Row, ...]

    def __init__(
        self,
        language: Language,
        bench: Workbench,
        hidden: Callable[[Exchange], Exchange],
        pair: tuple[PastCall, PastCall],
    ) -> None:
        title = language("history.tui.compare.title", old=pair[0].id, new=pair[1].id)
        super().__init__(language, title, language("dialog.page.keys"), classes="-page -comparison")
        self._bench, self._hidden, self._pair = bench, hidden, pair
        self._page = Page()

    def content(self) -> list[Widget]:
        return [self._page]

    def on_mount(self) -> None:
        self._page.focus()
        self.compare()

    def draw_anew(self) -> None:
        """What may be seen is another thing."""
        self.compare()

    @work(thread=True, exclusive=True, exit_on_error=False)
    def compare(self) -> None:
        say, history = self.language, self._bench.history
        try:
            old, new = (self._hidden(history.exchange(call.id)) for call in self._pair)
        except TopExplorerError as error:
            rows = [row((say.render(error.message), "bad"))]
        else:
            rows = [*self._heads(old, new), *compared_rows(old, new, say)]
        self.post_message(self.Compared(tuple(rows)))

    @on(Compared)
    def _compared(self, event: Compared) -> None:
        self._page.show(event.rows)

    def _heads(self, *exchanges: Exchange) -> Iterator[Row]:
        for sign, exchange in zip("-+", exchanges, strict=True):
            looks = {"ok": "good", "refused": "bad", "silent": "warning"}
            state, _reason = state_of(exchange.outcome)
            id = exchange.kept.entry if exchange.kept else ""
            when = when_text(exchange.started_at, self._bench.clock(), self.language)
            told = outcome_text(exchange, self.language)
            where = f" · {when} · {exchange.environment} · {exchange.draft.api}"
            look = "good" if sign == "+" else "bad"
            yield row((f"{sign} ", look), (f"{id}  ", "strong"), (told, looks[state]), where, hang=2)


def outcome_text(exchange: Exchange, say: Language) -> str:
    """How it ended, in a few words."""
    outcome = exchange.outcome
    if isinstance(outcome, NoAnswer):
        return say(f"silence.{outcome.reason}")
    state, reason = state_of(outcome)
    return say("head.ok") if state == "ok" else say("head.refused", code=reason)


def compared_rows(old: Exchange, new: Exchange, say: Language) -> Iterator[Row]:
    """The differences, those of the requests first. As slow as the answers are large."""
    ids = {name: one.kept.entry if one.kept else "" for name, one in (("old", old), ("new", new))}
    yield from _section(say("history.tui.compare.request"), request_differences(old, new, MOST), ids, say)
    title = say("history.tui.compare.answer")
    try:
        differences = answer_differences(old, new, MOST)
        told = row("  ", outcome_text(old, say), (" → ", "muted"), outcome_text(new, say), hang=4)
    except ValueError:
        differences, told = None, row("  ", (say("history.tui.compare.not"), "muted"), hang=2)
    if differences is not None:
        yield from _section(title, differences, ids, say)
        return
    yield row()
    yield row((title, "title"))
    yield told


def _section(title: str, differences: Differences, ids: Mapping[str, str], say: Language) -> Iterator[Row]:
    yield row()
    count = say("history.tui.compare.count", n=differences.total) if differences.total else ""
    yield row((title, "title"), (f"  {count}", "muted"))
    if not differences.total:
        yield row("  ", (say("history.tui.compare.same"), "muted"))
    for difference in differences.found:
        yield _row(difference, say)
    if more := differences.total - len(differences.found):
        yield row("  ", (say("history.tui.compare.more", n=f"{more:,}", **ids), "muted"), hang=2)
    if differences.made_up:
        yield row("  ", (say("history.tui.compare.made_up", n=f"{differences.made_up:,}"), "muted"), hang=2)


def _row(difference: Difference, say: Language) -> Row:
    path, old, new = difference.path, _text(difference.old), _text(difference.new)
    first, *rest = difference.steps or (None,)
    is_name = (
        first is not None and first.key == "fields" and len(rest) == 1 and True in (difference.old, difference.new)
    )
    if is_name:
        path = f"fields · {rest[0].key}"
    elif first is not None and first.key == ENVIRONMENT:
        path = say("history.tui.compare.environment")
    head = ("  ", _SIGNS[difference.kind], (path, "name"), "  ")
    if difference.kind == "moved":
        return row(*head, (say("history.tui.compare.moved"), "muted"), f"  {old}", (" → ", "muted"), new, hang=6)
    if difference.kind == "changed":
        return row(*head, old, (" → ", "muted"), new, hang=6)
    value = difference.new if difference.kind == "added" else difference.old
    return row(*head, "" if is_name else _text(value), hang=6)


def _text(value: Any) -> str:
    """A value as it is written, in one line, cut where it is long."""
    if isinstance(value, dict | list):
        pieces = (piece.strip() if piece[:1] == "\n" else piece for piece in islice(as_json(value), LONGEST))
        text = clean_line("".join(pieces))
    else:
        text = clean_line(plain(value))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
