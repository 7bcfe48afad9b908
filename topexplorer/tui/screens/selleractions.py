"""Whose session calls carry: the panel of sellers, and what of it the explorer shows all the time."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on, work
from textual.reactive import var

from topexplorer.core.sessionlife import LEVELS, Level
from topexplorer.core.text import clean_line
from topexplorer.engine.currentseller import token_in_use
from topexplorer.tui.screens.background import BackgroundScreen
from topexplorer.tui.screens.environment_actions import EnvironmentScreen
from topexplorer.tui.widgets.status_bar import Seller


class SellerScreen(EnvironmentScreen):
    """Keeps the top line and the catalog in step with the session in use."""

    seller: var[Seller | None] = var(None)
    closed: var[Mapping[Level, str]] = var({})
    """The levels that the session in use cannot call, each with the reason in a word or two."""

    @work(exit_on_error=False)
    async def open_sellers(self, nick: str | None = None) -> None:
        """The panel, its cursor on that seller."""
        from topexplorer.tui.screens.seller_panel import SellerPanel

        await self.app.push_screen_wait(SellerPanel(self.language, self.bench, nick, self.show_environment))
        self.show_environment()

    def watch_seller(self) -> None:
        self.redraw_dialogs()

    def action_sellers(self) -> None:
        self.open_sellers()

    def show_environment(self) -> None:
        super().show_environment()
        self.show_seller()

    @on(BackgroundScreen.Measured)
    def show_seller(self) -> None:
        """Who it is, and what of the session is over or ends within a day."""
        say, now, engine = self.language, self.bench.clock(), self.bench.engine
        token = token_in_use(engine.vault, engine.environment, engine.seller)
        if token is None:
            self.seller, closed = None, {}
        else:
            note, shut = token.life.note(now), token.life.closed(now)
            self.seller = Seller(clean_line(token.nick), say.render(note) if note else "", bool(shut))
            closed = {level: say("catalog.mark.closed", level=level) for level in LEVELS if level in shut}
        if closed != self.closed:
            self.closed = closed
            self.judge()
