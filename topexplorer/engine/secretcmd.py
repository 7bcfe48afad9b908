"""Keys from a command of the user's, such as `secret_cmd = ["pass", "show", "top/dev"]`: run, read, never shown.

No shell, nothing on its stdin, a small environment, a time limit and a limit on what it may print. What it printed is
in no error: not even its first letter.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line

if TYPE_CHECKING:
    from subprocess import Popen

SECONDS = 30.0
"""Long enough for a password manager to ask for its own password."""
MAX_OUTPUT = 64 * 1024
_NAMES = ("app_key", "app_secret", "session")
PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TMPDIR", "TZ"),
    *("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "SSH_AUTH_SOCK"),
    *("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
    *("GNUPGHOME", "GPG_TTY", "PASSWORD_STORE_DIR"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA"),
)
"""What a password manager needs to find its store and its window. Keys in other variables are none of its business."""


class CommandFailed(ConfigError):
    """The command gave no keys."""


@dataclass(frozen=True, slots=True)
class CommandKeys:
    """What a command gave. Anything may be missing, but not everything."""

    app_key: str = ""
    app_secret: Secret | None = None
    session: Secret | None = None


class NoKeys(ValueError):
    """A text that holds no keys. `reason` says why, without a letter of it."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.key)
        self.reason = reason


def run(command: Sequence[str], environ: Mapping[str, str], seconds: float = SECONDS) -> CommandKeys:
    """The keys that `command` prints. Raises CommandFailed. Waits for the command: not for the event loop."""
    output = _output(command, environ, seconds)
    try:
        return parse(output)
    except NoKeys as problem:
        raise _failed(command[0], problem.reason) from None


def parse(output: bytes) -> CommandKeys:
    """Keys from a JSON object, or an app secret from a text of one line. Raises NoKeys."""
    try:
        text = output.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise NoKeys(message("secretcmd.not_utf8")) from None
    if not text:
        raise NoKeys(message("secretcmd.nothing"))
    if not text.startswith("{"):
        if len(text.splitlines()) > 1:
            raise NoKeys(message("secretcmd.lines"))
        return CommandKeys(app_secret=Secret(text))
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise NoKeys(message("secretcmd.not_json")) from None
    found = {name: document[name] for name in _NAMES if document.get(name) not in (None, "")}
    if type(app_key := found.get("app_key")) is int:
        found["app_key"] = str(app_key)
    if not found or not all(isinstance(text, str) for text in found.values()):
        raise NoKeys(message("secretcmd.no_keys", names=_NAMES))
    texts = {name: text.strip() for name, text in found.items()}
    secret, session = texts.get("app_secret"), texts.get("session")
    return CommandKeys(
        texts.get("app_key", ""), Secret(secret) if secret else None, Secret(session) if session else None
    )


def _output(command: Sequence[str], environ: Mapping[str, str], seconds: float) -> bytes:
    from shutil import which
    from subprocess import DEVNULL, PIPE, Popen

    program = which(command[0], path=environ.get("PATH"))
    if program is None:
        raise _failed(command[0], message("secretcmd.not_found"))
    try:
        process = Popen(  # noqa: S603
            [program, *command[1:]],
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            cwd=Path.home(),
            env={name: environ[name] for name in PASSED_ON if name in environ},
            start_new_session=True,
        )
    except (OSError, ValueError, RuntimeError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise _failed(command[0], message("secretcmd.not_started", detail=detail)) from None
    try:
        return _read(process, command[0], seconds)
    finally:
        _end(process)


def _read(process: Popen[bytes], program: str, seconds: float) -> bytes:
    """All it prints and a good end, both within the time. Raises CommandFailed."""
    from queue import Empty, SimpleQueue
    from subprocess import TimeoutExpired
    from threading import Thread
    from time import monotonic

    outputs: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        with cast("IO[bytes]", process.stdout) as stream:
            outputs.put(stream.read(MAX_OUTPUT + 1))

    ends = monotonic() + seconds
    # A thread, because a pipe cannot be waited for on every system; a child of the command may hold it open for ever.
    Thread(target=read, name="secret_cmd", daemon=True).start()
    try:
        output = outputs.get(timeout=seconds)
        if len(output) > MAX_OUTPUT:
            raise _failed(program, message("secretcmd.too_much", limit=MAX_OUTPUT // 1024))
        code = process.wait(max(0.0, ends - monotonic()))
    except (Empty, TimeoutExpired):
        raise _failed(program, message("secretcmd.slow", seconds=f"{seconds:g}")) from None
    if code != 0:
        raise _failed(program, message("secretcmd.code", code=code))
    return output


def _end(process: Popen[bytes]) -> None:
    """Ends a command that did not end by itself, with all that it started."""
    if process.returncode is not None:
        return
    with suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, 9)
        else:
            process.kill()
    process.wait()


def malformed(program: str) -> CommandFailed:
    """Says that what it gave cannot be keys."""
    return _failed(program, message("secretcmd.malformed"))


def _failed(program: str, reason: Message) -> CommandFailed:
    return CommandFailed(message("secretcmd.failed", program=clean_line(program), reason=reason))
