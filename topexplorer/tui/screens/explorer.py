"""The explorer: choose an API, fill its form, send, read the answer, watch the quota.

The screen owns the state; panes get it bound down and post what the user did up. Anything slow is a worker.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal
from textual.reactive import var

from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.catalog import Catalog
from topexplorer.core.errors import NeedsConfirmation
from topexplorer.core.language import Language
from topexplorer.core.spec import ApiSpec, Platform
from topexplorer.core.values import Problem
from topexplorer.tui.commands import bindings
from topexplorer.tui.screens.actions import ActionScreen
from topexplorer.tui.screens.historyactions import HistoryActions
from topexplorer.tui.tell import tell
from topexplorer.tui.widgets.catalog_pane import CatalogPane
from topexplorer.tui.widgets.key_bar import KeyBar
from topexplorer.tui.widgets.late_tabs import LateTabs
from topexplorer.tui.widgets.request_pane import RequestPane
from topexplorer.tui.widgets.response_pane import ResponsePane
from topexplorer.tui.widgets.splitter import Splitter
from topexplorer.tui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from topexplorer.core.signlab.steps import Steps
    from topexplorer.tui.widgets.param_form import ParamForm


class Explorer(HistoryActions):
    """The main screen: what is chosen, what is typed, what came back."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(app=False)]
    catalog: var[Catalog | None] = var(None)
    platform: var[Platform | None] = var(None)
    behind: var[ApiSpec | None] = var(None)
    current: var[str] = var("")
    problems: var[tuple[Problem, ...]] = var(())
    steps: var[Steps | None] = var(None)
    with_sign: var[bool] = var(False)

    def compose(self) -> ComposeResult:
        say = self.language
        yield StatusBar(say).data_bind(Explorer.where, Explorer.gauges, Explorer.clock, Explorer.seller, Explorer.demo)
        with Horizontal(id="desk"):
            yield CatalogPane(say, id="catalog").data_bind(
                Explorer.catalog,
                Explorer.index,
                Explorer.saved,
                Explorer.bookmarks,
                Explorer.current,
                Explorer.opened,
                Explorer.filters,
                Explorer.closed,
            )
            yield Splitter("vertical", id="split-catalog")
            with Container(id="work"):
                yield RequestPane(say, self.bench.clock, id="request").data_bind(
                    Explorer.where,
                    Explorer.spec,
                    Explorer.behind,
                    Explorer.platform,
                    Explorer.seed,
                    Explorer.draft,
                    Explorer.problems,
                    Explorer.steps,
                    Explorer.with_sign,
                )
                yield Splitter("horizontal", id="split-request")
                answer = ResponsePane(say, self.reading, now=self.bench.clock, id="answer", classes="pane")
                answer.border_title = say("answer.title")
                yield answer.data_bind(Explorer.exchange, Explorer.busy, Explorer.gaps, Explorer.hold, Explorer.veiled)
        yield KeyBar(say)

    def on_mount(self) -> None:
        self.query_one(CatalogPane).focus_search()
        self.open_workbench()

    async def speak(self, language: Language) -> None:
        """Shows everything in another language; state stays, because panes only show what is bound to them."""
        self.language = language
        self.seed = self.draft
        await self.recompose()
        self._arrange()
        self.query_one(KeyBar).refresh()
        self.action_focus_pane(self.pane)
        if self.ready:
            self.show_environment()

    @on(ActionScreen.Opened)
    def _opened(self, event: ActionScreen.Opened) -> None:
        self.platform = event.catalog.platform
        self.bookmarks = event.bookmarks
        self.catalog = event.catalog
        self.where = event.where
        if self.desk.method:
            self.open_api(self.desk.method)

    @on(ActionScreen.Ready)
    def _ready(self, event: ActionScreen.Ready) -> None:
        self.ready = True
        self.saved = event.saved
        self.show_environment()
        self.set_interval(2.0, self.measure)
        self.set_interval(5.0, self.leave_prod_when_idle)
        self.set_interval(2.0, lambda: self.keep_drafts() if self.desk.unkept else None)
        self.set_timer(0.5, self.warm_up)

    @on(ActionScreen.Warm)
    def _warm(self) -> None:
        self.query_one(RequestPane).furnish()
        self.query_one("#answer-tabs", LateTabs).furnish()

    def open_api(self, method: str, draft: RequestDraft | None = None) -> None:
        """Opens an API's form with its draft as it was left, or with the given one."""
        self.desk.method = method
        if draft is not None:
            self.lay(draft)
        draft = self.desk.draft(method)
        self.desk.drafts[method] = draft
        if not self.bench.known.holds(method):
            self.bookmarks = self.bookmarks.visited(method)
            self.keep_bookmarks(self.bookmarks)
        self.current = method
        self.behind = self.bench.catalog.imported(method)
        self.spec = self.bench.catalog.spec(method)
        self.seed = draft
        self.draft = draft
        self.exchange = self.desk.exchanges.get(method)
        if self.ready:
            self.measure()

    def watch_draft(self, draft: RequestDraft | None) -> None:
        super().watch_draft(draft)
        if draft is not None:
            self.desk.drafts[draft.api] = draft
            self.judge()
            self.query_one(KeyBar).refresh()

    def judge(self) -> None:
        """Problems and sign of the draft as it stands."""
        if self.ready and self.draft is not None:
            self.problems = self.bench.engine.check(self.draft)
            from topexplorer.engine.madeup import keys_are_made_up, steps

            self.with_sign = keys_are_made_up(self.bench.engine) and not self.demo
            self.steps = self.desk.veil.steps(steps(self.bench.engine, self.draft))

    def on_param_form_edited(self, event: ParamForm.Edited) -> None:
        """Keeps what was typed; the last keystrokes may belong to the API that was just left."""
        self.desk.drafts[event.draft.api] = event.draft
        if event.draft.api == self.desk.method:
            self.draft = event.draft

    @on(CatalogPane.ApiChosen)
    def _api_chosen(self, event: CatalogPane.ApiChosen) -> None:
        self.desk.profile = ""
        self.open_api(event.method)
        self.action_focus_pane("request")

    @property
    def cursor_is_moving(self) -> bool:
        """Whether what is typed now is meant for a field that is not there yet."""
        return self.query_one(RequestPane).cursor_is_moving

    def focus_in_pane(self, name: str) -> None:
        if name == "catalog":
            self.query_one(CatalogPane).focus_search()
        elif name == "request":
            self.query_one(RequestPane).focus_first()
        else:
            self.query_one(ResponsePane).focus_answer()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What can be done now; the footer shows nothing else."""
        if action in ("send", "save_profile", "change", "copy_command"):
            return self.draft is not None and (action != "send" or (self.ready and not self.busy))
        if action == "explain_gaps":
            return self.exchange is not None and self.exchange.ok
        if action == "put_back":
            return self.desk.method in self.desk.aside
        if action == "cure":
            return self.is_mounted and self.first_fix is not None
        return bool(self.busy) if action == "cancel" else True

    def on_param_form_submitted(self) -> None:
        self.action_send()

    def action_send(self) -> None:
        if self.draft is not None and self.ready and not self.busy:
            self.query_one(RequestPane).reveal_missing()
            if not self.holds_back(self.draft):
                self._send(self.draft)

    def action_cancel(self) -> None:
        self.workers.cancel_group(self, "send")

    @work(exclusive=True, group="send", exit_on_error=False, description="send")
    async def _send(self, draft: RequestDraft) -> None:
        """Prepares, asks where prod wants to be asked, sends, shows."""
        engine, say = self.bench.engine, self.language
        try:
            signed = await asyncio.to_thread(engine.prepare, draft)
        except NeedsConfirmation as needed:
            if not await self.confirmed(needed.planned):
                return
            signed = await asyncio.to_thread(engine.prepare, draft, needed.planned)
        started = monotonic()

        def tick() -> None:
            self.busy = say("answer.sending", seconds=f"{monotonic() - started:.1f}")

        def waiting(seconds: float) -> None:
            tell(self.app, say("answer.waiting", seconds=f"{seconds:.0f}"))

        tick()
        ticking = self.set_interval(0.1, tick)
        try:
            exchange = await engine.send(signed, waiting, keep=True, private=draft.api in self.desk.private)
        except asyncio.CancelledError:
            tell(self.app, say("silence.interrupted") + " · " + say("silence.interrupted.cure"), "warning")
            raise
        finally:
            ticking.stop()
            self.busy = ""
            self.measure()
        self._arrived(draft, exchange)

    def _arrived(self, draft: RequestDraft, exchange: Exchange) -> None:
        self.desk.exchanges[draft.api] = exchange
        if self.desk.method == draft.api:
            self.exchange = exchange
            if self.single:
                self.action_focus_pane("answer")

    def watch_busy(self) -> None:
        self.query_one(KeyBar).refresh()
