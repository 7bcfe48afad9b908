"""The APIs that a user keeps at hand: favourites and those opened last."""

from __future__ import annotations

from dataclasses import replace

from topexplorer.core.nouns import dataclass

MOST_RECENT = 10


@dataclass(frozen=True, slots=True)
class Bookmarks:
    """Methods: favourites in the order they were chosen, recents latest first."""

    favourites: tuple[str, ...] = ()
    recents: tuple[str, ...] = ()

    def toggled(self, method: str) -> Bookmarks:
        """With `method` among the favourites, or without it when it was one."""
        if method in self.favourites:
            return replace(self, favourites=tuple(name for name in self.favourites if name != method))
        return replace(self, favourites=(*self.favourites, method))

    def visited(self, method: str) -> Bookmarks:
        """With `method` as the latest of the recents."""
        others = (name for name in self.recents if name != method)
        return replace(self, recents=(method, *others)[:MOST_RECENT])
