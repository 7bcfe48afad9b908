"""Which environment the explorer is in: choosing one, its keys, confirming a write in prod, and leaving prod again."""

from __future__ import annotations

from textual import work
from textual.reactive import var

from topexplorer.core.call import Exchange
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.plannedwrite import PlannedWrite
from topexplorer.tui.activity import UNTIL_TOUCHED, ActiveApp
from topexplorer.tui.screens.background import BackgroundScreen
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.tell import tell


class EnvironmentScreen(BackgroundScreen):
    """Prod is entered by typing its name, never remembered, and left when nobody is at the keyboard."""

    busy: var[str] = var("")

    @work(exit_on_error=False)
    async def action_choose_environment(self) -> None:
        """Every environment with its gateway and keys, to use one or change them."""
        from topexplorer.tui.screens.environment_panel import EnvironmentPanel

        before = self.bench.engine.environment
        name = await self.app.push_screen_wait(EnvironmentPanel(self.language, self.bench))
        if name is not None and name != before.name:
            self.enter(name)
        elif self.bench.engine.environment != before or name is None:
            self.show_environment()

    def enter(self, name: str) -> None:
        """Goes to an environment; one that is not prod is remembered."""
        environment = self.bench.engine.use(name)
        if environment.kind != "prod":
            self.bench.remember(environment=name)
        self.show_environment()

    @work(exit_on_error=False)
    async def open_keys(self) -> None:
        """The keys of the active environment; where they are built in, the environments."""
        environment = self.bench.engine.environment
        if environment.kind == "sandbox":
            self.action_choose_environment()
            return
        from topexplorer.tui.screens.keys_dialog import KeysDialog

        if await self.app.push_screen_wait(KeysDialog(self.language, self.bench, environment)):
            self.show_environment()

    def hidden(self, exchange: Exchange) -> Exchange:
        raise NotImplementedError

    async def confirmed(self, planned: PlannedWrite) -> bool:
        """Whether somebody has seen the write and typed the environment's name."""
        from topexplorer.tui.screens.confirm_write import ConfirmWrite

        dialog = ConfirmWrite(self.language, self.bench.engine, planned, self.hidden, self.desk.veil.value)
        return await self.app.push_screen_wait(dialog) is True

    def leave_prod_when_idle(self) -> None:
        """Goes back to the last environment that is not prod when nobody touched a key for as long as prod says.

        Every dialog ends: none may ask, show or do for prod what would then be asked, shown and done elsewhere.
        """
        app, environment = self.app, self.bench.engine.environment
        idle = app.idle_seconds if isinstance(app, ActiveApp) else 0.0
        if environment.kind != "prod" or self.busy or idle < environment.idle_minutes * 60:
            return
        dialogs = [screen for screen in app.screen_stack if isinstance(screen, Dialog)]
        for screen in dialogs:
            screen.dismiss(None)
        rest = self.bench.resting_environment
        try:
            self.bench.engine.use(rest.name)
        except TopExplorerError:
            rest = self.bench.engine.use(self.bench.environments.default.name)
        self.show_environment()
        minutes = f"{environment.idle_minutes:g}"
        told = self.language("env.left", name=environment.name, rest=rest.name, minutes=minutes)
        if dialogs:
            told += f" · {self.language('env.left.dialogs')}"
        tell(self.app, told, "warning", UNTIL_TOUCHED)
