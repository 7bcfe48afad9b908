"""The embedded gateway from behind: what is to go wrong, and every call it got with the reason for each refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text
from textual import on
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.text import clean_line, fit
from topexplorer.core.values import GMT8
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.drawable import DiscreetInput
from topexplorer.tui.widgets.page import Page, Row, row

REFRESH_SECONDS = 0.5
ROOMY = 100
"""Cells from which on there is room to say how often a rule was at work."""
TITLE_CELLS, APPLIED_CELLS = 27, 10


class SandboxPanel(Dialog[None]):
    """Ready-made faults to switch on and off, an input for rules of one's own, and the live log below.

    `gateway` is the Workbench's sandbox.
    """

    def __init__(self, language: Language, gateway: Any) -> None:
        super().__init__(language, language("sandbox.title"), language("sandbox.keys"), classes="-page -sandbox")
        self._gateway = gateway
        self._faults = OptionList(id="sandbox-faults")
        self._input = DiscreetInput(placeholder=language("sandbox.rule"), compact=True)
        self._input.cursor_blink = False
        self._fault = Static("", classes="dialog-fault", markup=False)
        self._log = Page(id="sandbox-log")
        self._shown: tuple[str, ...] = ()

    def content(self) -> list[Widget]:
        return [self._faults, self._input, self._fault, Static(self.language("sandbox.log"), markup=False), self._log]

    def on_mount(self) -> None:
        self._refresh()
        self._faults.focus()
        self.set_interval(REFRESH_SECONDS, self._refresh)

    def _refresh(self) -> None:
        options = list(self._options())
        prompts = tuple(text.plain for _id, text in options)
        if prompts != self._shown:
            at, self._shown = self._faults.highlighted, prompts
            self._faults.clear_options()
            self._faults.add_options(Option(text, id=key) for key, text in options)
            self._faults.highlighted = min(at or 0, len(options) - 1)
        self._log.show(tuple(self._log_rows()), keep_place=True)

    def _options(self) -> Iterator[tuple[str, Text]]:
        """The rules of one's own, the latest first, then every preset, on or off."""
        standing = {rule.text: rule for rule in self._gateway.faults.rules}
        presets = self._gateway.faults.presets
        for text in reversed([text for text in standing if text not in {preset.rule for preset in presets}]):
            yield text, self._line(self.language("sandbox.own"), text, standing[text])
        for preset in presets:
            yield preset.rule, self._line(self.language(preset.title), preset.rule, standing.get(preset.rule))

    def _line(self, title: str, rule: str, standing: Any) -> Text:
        line = Text("● " if standing else "○ ", style="bold" if standing else "")
        line.append(fit(title, TITLE_CELLS) + " ")
        applied = self.language("sandbox.applied", n=standing.applied) if standing else ""
        line.append(fit(applied, APPLIED_CELLS) + " " if self.size.width > ROOMY else "", "dim")
        line.append(clean_line(rule), "" if standing else "dim")
        return line

    @on(OptionList.OptionSelected)
    def _turn(self, event: OptionList.OptionSelected) -> None:
        """On when it was off, and off when it was on."""
        faults, rule = self._gateway.faults, event.option.id
        numbers = [standing.number for standing in faults.rules if standing.text == rule]
        for number in numbers:
            faults.remove(number)
        if not numbers:
            faults.add(rule)
        self._refresh()

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        preset = next((p for p in self._gateway.faults.presets if p.rule == event.option.id), None)
        self._fault.update(self.language(preset.explanation) if preset else "")

    @on(Input.Submitted)
    def _add(self) -> None:
        text = self._input.value.strip()
        if not text:
            return
        try:
            self._gateway.faults.add(text)
        except TopExplorerError as error:
            self._fault.update(self.language.render(error.message))
            return
        self._input.value = ""
        self._refresh()
        self._faults.highlighted = 0

    def _log_rows(self) -> Iterator[Row]:
        """The calls, latest first."""
        calls = list(self._gateway.log)
        if not calls:
            yield row((self.language("sandbox.nobody"), "muted"))
        for call in reversed(calls):
            time = call.at.astimezone(GMT8).strftime("%H:%M:%S")
            took = "" if call.seconds is None else f"{call.seconds * 1000:,.0f} ms"
            code = ("✓", "good") if call.code == 0 else (f"✗ {call.code}", "bad")
            yield row(
                (f"{time}  ", "muted"),
                (f"{call.method or '-'}  ", "name"),
                code,
                (f"  {took}", "muted"),
                f"  {self.language.render(call.reason)}" if call.reason else "",
                *((f"  ⚡ {rule}", "warning") for rule in call.faults),
                hang=10,
            )
