"""Puts the keys of an environment into its vault. What is there already stays unless something is typed over it.

An app secret that was replaced and is still kept can be put back here.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Label, Static
from textual.worker import Worker, WorkerState

from topexplorer.assemble import Workbench
from topexplorer.core.call import Secret
from topexplorer.core.errors import TopExplorerError, UsageError
from topexplorer.core.language import Language, message
from topexplorer.core.text import clean, clean_line
from topexplorer.engine.environments import Environment, KeyName
from topexplorer.engine.keysources import Origin, Texts, checked, overridden
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.tell import tell
from topexplorer.tui.widgets.secret_input import SecretInput
from topexplorer.tui.widgets.value_controls import ValueInput

WARNING_SECONDS = 12.0
KEPT: tuple[Origin, ...] = ("file", "keyring")
"""Where this dialog puts keys. What comes from elsewhere wins over it."""


class KeysDialog(Dialog[bool]):
    """Ends with True when keys were kept. Of an environment whose keys are built in it only says so."""

    DEFAULT_CSS = """
    KeysDialog Horizontal { height: 1; margin-top: 1; & Label { width: 24; color: $text-muted; } }
    KeysDialog.-tall Horizontal { margin-top: 0; }
    KeysDialog.-tall #keys-first, KeysDialog .dialog-elsewhere { margin-top: 1; }
    KeysDialog .dialog-elsewhere, KeysDialog .dialog-previous { height: auto; color: $text-warning; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("ctrl+b", "put_back", show=False, priority=True),
    ]

    def __init__(self, language: Language, bench: Workbench, environment: Environment) -> None:
        danger = " -danger" if environment.kind == "prod" else ""
        title = language("lock.keys.title", environment=clean_line(environment.name))
        super().__init__(language, title, language("lock.keys.keys"), classes=f"-keys{danger}")
        self._bench = bench
        self._environment = environment
        self._about = Static("", classes="dialog-about", markup=False)
        self._fault = Static("", classes="dialog-fault", markup=False)
        status = bench.vault.status(environment)
        self._previous = Static(language("lock.keys.previous"), classes="dialog-previous", markup=False)
        self._previous.display = status.previous
        found = (self._source(name, origin) for name, origin in status.origins.items() if origin not in KEPT)
        elsewhere = tuple(dict.fromkeys(found))
        told = language("lock.keys.elsewhere", sources=elsewhere)
        self._elsewhere = Static(told, classes="dialog-elsewhere", markup=False)
        self._elsewhere.display = bool(elsewhere)
        self.set_class(bool(elsewhere), "-tall")
        self._app_key_before = status.app_key or ""
        self._app_key = ValueInput(status.app_key or "", language("lock.keys.missing"))
        self._app_secret = SecretInput(language, self._held("APP_SECRET"))
        self._session = SecretInput(language, self._held("SESSION"))
        self._nick = ValueInput("", language("lock.keys.nick.hint"))
        self._app_key.named, self._nick.named = "app_key", "seller_nick"

    @property
    def is_edited(self) -> bool:
        typed = (self._app_secret.value, self._session.value, self._nick.value)
        return any(typed) or self._app_key.value != self._app_key_before

    def _held(self, name: KeyName) -> str:
        """What an empty field says: whether its key is kept, comes from elsewhere or is missing."""
        say, origin = self.language, self._bench.vault.status(self._environment).origins.get(name)
        if origin is None:
            return say("lock.keys.missing")
        return say("lock.keys.there") if origin in KEPT else say("lock.keys.from", source=self._source(name, origin))

    def _source(self, name: KeyName, origin: Origin) -> str:
        if origin == "variable":
            return self._environment.variable(name)
        program = clean_line(self._environment.secret_cmd[0]) if origin == "command" else ""
        return self.language(f"lock.source.{origin}", program=program)

    def _done(self, key: str, given: Texts) -> None:
        """Tells what was done with these keys, and which of them calls do not use all the same."""
        environment = self._environment
        tell(self.app, self.language(key, environment=clean_line(environment.name)))
        status = self._bench.vault.status(environment)
        for warning in overridden(environment, status.origins, status.app_key, given):
            tell(self.app, self.language.render(warning), "warning", WARNING_SECONDS)

    def content(self) -> list[Widget]:
        say = self.language
        fields = (
            ("lock.keys.app_key", self._app_key),
            ("lock.keys.app_secret", self._app_secret),
            ("lock.keys.session", self._session),
            ("lock.keys.nick", self._nick),
        )
        rows = [Horizontal(Label(say(key), markup=False), field) for key, field in fields]
        rows[0].id = "keys-first"
        return [self._about, *rows[:2], self._previous, *rows[2:], self._elsewhere, self._fault]

    def on_mount(self) -> None:
        self._app_key.focus()
        self._look()

    @work(thread=True, exit_on_error=False, group="look")
    def _look(self) -> str:
        """Where keys would go: looking for a keyring may take a while."""
        store = self._bench.vault.room.store_for(self._environment)
        return self.language.render(message(f"keys.place.{store.backend}", file=clean_line(str(store.path))))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        if event.input is self._nick:
            self.action_save()
        else:
            self.screen.focus_next(Input)

    def action_save(self) -> None:
        """Keeps what was typed; a fault is told and nothing is changed."""
        session = self._session.secret.reveal().strip()
        app_key = self._app_key.value.strip()
        unchanged = app_key == (self._bench.vault.status(self._environment).app_key or "")
        try:
            given = checked(
                {
                    "APP_KEY": "" if unchanged and not self._app_secret.secret else app_key,
                    "APP_SECRET": self._app_secret.secret.reveal().strip(),
                    "SESSION": session,
                }
            )
        except TopExplorerError as error:
            self._fault.update(self._sentence(error))
            return
        self._fault.update(self.language("lock.keys.saving"))
        self._keep(given, self._nick.value.strip())

    def action_put_back(self) -> None:
        """The previous app secret in place of the new one, which is deleted. Nothing where none is kept."""
        if self._previous.display:
            self._fault.update(self.language("lock.keys.saving"))
            self._put_back()

    @work(thread=True, exit_on_error=False, exclusive=True, group="keep")
    def _put_back(self) -> tuple[str, Texts]:
        from topexplorer.engine.storedkeys import StoredKeys

        if not self._bench.vault.room.change(self._environment, StoredKeys.back):
            raise UsageError(message("keys.no_previous", environment=self._environment.name))
        return "lock.keys.back", {"APP_SECRET": Secret("")}

    @work(thread=True, exit_on_error=False, exclusive=True, group="keep")
    def _keep(self, given: Texts, nick: str) -> tuple[str, Texts]:
        from topexplorer.engine.storedkeys import SellerToken

        token = SellerToken(given["SESSION"], nick) if "SESSION" in given else None
        app_key = given["APP_KEY"].reveal() if "APP_KEY" in given else ""
        vault, environment = self._bench.vault, self._environment
        vault.room.put(environment, app_key, given.get("APP_SECRET", Secret("")) or None, token)
        is_replaced = "APP_SECRET" in given and vault.status(environment).previous
        return "lock.keys.previous.kept" if is_replaced else "lock.keys.kept", given

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Expected failures are told here; anything else is the app's business."""
        error = event.worker.error
        if event.state is WorkerState.SUCCESS:
            if event.worker.group == "keep":
                key, given = event.worker.result or ("lock.keys.kept", {})
                self._done(key, given)
                self.dismiss(True)
            else:
                self._about.update(clean(self.language("lock.keys.about", place=event.worker.result)))
        elif event.state is WorkerState.ERROR and error is not None:
            if not isinstance(error, TopExplorerError):
                raise error
            self._previous.display = self._bench.vault.status(self._environment).previous
            self._fault.update(self._sentence(error))

    def _sentence(self, error: TopExplorerError) -> str:
        hint = f"\n{self.language.render(error.hint)}" if error.hint else ""
        return clean(self.language.render(error.message) + hint)
