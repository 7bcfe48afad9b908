"""`secret_cmd`: a real program is run, its text is read, and whatever it does, nothing of the text is repeated."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.engine.clock import Clock
from tests.engine.sentences import said
from tests.engine.vaults import APP_SECRET, SESSION, URL, filled, leaks, vault
from topexplorer.core.errors import MissingKeys, VaultLocked
from topexplorer.engine import secretcmd
from topexplorer.engine.environments import Environment
from topexplorer.engine.secretcmd import CommandFailed

KEYS = {"app_key": "23456789", "app_secret": APP_SECRET, "session": SESSION}


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def printing(text: str) -> tuple[str, ...]:
    return python(f"print({text!r})")


def environment(*command: str) -> Environment:
    return Environment("dev", "dev", URL, secret_cmd=command)


def test_a_json_object_gives_all_keys(tmp_path: Path) -> None:
    held = vault(tmp_path)
    found = held.credentials(environment(*printing(json.dumps(KEYS | {"notes": [1], "app_key": 23456789}))))
    assert found.app_key == "23456789"
    assert found.app_secret.reveal() == APP_SECRET
    assert found.session is not None
    assert found.session.reveal() == SESSION


def test_one_line_is_the_app_secret_and_the_rest_comes_from_elsewhere(tmp_path: Path) -> None:
    held = vault(tmp_path, TOPEXPLORER_DEV_APP_KEY="23456789")
    found = held.credentials(environment(*printing(f"  {APP_SECRET}\r")))
    assert (found.app_key, found.app_secret.reveal(), found.session) == ("23456789", APP_SECRET, None)
    with pytest.raises(MissingKeys) as raised:
        vault(tmp_path).credentials(environment(*printing(APP_SECRET)))
    assert said(raised.value.message) == "dev has no keys; set TOPEXPLORER_DEV_APP_KEY"


def test_it_runs_once_and_again_after_the_idle_time(tmp_path: Path) -> None:
    count = tmp_path / "count"
    code = f"open({str(count)!r}, 'a').write('x'); print({json.dumps(KEYS)!r})"
    clock = Clock()
    held = vault(tmp_path / "vault", clock=clock)
    chosen = environment(*python(code))
    status = held.status(chosen)
    assert (status.pending, status.ready, status.app_key) == (True, True, None)
    assert held.at_hand(chosen) is None
    assert not count.exists()
    assert held.credentials(chosen) == held.credentials(chosen) == held.at_hand(chosen)
    assert (held.status(chosen).pending, held.status(chosen).app_key) == (False, "23456789")
    assert count.read_text() == "x"
    assert set(held.secrets(chosen)) == {APP_SECRET, SESSION}
    clock.add(900)
    assert held.secrets(chosen) == ()
    assert held.status(chosen).app_key == "23456789"
    held.credentials(chosen)
    assert count.read_text() == "xx"


def test_after_locking_it_does_not_run_until_unlocked(tmp_path: Path) -> None:
    held, chosen = vault(tmp_path), environment(*printing(json.dumps(KEYS)))
    held.credentials(chosen)
    held.lock()
    with pytest.raises(VaultLocked):
        held.credentials(chosen)
    held.unlock(chosen)
    assert held.credentials(chosen).app_key == "23456789"
    vault(tmp_path).room.lock_everywhere()
    assert held.secrets(chosen) == ()


def test_variables_win_over_it_and_it_wins_over_the_vault(tmp_path: Path) -> None:
    filled(tmp_path)
    chosen = environment(*printing(json.dumps(KEYS | {"app_secret": "of-the-command"})))
    assert vault(tmp_path).credentials(chosen).app_secret.reveal() == "of-the-command"
    held = vault(tmp_path, TOPEXPLORER_DEV_APP_SECRET="of-the-variable")
    assert held.credentials(chosen).app_secret.reveal() == "of-the-variable"
    assert dict(held.status(chosen).origins) == {
        "APP_SECRET": "variable",
        "APP_KEY": "command",
        "SESSION": "command",
    }


def test_its_session_is_nobodys_when_a_seller_is_named(tmp_path: Path) -> None:
    filled(tmp_path)
    held, chosen = vault(tmp_path), environment(*printing(json.dumps(KEYS | {"session": "of-the-command"})))
    anybody = held.credentials(chosen).session
    assert anybody is not None
    assert anybody.reveal() == "of-the-command"
    assert held.credentials(chosen, "somebody").session is None


def test_it_does_not_run_when_the_variables_have_everything(tmp_path: Path) -> None:
    names = {f"TOPEXPLORER_DEV_{name.upper()}": text for name, text in KEYS.items()}
    held = vault(tmp_path, environ=names)
    assert held.credentials(environment("there-is-no-such-program")).app_key == "23456789"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("there-is-no-such-program", "x"), "there is no such program"),
        ((str(Path(__file__)), "x"), "there is no such program"),
        (python(f"print({APP_SECRET!r}); raise SystemExit(3)"), "it ended with exit code 3"),
        (python(f"import sys; sys.stderr.write({APP_SECRET!r}); sys.exit(1)"), "it ended with exit code 1"),
        (python("pass"), "there was no text"),
        (printing(f"{APP_SECRET}\n{SESSION}"), "there were several lines"),
        (printing("{" + APP_SECRET), "it begins like JSON and is none"),
        (printing(json.dumps({"secret": APP_SECRET})), "the JSON has no app_key, app_secret, session"),
        (printing(json.dumps({"app_secret": [APP_SECRET]})), "the JSON has no app_key, app_secret, session"),
        (printing(json.dumps({"app_key": True})), "the JSON has no app_key, app_secret, session"),
        (printing(json.dumps({"app_secret": f"{APP_SECRET} x"})), "cannot be a key"),
        (printing(f"{APP_SECRET} x"), "cannot be a key"),
        (printing("[" * 100_000), "it printed more than 64 KB"),
        (printing('{"a":' * 12_000), "it begins like JSON and is none"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff\\xfe')"), "the text is not UTF-8"),
        (python(f"while True: print({APP_SECRET!r})"), "it printed more than 64 KB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_goes_wrong_is_one_sentence_without_a_letter_of_the_text(
    command: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    held = vault(tmp_path, PATH=os.environ["PATH"])
    with pytest.raises(CommandFailed) as raised:
        held.credentials(environment(*command))
    words = said(raised.value.message)
    assert sentence in words
    assert "(secret_cmd)" in words
    shown = f"{words} {raised.value!r} {raised.value.__cause__!r} {held.status(environment(*command))!r} {held!r}"
    assert not leaks(shown.encode(), APP_SECRET, SESSION)
    assert held.at_hand(environment(*command)) is None


@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(60)",
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
        "import os, sys, time; os.close(1); time.sleep(60)",
    ],
    ids=["slow", "its child holds the pipe", "silent and still there"],
)
def test_one_that_does_not_end_is_ended(code: str) -> None:
    with pytest.raises(CommandFailed) as raised:
        secretcmd.run(python(code), os.environ, seconds=1)
    assert "it did not end within 1 s" in said(raised.value.message)


def test_it_gets_no_stdin_no_shell_and_none_of_the_keys_in_the_environment(tmp_path: Path) -> None:
    code = (
        "import json, os, sys; print(json.dumps({'app_key': str(len(sys.stdin.read())), 'app_secret': sys.argv[1],"
        " 'session': ','.join(sorted(os.environ))}))"
    )
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TOPEXPLORER_PROD_APP_SECRET": "x", "AWS_KEY": "x"}
    found = secretcmd.run((*python(code), "$HOME;`id`"), environ)
    assert found.app_key == "0"
    assert found.app_secret is not None
    assert found.app_secret.reveal() == "$HOME;`id`"
    assert found.session is not None
    assert set(found.session.reveal().split(",")) - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"} == {"PATH", "HOME"}
