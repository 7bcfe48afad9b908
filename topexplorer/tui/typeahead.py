"""Keys one after another: what is typed ahead reaches what the keys before it have led to.

Textual gives every key to the widget that is focused when the key comes in, whatever earlier keys are still about to
do. Over a slow line, or from a program that types for its user, several come at once: the text after an Enter would
then go into the field before it, and a command would act on a field whose last letters it does not have yet.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from textual.app import App, ScreenError
from textual.events import Event, Key, Paste
from textual.widgets import Input, TextArea

Result = TypeVar("Result")
MOVING = frozenset({"up", "down", "left", "right", "pageup", "pagedown", "home", "end", "backspace", "delete"})
"""Keys that are held down: between them nothing waits for the screen to be drawn."""
ROUNDS = 2
"""How often everything between the focused widget and the app has its turn: a key, and the message it leads to."""
PATIENCE = 2.0
"""Seconds after which the next key is let in, whatever the one before it is still waiting for."""


class OrderlyApp(App[Result]):
    """An App that takes up a key when the one before it has had its effect. A screen whose `cursor_is_moving` is true
    is waited for: the field that what is typed is meant for is not there yet.
    """

    AT_ONCE: frozenset[str] = frozenset()
    """Keys that are never kept waiting. Nothing that was typed before them comes after them."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead: deque[Key | Paste] = deque()
        self._settling: asyncio.Task[None] | None = None
        self._has_text = False
        """Whether a field may still have to take up text that it was given."""

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, (Key, Paste)) or event.is_forwarded:
            await super().on_event(event)
        elif isinstance(event, Key) and event.key in self.AT_ONCE:
            self._ahead.clear()
            await self.take_up(event)
        else:
            self._ahead.append(event)
            await self._take()

    async def take_up(self, event: Key | Paste) -> None:
        """Gives a key or a paste to what it is meant for, now that its turn has come."""
        await super().on_event(event)

    async def _take(self) -> None:
        """Gives on what was typed, as far as nothing has to be waited for."""
        while self._ahead and self._settling is None:
            is_text = self._is_text(self._ahead[0])
            if self._has_text and not is_text:
                self._has_text = False
                self._settling = asyncio.create_task(self._settle(drawn=False))
                return
            event = self._ahead.popleft()
            await self.take_up(event)
            if is_text:
                self._has_text = True
            else:
                drawn = isinstance(event, Key) and event.key.rpartition("+")[2] not in MOVING
                self._settling = asyncio.create_task(self._settle(drawn=drawn))

    def _is_text(self, event: Key | Paste) -> bool:
        """Whether it changes a field and nothing else."""
        in_field = isinstance(self.focused, (Input, TextArea))
        return in_field and (isinstance(event, Paste) or event.is_printable)

    async def _settle(self, *, drawn: bool) -> None:
        """Lets the next key in when the one before has had its effect; `drawn`: what waits for the screen too."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._dealt_with()
                while drawn:
                    await _turn_of(self.screen.call_after_refresh)
                    await self._dealt_with()
                    drawn = getattr(self.screen, "cursor_is_moving", False)
        except (TimeoutError, ScreenError):
            pass
        finally:
            self._settling = None
            self.call_later(self._take)

    async def _dealt_with(self) -> None:
        """Returns when the focused widget, all that it is in, and the app have done what they were sent so far."""
        for _round in range(ROUNDS):
            for node in (self.focused or self.screen).ancestors_with_self:
                await _turn_of(node.call_later)


async def _turn_of(schedule: Callable[[Callable[[], None]], bool]) -> None:
    """Returns when what `schedule` is given is called; at once when it never will be."""
    called = asyncio.Event()
    if schedule(called.set):
        await called.wait()
