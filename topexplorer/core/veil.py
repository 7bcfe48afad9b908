"""What may be seen on a screen now. One Veil per running app; everything that draws, copies or saves a picture asks it.

Secrets are always masked. In demo mode keys, shops and personal data are fakes everywhere. In a production environment
personal data of an answer is starred until somebody asks to see it. What makes fakes is loaded when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.taint import MASK, KnownSecrets

if TYPE_CHECKING:
    from topexplorer.core.personal import Disguise, Style
    from topexplorer.core.personalnames import Kind
    from topexplorer.core.signlab.steps import Steps


class Veil:
    """`new_key` is asked once, when demo mode is first entered: the fakes of two runs have nothing in common."""

    def __init__(self, known: KnownSecrets, new_key: Callable[[], str]) -> None:
        self.known = known
        self.demo = False
        self.shown = ""
        """The id of the exchange whose personal data somebody asked to see."""
        self._new_key = new_key
        self._fakes: Disguise | None = None
        self._named: Mapping[str, Kind] = {}
        self._last: tuple[Exchange, Style, Exchange] | None = None

    @property
    def fakes(self) -> Disguise:
        """What makes the fakes of this run. It hides every name that is known by now."""
        if self._fakes is None:
            from topexplorer.core.personal import Disguise

            self._fakes = Disguise(self._new_key().encode())
        if self._named is not self.known.names:
            self._named = self.known.names
            self._fakes.learn(self._named)
        return self._fakes

    def learn(self, literals: Mapping[str, Kind]) -> None:
        """In demo mode these texts are hidden wherever they stand."""
        self.fakes.learn(literals)

    def text(self, text: str) -> str:
        """A text that leaves the screen: to the clipboard, into a notice."""
        text = self.known.mask(text)
        return self.fakes.text(text) if self.demo else text

    def masked_line(self, text: str) -> str:
        """A line that is drawn, without a secret: as long as before."""
        for start, end in reversed(self.known.taint.spans(text)):
            text = text[:start] + MASK[: end - start].ljust(end - start) + text[end:]
        return text

    def made_up_line(self, text: str) -> str:
        """A line that is drawn in demo mode: as long as before."""
        return self.fakes.text(text)

    def value(self, name: str, text: str) -> str:
        """What a field of a form shows of what was typed: as long as it is. Never what is sent."""
        return self.fakes.value(name, text) if self.demo else text

    def json_line(self, text: str) -> str:
        """A line of JSON that was typed: as long as it is."""
        return self.fakes.json_line(text) if self.demo else text

    def style(self, exchange: Exchange, kind: str) -> Style | None:
        """How personal data of an exchange is hidden, by the kind of its environment; None where it is not."""
        if self.demo:
            return "fake"
        if exchange.kept is not None and exchange.kept.made_up:
            return None
        return "stars" if kind == "prod" and self.shown != exchange.id else None

    def exchange(self, exchange: Exchange, kind: str) -> Exchange:
        """The exchange as it may be seen. As slow as it is large."""
        style = self.style(exchange, kind)
        if style is None:
            return exchange
        last = self._last
        if last is None or last[0] is not exchange or last[1] != style:
            from topexplorer.core.disguise import hidden_exchange
            from topexplorer.core.personal import Disguise

            disguise = self.fakes if style == "fake" else Disguise(b"", "stars")
            last = self._last = (exchange, style, hidden_exchange(exchange, disguise))
        return last[2]

    def steps(self, steps: Steps) -> Steps:
        """The steps of a sign as they may be seen."""
        if not self.demo:
            return steps
        from topexplorer.core.disguise import hidden_steps

        return hidden_steps(steps, self.fakes)

    def draft_to_share(self, draft: RequestDraft, kind: str) -> RequestDraft:
        """A draft that becomes a text for somewhere else: no secret, and of production no person."""
        mask = self.known.mask
        draft = replace(
            draft,
            values={name: mask(text) for name, text in draft.values.items()},
            files={name: mask(path) for name, path in draft.files.items()},
        )
        if kind != "prod" and not self.demo:
            return draft
        from topexplorer.core.disguise import hidden_draft, with_placeholders

        return with_placeholders(draft) if kind == "prod" else hidden_draft(draft, self.fakes)

    def typed(self, draft: RequestDraft) -> None:
        """In demo mode what was typed into a form is hidden in every sentence that repeats it."""
        if self.demo:
            from topexplorer.core.personalnames import kind_of

            texts = {text.strip(): kind for name, text in draft.values.items() if (kind := kind_of(name))}
            self.fakes.typed({text: kind for text, kind in texts.items() if len(text) > 3 or not text.isascii()})
