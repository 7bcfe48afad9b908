"""The app as somebody else may look at it: no secret on the screen, in a picture, a notice or the clipboard; demo mode.

Whatever a widget draws goes through `Curtain` last, so that a screen that was written without a thought of it is safe
too. Widgets that know better (the form, the answer, the sign) ask the `veil` before that: it sees what is cut or
wrapped on the screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from rich.segment import Segment
from textual.color import Color
from textual.events import Key, Paste
from textual.filter import LineFilter
from textual.reactive import reactive

from topexplorer.assemble import Workbench
from topexplorer.core.clipboard import MOST_BYTES, fits
from topexplorer.core.language import Language
from topexplorer.core.veil import Veil
from topexplorer.engine.hardening import mask_logs
from topexplorer.tui.activity import ActiveApp
from topexplorer.tui.commands import BY_ID
from topexplorer.tui.crash import is_of_ending, last_words, safe
from topexplorer.tui.screens.privacy import PrivacyActions
from topexplorer.tui.tell import tell
from topexplorer.tui.widgets.secret_input import SecretInput

Result = TypeVar("Result")


class Curtain(LineFilter):
    """Hides in every line that is drawn what `hide` hides; the line keeps its width and its colours."""

    def __init__(self, hide: Callable[[str], str], makes_up: bool = False) -> None:
        super().__init__()
        self._hide = hide
        self.makes_up = makes_up
        """Whether what it puts there is not true: a page that nobody's data is on goes without."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        line = "".join(segment.text for segment in segments if not segment.control)
        shown = self._hide(line)
        if shown == line:
            return segments
        hidden, at = [], 0
        for segment in segments:
            if segment.control:
                hidden.append(segment)
            else:
                hidden.append(Segment(shown[at : at + len(segment.text)], segment.style))
                at += len(segment.text)
        return hidden


class DiscreetApp(ActiveApp[Result]):
    """An App with a veil. `demo` is demo mode: keys, shops and people are fakes, and pressed keys are shown."""

    demo: reactive[bool] = reactive(False, init=False)
    language: Language
    begins_as_demo = False
    """Whether nothing real is drawn from the first moment on."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.clock)
        mask_logs()
        self.bench = bench
        self.veil = Veil(bench.known, bench.new_id)
        self._taken = ("", "")
        self._is_pasting = False
        self._curtains = (Curtain(self.veil.masked_line), Curtain(self.veil.made_up_line, makes_up=True))

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (*super().get_line_filters(), *self._curtains[: 1 + self.demo])

    def on_mount(self) -> None:
        if self.begins_as_demo:
            self.demo = True

    def action_demo(self) -> None:
        self.demo = not self.demo
        tell(self, self.language("redact.demo_on" if self.demo else "redact.demo_off"))

    def watch_demo(self, demo: bool) -> None:
        """Everything on every screen is drawn anew; what made its rows once makes them again by its `draw_anew`."""
        self.veil.demo = demo
        if demo:
            self.learn_keys()
        for screen in self.screen_stack:
            for field in screen.query(SecretInput):
                field.hide()
            screen.query("KeyCaps").remove()
            if isinstance(screen, PrivacyActions):
                screen.demo = demo
            for widget in screen.walk_children(with_self=True):
                if (draw_anew := getattr(widget, "draw_anew", None)) is not None:
                    draw_anew()
                widget.notify_style_update()
                widget.refresh()

    def learn_keys(self) -> None:
        """The app keys and shops that demo mode hides wherever they stand. What comes later is hidden as it comes."""
        for environment in self.bench.environments.values():
            self.bench.vault.status(environment)
            self.bench.vault.sellers(environment)

    async def take_up(self, event: Key | Paste) -> None:
        if isinstance(event, Key) and self.demo:
            from topexplorer.tui.widgets.key_caps import KeyCaps

            KeyCaps.show_in(self.screen, event, self._word_of(event))
        await super().take_up(event)

    def _word_of(self, event: Key) -> str:
        """What the key does here, in a word; empty for keys that are no command."""
        active = self.screen.active_bindings.get(event.key)
        known = active is not None and active.binding.id in BY_ID
        return self.language(f"command.{active.binding.id}") if active and known else ""

    def _handle_exception(self, error: Exception) -> None:
        """What was not caught. While the app ends, a widget that is half made misses its parts: nobody's fault."""
        if not (self._exit and is_of_ending(error)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """What Textual calls when something was not caught; its own would print the values of locals."""
        self.bell()
        self.panic(last_words(self.veil.known.mask))

    def panic(self, *renderables: Any) -> None:
        """The last thing that is printed."""
        super().panic(*(safe(thing, self.veil.known.mask) for thing in renderables))

    def notify(self, message: str, **options: Any) -> None:
        """A notice: wrapped as it is drawn, so that only here a secret in it can still be found."""
        super().notify(self.veil.text(message), **options)

    def put_on_clipboard(self, text: str) -> bool:
        """What any program can read from now on. What the terminal would cut does not get there; a notice says so."""
        self._taken = ("", "")
        shown = self.veil.text(text)
        if fits(text) and fits(shown):
            return super().put_on_clipboard(shown)
        tell(self, self.language("copy.too_large", most=MOST_BYTES // 1024), "warning", 10)
        return False

    def take(self, real: str) -> None:
        """What was just copied or cut, as it is: what is pasted in here is that, though others get what is seen."""
        self._taken = (super().clipboard, real)

    @contextmanager
    def pasting(self) -> Iterator[None]:
        """While a field pastes, the clipboard is what was taken."""
        self._is_pasting = True
        try:
            yield
        finally:
            self._is_pasting = False

    @property
    def clipboard(self) -> str:
        """What was copied in here, as others get it."""
        seen, real = self._taken
        copied = super().clipboard
        return real if self._is_pasting and copied and copied == seen else copied

    def export_screenshot(self, **options: Any) -> str:
        """The screen as SVG, without a secret that is being typed."""
        for field in self.screen.query(SecretInput):
            field.hide()
        return self.veil.known.mask(super().export_screenshot(**options))
