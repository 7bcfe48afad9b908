"""What goes on beside the user's work: opening the workbench, watching the quota, keeping drafts, failing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from textual import on, work
from textual.message import Message
from textual.reactive import var
from textual.worker import Worker, WorkerState

from topexplorer.assemble import Workbench
from topexplorer.core.bookmarks import Bookmarks
from topexplorer.core.catalog import Catalog
from topexplorer.core.errors import StorageError, TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.language import Message as Sentence
from topexplorer.core.search import SearchIndex, search_index
from topexplorer.core.specfiles import BrokenSpec
from topexplorer.engine.bookmarks import read_bookmarks, write_bookmarks
from topexplorer.tui.desk import Desk
from topexplorer.tui.screens.panes import PaneScreen
from topexplorer.tui.tell import tell, tell_error
from topexplorer.tui.widgets.catalog_rows import Saved
from topexplorer.tui.widgets.key_bar import KeyBar
from topexplorer.tui.widgets.request_pane import load_sides
from topexplorer.tui.widgets.status_bar import Gauge, StatusBar, Where

MOST_TOLD = 3
"""Notices of problems at one time."""


class BackgroundScreen(PaneScreen):
    """Holds the Workbench. Everything slow is a thread that ends in one message."""

    where: var[Where | None] = var(None)
    gauges: var[tuple[Gauge, ...]] = var(())
    index: var[SearchIndex | None] = var(None)

    @dataclass
    class Opened(Message):
        """The catalog can be searched."""

        catalog: Catalog
        where: Where
        bookmarks: Bookmarks

    @dataclass
    class Indexed(Message):
        """Searching finds something."""

        index: SearchIndex

    @dataclass
    class Ready(Message):
        """The engine is loaded: calls can be made."""

        saved: tuple[Saved, ...]

    @dataclass
    class Warm(Message):
        """What only an open API needs is loaded."""

    @dataclass
    class Measured(Message):
        """The ledger was read."""

        gauges: tuple[Gauge, ...]
        where: Where

    def __init__(self, bench: Workbench, language: Language, desk: Desk) -> None:
        super().__init__()
        self.bench = bench
        self.language = language
        self.desk = desk
        self.ready = False
        self._told: list[Sentence] = []

    def judge(self) -> None:
        raise NotImplementedError

    @work(thread=True, group="open", exit_on_error=False)
    def open_workbench(self) -> None:
        """The catalog first, so that it can be searched while the engine loads."""
        from topexplorer.tui.screens.gauges import where

        bench = self.bench
        environment = bench.start_environment
        if not self.desk.drafts:
            self.desk.drafts = bench.drafts.load()
        place = where(environment, bench.vault)
        self.post_message(self.Opened(bench.catalog, place, read_bookmarks(bench.paths.bookmarks_file)))
        self.post_message(self.Indexed(search_index(bench.catalog)))
        saved = self.saved_profiles()
        _ = bench.engine
        self.post_message(self.Ready(saved))

    @on(Indexed)
    def _indexed(self, event: Indexed) -> None:
        self.index = event.index

    @work(thread=True, group="open", exit_on_error=False)
    def warm_up(self) -> None:
        """Loads what only an open API and a call need, when the first keys have been answered."""
        load_sides()
        self.post_message(self.Warm())
        self.bench.engine.warm_up()
        self.bench.history.prune()

    def saved_profiles(self) -> tuple[Saved, ...]:
        return tuple(Saved(profile.name, profile.draft.api) for profile in self.bench.profiles.list())

    def tell_problems(self) -> None:
        """Whatever went wrong beside the work, each once."""
        bench = self.bench
        every = (*bench.problems, *bench.engine.ledger.problems, *bench.history.problems)
        fresh = [problem for problem in every if problem not in self._told]
        self._told += fresh
        # More would cover the screen: the page of problems has them all.
        first = fresh if len(fresh) <= MOST_TOLD else fresh[: MOST_TOLD - 1]
        for problem in first:
            tell(self.app, self.language.render(problem), "warning")
        if more := len(fresh) - len(first):
            tell(self.app, self.language("problems.more", n=more), "warning")

    def show_environment(self) -> None:
        """Where am I, and what has it cost: after a start, a switch or a call. Nothing while all is made anew, which
        ends with this."""
        from topexplorer.tui.screens.gauges import where

        if not self.query(KeyBar):
            return
        engine = self.bench.engine
        self.where = where(engine.environment, engine.vault)
        # On the bar alone where only the bar changes: a class of the screen restyles everything in it.
        self.query_one(StatusBar).set_class(engine.environment.kind == "sandbox", "-sandbox")
        for kind in ("dev", "prod"):
            self.set_class(engine.environment.kind == kind, f"-{kind}")
        self.judge()
        self.query_one(KeyBar).refresh()
        self.call_after_refresh(self.redraw_dialogs)
        self.measure()

    @work(thread=True, exclusive=True, group="meters", exit_on_error=False)
    def measure(self) -> None:
        from topexplorer.tui.screens.gauges import gauges, where

        engine = self.bench.engine
        found = engine.meters(self.desk.method or None)
        place = where(engine.environment, engine.vault)
        self.post_message(self.Measured(gauges(found, self.language), place))

    @on(Measured)
    def _measured(self, event: Measured) -> None:
        self.gauges = event.gauges
        before, now = self.where, event.where
        if before != now:
            self.show_environment()
            if before and now.locked and not before.locked and before.name == now.name:
                self.tell_locked(now)
        self.tell_problems()

    def tell_locked(self, now: Where) -> None:
        """Why the keys are locked; nothing to who has just locked the screen."""
        on_purpose = self.bench.vault.room.is_shut(self.bench.engine.environment.kind)
        if not any(screen.has_class("-locked") for screen in self.app.screen_stack):
            say = self.language
            told = say("lock.elsewhere" if on_purpose else "lock.idle", environment=now.name)
            tell(self.app, told, "warning")

    def redraw_dialogs(self) -> None:
        """What changed is seen under every dialog: of several, Textual draws only the topmost anew."""
        for screen in self.app.screen_stack:
            if screen is not self:
                screen.refresh()

    @work(thread=True, exclusive=True, group="drafts", exit_on_error=False)
    def keep_drafts(self) -> None:
        """Writes what was typed since the last time."""
        self.desk.keep(self.bench.drafts.keep)

    @work(thread=True, exclusive=True, group="bookmarks", exit_on_error=False)
    def keep_bookmarks(self, bookmarks: Bookmarks) -> None:
        write_bookmarks(self.bench.paths.bookmarks_file, bookmarks)

    def on_unmount(self) -> None:
        with suppress(StorageError):
            self.desk.keep(self.bench.drafts.keep)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """The one place where a worker's failure ends: a sentence for what is expected, a crash for a bug.

        Without platform.json nothing works: the app ends with that error.
        """
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            if isinstance(event.worker.error, BrokenSpec):
                self.app.exit(event.worker.error)
            elif isinstance(event.worker.error, TopExplorerError):
                tell_error(self.app, event.worker.error, self.language)
            else:
                raise event.worker.error
