"""What is printed when the app itself fails: a traceback without the values of local variables, secrets masked.

Textual prints locals, and a local may hold a secret; so may the words of an exception.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.traceback import Traceback


def last_words(mask: Callable[[str], str]) -> Traceback:
    """The exception that is being handled, safe to print."""
    import rich
    from rich.traceback import Traceback

    traceback = Traceback(show_locals=False, width=None, suppress=[rich])
    for stack in traceback.trace.stacks:
        stack.exc_value = mask(stack.exc_value)
        stack.notes = [mask(note) for note in stack.notes]
        if stack.syntax_error is not None:
            stack.syntax_error.line = mask(stack.syntax_error.line)
        for frame in stack.frames:
            frame.locals = None
    return traceback


def is_of_ending(error: Exception) -> bool:
    """Whether it is what Textual's widgets raise when the app ends while they are being mounted: it mounts no more, so
    that they do not find their parts.
    """
    from textual.css.query import NoMatches
    from textual.widget import MountError

    return isinstance(error, NoMatches | MountError) or str(error).startswith("No Tab with id")


def safe(thing: Any, mask: Callable[[str], str]) -> Any:
    """Something else that is to be printed at the end: exceptions that draw themselves become their words."""
    return mask(str(thing)) if isinstance(thing, str | BaseException) else thing
