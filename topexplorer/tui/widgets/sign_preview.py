"""How the sign of the current draft comes about, step by step, with every secret masked."""

from __future__ import annotations

from collections.abc import Iterator

from textual.reactive import var

from topexplorer.core.call import MASK, SignedRequest
from topexplorer.core.language import Language
from topexplorer.core.signing import SCHEMES, sorted_pairs
from topexplorer.tui.widgets.page import Page, Row, row


class SignPreview(Page):
    """Shows a redacted request: what is signed, in what order, what is left out and why."""

    request: var[SignedRequest | None] = var(None)

    def __init__(self, language: Language, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language

    def watch_request(self, request: SignedRequest | None) -> None:
        self.show(tuple(self._rows_of(request)) if request else (), keep_place=True)

    def _rows_of(self, request: SignedRequest) -> Iterator[Row]:
        say = self._language
        scheme = SCHEMES[request.sign_method]
        pairs = sorted_pairs(request.params)
        yield row((say("signing.step.sorted", n=len(pairs)), "title"))
        width = max((len(name) for name, _text in pairs), default=0) + 2
        for name, text in pairs:
            yield row("  ", (name.ljust(width), "name"), text, hang=width + 2)
        yield row()
        yield row((say("signing.step.left_out"), "title"))
        for name, reason in request.left_out:
            yield row("  ", (name.ljust(width), "muted"), (say.render(reason), "muted"), hang=width + 2)
        yield row()
        yield row((say("signing.step.joined"), "title"))
        secret = (MASK, "warning")
        inside = request.base_string
        yield row("  ", secret, inside, secret, hang=2) if scheme.wraps else row("  ", inside, hang=2)
        yield row()
        yield row((say("signing.step.digest"), "title"))
        yield row("  ", (say(f"signing.digest.{scheme.name}"), "plain"))
        yield row("  ", (say("signing.sign_is", length=scheme.length), "muted"))
