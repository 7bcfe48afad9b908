"""The history: every call that is kept, found while typing, opened, compared with another one, forgotten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus, Key
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from topexplorer.assemble import Workbench
from topexplorer.core.call import Exchange
from topexplorer.core.diagnosis import global_row
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import cell_width, clean, fit
from topexplorer.core.veil import Veil
from topexplorer.engine.history import LETTERS
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.drawable import DiscreetInput
from topexplorer.tui.widgets.page import Page, Row, row
from topexplorer.tui.widgets.past_about import PastAbout
from topexplorer.tui.widgets.past_list import PastList
from topexplorer.tui.widgets.past_rows import day_rows, found_calls, time_text

LINGER = 0.1
"""Seconds that the cursor has to stay on a call before its request is read."""


class HistoryPanel(Dialog[PastCall]):
    """Gives the call that was chosen. `hidden` is what an exchange goes through before anybody sees it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("equals_sign", "compare", show=False),
        Binding("d,delete", "forget", show=False),
        Binding("X", "forget_shown", show=False),
        Binding("slash", "search", show=False),
    ]

    @dataclass
    class Loaded(Message):
        """A thread has read the history."""

        calls: tuple[PastCall, ...]

    @dataclass
    class Failed(Message):
        """A thread could not do what it should."""

        error: TopExplorerError

    @dataclass
    class Described(Message):
        """A thread has read what a call sent."""

        call: PastCall
        values: Mapping[str, str]

    def __init__(
        self, language: Language, bench: Workbench, veil: Veil, hidden: Callable[[Exchange], Exchange]
    ) -> None:
        super().__init__(language, language("history.tui.title"), language("history.tui.keys"), classes="-history")
        self._bench, self._veil, self._hidden = bench, veil, hidden
        self._calls: tuple[PastCall, ...] | None = None
        self._shown: tuple[PastCall, ...] = ()
        self._titles: dict[str, str] = {}
        self._sure: PastCall | None = None
        """The call that is forgotten when the key is pressed once more."""
        self._linger: Timer | None = None
        self._input = DiscreetInput(placeholder=language("history.tui.search"), compact=True)
        self._input.cursor_blink = False
        kinds = {letter: kind for kind, letter in LETTERS.items()}
        self._list = PastList(language, kinds, self._title_of, self._cause_of, veil.value, id="past-calls")
        self._empty = Page(id="past-empty")
        self._about = PastAbout(language, bench.clock, self._title_of, veil.value)
        self._told = Static("", classes="dialog-fault", markup=False)

    def content(self) -> list[Widget]:
        return [self._input, self._list, self._empty, self._about, self._told]

    def on_mount(self) -> None:
        self._input.focus()
        self._empty.display = False
        self.load()

    @work(thread=True, group="history", exit_on_error=False)
    def load(self, forgotten: Collection[str] = ()) -> None:
        """Reads the history, after these calls were forgotten."""
        history = self._bench.history
        try:
            history.forget(forgotten)
            self.post_message(self.Loaded(history.recent()))
        except TopExplorerError as error:
            self.post_message(self.Failed(error))

    @on(Loaded)
    def _loaded(self, event: Loaded) -> None:
        self._calls = event.calls
        entries = self._bench.catalog.entries
        used = {call.api for call in event.calls} & entries.keys()
        self._titles = {api: f"{entries[api].zh}\n{entries[api].en}".lower() for api in used}
        self._list.marked = tuple(call for call in self._list.marked if call in event.calls)
        self.draw_anew()

    def draw_anew(self) -> None:
        """Shops are hidden in demo mode, and found by what they are called there."""
        if self._veil.demo:
            self._veil.learn({call.seller: "shop" for call in self._calls or () if call.seller})
        self._show()

    def _found(self, calls: tuple[PastCall, ...]) -> tuple[PastCall, ...]:
        """Those that what is typed fits to, as they are seen."""
        seen = calls
        if self._veil.demo:
            shops = {nick: self._veil.value("seller_nick", nick).lower() for nick in {call.seller for call in calls}}
            renamed = (call.words.replace(call.seller.lower(), shops[call.seller]) for call in calls)
            seen = tuple(replace(call, words=words) for call, words in zip(calls, renamed, strict=True))
        found = {call.id for call in found_calls(seen, self._titles, self._input.value)}
        return tuple(call for call in calls if call.id in found)

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        say = self.language
        hint = f" · {say.render(event.error.hint)}" if event.error.hint else ""
        self._told.update(clean(say.render(event.error.message) + hint))

    def _title_of(self, api: str) -> str:
        entry = self._bench.catalog.entries.get(api)
        return self.language.words(entry.title) if entry else ""

    def _cause_of(self, code: int) -> str:
        known = global_row(code, self._bench.catalog.errors)
        return self.language.words(known.title) if known else ""

    @on(Input.Changed)
    def _searched(self) -> None:
        self._show()
        self._list.cursor = 0

    def _show(self) -> None:
        """The calls that fit what is typed."""
        if self._calls is None:
            return
        self._shown = self._found(self._calls)
        self._list.rows = tuple(day_rows(self._shown, self._bench.clock(), self.language))
        self._list.display, self._empty.display = bool(self._shown), not self._shown
        if not self._shown:
            self._empty.show(tuple(self._why_empty()))
        count = self.language("history.tui.count", shown=f"{len(self._shown):,}", n=f"{len(self._calls):,}")
        self.query_one(".dialog-box").border_subtitle = count if self._calls else ""
        self._moved()
        self._name_keys()

    def _why_empty(self) -> Iterator[Row]:
        """That nothing fits; before the first call, what gets here and for how long."""
        say = self.language
        if self._calls:
            yield row((say("history.tui.nothing"), "muted"))
            return
        yield row((say("history.tui.empty"), "strong"))
        yield row()
        width = max(map(cell_width, self._bench.environments))
        for environment in self._bench.environments.values():
            days = environment.history_days
            key = "history.tui.kept.not" if not days else "history.tui.kept"
            about = say("history.tui.kept.prod" if days and environment.kind == "prod" else key, days=f"{days:g}")
            yield row("  ", (fit(environment.name, width), "name"), (f"  {about}", "muted"), hang=width + 4)

    @on(PastList.Highlighted)
    def _moved(self) -> None:
        """Another call: what was said of the last one is over."""
        call = self._list.pointed if self._shown else None
        if self._sure is not None or call is not self._about.call:
            self._sure = None
            self._told.update("")
        if call is self._about.call:
            return
        self._about.call, self._about.values = call, None
        if self._linger is not None:
            self._linger.stop()
        self._linger = self.set_timer(LINGER, lambda: self._describe(call)) if call is not None else None

    @work(thread=True, exclusive=True, group="about", exit_on_error=False)
    def _describe(self, call: PastCall) -> None:
        try:
            draft = self._bench.history.exchange(call.id).draft
        except TopExplorerError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Described(call, {**draft.sent_values(), **draft.sent_files()}))

    @on(Described)
    def _described(self, event: Described) -> None:
        if event.call is self._about.call:
            self._about.values = event.values

    @on(Input.Submitted)
    def _first(self) -> None:
        self._list.action_choose()

    @on(PastList.Chosen)
    def _open(self, event: PastList.Chosen) -> None:
        self.dismiss(event.call)

    def action_search(self) -> None:
        self._input.focus()

    def action_compare(self) -> None:
        """The two that are marked, or this one and the one before of the same API."""
        from topexplorer.tui.screens.comparison import Comparison

        pair = self._pair()
        if pair is None:
            self._told.update(self.language("history.tui.no_other"))
        else:
            self.app.push_screen(Comparison(self.language, self._bench, self._hidden, pair))

    def _pair(self) -> tuple[PastCall, PastCall] | None:
        """The earlier and the later of two calls."""
        call, chosen = self._list.pointed, set(self._list.marked)
        if call is None:
            return None
        if len(chosen) == 1 and call not in chosen:
            chosen.add(call)
        if len(chosen) != 2:
            before = (other for other in self._calls or () if other.api == call.api and other.at < call.at)
            chosen = {call, *([other] if (other := next(before, None)) else [])}
        earlier, *later = sorted(chosen, key=lambda one: one.at)
        return (earlier, later[0]) if later else None

    def action_forget(self) -> None:
        """The second time it is pressed on the same call, it is forgotten."""
        call = self._list.pointed
        if call is None:
            return
        if self._sure is call:
            self.load((call.id,))
            return
        self._sure = call
        self._told.update(self.language("history.tui.forget.sure", id=call.id, when=time_text(call.at)))

    @work(exit_on_error=False)
    async def action_forget_shown(self) -> None:
        """Everything that the search shows, when its number is typed."""
        from topexplorer.tui.screens.questions import AskText

        say, ids = self.language, [call.id for call in self._shown]
        if not ids:
            return
        explanation = say("history.tui.forget.all", n=len(ids))
        question = AskText(say, say("history.tui.forget.title"), explanation, expected=str(len(ids)), classes="-danger")
        if await self.app.push_screen_wait(question) is not None:
            self.load(ids)

    @on(DescendantFocus)
    def _name_keys(self) -> None:
        """The keys that work where the cursor is."""
        key = "history.tui.keys" if self._input.has_focus else "history.tui.keys.list"
        self.query_one(".dialog-keys", Static).update(self.language(key if self._shown else "dialog.page.keys"))

    def on_key(self, event: Key) -> None:
        """Arrows in the search field move the list's cursor; escape empties the field first."""
        if not self._input.has_focus:
            return
        if event.key in ("down", "up"):
            event.stop()
            self._list.action_move(1 if event.key == "down" else -1)
        elif event.key in ("pagedown", "pageup"):
            event.stop()
            self._list.action_page(1 if event.key == "pagedown" else -1)
        elif event.key == "escape" and self._input.value:
            event.stop()
            self._input.value = ""
