"""One line for a secret: dots, never copied or cut, shown for ten seconds on request and then dots again.

Whoever types a secret gets it back as a `Secret` by `secret`; nothing else of it may be read from the screen.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.timer import Timer

from topexplorer.core.call import Secret
from topexplorer.core.language import Language
from topexplorer.tui.tell import tell
from topexplorer.tui.widgets.value_controls import ValueInput

REVEAL_SECONDS = 10


class SecretInput(ValueInput):
    """A password field. `Ctrl+R` shows it for `REVEAL_SECONDS` with a notice; leaving the field hides it at once."""

    DEFAULT_CSS = """
    SecretInput.-shown { color: $text-warning; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "reveal", show=False),
    ]

    def __init__(self, language: Language, placeholder: str = "") -> None:
        super().__init__("", placeholder)
        self.language = language
        self.password = True
        self.may_reveal = True
        """False where nobody may see it, however short: a locked screen. In demo mode nobody may see any."""
        self._showing: Timer | None = None

    @property
    def secret(self) -> Secret:
        """What was typed, without the line break of a paste. Empty when nothing was."""
        return Secret(self.value.strip("\r\n"))

    @property
    def shown(self) -> bool:
        """Whether the text can be read on the screen now."""
        return not self.password

    def forget(self) -> None:
        """Empties the field and hides it."""
        self.hide()
        self.value = ""

    def hide(self) -> None:
        """Dots again, before the time is up."""
        if self._showing is not None:
            self._showing.stop()
            self._showing = None
        self.password = True
        self.remove_class("-shown")

    def action_reveal(self) -> None:
        """Shows the text for a while and says so; the same key hides it."""
        if self.shown:
            self.hide()
        elif not self.may_reveal or getattr(self.app, "demo", False):
            self._say("secret.no_reveal")
        elif self.value:
            self.password = False
            self.add_class("-shown")
            self._showing = self.set_timer(REVEAL_SECONDS, self.hide)
            self._say("secret.shown", seconds=REVEAL_SECONDS)

    def action_copy(self) -> None:
        """Refused: a clipboard is read by every other program, and synchronised to other machines."""
        self._say("secret.no_copy")

    def action_cut(self) -> None:
        """Refused as copying is; nothing is removed."""
        self._say("secret.no_copy")

    def on_blur(self) -> None:
        """A field that nobody is looking at shows nothing."""
        self.hide()

    def help_text(self) -> str:
        """What F1 says about the field."""
        return self.language("secret.help", seconds=REVEAL_SECONDS)

    def _say(self, key: str, **values: object) -> None:
        seconds = REVEAL_SECONDS if key == "secret.shown" else None
        tell(self.app, self.language(key, **values), "warning", seconds)
