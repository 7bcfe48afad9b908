"""The answer: what came back in one line, and every way to read it as a tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static, Tabs
from textual.worker import get_current_worker

from topexplorer.core import views
from topexplorer.core.answertree import Node, plant
from topexplorer.core.call import Exchange
from topexplorer.core.diagnosis import Diagnosis
from topexplorer.core.language import Language
from topexplorer.core.language import Message as Words
from topexplorer.core.linetext import WRAP, LineText
from topexplorer.core.text import clean_line
from topexplorer.tui.commands import BY_ID
from topexplorer.tui.widgets.answer_head import AnswerHead
from topexplorer.tui.widgets.error_card import ErrorCard
from topexplorer.tui.widgets.late_tabs import LateTabs
from topexplorer.tui.widgets.line_pane import LinePane
from topexplorer.tui.widgets.pairs_view import PairsView
from topexplorer.tui.widgets.past_line import PastLine
from topexplorer.tui.widgets.tree_pane import TreePane

if TYPE_CHECKING:
    from topexplorer.core.emptyfields import Gap

AT_ONCE = 64 * 1024
"""Answers up to this many bytes are made ready without a thread."""
KEPT = frozenset({"tree", "text", "raw", "headers"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A view ready to be drawn. `name` is the tab it belongs to, which is not the one asked for when that failed."""

    name: str
    content: Node | LineText | views.Pairs | Diagnosis
    problem: Words | None = None


def prepare(name: str, exchange: Exchange, reading: views.Reading, width: int) -> Prepared:
    """Makes a view of an answer. As slow as the answer is large: no widget is touched, so use a thread."""
    view = views.render(name, exchange, reading)
    content = view.content
    if isinstance(content, views.Tree):
        return Prepared(view.name, plant(content), view.problem)
    if isinstance(content, views.Lines):
        wrap = max(40, width) if view.name == "raw" else WRAP
        return Prepared(view.name, LineText(content.text, content.syntax, wrap, reading.rest), view.problem)
    return Prepared(view.name, content, view.problem)


class ResponsePane(Vertical):
    """Shows `exchange`. The tab that the user chose last is kept for the next answer that offers it."""

    DEFAULT_CSS = """
    ResponsePane {
        & > #answer-tabs { display: none; }
        & > #answer-problem { height: auto; max-height: 2; padding: 0 1; color: $text-warning; display: none; }
        & > #answer-note { height: 1fr; padding: 1 2; color: $text-muted; }
        & > #answer-body { height: 1fr; display: none; }
        &.-answered > #answer-tabs { display: block; }
        &.-problem > #answer-problem { display: block; }
        &.-shown > #answer-body { display: block; }
        &.-shown > #answer-note { display: none; }
        & > #answer-hold { display: none; }
        &.-held > * { display: none; }
        &.-held > #answer-hold { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(at + 1), f"view({at})", show=False) for at in range(5)),
        Binding("slash", "find", show=False),
    ]

    exchange: var[Exchange | None] = var(None)
    busy: var[str] = var("")
    gaps: var[tuple[Gap, ...]] = var(())
    hold: var[Diagnosis | None] = var(None)
    """Why the call was not sent: shown in place of the answer."""
    veiled: var[str] = var("")
    """The message that says what of the answer is hidden; empty where nothing is."""
    empty: var[str] = var("answer.empty")
    """The key of what is said before the first call."""

    @dataclass
    class Ready(Message):
        """A thread has made a view ready; `wanted` is the one that was asked for."""

        exchange: Exchange
        wanted: str
        prepared: Prepared

    def __init__(
        self,
        language: Language,
        reading: Callable[[Exchange], views.Reading],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._language = language
        self._reading = reading
        self._now = now
        self._chosen = ""
        self._wanted = ""
        self._offered: tuple[str, ...] = ()
        self._prepared: dict[str, Prepared] = {}
        self._panes: dict[str, Widget] = {}

    def compose(self) -> ComposeResult:
        say = self._language
        yield AnswerHead(say).data_bind(
            ResponsePane.exchange, ResponsePane.busy, ResponsePane.gaps, ResponsePane.veiled
        )
        yield PastLine(say, self._now).data_bind(ResponsePane.exchange)
        yield LateTabs({f"view-{name}": say(f"view.{name}") for name in views.VIEWS}, id="answer-tabs")
        yield Static("", id="answer-problem", markup=False)
        yield Static("", id="answer-note", markup=False)
        yield Vertical(id="answer-body")

    def on_mount(self) -> None:
        self._open(self.exchange)

    @property
    def view(self) -> str:
        """The name of the view on screen, empty before the first call and while one is being made ready."""
        return self._wanted if self.has_class("-shown") else ""

    def watch_empty(self) -> None:
        if self.is_mounted and self.exchange is None:
            self._note(self._language(self.empty))

    def watch_exchange(self, exchange: Exchange | None) -> None:
        if self.is_mounted:
            self._open(exchange)

    def reopen(self) -> None:
        """Draws the same answer anew, because other things of it may be seen now."""
        self._open(self.exchange)

    async def watch_hold(self, hold: Diagnosis | None) -> None:
        """The card is made when it is first needed."""
        self.set_class(hold is not None, "-held")
        if hold is None or not self.is_mounted:
            return
        if not self.query("#answer-hold"):
            await self.mount(ErrorCard(self._language, key=BY_ID["cure"].key_label, id="answer-hold"))
        self.query_one("#answer-hold", ErrorCard).diagnosis = hold

    def _open(self, exchange: Exchange | None) -> None:
        self.workers.cancel_group(self, "prepare")
        self._prepared = {}
        self.set_class(exchange is not None, "-answered")
        if exchange is None:
            self._note(self._language(self.empty))
            return
        self._offered = views.offered(exchange)
        keeps = exchange.ok and self._chosen in self._offered
        self._show(self._chosen if keeps else views.best(exchange))
        self.query_one("#answer-tabs", LateTabs).offer([f"view-{name}" for name in self._offered])

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        event.stop()
        name = (event.tab.id or "").removeprefix("view-")
        if name in self._offered and name != self._wanted and event.tab.id == event.tabs.active:
            self.choose(name)

    def choose(self, name: str) -> None:
        """Opens a view because the user wants it, and remembers that."""
        if self.exchange is None or name not in self._offered:
            return
        if name in KEPT:
            self._chosen = name
        self._show(name)

    def _show(self, name: str) -> None:
        exchange = self.exchange
        if exchange is None:
            return
        self._wanted = name
        self._mark_tab()
        ready = self._prepared.get(name)
        if ready is not None:
            self.post_message(self.Ready(exchange, name, ready))
            return
        reading = self._reading(exchange)
        width = self.content_size.width - 5
        if len(exchange.body) <= AT_ONCE:
            self.post_message(self.Ready(exchange, name, prepare(name, exchange, reading, width)))
        else:
            self._note(self._language("answer.preparing", view=self._language(f"view.{name}")))
            # Once that is drawn: a thread that works beside the drawing makes both wait for the interpreter.
            self.call_after_refresh(self._prepare_in_thread, name, exchange, reading, width)

    @work(thread=True, exclusive=True, group="prepare", description="prepare")
    def _prepare_in_thread(self, name: str, exchange: Exchange, reading: views.Reading, width: int) -> None:
        worker = get_current_worker()
        prepared = prepare(name, exchange, reading, width)
        if not worker.is_cancelled:
            self.post_message(self.Ready(exchange, name, prepared))

    async def on_response_pane_ready(self, event: Ready) -> None:
        event.stop()
        if event.exchange is not self.exchange:
            return
        self._prepared[event.wanted] = event.prepared
        if event.wanted == self._wanted:
            pane = await self._pane(event.prepared)
            if event.exchange is self.exchange and event.wanted == self._wanted:
                self._draw(pane, event.prepared)

    async def _pane(self, prepared: Prepared) -> Widget:
        """The widget of that view, made when it is first needed."""
        pane = self._panes.get(prepared.name)
        if pane is None:
            pane = self._panes[prepared.name] = self._pane_for(prepared.content)
            pane.display = False
            await self.query_one("#answer-body", Vertical).mount(pane)
        return pane

    def _draw(self, pane: Widget, prepared: Prepared) -> None:
        content = prepared.content
        if isinstance(pane, TreePane) and isinstance(content, Node):
            pane.root = content
        elif isinstance(pane, LinePane) and isinstance(content, LineText):
            pane.source = content
        elif isinstance(pane, PairsView) and isinstance(content, views.Pairs):
            pane.pairs = content.rows
        elif isinstance(pane, ErrorCard) and isinstance(content, Diagnosis) and pane.diagnosis is not content:
            exchange = self.exchange
            since = (self._now() - exchange.started_at).total_seconds() - exchange.seconds if exchange else 0
            pane.age = max(0, since)
            pane.diagnosis = content
        for name, other in self._panes.items():
            other.display = other is pane
            if other is not pane and name not in self._prepared:
                self._let_go(other)
        problem = clean_line(self._language.render(prepared.problem)) if prepared.problem else ""
        if isinstance(content, LineText) and not content.rows:
            problem = problem or self._language("answer.no_bytes")
        self.query_one("#answer-problem", Static).update(problem)
        self.set_class(bool(problem), "-problem")
        self.add_class("-shown")
        self._wanted = prepared.name
        self._mark_tab()

    def _let_go(self, pane: Widget) -> None:
        """An answer that is not shown any more is not kept in memory by the tab that showed it."""
        if isinstance(pane, LinePane):
            pane.source = None
        elif isinstance(pane, TreePane):
            pane.root = None

    def _mark_tab(self) -> None:
        self.query_one("#answer-tabs", LateTabs).choose(f"view-{self._wanted}")

    def _pane_for(self, content: object) -> Widget:
        if isinstance(content, Node):
            return TreePane(self._language)
        if isinstance(content, LineText):
            return LinePane(self._language)
        if isinstance(content, views.Pairs):
            return PairsView(self._language)
        return ErrorCard(self._language, key=BY_ID["cure"].key_label)

    def _note(self, words: str) -> None:
        self.remove_class("-shown", "-problem")
        self.query_one("#answer-note", Static).update(words)

    def focus_answer(self) -> None:
        """Puts the focus into what is shown: a fix first, else the tree or the lines."""
        pane = self.query_one("#answer-hold") if self.has_class("-held") else self._panes.get(self._wanted)
        for widget in pane.query("*").results(Widget) if pane is not None else ():
            if widget.focusable:
                widget.focus()
                return
        if pane is not None and pane.focusable:
            pane.focus()
        else:
            self.query_one("#answer-tabs", LateTabs).focus_tabs()

    def action_view(self, at: int) -> None:
        if at < len(self._offered):
            self.choose(self._offered[at])

    def action_find(self) -> None:
        """From any view: opens the text and its find bar."""
        if "text" in self._offered:
            self.choose("text")
            self.call_after_refresh(self._find_in_text)

    def _find_in_text(self) -> None:
        pane = self._panes.get(self._wanted)
        if isinstance(pane, LinePane):
            pane.action_find()
