"""What an error means, looked up while it is typed: a code, a sub_code, a whole body, words, a timestamp."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from topexplorer.assemble import Workbench
from topexplorer.core.catalog import unlisted
from topexplorer.core.diagnosis import Diagnosis
from topexplorer.core.errorlookup import diagnosed, searched, timestamp_read
from topexplorer.core.errorsearch import unknown
from topexplorer.core.language import Language
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.drawable import DiscreetInput
from topexplorer.tui.widgets.page import Page, Row, row

LABEL = 10


class ExplainDialog(Dialog[None]):
    """Begins with `text`."""

    def __init__(self, language: Language, bench: Workbench, text: str = "") -> None:
        title, keys = language("lab.explain.title"), language("lab.explain.keys")
        super().__init__(language, title, keys, classes="-page -explain")
        self._bench = bench
        self._input = DiscreetInput(text, language("lab.explain.what"), compact=True)
        self._input.cursor_blink = False
        self._page = Page()

    def content(self) -> list[Widget]:
        return [self._input, self._page]

    def on_mount(self) -> None:
        self._input.focus()
        self._look()

    @on(Input.Changed)
    def _look(self) -> None:
        text = self._input.value.strip()
        self._page.show(tuple(self._rows(text)) if text else ())

    @on(Input.Submitted)
    def _read_on(self) -> None:
        self._page.focus()

    def _rows(self, text: str) -> Iterator[Row]:
        catalog, say = self._bench.catalog, self.language
        if diagnosis := diagnosed(catalog, unlisted(""), text):
            yield from diagnosis_rows(diagnosis, say)
            return
        if reading := timestamp_read(text, self._bench.clock()):
            yield row((say.render(reading.sentence), "good" if reading.accepted else "bad"))
            return
        found, near = searched(catalog, text)
        for note in found.notes:
            yield row(("! ", "warning"), say.render(note), hang=2)
        for one in found.rows:
            yield row((one.name, "name"), "  ", (say.words(one.title), "strong"))
            yield row("  ", (say.words(one.cure), "muted"), hang=2)
        if not found.rows and not found.notes:
            yield row((say.render(unknown(text, near)), "muted"))


def diagnosis_rows(diagnosis: Diagnosis, say: Language) -> Iterator[Row]:
    """A diagnosis of something that somebody typed: what much-read articles get wrong stands right below the cause."""
    pitfall = f"  {say(f'pitfall.{diagnosis.pitfall}')}" if diagnosis.pitfall else ""
    yield row((say.render(diagnosis.title), "strong"), (pitfall, "muted"))
    yield row(say.render(diagnosis.cause))
    for note in diagnosis.notes:
        yield row(("! ", "warning"), say.render(note), hang=2)
    yield row()
    yield row((say("card.cure"), "title"))
    yield row("  ", say.render(diagnosis.cure), hang=2)
    for fix in diagnosis.fixes:
        yield row("  · ", say.render(fix.text), (f"  {fix.link}" if fix.link else "", "muted"), hang=4)
    yield row()
    for name, text in diagnosis.evidence:
        yield row("  ", (name.ljust(LABEL), "muted"), text, hang=LABEL + 2)
