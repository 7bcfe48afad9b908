"""The documentation of an API beside its form."""

from __future__ import annotations

from textual.reactive import var

from topexplorer.core.language import Language
from topexplorer.core.manual import manual
from topexplorer.core.spec import ApiSpec, Platform
from topexplorer.tui.widgets.page import Page, row


class DocsPage(Page):
    """Shows the manual of `spec`. Built only while the page is on screen."""

    spec: var[ApiSpec | None] = var(None)
    platform: var[Platform | None] = var(None)

    def __init__(self, language: Language, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language

    def watch_spec(self) -> None:
        self._fill()

    def watch_platform(self) -> None:
        self._fill()

    def on_show(self) -> None:
        self._fill()

    def _fill(self) -> None:
        if self.spec is None or self.platform is None or not self.display:
            return
        lines = manual(self.spec, self.platform, self._language)
        self.show(tuple(row(*line.parts, hang=line.hang) for line in lines))
