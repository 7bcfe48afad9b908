"""A secret is never an argument: other processes see arguments, and a shell's history keeps them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine.vaults import leaks
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.verbs import VERBS, find
from topexplorer.core.language import Language

ROOT = Path(__file__).resolve().parents[2]
SECRET = "canary5ecret0f1e2d3c4b5a69788796"
PASSPHRASE = "canary pa55phrase of the vault"
SECRET_WORDS = ("secret", "session", "token", "pass", "key", "code", "credential", "cookie")


class Noted(Arguments):
    """Remembers what takes a value."""

    def __init__(self, command: str) -> None:
        super().__init__(command, Language("en"))
        self.with_value: list[str] = []

    def option(self, flag: str, value: str, key: str, *, everywhere: bool = False, **settings: Any) -> None:
        self.with_value += [flag.lower(), value.lower()]
        super().option(flag, value, key, everywhere=everywhere, **settings)

    def positional(self, name: str, key: str, **settings: object) -> None:
        self.with_value.append(name.lower())
        super().positional(name, key, **settings)


@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_has_an_argument_for_a_secret(verb: str) -> None:
    noted = Noted(verb)
    find(verb).declare(noted)
    assert [name for name in noted.with_value if any(word in name for word in SECRET_WORDS)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is how Linux shows the arguments of a process")
def test_a_process_that_keeps_a_key_has_it_in_no_place_that_others_can_read(tmp_path: Path) -> None:
    """What `ps` shows, of a real run, while it holds the secret: it waits for the rest of what is piped in."""
    import fcntl

    running = subprocess.Popen(
        [sys.executable, "-m", "topexplorer", "keys", "set", "dev", "--stdin", "--passphrase-stdin"],
        cwd=ROOT,
        env={**os.environ, "TOPEXPLORER_HOME": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdin is not None
    # More than the pipe holds: when this is written, the process has read the secret that stands before it.
    fcntl.fcntl(running.stdin, fcntl.F_SETPIPE_SZ, 4096)
    blank = b" " * 40_000
    running.stdin.write(f'{PASSPHRASE}\n{{"app_key": "23456789", "app_secret": "{SECRET}"'.encode() + blank)
    running.stdin.flush()
    shown = [Path(f"/proc/{running.pid}/{name}").read_bytes() for name in ("cmdline", "environ", "comm")]
    out, err = running.communicate(b"}", timeout=60)
    assert running.returncode == 0, err
    assert b"keys" in shown[0]
    for text in (*shown, out, err, *(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())):
        assert leaks(text, SECRET, PASSPHRASE) == []
