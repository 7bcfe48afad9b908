"""Tabs that are made when there is something to choose: they are a dozen widgets, and the first screen shows none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.containers import Vertical
from textual.widgets import Tab, Tabs


class LateTabs(Vertical):
    """`titles` by id. `offer` says which of them can be chosen and which one is; a choice is a Tabs.TabActivated."""

    DEFAULT_CSS = """
    LateTabs { height: auto; }
    """

    def __init__(self, titles: Mapping[str, str], *, id: str) -> None:
        super().__init__(id=id)
        self._titles = titles
        self._tabs: Tabs | None = None
        self._offered: Sequence[str] = ()
        self._chosen = ""

    def furnish(self) -> None:
        """Makes the tabs, unless they are there."""
        self.call_next(self._furnish)

    async def _furnish(self) -> None:
        if self._tabs is None:
            tabs = Tabs(*(Tab(title, id=id) for id, title in self._titles.items()))
            await self.mount(tabs)
            if not tabs.is_attached:  # the app has ended meanwhile
                return
            self._tabs = tabs
            if self._offered:
                self.choose(self._chosen)
                self.offer(self._offered)

    def choose(self, id: str) -> None:
        """That one is shown as chosen, without a message."""
        self._chosen = id
        if self._tabs is not None:
            with self._tabs.prevent(Tabs.TabActivated):
                self._tabs.active = id

    def offer(self, ids: Sequence[str]) -> None:
        """Only these are shown."""
        self._offered = ids
        if self._tabs is None:
            self.furnish()
            return
        with self._tabs.prevent(Tabs.TabActivated):
            for id in self._titles:
                (self._tabs.show if id in ids else self._tabs.hide)(id)

    def focus_tabs(self) -> None:
        """Puts the cursor onto the tabs, when there are any."""
        if self._tabs is not None:
            self._tabs.focus()
