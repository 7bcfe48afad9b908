"""What may be seen on a screen now. One Veil per running app; everything that draws, copies or saves a picture asks it.

Secrets are always masked. In demo mode keys, shops and personal data are fakes everywhere. In a production environment
personal data of an answer is starred until somebody asks to see it. What makes fakes is loaded when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.taint import MASK, KnownSecrets
from topexplorer.core.text import cell_width

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
        self._typed: Mapping[str, Kind] = {}
        self._read: Mapping[str, Kind] = {}
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

    @property
    def sight(self) -> object:
        """What says whether the same is to be seen as before: equal as long as it is."""
        return self.demo, self.known.taint, self.known.names, self._typed, self._read

    def masked_line(self, text: str) -> str:
        """A line that is drawn, without a secret: as long and as wide as before."""
        for start, end in reversed(self.known.taint.spans(text)):
            text = text[:start] + _stars(text[start:end]) + text[end:]
        return text

    def made_up_line(self, text: str) -> str:
        """A line that is drawn in demo mode: as long as before."""
        return as_long(self.fakes.text(text), text)

    def line(self, text: str) -> str:
        """A whole text before it is cut, wrapped or scrolled, where no part of a secret would be known as one: as long
        as before.
        """
        text = self.masked_line(text)
        return self.made_up_line(text) if self.demo else text

    def value(self, name: str, text: str, beside: tuple[str, ...] = ()) -> str:
        """What a field of a form shows of what was typed, by the names of the fields `beside` it too: as long as it
        is. Never what is sent.
        """
        text = self.masked_line(text)
        if not self.demo:
            return text
        (_name, made), *_others = self.fakes.values(((name, text), *((other, "") for other in _telling(beside))))
        return as_long(made, text)

    def json(self, text: str) -> str:
        """JSON that was typed, all of it: as long as it is, line by line."""
        text = self.masked_line(text)
        return as_long(self.fakes.json_line(text), text) if self.demo else text

    def signed(self, text: str, params: Iterable[tuple[str, str]]) -> str:
        """A text in which names and values stand without anything between them, as it may be seen."""
        text = self.masked_line(text)
        if self.demo:
            params = tuple(params)
            for (name, real), (_name, made) in zip(params, self.fakes.values(params), strict=True):
                text = text.replace(name + real, name + made) if name and real else text
        return text

    def copied(self, text: str, seen: str, start: int, end: int) -> str:
        """What leaves the screen of the piece from `start` to `end` of a text of which `seen` is drawn: what is seen
        there, and for any part of a secret its mask.
        """
        pieces: list[str] = []
        for first, last in self.known.taint.spans(text):
            if first < end and last > start:
                pieces += (seen[start : max(start, first)], MASK)
                start = min(last, end)
        return "".join((*pieces, seen[start:end]))

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
            self._typed = _people(draft.values)
            self.fakes.typed({**self._read, **self._typed})

    def read(self, *params: Iterable[tuple[str, str]]) -> None:
        """The same for the parameters of a call that was pasted, in each way they are written, until others are."""
        if self.demo:
            self._read = {text: kind for pairs in params for text, kind in _people(dict(pairs)).items()}
            self.fakes.typed({**self._read, **self._typed})


def as_long(made: str, text: str) -> str:
    """`made`, each of its lines cut or filled to the length of the line of `text` that it stands for."""
    if len(made) == len(text) and ("\n" not in text or made.count("\n") == text.count("\n")):
        return made
    lines, made_lines = text.split("\n"), made.split("\n")
    made_lines += [""] * (len(lines) - len(made_lines))
    return "\n".join(new[: len(old)].ljust(len(old)) for old, new in zip(lines, made_lines, strict=False))


def _stars(secret: str) -> str:
    """Stars and then nothing, in as many characters, cells and lines."""
    first, line_end, rest = secret.partition("\n")
    if line_end:
        return _stars(first) + line_end + "\n".join(" " * cell_width(line) for line in rest.split("\n"))
    if secret.isascii():
        return MASK[: len(secret)].ljust(len(secret))
    widths = map(cell_width, secret)
    signs = {1: ("*", " "), 2: ("\uff0a", "\u3000")}
    every = zip(secret, widths, strict=True)
    return "".join(signs[width][at >= len(MASK)] if width else char for at, (char, width) in enumerate(every))


def _people(values: Mapping[str, str]) -> Mapping[str, Kind]:
    """The texts of a request that are hidden wherever they stand."""
    from topexplorer.core.personalnames import kinds_sent

    texts = {values[name].strip(): kind for name, kind in kinds_sent(values).items()}
    return {text: kind for text, kind in texts.items() if len(text) > 3 or not text.isascii()}


@lru_cache(maxsize=64)
def _telling(names: tuple[str, ...]) -> tuple[str, ...]:
    """One of these names that says that what stands beside it is about a person, if there is one."""
    from topexplorer.core.personalnames import kinds_sent

    return next(((name,) for name in names if "name" in kinds_sent((name, "name"))), ())
