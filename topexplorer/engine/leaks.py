"""Looks for known secrets in files that people share: saved requests and the configuration. For the check-up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from topexplorer.core.lamps import Lamp
from topexplorer.core.language import message
from topexplorer.core.taint import Taint
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import Environments
from topexplorer.engine.tomlfile import MAX_BYTES
from topexplorer.engine.vault import Vault


def files_lamp(vault: Vault, environments: Environments, places: Iterable[Path]) -> Lamp:
    """Red when a TOML file of `places`, files and folders, holds a secret that is at hand, in any spelling.

    Asks nobody: what a locked vault holds is not looked for, and the lamp says so.
    """
    locked = False
    for environment in environments.values():
        vault.secrets(environment)
        locked = locked or vault.status(environment).locked
    found = tuple(clean_line(str(path)) for path in _holding(vault.known.taint, places))
    if found:
        return Lamp("files", "bad", message("lamp.files.secret", files=found), message("lamp.files.cure"))
    return Lamp("files", "ok", message("lamp.files.locked" if locked else "lamp.files.ok"))


def _holding(known: Taint, places: Iterable[Path]) -> Iterator[Path]:
    """The files with a secret in them. What cannot be read is named elsewhere, by whoever needs it."""
    for place in places:
        for path in sorted(place.glob("*.toml")) if place.is_dir() else [place]:
            try:
                with path.open("rb") as file:
                    text = file.read(MAX_BYTES).decode("utf-8", "replace")
            except OSError:
                continue
            if known.holds(text):
                yield path
