"""What a test does in the app, as its user would: opens it, types, sends, waits for what must come."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from topexplorer.tui.screens.explorer import Explorer

NAMES = {"⏎": "enter", "↓": "down"}
Opened = Callable[..., AbstractAsyncContextManager[Pilot[Any]]]


def explorer(pilot: Pilot[Any]) -> Explorer:
    screen = next(screen for screen in reversed(pilot.app.screen_stack) if isinstance(screen, Explorer))
    return screen


async def settled(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Lets the app work until the condition holds; fails when it never does."""
    for _ in range(1500):
        if condition():
            await pilot.pause()
            return
        await sleep(0.01)
    raise AssertionError("the app did not get there")


async def typed(pilot: Pilot[Any], text: str) -> None:
    await pilot.press(*(character if character != " " else "space" for character in text))


async def open_api(pilot: Pilot[Any], method: str) -> None:
    explorer(pilot).open_api(method)
    await pilot.pause()


async def sent(pilot: Pilot[Any]) -> Any:
    """Sends and returns the outcome that is shown."""
    before = explorer(pilot).exchange
    await pilot.press("ctrl+j")
    await settled(pilot, lambda: explorer(pilot).exchange is not before)
    exchange = explorer(pilot).exchange
    assert exchange is not None
    return exchange.outcome


def at_once(pilot: Pilot[Any], *parts: str) -> None:
    """Types everything in one go, without a look at what the app makes of it. A part is the name of a key when it
    begins with `^`, else text with ⏎ and ↓ in it.
    """
    for part in parts:
        typed_keys = [part.removeprefix("^")] if part.startswith("^") else list(part)
        for key in typed_keys:
            name = NAMES.get(key, key)
            pilot.app.post_message(Key(name, name if len(name) == 1 else None))
