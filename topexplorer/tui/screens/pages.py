"""Dialogs that show a page: help, quota, problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textual.widget import Widget

from topexplorer.core.language import Language
from topexplorer.core.specfiles import SpecProblem
from topexplorer.tui.commands import COMMANDS
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.page import Page, Row, row


class PageDialog(Dialog[None]):
    """Shows rows until escape. With `refresh_seconds` the rows are asked for again and again."""

    def __init__(
        self, language: Language, title: str, rows: Callable[[], Sequence[Row]], refresh_seconds: float = 0
    ) -> None:
        super().__init__(language, title, language("dialog.page.keys"), classes="-page")
        self._rows = rows
        self._refresh_seconds = refresh_seconds
        self._page = Page()

    def content(self) -> list[Widget]:
        return [self._page]

    def on_mount(self) -> None:
        self.draw_anew()
        self._page.focus()
        if self._refresh_seconds:
            self.set_interval(self._refresh_seconds, self.draw_anew)

    def draw_anew(self) -> None:
        """Asks for the rows, and stays where it is."""
        self._page.show(tuple(self._rows()), keep_place=True)


def help_rows(say: Language, about: str) -> Iterator[Row]:
    """Help about the focused thing first, then every key."""
    if about:
        yield row((say("help.here"), "title"))
        for line in about.splitlines():
            yield row("  ", line, hang=2)
        yield row()
    yield row((say("help.keys"), "title"))
    width = max(len(command.key_label) for command in COMMANDS) + 2
    for command in COMMANDS:
        key = command.key_label if command.keys else ""
        text = say(f"command.{command.id}.help")
        yield row(
            "  ", (key.ljust(width), "accent"), (say(f"command.{command.id}"), "strong"), f"  {text}", hang=width + 4
        )
    yield row()
    yield row((say("help.more"), "title"))
    for place in ("lists", "forms", "answers"):
        yield row("  ", say(f"help.more.{place}"), hang=2)


def problem_rows(say: Language, problems: Sequence[SpecProblem], others: Sequence[str]) -> Iterator[Row]:
    """Spec files that cannot be used, then whatever else went wrong."""
    if not problems and not others:
        yield row((say("problems.none"), "good"))
    for text in others:
        yield row(("! ", "warning"), text, hang=2)
    for problem in problems:
        yield row((problem.file, "name"))
        yield row("  ", (problem.where, "muted"), "  ", say.render(problem.reason), hang=4)
