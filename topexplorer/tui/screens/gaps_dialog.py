"""Fields that were asked for and did not come: each with its reason, and what brings it."""

from __future__ import annotations

from rich.text import Text
from textual import on, work
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.core.call import Exchange
from topexplorer.core.emptyfields import Gap
from topexplorer.core.fieldchoice import parts_of
from topexplorer.core.fixes import Fix
from topexplorer.core.language import Language
from topexplorer.core.text import clean_line
from topexplorer.engine.around import gaps_of
from topexplorer.engine.engine import Engine
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.drawable import DiscreetInput


class GapsDialog(Dialog[Fix]):
    """Gives the fix that was chosen. Fields that somebody expected and never asked for can be named in the box."""

    class Found(Message):
        """A thread has looked through the answer."""

        def __init__(self, gaps: tuple[Gap, ...], named: tuple[str, ...]) -> None:
            super().__init__()
            self.gaps = gaps
            self.named = named

    def __init__(self, language: Language, engine: Engine, exchange: Exchange) -> None:
        title = language("lab.gaps.title", method=exchange.draft.api)
        super().__init__(language, title, language("lab.gaps.keys"), classes="-page -gaps")
        self._engine = engine
        self._exchange = exchange
        self._gaps: tuple[Gap, ...] = ()
        self._list = OptionList(id="gaps")
        self._note = Static("", classes="dialog-note", markup=False)
        self._input = DiscreetInput(placeholder=language("lab.gaps.expected"), compact=True)
        self._input.cursor_blink = False

    def content(self) -> list[Widget]:
        return [self._list, self._note, self._input]

    def on_mount(self) -> None:
        self._list.focus()
        self.look(())

    @work(thread=True, exclusive=True)
    def look(self, named: tuple[str, ...]) -> None:
        self.post_message(self.Found(gaps_of(self._engine, self._exchange, named), named))

    @on(Found)
    def _found(self, event: Found) -> None:
        """Those that were named first, then those that something can be done about."""
        self._gaps = tuple(
            sorted(event.gaps, key=lambda gap: (gap.path not in event.named, gap.fix is None, gap.reason == "empty"))
        )
        self._list.clear_options()
        self._list.add_options(Option(self._words(gap), id=str(at)) for at, gap in enumerate(self._gaps))
        self._list.highlighted = 0 if self._gaps else None
        lacking = {gap.path.rpartition(".")[2] for gap in self._gaps} | {gap.path for gap in self._gaps}
        came = [name for name in event.named if name not in lacking]
        if came:
            self._note.update(clean_line(self.language("lab.gaps.came", name=tuple(came))))
        else:
            self._note.update("" if self._gaps else self.language("lab.gaps.none"))
        if event.named and not came:
            self._list.focus()

    def _words(self, gap: Gap) -> Text:
        say = self.language
        words = Text(clean_line(gap.path), "bold")
        if 0 < gap.missing < gap.total:
            words.append(f"  {say('lab.gaps.missing', missing=gap.missing, total=gap.total)}", "not bold dim")
        words.append(f"\n  {clean_line(say.render(gap.sentence))}", "not bold")
        if gap.fix is not None:
            words.append(f"\n  ⏎ {clean_line(say.render(gap.fix.text))}", "not bold italic")
        return words

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        fix = self._gaps[int(event.option.id or 0)].fix
        if fix is not None:
            self.dismiss(fix)

    @on(Input.Submitted)
    def _named(self) -> None:
        self.look(tuple(parts_of(self._input.value)))
