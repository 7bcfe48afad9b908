"""Nothing to see: what the panic key leaves on the screen until somebody unlocks it."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from topexplorer.assemble import Workbench
from topexplorer.core.call import Secret
from topexplorer.core.errors import StorageError, TopExplorerError, VaultLocked
from topexplorer.core.language import Language, message
from topexplorer.core.text import clean
from topexplorer.engine.environments import Environment
from topexplorer.tui.widgets.secret_input import SecretInput


class LockScreen(Screen[None]):
    """Opens by the passphrase of the vault that the environment's keys are in; by Enter where there is none."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "unlock", show=False)]
    DEFAULT_CSS = """
    LockScreen {
        align: center middle;
        & Static { width: 100%; text-align: center; }
        & SecretInput { width: 44; }
        & Center { height: auto; margin: 1; }
        & .dialog-fault { min-height: 2; }
    }
    """

    def __init__(self, language: Language, bench: Workbench, environment: Environment) -> None:
        super().__init__(classes="-locked")
        self.language = language
        self._bench = bench
        self._environment = environment
        self._input = SecretInput(language, language("lock.passphrase"))
        self._input.may_reveal = False
        self.needs_passphrase = "file" in bench.vault.status(environment).origins.values()
        """Whether the environment's keys are in a vault that a passphrase opens. What becomes of the file later does
        not open the screen.
        """
        self._fault = Static("", classes="dialog-fault", markup=False)

    def compose(self) -> ComposeResult:
        say = self.language
        asked = self.needs_passphrase
        yield Static(say("lock.screen"), markup=False)
        yield Static(say("lock.screen.passphrase" if asked else "lock.screen.enter"), markup=False)
        if asked:
            yield Center(self._input)
        yield self._fault

    def on_mount(self) -> None:
        if self.needs_passphrase:
            self._input.focus()
        self.app.copy_to_clipboard("")
        self._lock()

    @work(thread=True, exit_on_error=False, group="lock")
    def _lock(self) -> None:
        """Forgets at once here; other processes learn it from a file, which a full disk may refuse."""
        vault = self._bench.vault
        vault.lock()
        if vault.room.existing():
            with suppress(StorageError):
                vault.room.lock_everywhere()

    @on(Input.Submitted)
    def action_unlock(self) -> None:
        """Unlocks and goes back to where the user was."""
        passphrase = self._input.secret if self.needs_passphrase else None
        if passphrase or not self.needs_passphrase:
            self._fault.update(self.language("lock.opening"))
            self._unlock(passphrase)

    @work(thread=True, exit_on_error=False, exclusive=True)
    def _unlock(self, passphrase: Secret | None) -> None:
        vault = self._bench.vault
        vault.unlock(self._environment, passphrase)
        if self.needs_passphrase and not vault.room.is_open(self._environment):
            raise VaultLocked(message("lock.gone"))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        error = event.worker.error
        if event.state is WorkerState.SUCCESS and event.worker.group != "lock":
            self.dismiss(None)
        elif event.state is WorkerState.ERROR and error is not None:
            if not isinstance(error, TopExplorerError):
                raise error
            self._input.forget()
            self._fault.update(clean(self.language.render(error.message)))
