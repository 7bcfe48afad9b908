"""The app as far as keys go: it asks for a vault's passphrase, takes keys in, and locks itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual import work

from topexplorer.assemble import Workbench
from topexplorer.tui.commands import BY_ID
from topexplorer.tui.discretion import DiscreetApp
from topexplorer.tui.tell import tell

if TYPE_CHECKING:
    from topexplorer.core.call import Secret
    from topexplorer.engine.strongroom import PassphraseWanted

Result = TypeVar("Result")


class LockableApp(DiscreetApp[Result]):
    """An App whose keys can be locked. While they are by the panic key, nothing but unlocking and leaving works."""

    AT_ONCE = frozenset(BY_ID["lock"].keys.split(","))

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._held: list[Callable[[], object]] = []
        """What waits until the screen is unlocked."""
        bench.ask_passphrase = self.ask_passphrase

    def ask_passphrase(self, wanted: PassphraseWanted) -> Secret | None:
        """What a person types into a dialog, for which the thread that wants the keys waits.

        None when it is left, when the app ends, under a locked screen, and on the app's own thread, which nothing may
        hold up.
        """
        from topexplorer.tui.screens.passphrase_dialog import PassphraseDialog

        answer: Future[Secret | None] = Future()
        if self.is_locked:
            return None
        try:
            self.call_from_thread(self.push_screen, PassphraseDialog(self.language, wanted, answer))
        except (RuntimeError, CancelledError):
            return None
        return answer.result()

    @property
    def is_locked(self) -> bool:
        """Whether the screen is blank until somebody unlocks it."""
        return any("-locked" in screen.classes for screen in self.screen_stack)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A locked screen can be unlocked and left, nothing else."""
        return not self.is_locked or action in ("quit", "lock")

    def action_lock(self) -> None:
        """Blanks the screen at once, then forgets every key, here and in every other topexplorer of this person."""
        if self.is_locked:
            return
        from topexplorer.tui.screens.lock_screen import LockScreen

        self.clear_notifications()
        self.push_screen(LockScreen(self.language, self.bench, self.bench.engine.environment), self._unlocked)

    def notify(self, message: str, **options: Any) -> None:
        """As Textual's. What is told under a locked screen is told when it is unlocked."""
        if self.is_locked:
            self._held.append(partial(super().notify, message, **options))
        else:
            super().notify(message, **options)

    def push_screen(
        self, screen: Any, callback: Any = None, wait_for_dismiss: bool = False, *, mode: str | None = None
    ) -> Any:
        """As Textual's. What a call or a timer wants to show over a locked screen is shown when it is unlocked."""
        push: Callable[..., Any] = super().push_screen
        if not self.is_locked:
            return push(screen, callback, wait_for_dismiss, mode=mode)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def answered(result: object) -> None:
            if not answer.done():
                answer.set_result(result)

        def show() -> None:
            shown = push(screen, answered if wait_for_dismiss else callback, mode=mode)
            if not wait_for_dismiss:
                answered(shown)

        self._held.append(show)
        return answer

    def _unlocked(self, _nothing: None) -> None:
        held, self._held = self._held, []
        for act in held:
            act()

    @work(exit_on_error=False)
    async def action_set_keys(self) -> None:
        """The keys of the active environment."""
        from topexplorer.tui.screens.keys_dialog import KeysDialog

        say, environment = self.language, self.bench.engine.environment
        if environment.kind == "sandbox":
            tell(self, say("lock.keys.built_in", environment=environment.name), "warning")
        else:
            await self.push_screen_wait(KeysDialog(say, self.bench, environment))
