"""Three ways for a seller to consent: in a browser, elsewhere with a code to paste, and here in the sandbox.

Each ends with the nick of the seller whose session was kept; None when it was given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from time import monotonic
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.assemble import Workbench
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.sessionlife import countdown
from topexplorer.core.text import clean, clean_line
from topexplorer.core.veil import Veil
from topexplorer.engine.consent import ConsentPage
from topexplorer.engine.oauth import Wish
from topexplorer.engine.signin import SECONDS, NotKept
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.screens.sellerlines import name_of
from topexplorer.tui.tell import tell_copied
from topexplorer.tui.widgets.page import Page, row
from topexplorer.tui.widgets.secret_input import SecretInput
from topexplorer.tui.widgets.value_controls import ValueInput

REFUSE = "refuse"


class SignInDialog(Dialog[str]):
    """What the three share: work that ends in a token or in a sentence, and an end to it when the dialog is left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+y", "copy_address", show=False, priority=True)]

    def __init__(self, language: Language, bench: Workbench, way: str) -> None:
        danger = " -danger" if bench.engine.environment.kind == "prod" else ""
        title = language(f"signin.{way}.title", environment=clean_line(bench.engine.environment.name))
        super().__init__(language, title, language(f"signin.{way}.keys"), classes=f"-signin{danger}")
        self._bench = bench
        self._address = ""
        self._is_busy = False
        self._held: NotKept | None = None
        """What waits for the vault to be opened."""
        self._url = Static("", classes="signin-address", markup=False)
        self._told = Static("", classes="dialog-fault", markup=False)

    def on_mount(self) -> None:
        self.watch(self.app, "demo", self._draw_address, init=False)

    def _begin(self, task: Callable[[], Awaitable[SellerToken]], words: str) -> None:
        """Once, however often Enter is pressed: a code works once. What was traded already is only kept."""
        if self._is_busy:
            return
        self._is_busy = True
        if self._held is not None:
            task, words = partial(self._bench.sign_in.keep, self._held), self.language("signin.keeping")
        self._told.update(words)
        self._until_kept(task)

    @work(exit_on_error=False, group="signin")
    async def _until_kept(self, task: Callable[[], Awaitable[SellerToken]]) -> None:
        try:
            token = await task()
        except NotKept as held:
            self._held = held
            self._told.update(self.language("signin.held", seller=name_of(held.token.nick, self.language)))
        except TopExplorerError as error:
            self._fail(error)
        else:
            self.dismiss(token.nick)
        finally:
            self._is_busy = False
            self._ended()

    def _ended(self) -> None:
        """Nothing is under way any more."""

    @property
    def _is_spending(self) -> bool:
        """Whether what is under way is kept, whoever gives up now."""
        return self._is_busy

    def action_back(self) -> None:
        if self._is_spending:
            self._told.update(self.language("signin.spent"))
        else:
            super().action_back()

    def _fail(self, error: TopExplorerError) -> None:
        say = self.language
        hint = f"\n{say.render(error.hint)}" if error.hint else ""
        self._told.update(clean(say.render(error.message) + hint))

    def _show_address(self, url: str) -> None:
        self._address = url
        self._draw_address()

    def _draw_address(self) -> None:
        """Disguised before it is wrapped: half an app key on each of two lines is none that could be found."""
        veil: Veil | None = getattr(self.app, "veil", None)
        self._url.update(clean_line(veil.text(self._address) if veil else self._address))

    def action_copy_address(self) -> None:
        """The page's address to the clipboard of the terminal."""
        if self._address:
            tell_copied(self.app, self._address, self.language("signin.copied"))


class BrowserDialog(SignInDialog):
    """Waits for a consent in a browser on this machine."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "again", show=False)]

    def __init__(self, language: Language, bench: Workbench) -> None:
        super().__init__(language, bench, "browser")
        self._state = Static("", classes="signin-state", markup=False)
        self._until: float | None = None
        self._words = ""

    def content(self) -> list[Widget]:
        return [Static(self.language("signin.browser.how"), markup=False), self._url, self._state, self._told]

    def on_mount(self) -> None:
        self.set_interval(1.0, self._tick)
        self.action_again()

    def action_again(self) -> None:
        """Starts once more after a failure; while one is waiting, nothing happens."""
        if not self._is_busy and self._held is None:
            self._until = monotonic() + SECONDS
            self._words = self.language("signin.browser.starting")
        self._begin(self._browse, "")
        self._tick()

    async def _browse(self) -> SellerToken:
        return await self._bench.sign_in.browse(self._show_address, self._opened, self._stray, self._arrived)

    def _ended(self) -> None:
        self._until = None
        if self.is_attached:
            self._tick()

    @property
    def _is_spending(self) -> bool:
        return self._is_busy and self._until is None

    def _arrived(self) -> None:
        """What is waited for now is the token."""
        self._until = None
        self._told.update("")
        self._tick()

    def _opened(self, done: bool) -> None:
        self._words = self.language("signin.browser.opened" if done else "signin.browser.by_hand")
        self._tick()

    def _stray(self) -> None:
        self._told.update(self.language("signin.stray"))

    def _tick(self) -> None:
        say = self.language
        if self._until is not None:
            left = say.render(countdown(max(self._until - monotonic(), 1.0)))
            self._state.update(f"{self._words} {left}")
        elif self._held is not None:
            self._state.update("")
        else:
            self._state.update(say("signin.trading" if self._is_busy else "signin.browser.over"))


class PasteDialog(SignInDialog):
    """Shows the address, takes the code. The app's registered callback is remembered per environment."""

    def __init__(self, language: Language, bench: Workbench) -> None:
        super().__init__(language, bench, "paste")
        self._wish: Wish | None = None
        kept = bench.seller_choices.get("callbacks", bench.engine.environment.name)
        self._callback = ValueInput(kept, language("signin.paste.no_callback"))
        self._code = SecretInput(language, language("signin.paste.code.hint"))

    def content(self) -> list[Widget]:
        say = self.language
        return [
            Label(say("signin.paste.callback"), markup=False),
            self._callback,
            Label(say("signin.paste.open"), markup=False, classes="signin-step"),
            self._url,
            Label(say("signin.paste.code"), markup=False, classes="signin-step"),
            self._code,
            self._told,
        ]

    def on_mount(self) -> None:
        self._code.focus()
        self._prepare()

    @work(exit_on_error=False, exclusive=True, group="prepare")
    async def _prepare(self) -> None:
        """Makes the address, and keeps the sandbox's pages open as long as they may be wanted."""
        callback = self._callback.value.strip()
        try:
            wish = await self._bench.sign_in.by_hand(callback=callback)
            self._bench.seller_choices.remember("callbacks", wish.environment.name, callback)
        except TopExplorerError as error:
            self._fail(error)
            return
        self._told.update("")
        async with self._bench.sign_in.served(wish) as wish:
            self._wish = wish
            self._show_address(wish.url)
            await asyncio.Event().wait()

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        if event.input is self._callback:
            self._prepare()
            self._code.focus()
        elif self._wish is None:
            self._prepare()
        else:
            wish, typed = self._wish, self._code.secret
            self._begin(lambda: self._bench.sign_in.pasted(wish, typed), self.language("signin.trading"))


class ConsentDialog(SignInDialog):
    """The embedded sandbox's own consent page in the terminal: what the app gets, who says yes, or no."""

    def __init__(self, language: Language, bench: Workbench) -> None:
        super().__init__(language, bench, "here")
        self._asked: tuple[Wish, ConsentPage] | None = None
        self._page = Page()
        self._people = OptionList(id="signin-people")

    def content(self) -> list[Widget]:
        return [self._page, self._people, self._told]

    def on_mount(self) -> None:
        self._people.focus()
        self._read()

    @work(exit_on_error=False, exclusive=True, group="read")
    async def _read(self) -> None:
        try:
            self._asked = await self._bench.sign_in.consent_page(self.language.name)
        except TopExplorerError as error:
            self._fail(error)
            return
        page = self._asked[1]
        self._page.show(tuple(row((line, "title" if n == 0 else "plain")) for n, line in enumerate(_short(page.lines))))
        people = [Option(clean_line(f"{nick}  {words}"), id=nick) for nick, words in page.form.people]
        self._people.add_options([*people, Option(self.language("signin.here.refuse"), id=REFUSE)])
        self._people.highlighted = 0

    @on(OptionList.OptionSelected)
    def _answer(self, event: OptionList.OptionSelected) -> None:
        if self._asked is None:
            return
        wish, page = self._asked
        nick = None if event.option.id == REFUSE else event.option.id
        self._begin(lambda: self._bench.sign_in.consent(wish, page, nick), self.language("signin.trading"))


WAYS: Mapping[str, Callable[[Language, Workbench], SignInDialog]] = {
    "browser": BrowserDialog,
    "paste": PasteDialog,
    "here": ConsentDialog,
}


def _short(lines: Sequence[str]) -> list[str]:
    """The page's lines, those of a table in one."""
    found: list[str] = []
    in_table = False
    for line in lines:
        cells = line.replace("  ", " ")
        if cells != line and in_table:
            found[-1] += f" · {cells}"
        else:
            found.append(cells)
        in_table = cells != line
    return found
