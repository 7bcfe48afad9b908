"""Asking the person at the terminal, or taking what a pipe gives. What is secret is not echoed and is no argument."""

from __future__ import annotations

import os
import sys
from codecs import BOM_UTF8
from typing import TYPE_CHECKING

from topexplorer.cli.output import Console
from topexplorer.core.call import Secret
from topexplorer.core.errors import UsageError
from topexplorer.core.language import message

if TYPE_CHECKING:
    from topexplorer.engine.strongroom import PassphraseWanted

LONGEST = 4096
"""Bytes of a line of stdin. A longer one is refused: cut, it would be another secret, and its rest the next answer."""
LONGEST_TYPED = 4094
"""The same at a terminal, which itself drops what goes beyond 4095 and says nothing (Linux, termios(3))."""
LONGEST_REST_KB = 64


class Prompts:
    """Questions to a person. With `passphrases_from_stdin` each passphrase is the next line of stdin, in order."""

    def __init__(self, console: Console, passphrases_from_stdin: bool = False) -> None:
        self._console = console
        self._from_stdin = passphrases_from_stdin
        # The first line at once: whatever reads stdin after this gets what follows.
        self._first = self._line() if passphrases_from_stdin else None

    def passphrase(self, wanted: PassphraseWanted) -> Secret | None:
        """The passphrase for a vault; a new one is typed twice. None when there is nobody to ask."""
        if self._from_stdin:
            return None if wanted.problem else self._next()
        if not self.has_terminal:
            return None
        say = self._console.say
        if wanted.problem:
            self._console.tell([say.render(wanted.problem)])
        if wanted.purpose == "new":
            self._console.tell([say("keys.new_vault", kind=wanted.kind, file=str(wanted.file))])
        question = say(f"keys.ask.{wanted.purpose}", kind=wanted.kind, file=wanted.file.name)
        typed = self.secret(question)
        if typed is None or wanted.purpose in ("open", "import"):
            return typed
        if self.secret(say("keys.ask.again")) != typed:
            raise UsageError(message("keys.unequal"))
        return typed

    @property
    def has_terminal(self) -> bool:
        """Whether somebody can type something that is not echoed. Without it getpass would read and show anything."""
        if os.name == "nt":
            return sys.stdin is not None and sys.stdin.isatty()
        try:
            os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        except OSError:
            return False
        return True

    def secret(self, question: str) -> Secret | None:
        """What is typed unseen; None for nothing."""
        from getpass import getpass

        try:
            typed = getpass(question)
        except EOFError:
            return None
        return Secret(_whole(typed)) if typed else None

    def text(self, question: str) -> str:
        """What is typed, without the blanks around it."""
        self._console.ask(question)
        if os.name == "nt":
            return _whole(sys.stdin.readline()).strip()
        with open("/dev/tty", encoding=sys.getfilesystemencoding(), errors="replace") as terminal:
            return _whole(terminal.readline()).strip()

    def rest_of_stdin(self) -> bytes:
        """Everything that stdin still gives. Raises UsageError for more than any key or code has."""
        limit = LONGEST_REST_KB * 1024
        content = sys.stdin.buffer.read(limit + 1) if sys.stdin else b""
        if len(content) > limit:
            raise UsageError(message("keys.stdin_too_long", limit=LONGEST_REST_KB))
        return content

    def _next(self) -> Secret | None:
        first, self._first = self._first, None
        return first or self._line()

    def _line(self) -> Secret | None:
        most = len(BOM_UTF8) + LONGEST + len("\r\n") + 1
        content = sys.stdin.buffer.readline(most) if sys.stdin else b""
        line = content.removeprefix(BOM_UTF8).removesuffix(b"\n").removesuffix(b"\r")
        if len(line) > LONGEST:
            raise _too_long(LONGEST)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise UsageError(message("keys.passphrase_not_utf8")) from None
        return Secret(text) if text else None


def _whole(typed: str) -> str:
    """What was typed. Raises UsageError when the terminal may have dropped some of it."""
    if len(typed.rstrip("\r\n").encode("utf-8", "surrogatepass")) > LONGEST_TYPED:
        raise _too_long(LONGEST_TYPED)
    return typed


def _too_long(limit: int) -> UsageError:
    return UsageError(message("keys.line_too_long", limit=limit))
