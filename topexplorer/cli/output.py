"""The only place that writes to stdout and stderr, and the one table of exit codes.

Data goes to stdout and words about it to stderr, so that a pipe gets nothing but data. What a terminal would act on is
made visible first, and every secret that is known is masked, in raw bytes too. A reader that goes away ends the output
and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from topexplorer.core.errors import (
    ConfigError,
    MissingKeys,
    QuotaExceeded,
    Refused,
    StorageError,
    TopExplorerError,
    UnknownEnvironment,
    UnknownProfile,
    UsageError,
)
from topexplorer.core.language import Language, Message, Words, message
from topexplorer.core.taint import KnownSecrets
from topexplorer.core.text import clean, clean_line, fit

if TYPE_CHECKING:
    from topexplorer.core.call import Outcome

OK = 0
UNEXPECTED = 1
USAGE = 2
PERMISSION = 3
QUOTA = 4
SESSION = 5
PLATFORM = 6
REFUSED = 7
STORAGE = 8
FINDINGS = 9
INTERRUPTED = 130
EXIT_CODES = (OK, UNEXPECTED, USAGE, PERMISSION, QUOTA, SESSION, PLATFORM, REFUSED, STORAGE, FINDINGS, INTERRUPTED)
"""Every code this program ends with. What each means is the message `exit.<code>`."""

_ERRORS: tuple[tuple[type[TopExplorerError], int], ...] = (
    (QuotaExceeded, QUOTA),
    (MissingKeys, SESSION),
    (UnknownEnvironment, USAGE),
    (UnknownProfile, USAGE),
    (UsageError, USAGE),
    (Refused, PERMISSION),
    (ConfigError, STORAGE),
    (StorageError, STORAGE),
)
_REFUSALS = {
    **dict.fromkeys((11, 12, 13, 42, 53), PERMISSION),
    **dict.fromkeys((4, 5, 6, 7, 8), QUOTA),
    **dict.fromkeys((26, 27, 28, 29, 44), SESSION),
    10: PLATFORM,
}


def exit_code_of_error(error: TopExplorerError) -> int:
    """The exit code for what topexplorer itself raised."""
    return next((code for kind, code in _ERRORS if isinstance(error, kind)), UNEXPECTED)


def exit_code_of(outcome: Outcome) -> int:
    """The exit code for what came back."""
    from topexplorer.core.call import Answer, NoAnswer

    if isinstance(outcome, Answer):
        return OK
    if isinstance(outcome, NoAnswer):
        return INTERRUPTED if outcome.reason == "interrupted" else PLATFORM
    if (outcome.sub_code or "").startswith("isp."):
        return PLATFORM
    return _REFUSALS.get(outcome.code, REFUSED)


class OutputFailed(Exception):
    """stdout or stderr cannot take more: a full disk behind a redirection."""


class Console:
    """Two streams and a language. `narrates` lets out words for a person who watches, `quiet` leaves out details."""

    def __init__(self, language: Language, stdout: TextIO, stderr: TextIO, known: KnownSecrets | None = None) -> None:
        self.say = language
        self._known = known or KnownSecrets()
        self.narrates = stderr.isatty()
        self.quiet = False
        self.is_terminal = stdout.isatty()
        self._stdout = stdout
        self._stderr = stderr
        self._gone: set[TextIO] = set()

    @property
    def width(self) -> int:
        """The cells of a line, for text that is wrapped: the terminal's, or 100 where there is none."""
        try:
            return max(40, os.get_terminal_size(self._stdout.fileno()).columns)
        except (OSError, ValueError):
            return 100

    @property
    def encoding(self) -> str:
        """What text on stdout is written in."""
        return self._stdout.encoding or "utf-8"

    def lines(self, lines: Iterable[str]) -> None:
        """Text on stdout, made safe to draw."""
        for line in lines:
            self._write(self._stdout, clean(line) + "\n")

    def document(self, text: bytes) -> None:
        """A document on stdout: its own UTF-8 bytes into a pipe or file, safe text on a terminal."""
        if self.is_terminal:
            self.lines([text.decode("utf-8", "replace").removesuffix("\n")])
        else:
            self.raw(text if text.endswith(b"\n") else text + b"\n")

    def json(self, data: object) -> None:
        """Data on stdout as indented JSON."""
        self.document(json.dumps(data, ensure_ascii=False, indent=2).encode("utf-8", "replace"))

    def raw(self, content: bytes) -> None:
        """Bytes on stdout exactly as they are; on a terminal, safe text."""
        if self.is_terminal:
            self._write(self._stdout, clean(content.decode("utf-8", "replace")))
        else:
            self._write(self._stdout, content)

    def narrate(self, lines: Iterable[str]) -> None:
        """Words on stderr for a person who watches."""
        if self.narrates:
            self.tell(lines)

    def detail(self, lines: Iterable[str]) -> None:
        """What follows an error on stderr, unless one sentence is to be enough."""
        if not self.quiet:
            self.tell(lines)

    def tell(self, lines: Iterable[str]) -> None:
        """Words on stderr, always and at once."""
        if self.is_terminal:
            self._attempt(self._stdout, b"")
        for line in lines:
            self._write(self._stderr, clean(line) + "\n")
        self._attempt(self._stderr, b"")

    def ask(self, question: str) -> None:
        """A question on stderr, the answer to stand behind it."""
        self._write(self._stderr, clean_line(question))
        self._attempt(self._stderr, b"")

    def progress(self, line: str) -> None:
        """A line on stderr that takes the place of the last one, where a person watches; an empty one takes it away."""
        if self._stderr.isatty() and self.narrates:
            self._write(self._stderr, "\r" + fit(clean_line(line), self.width - 1) + ("" if line else "\r"))
            self._attempt(self._stderr, b"")

    def warn(self, *warnings: Message) -> None:
        """Sentences on stderr about what did not stop the work; the same one only once."""
        self.tell(dict.fromkeys(self.say("cli.output.warning") + self.say.render(warning) for warning in warnings))

    def error(self, what: Message | Words, hint: Message | Words | None = None) -> None:
        """`error: what · what to do` on stderr."""
        text = self.say.render(what)
        if hint is not None:
            text = f"{text.rstrip('.。')} · {self.say.render(hint)}"
        self.tell([self.say("cli.output.error") + text])

    def report(self, error: TopExplorerError) -> int:
        """Says an error of ours in one sentence and gives its exit code."""
        self.error(error.message, error.hint)
        return exit_code_of_error(error)

    def flush(self) -> None:
        """Hands everything to the system. Raises OutputFailed when it cannot take it."""
        for stream in (self._stdout, self._stderr):
            self._attempt(stream, b"")

    def _write(self, stream: TextIO, text: str | bytes) -> None:
        if isinstance(text, str):
            text = self._known.mask(text).encode(stream.encoding or "utf-8", "replace")
        else:
            text = self._known.mask_body(text)
        self._attempt(stream, text)

    def _attempt(self, stream: TextIO, content: bytes) -> None:
        if stream in self._gone:
            return
        try:
            if content:
                stream.buffer.write(content)
            else:
                stream.flush()
        except BrokenPipeError:
            self._close(stream)
        except OSError as error:
            self._close(stream)
            if stream is self._stdout:
                self.error(message("cli.output.failed", detail=error.strerror or str(error)))
                raise OutputFailed from None

    def _close(self, stream: TextIO) -> None:
        """Nothing more goes there: what is still in its buffer would raise once more when Python ends."""
        self._gone.add(stream)
        try:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
        except (OSError, ValueError):
            return
