"""A full-screen program in a pseudo-terminal of 120x40, read as fast as it writes. Needs Linux, for /proc."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^][^\x1b]*\x1b\\|[ -/]*[0-~])")
PATIENCE = 60.0


class NothingShown(Exception):
    """The program ended, or did not show what was waited for."""


class Terminal:
    """One run of a program; leaving the `with` block ends it."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._screen, tty = os.openpty()
        fcntl.ioctl(tty, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._drawn = b""
        self._started = monotonic()
        self._process = subprocess.Popen(
            command, env=environ, stdin=tty, stdout=tty, stderr=tty, start_new_session=True
        )
        os.close(tty)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._screen)

    def type(self, keys: str) -> None:
        """Presses keys; what was drawn before them is forgotten."""
        self._drawn = b""
        os.write(self._screen, keys.encode())

    def until(self, pattern: str) -> float:
        """Reads until `pattern` was drawn since the last key: milliseconds since the start. Raises NothingShown."""
        text, ends = "", monotonic() + PATIENCE
        while monotonic() < ends and self._read(0.5):
            text = ESCAPES.sub(b"", self._drawn).decode("utf-8", "replace")
            if re.search(pattern, text):
                return (monotonic() - self._started) * 1000
        raise NothingShown(f"{self._process.args!r} did not show {pattern!r} but {text[-400:]!r}")

    def rest(self, seconds: float) -> None:
        """Lets the program go on for a while."""
        ends = monotonic() + seconds
        while (left := ends - monotonic()) > 0 and self._read(left):
            pass

    def _read(self, seconds: float) -> bool:
        """Takes in what comes within `seconds`; false when the program has ended."""
        if not select.select([self._screen], [], [], seconds)[0]:
            return self._process.poll() is None
        try:
            self._drawn += os.read(self._screen, 65536)
        except OSError:
            return False
        return True

    def memory(self) -> float:
        """The most that the program itself ever held, in MB."""
        return int(self._proc("status").partition("VmHWM:")[2].split()[0]) / 1024

    def processor(self) -> float:
        """Seconds of processor time used so far, all threads together."""
        return sum(map(int, self._proc("stat").rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text(encoding="utf-8", errors="replace")
