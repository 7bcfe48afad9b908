"""Commands that are copied for a shell do what they show and nothing else, whatever the values are."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from topexplorer.core.call import RequestDraft
from topexplorer.core.exporters import EXPORTERS
from topexplorer.core.text import clean

HOSTILE = (
    *("'; touch pwned; '", '"$(touch pwned)"', "`touch pwned`", "$(touch pwned)", "&& touch pwned", "| touch pwned"),
    *("> pwned", "line\ntouch pwned\n", "!!", "~", "*", "-rf", "\\", "'\\''", "$HOME", "%PATH%", "^C", "#", "=", "a b"),
    *("\x1b[31m\x07", "\u202e订单", "‘", "\t", "--env=prod", "&session=1", ";touch pwned", "x\ry", "\x9b31m", "\x7f"),
)
SH = shutil.which("sh")
ECHO = '#!/bin/sh\nfor word in "$@"; do printf "%s\\0" "$word"; done\n'


@pytest.fixture
def shell(tmp_path: Path) -> Path:
    """A folder with a `topexplorer` that only tells its words, to be run by a real shell."""
    if SH is None:
        pytest.skip("there is no sh here")
    program = tmp_path / "topexplorer"
    program.write_text(ECHO)
    program.chmod(0o700)
    return tmp_path


def words_of(command: str, folder: Path) -> list[str]:
    environ = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": "/home"}
    done = subprocess.run([str(SH), "-c", command], cwd=folder, env=environ, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def test_a_copied_command_comes_back_word_for_word_from_a_real_shell(shell: Path) -> None:
    draft = RequestDraft(
        "taobao.trade.fullinfo.get",
        {f"row{number}": text for number, text in enumerate(HOSTILE)} | dict.fromkeys(HOSTILE, "x"),
        {"image": "pictures/'; touch pwned; '.jpg"},
        format="xml",
    )
    assert set(EXPORTERS) == {"command"}, "another exporter needs its own round trip here"
    words = words_of(EXPORTERS["command"](draft, "far"), shell)
    assert words[:2] == ["call", "taobao.trade.fullinfo.get"]
    rows = [f"{name}={text}" for name, text in draft.sent_values().items()]
    assert len(rows) > len(HOSTILE)
    assert words[2 : 2 + len(rows)] == rows
    assert f"image={draft.files['image']}" in words
    assert words[-2:] == ["--env", "far"]
    assert sorted(path.name for path in shell.iterdir()) == ["topexplorer"]


def test_the_api_and_the_environment_are_quoted_too(shell: Path) -> None:
    for text in HOSTILE:
        words = words_of(EXPORTERS["command"](RequestDraft(text, {}), text), shell)
        assert words == ["call", text, "--env", text]
    assert sorted(path.name for path in shell.iterdir()) == ["topexplorer"]


def test_the_shell_of_these_tests_would_run_what_is_not_quoted(shell: Path) -> None:
    assert words_of("topexplorer call $(touch pwned)", shell) == ["call"]
    assert (shell / "pwned").exists()


def test_an_exported_command_has_no_character_that_a_terminal_obeys_but_in_the_words_themselves() -> None:
    """The clipboard gets the exact values; what is drawn of the command is cleaned like all other text."""
    command = EXPORTERS["command"](RequestDraft("a.b.c", {"q": "\x1b[31m"}), "sandbox")
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f]", command) == ["\x1b"]
    assert "\x1b" not in clean(command)
