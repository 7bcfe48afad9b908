"""A Workbench for tests: the real parts and the sandbox, with a frozen clock, counted ids and an empty home."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from topexplorer.assemble import Workbench, assemble
from topexplorer.core.catalog import Catalog, bundled_folder
from topexplorer.engine.indexfile import IndexFile
from topexplorer.engine.settings import Paths

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=8)))
TID = "3141592653589793238"
PROD_KEYS = {
    "TOPEXPLORER_PROD_APP_KEY": "23456789",
    "TOPEXPLORER_PROD_APP_SECRET": "canary-secret-0123456789abcdef",
    "TOPEXPLORER_PROD_SESSION": "6canarysession0123456789abcdef",
}
CANARIES = (PROD_KEYS["TOPEXPLORER_PROD_APP_SECRET"], PROD_KEYS["TOPEXPLORER_PROD_SESSION"])


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def counted_ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"call-{next(numbers)}"


_BODIES = "SELECT packed FROM bodies"


@cache
def _warm_index() -> bytes:
    """The bundled specs' index, examined once per process: most tests are not about examining."""
    with TemporaryDirectory() as folder:
        kept = IndexFile(Path(folder) / "index")
        kept.write(Catalog.scan([bundled_folder()]))
        return kept.path.read_bytes()


def readable(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under a folder with its name, and unpacked what the history keeps packed."""
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()
    for path in folder.rglob("history/*.sqlite3"):
        connection = sqlite3.connect(path)
        yield from ((f"body in {path.name}", zlib.decompress(row[0])) for row in connection.execute(_BODIES))
        connection.close()


def workbench(home: Path, environ: Mapping[str, str] | None = None, **parts: Any) -> Workbench:
    """A Workbench whose files are under `home`. `parts` replace what `assemble` takes."""
    paths = Paths.under(home)
    paths.index_file.parent.mkdir(parents=True, exist_ok=True)
    paths.index_file.write_bytes(_warm_index())
    seams: dict[str, Any] = {"clock": Clock(), "new_id": counted_ids(), "cwd": home, "paths": paths}
    return assemble(environ=environ or {}, **(seams | parts))
