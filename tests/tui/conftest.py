"""The app in a test terminal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.steps import Opened, explorer, settled
from tests.workbench import workbench
from topexplorer.core.language import Language
from topexplorer.tui.app import TopExplorer


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    """Opens the app in a test terminal and waits until calls can be made."""

    @asynccontextmanager
    async def run(size: tuple[int, int] = (120, 36), lang: str = "en", **parts: Any) -> AsyncIterator[Pilot[Any]]:
        app = TopExplorer(workbench(tmp_path, **parts), Language(lang))
        async with app.run_test(size=size) as pilot:
            await settled(pilot, lambda: explorer(pilot).ready)
            yield pilot

    return run
