"""What all dialogs share: a titled box in the middle, escape goes back, and a line that says how to go on."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from topexplorer.core.language import Language
from topexplorer.tui.activity import ActiveApp

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None]):
    """Subclasses give `content`; `keys` is the line at the foot."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]

    def __init__(self, language: Language, title: str, keys: str, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.language = language
        self._title = title
        self._keys = keys

    def content(self) -> list[Widget]:
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        box = Vertical(*self.content(), Static(self._keys, classes="dialog-keys", markup=False), classes="dialog-box")
        box.border_title = self._title.replace("[", "\\[")
        yield box

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """As Textual's, which forgets it under a locked screen: there it ends when that is unlocked."""
        app, leave = self.app, super().dismiss
        if self.is_active or not isinstance(app, ActiveApp):
            return leave(result)
        app.when_unlocked(lambda: leave(result))
        return AwaitComplete()

    def action_back(self) -> None:
        self.dismiss(None)
