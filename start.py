#!/usr/bin/env python3
"""Open topexplorer from a fresh checkout, or run its tests. Needs Python 3.11 or newer and nothing else.

    python3 start.py [arguments of topexplorer]     open the explorer, or run one verb: start.py call taobao.time.get
    python3 start.py test [arguments of pytest]     lint, format, types and tests: everything CI checks here

The first run makes .venv beside this file from the hashed locks; it is made anew when they change. The record of a
finished install is written last, so an interrupted one is done over. This file keeps to the syntax of Python 3.7, so
that an older Python gets a sentence instead of a syntax error.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(BIN / "python")
LOG = VENV / "install.log"

# What each kind of environment is installed from. One made for the tests can run the explorer too.
LOCKS = {
    "run": ["requirements.lock", "requirements-build.lock"],
    "test": ["requirements-dev.lock", "requirements-build.lock"],
}
CHECKS = [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["pytest", "-n", "auto"]]


class CannotInstall(Exception):
    """The environment could not be made. The text tells a person what happened and what to do."""


def digest(kind: str) -> str:
    """Fingerprint of all that decides what an environment holds, the folder included: a moved .venv does not run."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [str(ROOT), sys.version, json.dumps([project["project"], project["build-system"]])]
    parts += [(ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS[kind]]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def stamp(kind: str) -> Path:
    return VENV / ("installed-for-" + kind)


def ready(kind: str) -> bool:
    """Whether .venv was finished for `kind` (or for the tests, which hold more) and nothing has changed since."""
    made = [k for k in ("run", "test") if k in (kind, "test") and stamp(k).exists()]
    return Path(PYTHON).exists() and any(stamp(k).read_text(encoding="utf-8") == digest(k) for k in made)


def step(advice: str, *command: str) -> None:
    """Run one step of the install, its words going to the log. Raises CannotInstall with `advice` when it fails."""
    done = subprocess.run(command, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    words = done.stdout.decode("utf-8", "replace").strip()
    with contextlib.suppress(OSError), LOG.open("a", encoding="utf-8") as log:
        log.write("$ {}\n{}\n".format(" ".join(command), words))
    if done.returncode != 0:
        errors = [line for line in words.splitlines() if line.lower().startswith("error")] or words.splitlines()[-1:]
        raise CannotInstall("\n".join([*errors[:1], advice]))


def install(kind: str) -> None:
    """Make .venv from nothing and record it as finished. Raises CannotInstall."""
    step(
        "Python could not make .venv: check that this folder can be written and that Python has venv and ensurepip "
        "(Debian and Ubuntu: install python3-venv).\n"
        "无法创建 .venv：请确认本目录可写，且 Python 带有 venv 和 ensurepip。",
        *(sys.executable, "-m", "venv", "--clear", str(VENV)),
    )
    advice = (
        f"pip could not install what topexplorer needs; {LOG} has its full answer. Check the network or "
        "your pip mirror, then run the same command again.\n"
        "pip 安装依赖失败：请检查网络或 pip 镜像设置，然后重新运行同一条命令。"
    )
    pip = [PYTHON, "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet", "--compile"]
    locks = [word for lock in LOCKS[kind] for word in ("--requirement", lock)]
    step(advice, *pip, "--require-hashes", *locks)
    step(advice, *pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    step(advice, PYTHON, "-I", "-m", "compileall", "-q", "topexplorer")
    stamp(kind).write_text(digest(kind), encoding="utf-8")


def prepare(kind: str) -> None:
    """Return when .venv is ready for `kind`. Two starts at once wait for each other where the system has flock."""
    with contextlib.suppress(ImportError, OSError):
        import fcntl

        # The descriptor stays open, so the lock holds until this process ends or becomes the explorer.
        fcntl.flock(os.open(str(ROOT), os.O_RDONLY), fcntl.LOCK_EX)
    if ready(kind):
        return
    started = time.monotonic()
    sys.stderr.write("topexplorer: installing into .venv, this once … 首次运行，正在安装 … ")
    sys.stderr.flush()
    try:
        install(kind)
    except BaseException:
        sys.stderr.write("\n")
        raise
    sys.stderr.write(f"{time.monotonic() - started:.0f} s\n")


def check(arguments: list[str]) -> int:
    """Run every check, the tests last and with `arguments`; return 1 when any of them failed."""
    failed = []
    for command in CHECKS:
        words = command + (arguments if command[0] == "pytest" else [])
        print("$ " + " ".join(words), flush=True)
        if subprocess.run([PYTHON, "-m", *words], cwd=str(ROOT), check=False).returncode != 0:
            failed.append(" ".join(command))
    if failed:
        sys.stderr.write("failed: " + ", ".join(failed) + "\n")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):
        found = sys.version.split()[0]
        sys.stderr.write(f"topexplorer needs Python 3.11 or newer, and this is {found}: use a newer one.\n")
        sys.stderr.write(f"topexplorer 需要 Python 3.11 或更高版本，当前是 {found}：请换用更新的 Python。\n")
        return 1
    testing = arguments[:1] == ["test"]
    command = [str(BIN / "topexplorer"), *arguments]
    try:
        prepare("test" if testing else "run")
        if testing:
            return check(arguments[1:])
        if os.name == "nt":
            return subprocess.call(command)
        os.execv(command[0], command)
    except CannotInstall as problem:
        sys.stderr.write(f"topexplorer: {problem}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("topexplorer: interrupted; an unfinished install is done over next time. 已中断。\n")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
