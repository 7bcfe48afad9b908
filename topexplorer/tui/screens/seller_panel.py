"""The sellers whose sessions there are, each with what is left of it, level by level and second by second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.assemble import Workbench
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.text import clean, clean_line
from topexplorer.engine.signin import NotKept
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.screens.sellerlines import name_of, seller_lines

WIDEST = 94
"""Cells of a line before the panel has its size."""


def held_words(held: NotKept, say: Language) -> str:
    """That a session waits for the vault, and what to do."""
    return say("sellers.held", seller=name_of(held.token.nick, say))


class SellerPanel(Dialog[None]):
    """Chooses whose session calls carry, and signs sellers in and out. `nick` is where the cursor is put."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "sign_in('browser')", show=False),
        Binding("h", "sign_in('here')", show=False),
        Binding("p", "sign_in('paste')", show=False),
        Binding("r", "refresh_token", show=False),
        Binding("d,delete", "sign_out", show=False),
        Binding("u", "unlock", show=False),
    ]

    def __init__(
        self, language: Language, bench: Workbench, nick: str | None = None, changed: Callable[[], None] = lambda: None
    ) -> None:
        environment = bench.engine.environment
        title = language("sellers.title", environment=clean_line(environment.name))
        keys = "sellers.keys.embedded" if bench.sign_in.is_embedded else "sellers.keys"
        danger = " -danger" if environment.kind == "prod" else ""
        super().__init__(language, title, language(keys), classes=f"-sellers{danger}")
        self._bench = bench
        self._nick = nick
        self._changed = changed
        self._list = OptionList(id="sellers")
        self._about = Static("", classes="sellers-about", markup=False)
        self._told = Static("", classes="dialog-fault", markup=False)
        self._shown: list[str] = []
        self._at: str | None = None
        self._leaving: str | None = None
        """The seller who is signed out when `d` is pressed once more: as long as that is asked."""
        self._is_working = False
        self._held: NotKept | None = None
        """A refreshed session that waits for the vault to be opened: nothing else is done before."""
        self._is_to_be_kept = False
        """Whether that is done as soon as somebody opens the vault."""

    def content(self) -> list[Widget]:
        return [self._list, self._about, self._told]

    def on_mount(self) -> None:
        self._fill(self._nick)
        self._list.focus()
        self.set_interval(1.0, self._tick)

    def on_resize(self, event: events.Resize) -> None:
        """Lines are laid out for the width that there is."""
        self.call_after_refresh(self._tick)

    def _fill(self, nick: str | None) -> None:
        """The sellers as they are now, the cursor on that one, else on the one in use."""
        tokens = self._bench.sellers.tokens()
        prompts = self._prompts()
        self._list.clear_options()
        self._list.add_options(Option(prompt) for prompt in prompts)
        self._shown = [prompt.plain for prompt in prompts]
        nicks = [token.nick for token in tokens]
        if nick not in nicks:
            used = self._bench.sellers.in_use()
            nick = used.nick if used else None
        if nicks:
            self._at = nick if nick in nicks else nicks[0]
            self._list.highlighted = nicks.index(self._at)
        self._list.display = bool(nicks)
        self._about.update(about := self._situation())
        self._about.display = bool(about)

    def _tick(self) -> None:
        """Counts down; only lines that changed are drawn."""
        if self._held and self._is_to_be_kept and self._bench.vault.room.is_open(self._held.environment):
            self._is_to_be_kept = False
            self.action_unlock()
        prompts = self._prompts()
        if len(prompts) != len(self._shown):
            self._fill(self._pointed)
            return
        for place, prompt in enumerate(prompts):
            if prompt.plain != self._shown[place]:
                self._shown[place] = prompt.plain
                self._list.replace_option_prompt_at_index(place, prompt)

    def _prompts(self) -> list[Text]:
        # The list itself has no width while it is hidden; one cell is its scroll bar's.
        sellers, cells = self._bench.sellers, (self._told.size.width or WIDEST) - 1
        now, colours = self._bench.clock(), self.app.theme_variables
        return seller_lines(sellers.tokens(), sellers.in_use(), now, self.language, colours.__getitem__, cells)

    def _situation(self) -> str:
        """What there is to know when there is no list, or beside it."""
        say, environment = self.language, self._bench.engine.environment
        status = self._bench.vault.status(environment)
        if status.locked:
            return say("sellers.panel.locked")
        if status.origins.get("SESSION") in ("variable", "command"):
            return say("sellers.panel.other_source", variable=environment.variable("SESSION"))
        return "" if self._shown else say("sellers.panel.none", environment=clean_line(environment.name))

    @property
    def _pointed(self) -> str | None:
        """The nick under the cursor."""
        tokens, at = self._bench.sellers.tokens(), self._list.highlighted
        return tokens[at].nick if at is not None and at < len(tokens) else None

    def _say(self, text: str) -> None:
        """What there is to say now; a question that stood there is not asked any more."""
        self._leaving = None
        self._told.update(clean(text))

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        """Another seller: what was said of the last one is over, but not what is being done."""
        if self._pointed != self._at:
            self._at = self._pointed
            if not self._is_working and self._held is None:
                self._say("")

    @on(OptionList.OptionSelected)
    def _use(self) -> None:
        if (nick := self._pointed) is not None:
            self._start(partial(self._chosen, nick))

    def action_back(self) -> None:
        """Not while something is being done: how it ends would be told nowhere."""
        if self._is_working:
            self._told.update(self.language("sellers.wait"))
        else:
            super().action_back()

    async def _chosen(self, nick: str) -> str:
        await asyncio.to_thread(self._bench.sellers.use, nick)
        self.dismiss(None)
        return nick

    def action_unlock(self) -> None:
        """Asks for the vault's passphrase."""
        self._start(self._unlocked, keeps=True)

    async def _unlocked(self) -> str | None:
        if self._held is None:
            await asyncio.to_thread(self._bench.sellers.open)
            return self._nick
        token = await self._bench.sign_in.keep(self._held)
        return self._has_anew(token.nick)

    def action_refresh_token(self) -> None:
        """A new session in place of the one under the cursor, where the app may."""
        if (nick := self._pointed) is not None:
            self._start(
                partial(self._refreshed, nick), self.language("sellers.refreshing", seller=name_of(nick, self.language))
            )

    async def _refreshed(self, nick: str) -> str:
        await self._bench.sign_in.refresh(nick)
        return self._has_anew(nick)

    def _has_anew(self, nick: str) -> str:
        self._held = None
        self._say(self.language("sellers.refreshed", seller=name_of(nick, self.language)))
        return nick

    def action_sign_out(self) -> None:
        """The second time it is pressed on the same seller, the session is forgotten."""
        nick = self._pointed
        if nick is None or not self._is_free():
            return
        if self._leaving == nick:
            self._start(
                partial(self._signed_out, nick), self.language("sellers.out.going", seller=name_of(nick, self.language))
            )
        else:
            self._say(self.language("sellers.out.sure", seller=name_of(nick, self.language)))
            self._leaving = nick

    async def _signed_out(self, nick: str) -> None:
        environment = self._bench.engine.environment
        revoked = await self._bench.sign_in.sign_out(nick)
        key = "sellers.out.revoked" if revoked else "sellers.out"
        self._say(self.language(key, seller=name_of(nick, self.language), environment=environment.name))

    def _start(self, task: Callable[[], Awaitable[str | None]], words: str = "", *, keeps: bool = False) -> None:
        """Does one thing at a time: a key that is pressed meanwhile would end what cannot be had again."""
        if self._is_free(keeps):
            self._is_working = True
            if self._held is None:
                self._say(words)
            self._work(task)

    def _is_free(self, keeps: bool = False) -> bool:
        """Whether something may be begun that `keeps` a session that waits for the vault, or else nothing such waits.
        Says why not.
        """
        if self._held is not None and not self._is_working:
            self._say(held_words(self._held, self.language))
        return not self._is_working and (keeps or self._held is None)

    @work(exit_on_error=False, group="sellers")
    async def _work(self, task: Callable[[], Awaitable[str | None]]) -> None:
        """Does it and shows what there is then; a failure is told in the panel."""
        try:
            nick = await task()
        except NotKept as held:
            self._held, self._is_to_be_kept = held, True
            self._say(held_words(held, self.language))
        except TopExplorerError as error:
            hint = f" · {self.language.render(error.hint)}" if error.hint else ""
            self._say(self.language.render(error.message) + hint)
        else:
            if self.is_attached:
                self._fill(nick)
        finally:
            self._is_working = False
        self._changed()

    @work(exit_on_error=False)
    async def action_sign_in(self, way: str) -> None:
        """A seller consents in a browser, elsewhere with a code to paste, or here where all sellers are made up."""
        from topexplorer.tui.screens.signin_dialogs import WAYS

        if (way == "here" and not self._bench.sign_in.is_embedded) or not self._is_free():
            return
        nick = await self.app.push_screen_wait(WAYS[way](self.language, self._bench))
        if nick is not None:
            self._fill(nick)
            used = self._bench.sellers.in_use()
            key = "sellers.panel.in" if used and used.nick == nick else "sellers.in"
            environment = clean_line(self._bench.engine.environment.name)
            self._say(self.language(key, seller=name_of(nick, self.language), environment=environment))
        self._changed()
