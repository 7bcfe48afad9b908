"""The sellers whose sessions there are, each with what is left of it, level by level and second by second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.assemble import Workbench
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.sessionlife import LEVELS, SOON_SECONDS, Part, countdown
from topexplorer.core.text import clean, clean_line, fit
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.tui.screens.dialog import Dialog

NICK_CELLS = 20
SHOWN: tuple[Part, ...] = (*LEVELS, "refresh")


class SellerPanel(Dialog[None]):
    """Chooses whose session calls carry, and signs sellers in and out. `nick` is where the cursor is put."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "browse", show=False),
        Binding("h", "here", show=False),
        Binding("p", "paste", show=False),
        Binding("r", "refresh_token", show=False),
        Binding("d,delete", "sign_out", show=False),
        Binding("u", "unlock", show=False),
    ]

    def __init__(self, language: Language, bench: Workbench, nick: str = "") -> None:
        environment = bench.engine.environment
        title = language("sellers.title", environment=clean_line(environment.name))
        keys = "sellers.keys.embedded" if bench.sign_in.is_embedded else "sellers.keys"
        danger = " -danger" if environment.kind == "prod" else ""
        super().__init__(language, title, language(keys), classes=f"-sellers{danger}")
        self._bench = bench
        self._nick = nick
        self._list = OptionList(id="sellers")
        self._about = Static("", classes="sellers-about", markup=False)
        self._told = Static("", classes="dialog-fault", markup=False)
        self._shown: list[str] = []
        self._at = ""
        self._leaving = ""
        """The seller who is signed out when `d` is pressed once more."""

    def content(self) -> list[Widget]:
        return [self._list, self._about, self._told]

    def on_mount(self) -> None:
        used = self._bench.sellers.in_use()
        self._fill(self._nick or (used.nick if used else ""))
        self._list.focus()
        self.set_interval(1.0, self._tick)

    def _fill(self, nick: str) -> None:
        """The sellers as they are now, the cursor on that one."""
        tokens = self._bench.sellers.tokens()
        self._list.clear_options()
        prompts = [self._prompt(token) for token in tokens]
        self._list.add_options(Option(prompt) for prompt in prompts)
        self._shown = [prompt.plain for prompt in prompts]
        nicks = [token.nick for token in tokens]
        if nicks:
            self._at = nick if nick in nicks else nicks[0]
            self._list.highlighted = nicks.index(self._at)
        self._list.display = bool(nicks)
        self._about.update(self._situation())

    def _tick(self) -> None:
        """Counts down; only lines that changed are drawn."""
        tokens = self._bench.sellers.tokens()
        if len(tokens) != len(self._shown):
            self._fill(self._pointed)
            return
        for place, token in enumerate(tokens):
            prompt = self._prompt(token)
            if prompt.plain != self._shown[place]:
                self._shown[place] = prompt.plain
                self._list.replace_option_prompt_at_index(place, prompt)

    def _situation(self) -> str:
        """What there is to know when there is no list, or beside it."""
        say, environment = self.language, self._bench.engine.environment
        status = self._bench.vault.status(environment)
        if status.locked:
            return say("sellers.panel.locked")
        if status.origins.get("SESSION") in ("variable", "command"):
            return say("sellers.panel.other_source", variable=environment.variable("SESSION"))
        return "" if self._shown else say("sellers.panel.none", environment=clean_line(environment.name))

    def _prompt(self, token: SellerToken) -> Text:
        say, now, life = self.language, self._bench.clock(), token.life
        used = token == self._bench.sellers.in_use()
        nick = clean_line(token.nick) or say("sellers.nameless")
        text = Text.assemble(("● " if used else "  ") + fit(nick, NICK_CELLS) + "  ", style="bold")
        look = "success" if not life.closed(now) else "error" if len(life.closed(now)) == len(LEVELS) else "warning"
        text.append(say.render(life.state(now)), self._colour(look))
        text.append("\n    ")
        for part in SHOWN:
            left = life.left(part, now)
            if part == "refresh" and token.refresh is None:
                continue
            label = say("sellers.column.refresh") if part == "refresh" else part
            text.append(f"{label} ", self._colour("secondary"))
            text.append(say.render(countdown(left)), self._colour(_look(left)))
            text.append("  ")
        return text

    def _colour(self, name: str) -> str:
        return self.app.theme_variables[name]

    @property
    def _pointed(self) -> str:
        """The nick under the cursor."""
        tokens, at = self._bench.sellers.tokens(), self._list.highlighted
        return tokens[at].nick if at is not None and at < len(tokens) else ""

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        """Another seller: what was said of the last one is over."""
        if self._pointed != self._at:
            self._at = self._pointed
            self._leaving = ""
            self._told.update("")

    @on(OptionList.OptionSelected)
    def _use(self) -> None:
        if self._shown:
            self._work(partial(self._chosen, self._pointed))

    async def _chosen(self, nick: str) -> str:
        await asyncio.to_thread(self._bench.sellers.use, nick)
        self.dismiss(None)
        return nick

    def action_unlock(self) -> None:
        """Asks for the vault's passphrase."""
        self._work(self._unlocked)

    async def _unlocked(self) -> str:
        await asyncio.to_thread(self._bench.sellers.open)
        return self._nick

    def action_refresh_token(self) -> None:
        """A new session in place of the one under the cursor, where the app may."""
        if self._shown:
            self._work(partial(self._refreshed, self._pointed))

    async def _refreshed(self, nick: str) -> str:
        await self._bench.sign_in.refresh(nick)
        self._told.update(self.language("sellers.refreshed", seller=clean_line(nick)))
        return nick

    def action_sign_out(self) -> None:
        """The second time it is pressed on the same seller, the session is forgotten."""
        nick = self._pointed
        if not self._shown:
            return
        if self._leaving != nick or not nick:
            self._leaving = nick
            self._told.update(self.language("sellers.out.sure", seller=clean_line(nick)))
            return
        self._leaving = ""
        self._work(partial(self._signed_out, nick))

    async def _signed_out(self, nick: str) -> str:
        environment = self._bench.engine.environment
        revoked = await self._bench.sign_in.sign_out(nick)
        key = "sellers.out.revoked" if revoked else "sellers.out"
        self._told.update(clean(self.language(key, seller=nick, environment=environment.name)))
        return ""

    @work(exit_on_error=False, exclusive=True, group="sellers")
    async def _work(self, task: Callable[[], Awaitable[str]]) -> None:
        """Does it and shows what there is then; a failure is told in the panel."""
        try:
            nick = await task()
            if self.is_attached:
                self._fill(nick)
        except TopExplorerError as error:
            self._fail(error)

    def _fail(self, error: TopExplorerError) -> None:
        say = self.language
        hint = f" · {say.render(error.hint)}" if error.hint else ""
        self._told.update(clean(say.render(error.message) + hint))

    @work(exit_on_error=False)
    async def action_browse(self) -> None:
        """A seller consents in a browser."""
        from topexplorer.tui.screens.signin_dialogs import BrowserDialog

        self._arrived(await self.app.push_screen_wait(BrowserDialog(self.language, self._bench)))

    @work(exit_on_error=False)
    async def action_paste(self) -> None:
        """A seller consents elsewhere, and the code is pasted."""
        from topexplorer.tui.screens.signin_dialogs import PasteDialog

        self._arrived(await self.app.push_screen_wait(PasteDialog(self.language, self._bench)))

    @work(exit_on_error=False)
    async def action_here(self) -> None:
        """A seller of the embedded sandbox consents in the terminal."""
        from topexplorer.tui.screens.signin_dialogs import ConsentDialog

        if self._bench.sign_in.is_embedded:
            self._arrived(await self.app.push_screen_wait(ConsentDialog(self.language, self._bench)))

    def _arrived(self, nick: str | None) -> None:
        if nick is not None:
            self._fill(nick)
            self._told.update(self.language("sellers.panel.in", seller=clean_line(nick)))


def _look(left: float | None) -> str:
    """The colour of what is left."""
    if left is None:
        return "secondary"
    return "error" if left == 0 else "warning" if left < SOON_SECONDS else "success"
