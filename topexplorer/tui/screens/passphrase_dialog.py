"""Asks for a vault's passphrase: once to open one, twice for a new one."""

from __future__ import annotations

from concurrent.futures import Future

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from topexplorer.core.call import Secret
from topexplorer.core.language import Language
from topexplorer.core.text import clean_line
from topexplorer.engine.strongroom import PassphraseWanted
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.secret_input import SecretInput


class PassphraseDialog(Dialog[None]):
    """Puts what was typed into `answer`, None when it is left. `answer` is always given something."""

    def __init__(self, language: Language, wanted: PassphraseWanted, answer: Future[Secret | None]) -> None:
        kind = language(f"kind.{wanted.kind}")
        title = language(f"lock.title.{wanted.purpose}", kind=kind, file=clean_line(wanted.file.name))
        keys = language("lock.keys.open" if wanted.purpose in ("open", "import") else "lock.keys.new")
        super().__init__(language, title, keys, classes="-ask" + (" -danger" if wanted.kind == "prod" else ""))
        self._wanted = wanted
        self._answer = answer
        self._first = SecretInput(language, placeholder=language("lock.passphrase"))
        self._again = SecretInput(language, placeholder=language("lock.again"))
        problem = language.render(wanted.problem) if wanted.problem else ""
        if problem and wanted.purpose == "open":
            problem += f"\n{language('vault.forgotten', kind=wanted.kind)}"
        self._fault = Static(problem, classes="dialog-fault", markup=False)

    def content(self) -> list[Widget]:
        say, purpose = self.language, self._wanted.purpose
        if purpose in ("open", "import"):
            return [Static(clean_line(str(self._wanted.file)), markup=False), self._first, self._fault]
        about = say(f"lock.about.{purpose}", file=clean_line(str(self._wanted.file)))
        return [Static(about, markup=False), self._first, self._again, self._fault]

    @on(Input.Submitted)
    def _accept(self, event: Input.Submitted) -> None:
        if not self._first.secret or self._answer.done():
            return
        if self._again.is_mounted and self._again.secret != self._first.secret:
            if event.input is self._again:
                self._fault.update(self.language("lock.unequal"))
            else:
                self._again.focus()
            return
        self._answer.set_result(self._first.secret)
        self.dismiss(None)

    def on_unmount(self) -> None:
        if not self._answer.done():
            self._answer.set_result(None)
