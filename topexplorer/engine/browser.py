"""Opens a page in the person's browser, in a process that is given none of our secrets."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from topexplorer.engine.secretcmd import PASSED_ON

SECONDS = 8.0
"""After so long without an answer the browser is taken to be open: some stay in the foreground."""
_DESKTOP = (
    *("BROWSER", "XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "XDG_DATA_DIRS", "XDG_CONFIG_DIRS", "DESKTOP_SESSION"),
    *("KDE_FULL_SESSION", "KDE_SESSION_VERSION", "GNOME_DESKTOP_SESSION_ID", "WSL_DISTRO_NAME", "WSL_INTEROP"),
    *("PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMDATA", "SYSTEMROOT", "WINDIR"),
)
_PROGRAM = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.stdin.read()))"


def open_page(url: str, environ: Mapping[str, str], seconds: float = SECONDS) -> bool:
    """Whether a browser took `url`. Waits for it a moment: not for the event loop.

    The address goes there on stdin. The browser gets the variables that a desktop needs and no others: keys in
    variables are none of its business, and its children would inherit them. Without TERM no browser that draws in this
    terminal is tried.
    """
    from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

    kept = {name: environ[name] for name in (*PASSED_ON, *_DESKTOP) if name in environ and name != "TERM"}
    try:
        process = Popen(  # noqa: S603
            [sys.executable, "-I", "-c", _PROGRAM],
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            env=kept,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        process.communicate(url.encode(), timeout=seconds)
    except TimeoutExpired:
        return True
    except OSError:
        return False
    return process.returncode == 0
