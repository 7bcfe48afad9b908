"""The request: its title line and three sides of it, the form, the documentation and the sign.

The sides are made when there is something to show on them: the first screen is drawn without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import var
from textual.widgets import ContentSwitcher, Static, Tab, Tabs

from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Language, Message
from topexplorer.core.manual import facts
from topexplorer.core.spec import ApiSpec, Platform
from topexplorer.core.text import clean_line
from topexplorer.core.values import Problem
from topexplorer.tui.commands import BY_ID
from topexplorer.tui.widgets.page import Page, Row, row
from topexplorer.tui.widgets.status_bar import Where

if TYPE_CHECKING:
    from topexplorer.core.signlab.steps import Steps
    from topexplorer.tui.widgets.docs_page import DocsPage
    from topexplorer.tui.widgets.param_form import ParamForm
    from topexplorer.tui.widgets.sign_preview import SignPreview

SIDES = ("form", "docs", "sign")


def welcome_rows(say: Language, where: Where | None) -> Iterator[Row]:
    """What to do first, for someone who has read nothing. Nowhere yet is the sandbox, where every start leads."""
    kind, name = (where.kind, clean_line(where.name)) if where else ("sandbox", "")
    yield row((say(f"welcome.title.{kind}", name=name), "strong"))
    yield row()
    if where and kind != "sandbox" and not (where.app_key or where.locked or where.shut_out):
        yield row((f"{BY_ID['environment'].key_label} K".ljust(7), "accent"), say("welcome.keys"), hang=7)
    yield row(("F2     ", "accent"), say("welcome.find"), hang=7)
    shown = {"examples": "fill", "send": "send", "sign": "sign", "save": "keep", "history": "history", "help": "help"}
    for command, key in shown.items():
        yield row((BY_ID[command].key_label.ljust(7), "accent"), say(f"welcome.{key}"), hang=7)


def load_sides() -> tuple[type[ParamForm], type[DocsPage], type[SignPreview]]:
    """What stands on the sides. Slow the first time: a thread does it beforehand."""
    from topexplorer.tui.widgets.docs_page import DocsPage
    from topexplorer.tui.widgets.param_form import ParamForm
    from topexplorer.tui.widgets.sign_preview import SignPreview

    return ParamForm, DocsPage, SignPreview


class RequestPane(Vertical):
    """Shows one API. Everything it shows comes down as vars; edits go up as ParamForm messages."""

    spec: var[ApiSpec | None] = var(None)
    behind: var[ApiSpec | None] = var(None)
    platform: var[Platform | None] = var(None)
    seed: var[RequestDraft | None] = var(None, always_update=True)
    draft: var[RequestDraft | None] = var(None)
    problems: var[tuple[Problem, ...]] = var(())
    steps: var[Steps | None] = var(None)
    with_sign: var[bool] = var(False)
    side: var[str] = var("form")
    where: var[Where | None] = var(None)

    def __init__(self, language: Language, clock: Callable[[], datetime], id: str | None = None) -> None:
        super().__init__(id=id, classes="pane -empty")
        self._language = language
        self._clock = clock
        self._form: ParamForm | None = None
        self._waiting: list[Callable[[ParamForm], object]] = []

    def compose(self) -> ComposeResult:
        yield Page(id="welcome")
        yield Static("", id="request-facts", markup=False)

    def furnish(self) -> None:
        """Makes the sides, unless they are there."""
        self.call_next(self._furnish)

    async def _furnish(self) -> None:
        if self._form is not None:
            return
        say, pane = self._language, RequestPane
        of_form, of_docs, of_sign = load_sides()
        form = of_form(say, self._clock, id="form").data_bind(pane.spec, pane.seed, pane.problems)
        docs = of_docs(say, id="docs").data_bind(pane.spec, pane.behind, pane.platform)
        sign = of_sign(say, id="sign").data_bind(pane.steps, pane.with_sign)
        tabs = (Tab(say(f"request.{side}"), id=f"side-{side}") for side in SIDES)
        await self.mount(
            Tabs(*tabs, active=f"side-{self.side}", id="request-sides"),
            ContentSwitcher(form, docs, sign, initial=self.side, id="request-switch"),
        )
        if not form.is_attached:  # the app has ended meanwhile
            return
        self._form = form
        self.watch_side(self.side)
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act(form)

    def _on_form(self, act: Callable[[ParamForm], object]) -> None:
        """Does something with the form, or as soon as it is there; without an API there is none."""
        if self._form is not None:
            act(self._form)
        elif self.spec is not None:
            self._waiting.append(act)

    def on_mount(self) -> None:
        self._describe()

    def watch_spec(self) -> None:
        if self.spec is not None:
            self.furnish()
        self._describe()

    def watch_where(self) -> None:
        self._describe()

    def watch_platform(self) -> None:
        self._describe()

    def watch_draft(self) -> None:
        self._describe()

    def watch_problems(self, before: tuple[Problem, ...], now: tuple[Problem, ...]) -> None:
        if _session_trouble(before) != _session_trouble(now):
            self._describe()

    def watch_side(self, side: str) -> None:
        if self._form is not None:
            self.query_one("#request-switch", ContentSwitcher).current = side
            if side == "sign":
                self.query_one("#sign", load_sides()[2]).write()
            tabs = self.query_one("#request-sides", Tabs)
            with tabs.prevent(Tabs.TabActivated):
                tabs.active = f"side-{side}"

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        event.stop()
        if event.tab.id == event.tabs.active:  # else another was chosen meanwhile
            self.side = (event.tab.id or "side-form").removeprefix("side-")

    def _describe(self) -> None:
        """The border shows which API this is, the line below it what matters before a call."""
        if not self.is_mounted:
            return
        say = self._language
        line = self.query_one("#request-facts", Static)
        self.set_class(self.spec is None, "-empty")
        if self.spec is None:
            self.border_title = say("request.title")
            line.update(say("request.choose"))
            self.query_one("#welcome", Page).show(tuple(welcome_rows(say, self.where)))
            return
        title = clean_line(say.words(self.spec.title))
        self.border_title = f"{clean_line(self.spec.method)} · {title}".replace("[", "\\[")
        parts = facts(self.spec, self.platform, say) if self.platform else []
        if self.draft:
            parts += [part for part in (self.draft.format if self.draft.format != "json" else "",) if part]
            parts += ["simplify"] if self.draft.simplify else []
            parts += [self.draft.sign_method] if self.draft.sign_method else []
        if self.spec.retired:
            parts.insert(0, f"{say('manual.retired')} {say('manual.instead')} {say.render(self.spec.retired.instead)}")
        trouble = _session_trouble(self.problems)
        parts = [say.render(trouble), *parts] if trouble else parts
        line.update(clean_line("  ·  ".join(parts)))
        line.set_class(trouble is not None, "-trouble")
        line.set_class(self.spec.retired is not None, "-retired")

    def focus_param(self, name: str) -> None:
        """Puts the cursor into the field of that parameter, or into the first one when there is none."""
        self.side = "form"
        self._on_form(lambda form: form.focus_row(name))

    def reveal_missing(self) -> None:
        """Shows what is still missing, now that someone wants to send."""
        self._on_form(lambda form: form.reveal_missing())

    def focus_side(self) -> None:
        """Puts the cursor into the side that is shown."""
        if self.side == "form":
            self.focus_first()
        else:
            page = f"#{self.side} Page, Page#{self.side}"
            self._on_form(lambda _form: self.query_one(page).focus())

    @property
    def cursor_is_moving(self) -> bool:
        """Whether the cursor will go to something that is not there yet."""
        return bool(self._waiting) or (self._form is not None and self._form.cursor_is_moving)

    def focus_first(self) -> None:
        """Puts the cursor where typing makes most sense."""
        self.side = "form"
        self._on_form(lambda form: form.focus_first())


def _session_trouble(problems: Iterable[Problem]) -> Message | None:
    """What is wrong with the session: it has no row of its own in the form."""
    return next((problem.what for problem in problems if problem.where == "session"), None)
