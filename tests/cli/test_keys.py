"""`keys`: secrets come in by a pipe or a terminal, go into an encrypted file, and come out nowhere."""

from __future__ import annotations

import base64
import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import CANARY, CANARY_SESSION, Command, GiveStdin, Ran, answering
from tests.engine.vaults import CHEAP, MemoryKeyring, leaks, spellings
from topexplorer.core.call import Secret
from topexplorer.engine import vaultfile
from topexplorer.engine.keyring_store import KeyringStore

ROOT = Path(__file__).parents[2]
PASSPHRASE = "canary pa55phrase of the vault"
OTHER = "another pa55phrase of canaries"
REFUSED = "error: something stands where no key may stand: keys are never arguments"
KEYS = json.dumps({"app_key": "23456789", "app_secret": CANARY, "session": CANARY_SESSION})
SECRETS = (CANARY, CANARY_SESSION, PASSPHRASE, OTHER)


@pytest.fixture
def piped(topexplorer: Command, give_stdin: GiveStdin, monkeypatch: pytest.MonkeyPatch) -> Piped:
    monkeypatch.setattr(vaultfile, "COST", CHEAP)
    return Piped(topexplorer, give_stdin)


class Piped:
    """Runs the command with lines on its stdin, the passphrases first."""

    def __init__(self, command: Command, give_stdin: GiveStdin) -> None:
        self.command = command
        self._give = give_stdin

    def __call__(self, *words: str, lines: tuple[str, ...] = (PASSPHRASE,)) -> Ran:
        self._give("\n".join(lines).encode())
        return self.command(*words, "--passphrase-stdin", "--verbose")

    def keep(self, environment: str = "dev", keys: str = KEYS, passphrase: str = PASSPHRASE) -> Ran:
        ran = self("keys", "set", environment, "--stdin", lines=(passphrase, keys))
        assert ran.code == 0, ran.err
        return ran


def vault_file(command: Command, name: str = "dev.vault") -> Path:
    return command.paths.vault_folder / name


def test_keys_that_are_kept_are_used_for_a_call(piped: Piped) -> None:
    seen: list[bytes] = []

    def gateway(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, json={"time_get_response": {"time": "2026-11-22 12:00:00"}})

    kept = piped.keep()
    path = vault_file(piped.command)
    assert kept.err == f"kept the keys of dev in the vault {path}\n"
    piped.command.transport = answering(gateway)
    ran = piped("call", "taobao.time.get", "--env", "dev")
    assert ran.code == 0, ran.err
    assert b"app_key=23456789" in seen[0]
    assert b"session=" + CANARY_SESSION.encode() in seen[0]


def test_a_call_without_anyone_to_ask_says_that_the_vault_is_locked(piped: Piped) -> None:
    piped.keep()
    path = vault_file(piped.command)
    ran = piped.command("call", "taobao.time.get", "--env", "dev")
    elsewhere = "type its passphrase at a terminal, or pipe it with --passphrase-stdin"
    hint = f"in the explorer, try again and type it; elsewhere, {elsewhere}"
    assert (ran.code, ran.err) == (5, f"error: the vault {path} is locked · {hint}\n")
    ran = piped("call", "taobao.time.get", "--env", "dev", lines=("wrong",))
    assert ran.code == 5
    assert ran.err.startswith(f"error: this passphrase does not open {path}; ")


def test_the_rest_of_stdin_is_still_there_for_a_parameter(piped: Piped) -> None:
    seen: list[bytes] = []

    def gateway(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, json={"trade_fullinfo_get_response": {}})

    piped.keep()
    piped.command.transport = answering(gateway)
    piped("call", "trade.fullinfo.get", "fields=tid", "tid=-", "--env", "dev", lines=(PASSPHRASE, "314159"))
    assert b"tid=314159" in seen[0]


def test_a_dry_run_and_a_sign_need_no_passphrase(piped: Piped) -> None:
    piped.keep()
    for words in (("call", "taobao.time.get", "--dry-run"), ("sign", "taobao.time.get")):
        ran = piped.command(*words, "--env", "dev")
        assert ran.code == 0, ran.err
        assert "23456789" in ran.out
        assert "session******" in ran.out


def test_one_key_at_a_time_leaves_the_others(piped: Piped) -> None:
    piped.keep()
    for name, text in (("app_key", "1357"), ("app_secret", "another"), ("session", "6100x")):
        assert piped("keys", "set", "dev", name, "--stdin", lines=(PASSPHRASE, text, "")).code == 0
    assert piped("keys", "set", "dev", "session", "--seller", "花店", "--stdin", lines=(PASSPHRASE, "6100y")).code == 0
    bench = piped.command.bench
    keys = bench.vault.room.keys(bench.environments["dev"])
    assert keys is not None
    assert (keys.app_key, keys.app_secret) == ("1357", Secret("another"))
    assert {nick: token.session for nick, token in keys.tokens.items()} == {
        "": Secret("6100x"),
        "花店": Secret("6100y"),
    }


def test_where_says_of_every_key_where_it_is_and_nothing_else(piped: Piped) -> None:
    piped.keep()
    path = vault_file(piped.command)
    piped.command.environ["TOPEXPLORER_DEV_SESSION"] = CANARY_SESSION
    ran = piped.command("keys", "where", "dev")
    assert [line.split(maxsplit=3) for line in ran.out.splitlines()] == [
        ["dev", "DEV", "app_key", f"23456789  the vault {path} (locked)"],
        ["dev", "DEV", "app_secret", f"the vault {path} (locked)"],
        ["dev", "DEV", "session", "environment variable TOPEXPLORER_DEV_SESSION"],
        ["dev", "DEV", "sellers", "1"],
    ]
    assert json.loads(piped.command("keys", "where", "dev", "--json").out) == [
        {
            "name": "dev",
            "kind": "dev",
            "app_key": "23456789",
            "keys": {"app_key": "file", "app_secret": "file", "session": "variable"},
            "previous_secret": False,
            "has_environment": True,
            "locked": True,
        }
    ]
    every = piped.command("keys", "where").out
    assert "built in" in every
    assert ["prod", "PROD", "app_secret", "missing"] in [line.split() for line in every.splitlines()]
    assert "缺少" in piped.command("keys", "where", "--lang", "zh").out


def test_where_names_a_command_and_does_not_run_it(topexplorer: Command) -> None:
    topexplorer.configure('[environments.dev]\nsecret_cmd = ["no-such-program", "--token=canary"]\n')
    ran = topexplorer("keys", "where", "dev")
    assert ran.out.count("if the command no-such-program gives it, which has not run yet") == 3
    shown = topexplorer("env", "show", "dev").out
    assert (shown.count("not known yet"), shown.count("which has not run yet"), "there" in shown) == (3, 3, False)
    assert "canary" not in ran.out
    assert "from a command that has not run yet" in topexplorer("env", "list").out


@pytest.mark.parametrize(
    "words",
    [
        ("set", "dev", "app_secret", CANARY),
        ("set", "dev", CANARY),
        ("set", "dev", f"app_secret={CANARY}"),
        ("set", "dev", f"--app-secret={CANARY}"),
        ("set", "dev", "app_secret", "--stdin", CANARY),
        ("set", "dev", f"--stdin={CANARY}"),
        ("set", "dev", "session", "--seller", "nick", CANARY),
        ("set", "dev", "--", "app_secret", CANARY),
        ("rotate", "dev", CANARY),
        ("where", "dev", CANARY),
        ("forget", "dev", CANARY),
        ("lock", CANARY),
        ("import", "a.vault", CANARY),
        ("export-encrypted", "a.vault", CANARY),
        ("set", CANARY),
        ("where", CANARY),
        ("forget", CANARY),
        ("rotate", CANARY),
        ("set",),
        (CANARY,),
    ],
)
def test_a_key_as_an_argument_is_refused_and_not_repeated(words: tuple[str, ...], topexplorer: Command) -> None:
    ran = topexplorer("keys", *words)
    assert ran.code == 2
    assert len(ran.err.splitlines()) == 1
    assert not leaks(ran.stdout + ran.stderr, CANARY)
    assert not topexplorer.paths.vault_folder.exists()
    if words[-1] == CANARY and len(words) > 1 and words[0] == "set" and words[1] != CANARY:
        assert ran.err.startswith(REFUSED)


@pytest.mark.parametrize(
    ("words", "lines", "sentence"),
    [
        (("set",), (PASSPHRASE,), "ENVIRONMENT is missing"),
        (("back",), (PASSPHRASE,), "ENVIRONMENT is missing"),
        (("forget",), (PASSPHRASE,), "ENVIRONMENT is missing"),
        (("forget", "dev", "--vault", "dev"), (PASSPHRASE,), "--vault deletes the whole vault"),
        (("forget", "--vault", "prod", "--confirm", "prod"), (PASSPHRASE,), "there is no vault yet"),
        (("set", "dev", "--stdin"), (PASSPHRASE, CANARY), "stdin holds one text, but not which key it is"),
        (("set", "dev", "--stdin"), (PASSPHRASE, "{" + CANARY), "stdin gave no keys: it begins like JSON"),
        (("set", "dev", "--stdin"), (PASSPHRASE, "{}"), "stdin gave no keys: the JSON has no"),
        (("set", "dev", "app_key", "--stdin"), (PASSPHRASE, f"{CANARY} x"), "this cannot be app_key"),
        (("set", "dev", "app_secret", "--stdin"), (PASSPHRASE, f"{CANARY}\n{CANARY}"), "this cannot be app_secret"),
        (("set", "dev", "session", "--stdin"), (PASSPHRASE, " "), "no key was given"),
        (("set", "dev", "app_key", "--seller", "花店", "--stdin"), (PASSPHRASE, "1"), "--seller goes with session"),
        (("set", "sandbox", "app_key", "--stdin"), (PASSPHRASE, "1"), "sandbox is a sandbox and has no vault"),
        (("set", "dev", "app_key", "--stdin"), ("short", "1"), "a passphrase needs at least 8 characters"),
        (("set", "dev", "app_key", "--stdin"), ("", "1"), "needs a passphrase, and nobody gave one"),
        (("rotate",), (PASSPHRASE,), "there is no vault yet"),
        (("forget", "dev"), (PASSPHRASE,), "the vault holds no such key of dev"),
        (("export-encrypted", "x.vault", "--env", "dev"), (PASSPHRASE,), "there is no vault yet"),
        (("export-encrypted", "x.vault"), (PASSPHRASE,), "sandbox is a sandbox and has no vault"),
        (("import", "none.vault"), (PASSPHRASE,), "there is no file none.vault"),
    ],
)
def test_a_mistake_is_one_sentence_and_changes_nothing(
    words: tuple[str, ...], lines: tuple[str, ...], sentence: str, piped: Piped
) -> None:
    ran = piped("keys", *words, lines=lines)
    assert ran.code in (2, 5)
    assert sentence in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not leaks(ran.stdout + ran.stderr, *SECRETS)
    assert not piped.command.paths.vault_folder.exists()


def test_without_a_terminal_keys_have_to_be_piped(topexplorer: Command) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "topexplorer", "keys", "set", "dev", "app_secret"],
        env={**os.environ, "TOPEXPLORER_HOME": str(topexplorer.root), "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        2,
        "error: there is no terminal to type keys at; pipe them and add --stdin\n",
    )


LONG = "p" * 5000


@pytest.mark.parametrize(
    ("words", "lines", "sentence"),
    [
        (("rotate",), (LONG, OTHER), "a line of the input is longer than 4096 bytes"),
        (("rotate",), (PASSPHRASE, LONG, OTHER), "a line of the input is longer than 4096 bytes"),
        (("rotate",), ("\ufeff" + "p" * 4097, OTHER), "a line of the input is longer than 4096 bytes"),
        (("set", "dev", "app_secret", "--stdin"), (LONG,), "a line of the input is longer than 4096 bytes"),
        (("set", "dev", "app_secret", "--stdin"), (PASSPHRASE, LONG * 20), "stdin gives more than 64 KB"),
        (("set", "dev", "app_secret", "--stdin"), (PASSPHRASE, LONG), "this cannot be app_secret"),
        (("set", "dev", "session", "--stdin", "--seller", LONG), (PASSPHRASE, "6100x"), "a seller’s nick has at most"),
    ],
)
def test_what_is_too_long_is_refused_and_never_cut_or_taken_for_the_next_answer(
    words: tuple[str, ...], lines: tuple[str, ...], sentence: str, piped: Piped
) -> None:
    piped.keep()
    before = vault_file(piped.command).read_bytes()
    ran = piped("keys", *words, lines=lines)
    assert (ran.code, len(ran.err.splitlines())) == (2, 1)
    assert ran.err.startswith(f"error: {sentence}")
    assert "ppp" not in ran.err
    assert vault_file(piped.command).read_bytes() == before


def test_the_longest_passphrase_and_a_byte_order_mark_before_one_are_taken(piped: Piped) -> None:
    longest = "p" * 4096
    piped.keep(passphrase=f"\ufeff{PASSPHRASE}")
    assert piped("keys", "rotate", lines=(PASSPHRASE, longest + "\r")).code == 0
    assert piped("keys", "set", "dev", "app_key", "--stdin", lines=("\ufeff" + longest, "1")).code == 0
    for words in (("export-encrypted", "~nobody-here/x", "--env", "dev"), ("import", "~nobody-here/x")):
        ran = piped("keys", *words, lines=(longest, OTHER))
        assert (ran.code, ran.err.startswith("error: ~nobody-here/x begins with the home")) == (2, True)


def test_rotating_takes_the_old_passphrase_and_then_the_new(piped: Piped) -> None:
    piped.keep()
    ran = piped("keys", "rotate", "dev", lines=(PASSPHRASE, OTHER))
    assert (ran.code, ran.err) == (0, f"encrypted anew: the vault {vault_file(piped.command)}\n")
    assert piped("keys", "set", "dev", "app_key", "--stdin", lines=(PASSPHRASE, "1")).code == 5
    assert piped("keys", "set", "dev", "app_key", "--stdin", lines=(OTHER, "1")).code == 0


def test_forgetting_needs_the_environment_s_name(piped: Piped) -> None:
    piped.keep()
    path = vault_file(piped.command)
    before = path.read_bytes()
    for words in (("--confirm", "prod"), ("--confirm", ""), ("session", "--confirm", "yes")):
        ran = piped("keys", "forget", "dev", *words)
        assert (ran.code, "nothing was deleted" in ran.err) == (2, True)
    assert path.read_bytes() == before
    assert piped("keys", "forget", "dev", "session", "--confirm", "dev").code == 0
    left = [line.split() for line in piped.command("keys", "where", "dev").out.splitlines()]
    assert ["dev", "DEV", "session", "missing"] in left
    assert piped("keys", "forget", "dev", "--confirm", "dev").err == "deleted from the vault of dev\n"
    assert not path.exists()


def test_keys_that_no_environment_uses_any_more_are_seen_and_deleted(piped: Piped) -> None:
    piped.command("env", "add", "shop", "kind=prod")
    piped.keep("shop")
    assert piped.command("env", "remove", "shop", "--confirm", "shop").code == 0
    every = piped.command("keys", "where")
    assert ["shop", "PROD", "app_key", "23456789"] in [line.split()[:4] for line in every.out.splitlines()]
    assert "there is no environment shop that would use the keys" in every.err
    told = json.loads(piped.command("keys", "where", "--json").out)
    assert [entry["name"] for entry in told if not entry["has_environment"]] == ["shop"]
    assert "shop" in piped.command("keys", "where", "shop").out
    assert "shop" not in piped.command("keys", "where", "dev").out
    piped.command.configure("[environments")
    assert "shop" not in piped.command("keys", "where").out, "nobody knows which environments there are"
    piped.command.configure("")
    assert piped("keys", "forget", "shop", "--confirm", "no").code == 2
    assert piped("keys", "forget", "shop", "--confirm", "shop").err == "deleted from the vault of shop\n"
    assert not vault_file(piped.command, "prod.vault").exists()
    assert "there is no such environment" in piped("keys", "forget", "shop", "--confirm", "shop").err


def test_who_forgot_the_passphrase_is_told_how_to_begin_anew_and_can(piped: Piped) -> None:
    piped.keep()
    piped.keep("prod", json.dumps({"app_key": "93456789", "app_secret": "another"}))
    wrong = piped("call", "taobao.time.get", "--env", "dev", lines=(OTHER,)).err
    assert "cannot be recovered; “topexplorer keys forget --vault dev” deletes this vault" in wrong
    path = vault_file(piped.command)
    ran = piped.command("keys", "forget", "--vault", "dev", "--confirm", "yes")
    assert (ran.code, "nothing was deleted" in ran.err, path.exists()) == (2, True, True)
    for damage in (b"", b"x"):
        path.write_bytes(path.read_bytes() + damage)
        ran = piped.command("keys", "forget", "--vault", "dev", "--confirm", "dev", "--verbose")
        assert (ran.code, f"deleted {path}" in ran.err, path.exists()) == (0, True, False)
        assert vault_file(piped.command, "prod.vault").exists()
        piped.keep(passphrase=OTHER)


def test_keys_that_are_kept_and_not_used_are_told_with_what_wins(piped: Piped) -> None:
    command = piped.command
    command.environ["TOPEXPLORER_DEV_APP_SECRET"] = "another"
    kept = piped.keep().err
    assert "app_secret: kept, but TOPEXPLORER_DEV_APP_SECRET wins" in kept
    assert "session" not in kept.splitlines()[-1]
    del command.environ["TOPEXPLORER_DEV_APP_SECRET"]
    command.configure('[environments.dev]\nsecret_cmd = ["no-such-program"]\n')
    assert "app_key, app_secret, session: kept, but what the command no-such-program gives wins" in piped.keep().err
    command.configure('[environments.dev]\napp_key = "1"\n')
    told = piped.keep().err
    assert "app_key: kept, but config.toml says app 1 and wins" in told
    assert "app_secret, session: kept, but not used: dev is set to app 1" in told
    command.configure('[environments.dev]\napp_key = "23456789"\n')
    assert len(piped.keep().err.splitlines()) == 1


def test_locking_is_seen_by_a_run_that_has_the_vault_open(piped: Piped) -> None:
    piped.keep()
    bench = piped.command.bench
    dev = bench.environments["dev"]
    assert not bench.vault.status(dev).locked
    ran = piped.command("keys", "lock", "--verbose")
    assert (ran.code, ran.err.startswith("locked;")) == (0, True)
    assert bench.vault.status(dev).locked


def test_an_export_is_imported_elsewhere(piped: Piped, tmp_path: Path) -> None:
    piped.keep()
    path = tmp_path / "carry.vault"
    ran = piped("keys", "export-encrypted", str(path), "--env", "dev", lines=(PASSPHRASE, OTHER))
    assert (ran.code, ran.err) == (0, f"exported the dev keys of dev to {path}\n")
    assert not leaks(path.read_bytes(), *SECRETS)
    assert piped("keys", "export-encrypted", str(path), "--env", "dev", lines=(PASSPHRASE, OTHER)).code == 2
    there = Piped(Command(tmp_path / "elsewhere"), piped._give)
    ran = there("keys", "import", str(path), lines=(OTHER, "the third passphrase"))
    assert (ran.code, ran.err) == (0, "imported the dev keys of dev\n")
    bench = there.command.bench
    assert bench.vault.credentials(bench.environments["dev"]).app_secret == Secret(CANARY)
    assert there("keys", "import", str(path), lines=("wrong", "the third passphrase")).code == 5


def test_an_import_keeps_what_is_there_unless_told_otherwise(piped: Piped, tmp_path: Path) -> None:
    piped.keep()
    path = tmp_path / "carry.vault"
    piped("keys", "export-encrypted", str(path), "--env", "dev", lines=(PASSPHRASE, OTHER))
    piped("keys", "set", "dev", "app_key", "--stdin", lines=(PASSPHRASE, "1357"))
    ran = piped("keys", "import", str(path), lines=(OTHER, PASSPHRASE))
    assert (ran.code, "dev already has other keys here and keeps them" in ran.err) == (0, True)
    assert "1357" in piped.command("keys", "where", "dev").out
    assert piped("keys", "import", str(path), "--replace", lines=(OTHER, PASSPHRASE)).code == 0
    assert "23456789" in piped.command("keys", "where", "dev").out


def test_an_import_never_changes_the_kind(piped: Piped, tmp_path: Path) -> None:
    piped.command.configure('[environments.shop]\nkind = "prod"\n')
    piped.keep("shop")
    path = tmp_path / "carry.vault"
    piped("keys", "export-encrypted", str(path), "--env", "shop", lines=(PASSPHRASE, OTHER))
    there = Piped(Command(tmp_path / "elsewhere"), piped._give)
    there.command.configure('[environments.shop]\nkind = "dev"\n')
    ran = there("keys", "import", str(path), lines=(OTHER, PASSPHRASE))
    assert (ran.code, "the file holds prod keys, and shop is of another kind here" in ran.err) == (2, True)
    assert not there.command.paths.vault_folder.exists()
    third = Piped(Command(tmp_path / "third"), piped._give)
    ran = third("keys", "import", str(path), lines=(OTHER, PASSPHRASE))
    assert (ran.code, "warning: there is no environment shop here yet; the keys are in the prod vault" in ran.err) == (
        0,
        True,
    )
    assert third.command("env", "add", "shop", "kind=dev").code == 2
    assert third.command("env", "add", "shop", "kind=prod").code == 0


def test_a_prod_secret_is_not_taken_for_dev(piped: Piped) -> None:
    piped.keep("prod")
    ran = piped("keys", "set", "dev", "app_secret", "--stdin", lines=(OTHER, CANARY))
    assert (ran.code, "is in the prod vault and is not put into the dev vault" in ran.err) == (2, True)
    assert not vault_file(piped.command).exists()


def test_keys_of_a_vault_are_asked_for_at_the_terminal_and_never_echoed(topexplorer: Command) -> None:
    """The real thing: a pseudo-terminal, a person who types, and all that the terminal shows."""
    environ = {
        **os.environ,
        "TOPEXPLORER_HOME": str(topexplorer.root),
        "PYTHONPATH": str(ROOT),
        "LANG": "en_US.UTF-8",
        "PYTHONUTF8": "1",
    }
    typed = (
        ("App key of dev", "23456789"),
        ("App secret of dev", CANARY),
        ("Session of dev", CANARY_SESSION),
        ("New passphrase", PASSPHRASE),
        ("Once more", PASSPHRASE),
    )
    code, shown = at_terminal(("keys", "set", "dev"), typed, environ)
    assert code == 0, shown
    assert "without the passphrase nobody can read them" in shown
    assert not leaks(shown.encode(), CANARY, CANARY_SESSION, PASSPHRASE)
    again = (("Passphrase of the dev vault", "wrong"), ("Passphrase of the dev vault", PASSPHRASE))
    code, shown = at_terminal(("keys", "forget", "dev", "session", "--confirm", "dev"), again, environ)
    assert (code, "this passphrase does not open" in shown) == (0, True)
    assert not leaks(shown.encode(), CANARY, CANARY_SESSION, PASSPHRASE)


def at_terminal(words: tuple[str, ...], typed: tuple[tuple[str, str], ...], environ: dict[str, str]) -> tuple[int, str]:
    """Runs the command in a pseudo-terminal; each answer is typed when its question stands there."""
    child, terminal = pty.fork()
    if child == 0:
        os.execve(sys.executable, [sys.executable, "-m", "topexplorer", *words], environ)  # noqa: S606
    shown, answers = b"", list(typed)
    try:
        while select.select([terminal], [], [], 60)[0]:
            try:
                content = os.read(terminal, 65536)
            except OSError:
                break
            if not content:
                break
            shown += content
            if answers and shown.endswith(b": ") and answers[0][0].encode() in shown.splitlines()[-1]:
                os.write(terminal, answers.pop(0)[1].encode() + b"\n")
    finally:
        os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode("utf-8", "replace")


COMMANDS = (
    ("keys", "where"),
    ("keys", "where", "--json"),
    ("keys", "rotate", "dev"),
    ("keys", "rotate"),
    ("keys", "forget", "dev", "app_secret"),
    ("keys", "forget", "dev", "session", "--confirm", "no"),
    ("keys", "export-encrypted", "out.vault"),
    ("keys", "import", "out.vault"),
    ("keys", "set", "dev", "--stdin"),
    ("keys", "set", "prod", "app_secret", "--stdin"),
    ("keys", "lock"),
    ("env", "list"),
    ("env", "list", "--json"),
    ("env", "show"),
    ("env", "show", "--json"),
    ("list",),
    ("quota",),
    ("sign", "taobao.time.get"),
    ("call", "taobao.time.get"),
    ("call", "taobao.time.get", "--dry-run", "--json"),
    ("call", "taobao.time.get", "--view", "raw"),
    ("call", "taobao.time.get", "--save", "kept"),
)


@pytest.mark.parametrize("state", ["sound", "exploding", "damaged", "wrong passphrase", "nobody to ask", "keyring"])
def test_no_verb_shows_or_keeps_a_secret_whatever_the_vault_is_like(state: str, piped: Piped) -> None:
    seen: list[bytes] = []

    def gateway(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        if state == "exploding":
            raise RuntimeError(request.content.decode())
        return httpx.Response(200, json={"time_get_response": {"echo": request.content.decode()}})

    command = piped.command
    command.transport = answering(gateway)
    command.environ["TOPEXPLORER_DEBUG"] = "1"
    if state == "keyring":
        keyring = MemoryKeyring()
        command.keyring = KeyringStore(lambda: keyring)
    piped.keep()
    (path,) = command.paths.vault_folder.glob("*.vault")
    if state == "damaged":
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    given = {"wrong passphrase": (f"not {OTHER}", OTHER, KEYS), "nobody to ask": ()}
    for words in COMMANDS:
        where = () if "set" in words else ("--env", "dev")
        ran = piped(*words, *where, lines=given.get(state, (PASSPHRASE, PASSPHRASE, KEYS)))
        assert not leaks(ran.stdout + ran.stderr, *SECRETS), words
        assert "unexpectedly" not in ran.err or state == "exploding", ran.err
    assert any(CANARY_SESSION.encode() in content for content in seen) == (state in ("sound", "exploding", "keyring"))
    for found in [*command.root.rglob("*"), *Path.cwd().rglob("*")]:
        if found.is_file():
            assert not leaks(found.read_bytes(), *SECRETS), found


@pytest.mark.parametrize("form", range(len(list(spellings(CANARY)))))
def test_a_secret_in_any_spelling_would_be_found(form: int) -> None:
    shown = b"before " + list(spellings(CANARY))[form] + b" after"
    assert leaks(shown, CANARY, PASSPHRASE) == [CANARY]


def test_base64_is_found_at_any_place_of_a_longer_text() -> None:
    for lead in ("", "a", "ab", "abc"):
        assert leaks(base64.b64encode(f"{lead}{CANARY} and more".encode()), CANARY) == [CANARY]
