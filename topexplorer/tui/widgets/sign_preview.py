"""How the sign of the current draft comes about, step by step, with every secret masked."""

from __future__ import annotations

from collections.abc import Iterator

from textual.reactive import var

from topexplorer.core.language import Language
from topexplorer.core.signlab.steps import Step, Steps
from topexplorer.tui.widgets.page import Page, Row, row


class SignPreview(Page):
    """Draws `steps`. `with_sign` shows the sign itself: only where the keys are made up."""

    steps: var[Steps | None] = var(None)
    with_sign: var[bool] = var(False)

    def __init__(self, language: Language, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language

    def watch_steps(self) -> None:
        self.write()

    def watch_with_sign(self) -> None:
        self.write()

    def write(self) -> None:
        """Writes the page if it is the side that is shown: a key that is typed into the form does not wait for it."""
        if not self.display:
            return
        told = self.steps.told(self.with_sign) if self.steps else ()
        self.show(tuple(step_rows(told, self._language, masked=not self.with_sign)), keep_place=True)


def step_rows(steps: tuple[Step, ...], say: Language, *, masked: bool) -> Iterator[Row]:
    """The rows of a page that shows them, numbered; `masked` explains why the sign is not to be seen."""
    for number, step in enumerate(steps, 1):
        if number > 1:
            yield row()
        yield row((f"{number}  {say.render(step.what)}", "title"), hang=3)
        width = max((len(name) for name, _text in step.rows), default=0) + 2
        look = "muted" if step.name == "left_out" else "plain"
        for name, text in step.rows:
            shown = (say.render(text), look)
            yield row("  ", (name.ljust(width), "name"), shown, hang=width + 2) if name else row("  ", shown, hang=2)
    if steps and masked:
        yield row("  ", (say("lab.steps.replay"), "muted"), hang=2)
