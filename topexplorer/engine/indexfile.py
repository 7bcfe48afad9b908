"""The catalog's index between two runs: one file of two lines of JSON, the rows of the spec files and their words.

Lists need the first line only, so that only search reads the second. A file that cannot be read counts as none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from topexplorer.core.catalog import Catalog
from topexplorer.engine.settings import write_atomic


class IndexFile:
    """The index at `path`, which does not have to exist."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self) -> dict[str, Any] | None:
        """The index of the last run."""
        return self._line(0)

    def words(self) -> dict[str, str]:
        """The search words of the last run, by the path of a spec file."""
        return {path: text for path, text in (self._line(1) or {}).items() if isinstance(text, str)}

    def write(self, catalog: Catalog) -> None:
        """Keeps what the catalog found. Raises StorageError."""
        lines = (json.dumps(part, ensure_ascii=False) for part in (catalog.index, catalog.words))
        write_atomic(self.path, "".join(f"{line}\n" for line in lines).encode())

    def _line(self, number: int) -> dict[str, Any] | None:
        try:
            with self.path.open("rb") as file:
                for _skipped in range(number):
                    file.readline()
                found = json.loads(file.readline())
        except (OSError, ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None
