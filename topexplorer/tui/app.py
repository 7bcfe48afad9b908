"""The terminal app: themes, languages and which screen is shown. It holds the Workbench and decides nothing else.

Dialogs are imported when they are first opened: start-up is measured.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.screen import Screen

from topexplorer.assemble import Workbench
from topexplorer.core.language import Language
from topexplorer.core.specfiles import BrokenSpec
from topexplorer.tui.commands import bindings
from topexplorer.tui.desk import Desk
from topexplorer.tui.screens.explorer import Explorer
from topexplorer.tui.speaking import BilingualApp
from topexplorer.tui.tell import tell
from topexplorer.tui.themes import DARK, THEMES


class TopExplorer(BilingualApp[BrokenSpec]):
    """Give it a Workbench and a language; `run()` returns when the user quits."""

    TITLE = "topexplorer"
    CSS_PATH = "topexplorer.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(app=True)]

    def __init__(self, bench: Workbench, language: Language, theme: str | None = None) -> None:
        super().__init__(bench)
        self.language = language
        self.desk = Desk(veil=self.veil)
        self.after_start: Callable[[], None] = lambda: None
        """Called once, when calls can be made."""
        self.animation_level = "none"
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme if theme in self.available_themes else DARK.name
        self._colours = self.get_css_variables()
        self.stylesheet.set_variables(self._colours)

    def get_default_screen(self) -> Screen[None]:
        return Explorer(self.bench, self.language, self.desk)

    def refresh_css(self, animate: bool = True) -> None:
        """Nothing where the colours are those that are read already: Textual asks for it at every start."""
        colours = self.get_css_variables()
        if colours != self._colours:
            self._colours = colours
            super().refresh_css(animate)

    @on(Explorer.Ready)
    def _started(self) -> None:
        self.after_start()

    def action_command_palette(self) -> None:
        """The palette, in the user's language."""
        from textual.command import CommandPalette

        from topexplorer.tui.palette import CommandProvider

        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            self.push_screen(CommandPalette([CommandProvider], placeholder=self.language("palette.search")))

    def action_switch_theme(self) -> None:
        """The next of our own themes."""
        names = [theme.name for theme in THEMES]
        place = names.index(self.theme) if self.theme in names else -1
        self.theme = names[(place + 1) % len(names)]
        self.bench.remember(theme=self.theme)

    def action_show_quota(self) -> None:
        from topexplorer.tui.screens.gauges import meter_rows
        from topexplorer.tui.screens.pages import PageDialog

        engine = self.bench.engine
        self.push_screen(
            PageDialog(
                self.language,
                self.language("quota.title"),
                lambda: tuple(meter_rows(engine.meters(), engine.environment, self.language)),
                refresh_seconds=1.0,
            )
        )

    def action_show_sandbox(self) -> None:
        from topexplorer.tui.screens.sandbox_panel import SandboxPanel

        self.push_screen(SandboxPanel(self.language, self.bench.sandbox))

    def action_help(self) -> None:
        """Help about the focused thing: the nearest ancestor that has something to say."""
        from topexplorer.tui.screens.pages import PageDialog, help_rows

        about = ""
        for widget in self.focused.ancestors_with_self if self.focused else ():
            speak = getattr(widget, "help_text", None)
            if speak is not None and (about := speak()):
                break
        self.push_screen(
            PageDialog(self.language, self.language("help.title"), lambda: tuple(help_rows(self.language, about)))
        )

    def action_show_problems(self) -> None:
        from topexplorer.tui.screens.pages import PageDialog, problem_rows

        catalog, say = self.bench.catalog, self.language
        bench = self.bench
        found = (*bench.problems, *bench.engine.ledger.problems, *bench.history.problems, *bench.profiles.problems)
        others = [self.veil.text(say.render(problem)) for problem in found]
        rows = tuple(problem_rows(say, catalog.problems, others))
        self.push_screen(PageDialog(say, say("problems.title"), lambda: rows))

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Saves the screen as SVG in the working folder."""
        saved = self.save_screenshot(filename, path or str(Path.cwd()))
        tell(self, self.language("screenshot.done", path=saved))


def open_tui(bench: Workbench, language: Language, theme: str | None = None, *, demo: bool = False) -> int:
    """Runs the app until the user quits; returns the exit code. Raises BrokenSpec without a platform.json."""
    gc.disable()
    app = TopExplorer(bench, language, theme or bench.preferences.theme)
    app.after_start = collect_rarely
    app.begins_as_demo = demo
    failure = app.run()
    if failure is not None:
        raise failure
    return app.return_code or 0


def collect_rarely() -> None:
    """What start-up made stays for good: a collector that looks at it again and again holds up typing."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()
