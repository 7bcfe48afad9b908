"""Dialogs that ask one thing: a profile's name, an environment, a method, a confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.core.language import Language
from topexplorer.core.text import clean, clean_line, fit
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.drawable import DiscreetInput


class AskText(Dialog[str]):
    """Asks for one line. `expected` makes it a confirmation: only that text is accepted."""

    def __init__(
        self,
        language: Language,
        title: str,
        explanation: str,
        value: str = "",
        placeholder: str = "",
        expected: str | None = None,
        classes: str = "",
    ) -> None:
        super().__init__(language, title, language("dialog.text.keys"), classes=f"-ask {classes}")
        self._explanation = explanation
        self._expected = expected
        self._input = DiscreetInput(value, placeholder)
        self._input.cursor_blink = False
        self._fault = Static("", classes="dialog-fault", markup=False)

    def content(self) -> list[Widget]:
        return [Static(clean(self._explanation), markup=False), self._input, self._fault]

    @on(Input.Submitted)
    def _accept(self) -> None:
        text = self._input.value.strip()
        if self._expected is not None and text != self._expected:
            self._fault.update(self.language("dialog.text.differs", expected=self._expected))
        elif text:
            self.dismiss(text)


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to choose: its key, and columns to show."""

    key: str
    columns: tuple[tuple[str, int], ...]
    """Texts with their width in cells."""
    look: str = ""


class Choose(Dialog[str]):
    """Asks to choose one of a few."""

    def __init__(self, language: Language, title: str, offers: Sequence[Offer], current: str) -> None:
        super().__init__(language, title, language("dialog.choose.keys"), classes="-choose")
        options = []
        for offer in offers:
            text = Text("● " if offer.key == current else "  ")
            for place, (column, cells) in enumerate(offer.columns):
                text.append(fit(clean_line(column), cells) + "  ", offer.look if place == 0 else "")
            options.append(Option(text, id=offer.key))
        self._list = OptionList(*options)
        self._current = next((place for place, offer in enumerate(offers) if offer.key == current), 0)

    def content(self) -> list[Widget]:
        return [self._list]

    def on_mount(self) -> None:
        self._list.highlighted = self._current
        self._list.focus()

    @on(OptionList.OptionSelected)
    def _accept(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)
