"""What all dialogs share: a titled box in the middle, escape goes back, and a line that says how to go on."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea
from textual.worker import Worker, WorkerState

from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.tui.widgets.light_focus import LightFocus

Result = TypeVar("Result")


class Dialog(ModalScreen[Result | None], LightFocus[Result | None]):
    """Subclasses give `content`; `keys` is the line at the foot."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", show=False)]

    def __init__(self, language: Language, title: str, keys: str, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.language = language
        self._title = title
        self._keys = keys
        self._ends_with: tuple[Any] | None = None
        """What it ends with as soon as nothing is over it."""

    def content(self) -> list[Widget]:
        raise NotImplementedError

    @property
    def is_edited(self) -> bool:
        """Whether something stands in it that would be lost if it ended now."""
        return any(field.value for field in self.query(Input)) or any(area.text for area in self.query(TextArea))

    def compose(self) -> ComposeResult:
        box = Vertical(*self.content(), Static(self._keys, classes="dialog-keys", markup=False), classes="dialog-box")
        box.border_title = self._title.replace("[", "\\[")
        yield box

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """As Textual's, which would end what is on top instead: under another screen it ends when that has gone."""
        if self.is_active:
            return super().dismiss(result)
        self._ends_with = (result,)
        return AwaitComplete()

    def on_screen_resume(self) -> None:
        if self._ends_with is not None and self.is_active:
            self.dismiss(*self._ends_with)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What is expected a dialog tells itself, in its own words; anything else is a bug and ends the app."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None and not isinstance(error, TopExplorerError):
            raise error

    def action_back(self) -> None:
        self.dismiss(None)
