"""The check-up: one list of lamps for every face, from what costs nothing to what a call alone can tell."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import get_args

from topexplorer.core.fixes import Fix
from topexplorer.core.lamps import Lamp
from topexplorer.core.language import Message, message
from topexplorer.engine.engine import Engine
from topexplorer.engine.exposure import Exposure, exposures, mend
from topexplorer.engine.keysources import vault_paths
from topexplorer.engine.leaks import files_lamp
from topexplorer.engine.preflight import at_hand
from topexplorer.engine.settings import Paths
from topexplorer.engine.vaultfile import StoreKind
from topexplorer.engine.wirelamps import Preflight


async def needs(
    engine: Engine,
    paths: Paths,
    shared: Iterable[Path],
    problems: Iterable[Message],
    terminal: Iterable[Lamp],
    wire: Preflight | None,
) -> AsyncIterator[Lamp]:
    """The lamps of the active environment, each as soon as it is known; one that comes again knows more.

    `shared` are the folders of saved requests, `problems` those of the configuration. Without `wire` nothing is called.
    """
    told = tuple(problem for problem in problems if problem.key != "private.config")  # has a lamp of its own
    shown = set()
    for lamp in await asyncio.to_thread(at_hand, engine, told):
        shown.add(lamp.name)
        yield lamp
    yield await asyncio.to_thread(private_lamp, paths)
    yield await asyncio.to_thread(files_lamp, engine.vault, engine.environments, (*shared, paths.config_file))
    for lamp in terminal:
        yield lamp
    if wire is not None:
        async for lamp in wire.lamps():
            if lamp.state != "skipped" or lamp.name not in shown:
                yield lamp


def private_lamp(paths: Paths) -> Lamp:
    """Red when others can read or change a vault, or change config.toml."""
    if not hasattr(os, "geteuid"):
        return Lamp("private", "skipped", message("lamp.private.unknown"))
    vaults, config = tuple(_of_vaults(paths)), tuple(exposures(paths.config_file, secret=False))
    if not vaults and not config:
        return Lamp("private", "ok", message("lamp.private.ok"))
    commands = tuple(dict.fromkeys(found.command for found in (*vaults, *config)))
    cure = message(f"lamp.private.cure.{'config' if config else 'vault'}", commands=" && ".join(commands))
    fixes = (Fix("private", message("fix.private")),) if any(found.mode is not None for found in vaults) else ()
    found = message("lamp.private.bad", found=tuple(found.sentence for found in (*vaults, *config)))
    return Lamp("private", "bad", found, cure, fixes=fixes)


def make_private(paths: Paths) -> None:
    """Lets nobody else read or change the vaults. Raises StorageError. config.toml has to be looked through first."""
    for found in _of_vaults(paths):
        mend(found)


def _of_vaults(paths: Paths) -> Iterator[Exposure]:
    seen = set()
    for kind in get_args(StoreKind):
        for path in vault_paths(paths.vault_folder, kind).values():
            for found in exposures(path, secret=True):
                if found.place not in seen:
                    seen.add(found.place)
                    yield found
