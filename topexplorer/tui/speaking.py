"""The language the app speaks, and its change to the other one while it runs."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import SystemModalScreen

from topexplorer.core.language import Language
from topexplorer.tui.locking import LockableApp
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.screens.explorer import Explorer
from topexplorer.tui.tell import tell

Result = TypeVar("Result")


class BilingualApp(LockableApp[Result]):
    """An App whose language can be switched. Dialogs are drawn once and end; one that holds something typed is left
    alone, and the language with it."""

    def action_switch_language(self) -> None:
        """The other language; everything typed and answered stays."""
        over = [screen for screen in self.screen_stack[1:] if not isinstance(screen, SystemModalScreen)]
        dialogs = [screen for screen in over if isinstance(screen, Dialog) and not screen.is_edited]
        if len(dialogs) < len(over):
            tell(self, self.language("language.later"), "warning")
            return
        for dialog in dialogs:
            dialog.dismiss()
        self.language = Language("en" if self.language.is_chinese else "zh")
        self.bench.remember(language=self.language.name)
        for screen in self.screen_stack:
            if isinstance(screen, Explorer):
                screen.call_later(screen.speak, self.language)
