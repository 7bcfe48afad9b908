"""Where things are measured: clean environments kept in a cache folder, and the empty home of a new person."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALL = ("-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--compile")
# Only the runtime lock: with more packages installed, httpx imports more.
OURS = ("--requirement", "requirements.lock", "--requirement", "requirements-build.lock")
# A newer tree-sitter crashes in Textual's editor, and Posting with it.
POSTING = ("posting", "tree-sitter<0.26")
PRISM = "@stoplight/prism-cli@5.16.0"


class CannotInstall(Exception):
    """An environment could not be made; the text is the installer's last line."""


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise CannotInstall((done.stdout.strip().splitlines() or ["the installer said nothing"])[-1])


def environment(folder: Path, wanted: tuple[str, ...]) -> Path:
    """The commands of an environment that holds what `wanted`, words for pip, asks for; made unless it is there."""
    parts = [(ROOT / word).read_text(encoding="utf-8") if word.endswith(".lock") else word for word in wanted]
    stamp, record = hashlib.sha256("\0".join([sys.version, *parts]).encode()).hexdigest(), folder / "made-from"
    if not record.exists() or record.read_text(encoding="ascii") != stamp:
        print(f"making {folder} …", file=sys.stderr)
        run(sys.executable, "-m", "venv", "--clear", str(folder))
        run(str(folder / "bin" / "python"), *INSTALL, *wanted)
        record.write_text(stamp, encoding="ascii")
    return folder / "bin"


def ours(cache: Path) -> Path:
    """The commands of an environment that holds the project as it is now."""
    commands = environment(cache / "topexplorer", OURS)
    run(str(commands / "python"), *INSTALL, "--no-deps", "--no-build-isolation", "--force-reinstall", ".")
    return commands


def posting(cache: Path) -> Path | None:
    """Posting's commands; None, and the reason said, when it cannot be installed."""
    try:
        return environment(cache / "posting", POSTING)
    except CannotInstall as error:
        print(f"Posting cannot be installed and is not measured: {error}", file=sys.stderr)
        return None


def prism(cache: Path) -> Path | None:
    """Prism's command; None, and the reason said, when there is no npm or it cannot be installed."""
    command = cache / "prism" / "node_modules" / ".bin" / "prism"
    npm = shutil.which("npm")
    try:
        if not command.exists():
            if npm is None:
                raise CannotInstall("there is no npm")
            print(f"making {cache / 'prism'} …", file=sys.stderr)
            run(npm, "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(cache / "prism"), PRISM)
    except CannotInstall as error:
        print(f"Prism cannot be installed and is not measured: {error}", file=sys.stderr)
        return None
    return command


def home(folder: Path) -> dict[str, str]:
    """The variables of a person with this home, a modern terminal and English."""
    folder.mkdir(exist_ok=True)
    look = {"LANG": "en_US.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return {"HOME": str(folder), "PATH": os.environ["PATH"], **look}
