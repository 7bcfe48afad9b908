"""Favourite APIs and those opened last, kept between runs."""

from __future__ import annotations

import json
from pathlib import Path

from topexplorer.core.bookmarks import MOST_RECENT, Bookmarks
from topexplorer.engine.settings import write_atomic


def read_bookmarks(path: Path) -> Bookmarks:
    """The bookmarks of the last run; none where the file is missing or broken. Never raises."""
    try:
        document = json.loads(path.read_bytes())
        favourites, recents = (tuple(map(str, document[name])) for name in ("favourites", "recents"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Bookmarks()
    return Bookmarks(tuple(dict.fromkeys(favourites)), tuple(dict.fromkeys(recents))[:MOST_RECENT])


def write_bookmarks(path: Path, bookmarks: Bookmarks) -> None:
    """Keeps them for the next run. Raises StorageError."""
    document = {"favourites": bookmarks.favourites, "recents": bookmarks.recents}
    write_atomic(path, json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
