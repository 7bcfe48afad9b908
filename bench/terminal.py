"""A full-screen program in a pseudo-terminal of 120x40, read as fast as it writes, with what the kernel says of it.

Needs Linux: memory and processor time are read from /proc.
"""

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
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60.0


class NothingShown(Exception):
    """The program ended or did not show what was waited for."""


class Terminal:
    """One run of a program. Use as a context manager: leaving it ends the program."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._name = " ".join(command)
        self._fresh = b""
        self.started = monotonic()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=dict(environ), cwd=folder, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, keys: str) -> None:
        """Presses keys; what was drawn before them is forgotten."""
        self._fresh = b""
        os.write(self._master, keys.encode())

    def until(self, pattern: str) -> float:
        """Reads until `pattern` was drawn since the last key; the seconds since the start. Raises NothingShown."""
        ends = monotonic() + PATIENCE
        while monotonic() < ends and self._read(0.5):
            if re.search(pattern, ESCAPES.sub(b"", self._fresh).decode("utf-8", "replace")):
                return monotonic() - self.started
        tail = ESCAPES.sub(b"", self._fresh).decode("utf-8", "replace")[-400:]
        raise NothingShown(f"{self._name} did not show {pattern!r}; it showed: {tail}")

    def rest(self, seconds: float) -> None:
        """Lets the program go on for a while, reading what it draws."""
        ends = monotonic() + seconds
        while (left := ends - monotonic()) > 0 and self._read(left):
            pass

    def _read(self, seconds: float) -> bool:
        """Takes in what is there within `seconds`; false when the program has ended."""
        if not select.select([self._master], [], [], seconds)[0]:
            return self._process.poll() is None
        try:
            self._fresh += os.read(self._master, 65536)
        except OSError:
            return False
        return True

    @property
    def peak_memory(self) -> float:
        """The most memory that the program itself ever held, in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    @property
    def processor_seconds(self) -> float:
        """Processor time used so far, in seconds, all threads together."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii", errors="replace")
        fields = stat.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
