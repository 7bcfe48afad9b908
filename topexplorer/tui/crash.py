"""What is printed when the app itself fails: the traceback without the values of local variables.

Textual prints locals, and a local may hold a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from rich.traceback import Traceback


class CrashConsole(Console):
    """A console on stderr that strips locals from tracebacks before it prints them."""

    def __init__(self) -> None:
        super().__init__(stderr=True, markup=False, highlight=False)

    def print(self, *objects: Any, **options: Any) -> None:
        from rich.traceback import Traceback

        for thing in objects:
            if isinstance(thing, Traceback):
                strip_locals(thing)
        super().print(*objects, **options)


def strip_locals(traceback: Traceback) -> None:
    """Forgets the values of every frame."""
    for stack in traceback.trace.stacks:
        for frame in stack.frames:
            frame.locals = None
