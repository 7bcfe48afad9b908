"""Where things are measured: clean environments kept in a cache folder, and an empty home for every run."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP = ("-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--compile")
LOCKS = ("requirements.lock", "requirements-build.lock")
POSTING = ("posting", "tree-sitter<0.26")
"""Newer tree-sitter crashes in Textual's editor, and Posting with it."""


class CannotInstall(Exception):
    """An environment could not be made; the text is the installer's last line."""


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise CannotInstall((done.stdout.strip().splitlines() or ["no word of why"])[-1])


def environment(folder: Path, wanted: Sequence[str]) -> Path:
    """The commands of an environment that holds what `wanted`, words for pip, asks for. Made when it is not there."""
    locks = [(ROOT / word).read_bytes() for word in wanted if word.endswith(".lock")]
    stamp = hashlib.sha256(b"\0".join([sys.version.encode(), *map(str.encode, wanted), *locks])).hexdigest()
    record = folder / "made-from"
    if not record.exists() or record.read_text(encoding="ascii") != stamp:
        print(f"making {folder} …", file=sys.stderr)
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(str(folder / "bin" / "python"), *PIP, *wanted)
        record.write_text(stamp, encoding="ascii")
    return folder / "bin"


def ours(cache: Path) -> Path:
    """The project as it is now, installed with its runtime lock only: more packages would change what is imported."""
    commands = environment(cache / "topexplorer", [word for lock in LOCKS for word in ("--requirement", lock)])
    run(str(commands / "python"), *PIP, "--no-deps", "--no-build-isolation", "--force-reinstall", ".")
    return commands


def posting(cache: Path) -> Path | None:
    """Posting's commands, or None with the reason said when it cannot be installed."""
    try:
        return environment(cache / "posting", POSTING)
    except CannotInstall as error:
        print(f"Posting cannot be installed, so it is not measured: {error}", file=sys.stderr)
        return None


def home(folder: Path) -> dict[str, str]:
    """The variables of a new person with an empty home, a modern terminal and English."""
    folder.mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "LANG": "en_US.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
    }
