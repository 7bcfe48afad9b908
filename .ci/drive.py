"""Open a full-screen program in a pseudo-terminal, wait until it shows a word, quit it with ctrl+q, check its exit.

    drive.py --see WORD [--seconds N] -- COMMAND [ARGUMENTS]

Needs a POSIX system. The program's last screen output is printed when anything goes wrong.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

FULL_SCREEN = b"\x1b[?1049h"
ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^][^\x1b]*\x1b\\|[ -/]*[0-~])")
CTRL_Q = b"\x11"


def drive(command: list[str], word: str, seconds: float) -> str:
    """Run `command` as a person would for at most `seconds`. Return what went wrong, or nothing."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))
    output, shown, code, ends = b"", False, None, time.monotonic() + seconds
    try:
        while code is None and time.monotonic() < ends:
            output += read(terminal)
            screen = ESCAPES.sub(b"", output.partition(FULL_SCREEN)[2]).decode("utf-8", "replace")
            if not shown and word.lower() in screen.lower():
                shown = True
                os.write(terminal, CTRL_Q)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
    finally:
        if code is None:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    if shown and code == 0:
        return ""
    printable = ESCAPES.sub(b"", output).decode("utf-8", "replace")[-4000:]
    if not shown:
        what = f"did not show {word!r} full-screen" if code is None else f"ended with {code} before it showed {word!r}"
    else:
        what = "did not end on ctrl+q" if code is None else f"ended with exit code {code}"
    return f"{' '.join(command)}: {what} in {seconds:.0f} s. It printed:\n{printable}"


def read(terminal: int) -> bytes:
    """What the program has written, or nothing after a tenth of a second. Linux answers EIO at its end."""
    if not select.select([terminal], [], [], 0.1)[0]:
        return b""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def main() -> None:
    """Read the command line and exit 1 with the reason when the program did not do as it should."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--see", required=True)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    wrong = drive(options.command, options.see, options.seconds)
    if wrong:
        sys.exit(f"drive: {wrong}")
    print(f"drive: {' '.join(options.command)} opened, showed {options.see!r} and quit with ctrl+q")


if __name__ == "__main__":
    main()
