"""An app secret that is replaced, from the command line: kept, told of, put back, dropped, and gone by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, GiveStdin
from tests.cli.test_keys import PASSPHRASE, Piped, vault_file
from tests.engine.vaults import CHEAP, leaks
from topexplorer.core.call import Secret
from topexplorer.engine import vaultfile
from topexplorer.engine.storedkeys import StoredKeys

WRONG = "wr0ngSecretwr0ngSecretwr0ngSecre"
TIME = ("call", "taobao.time.get", "--env", "dev")


@pytest.fixture
def piped(topexplorer: Command, give_stdin: GiveStdin, monkeypatch: pytest.MonkeyPatch) -> Piped:
    monkeypatch.setattr(vaultfile, "COST", CHEAP)
    topexplorer.configure('[environments.dev]\ngateway = "embedded"\nvault = "file"\n')
    return Piped(topexplorer, give_stdin)


def keep(piped: Piped, app_key: str, secret: str) -> str:
    keys = json.dumps({"app_key": app_key, "app_secret": secret})
    ran = piped("keys", "set", "dev", "--stdin", lines=(PASSPHRASE, keys))
    assert ran.code == 0, ran.err
    return ran.err


def held(piped: Piped) -> StoredKeys | None:
    piped("keys", "where")
    bench = piped.command.bench
    bench.vault.unlock(bench.environments["dev"], Secret(PASSPHRASE))
    return bench.vault.room.keys(bench.environments["dev"])


def test_a_wrong_new_secret_is_told_and_taken_back_and_a_right_one_ends_it(
    piped: Piped, full_app: dict[str, str], tmp_path: Path
) -> None:
    app_key, right = full_app["APP_KEY"], full_app["APP_SECRET"]
    path = vault_file(piped.command)
    assert "previous" not in keep(piped, app_key, right)
    assert keep(piped, app_key, WRONG).splitlines()[1] == (
        "the previous app secret stays encrypted beside it until the new one has signed a call; "
        "“topexplorer keys back dev” puts it back"
    )
    # Where keys are, says it; a locked vault too.
    row = ["dev", "DEV", "previous secret", f"the vault {path} (locked) · kept until the new one has signed a call"]
    lines = piped.command("keys", "where", "dev").out.splitlines()
    assert [part.strip() for part in lines[3].split("  ") if part.strip()] == row
    assert json.loads(piped.command("keys", "where", "dev", "--json").out)[0]["previous_secret"] is True
    assert "until the new one has signed a call" in piped.command("env", "show", "dev").out
    assert json.loads(piped.command("env", "show", "dev", "--json").out)["has_previous_secret"] is True
    # The gateway refuses the new one: the error tells of the previous one and how to put it back.
    ran = piped(*TIME)
    assert (ran.code, "the previous one is still kept" in ran.err) == (7, True), ran.err
    assert "Put back the previous app secret, which is still kept" in ran.err
    assert "$ topexplorer keys back dev" in ran.err
    ran = piped("keys", "back", "dev")
    assert (ran.code, ran.err) == (
        0,
        "the previous app secret of dev is in place again; the new one is deleted from the vault\n",
    )
    assert piped(*TIME).code == 0
    before = path.read_bytes()
    ran = piped("keys", "back", "dev")
    assert (ran.code, "the vault keeps no previous app secret of dev" in ran.err) == (2, True)
    assert path.read_bytes() == before
    # The other way round: the new one is right, and the run that finds out has deleted the old one when it ends.
    keep(piped, app_key, WRONG)
    assert piped("keys", "forget", "dev", "--previous", "--confirm", "dev").code == 0
    keep(piped, app_key, right)
    assert held(piped) == StoredKeys(app_key, Secret(right), {}, Secret(WRONG))
    ran = piped(*TIME)
    assert (ran.code, "previous" in ran.err) == (0, False)
    assert held(piped) == StoredKeys(app_key, Secret(right))
    assert not leaks(b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()), WRONG, right)


def test_dropping_it_at_once_needs_the_environment_s_name_and_nothing_else(
    piped: Piped, full_app: dict[str, str], tmp_path: Path
) -> None:
    keep(piped, full_app["APP_KEY"], WRONG)
    keep(piped, full_app["APP_KEY"], full_app["APP_SECRET"])
    for words in (("session", "--previous"), ("--previous", "--seller", "acme")):
        ran = piped("keys", "forget", "dev", *words, "--confirm", "dev")
        assert (ran.code, "--previous goes without a key’s name" in ran.err) == (2, True)
    assert piped("keys", "forget", "dev", "--previous", "--confirm", "prod").code == 2
    # Importing one's own export changes nothing and is not held back by it.
    path = tmp_path / "carry.vault"
    assert piped("keys", "export-encrypted", str(path), "--env", "dev", lines=(PASSPHRASE, PASSPHRASE)).code == 0
    ran = piped("keys", "import", str(path), lines=(PASSPHRASE, PASSPHRASE))
    assert (ran.code, ran.err) == (0, "imported the dev keys of dev\n")
    both = held(piped)
    assert both is not None
    assert both.previous == Secret(WRONG)
    ran = piped("keys", "forget", "dev", "--previous", "--confirm", "dev")
    assert (ran.code, ran.err) == (0, "deleted from the vault of dev\n")
    assert held(piped) == both.without_previous()
    ran = piped("keys", "forget", "dev", "--previous", "--confirm", "dev")
    assert (ran.code, "the vault holds no such key of dev" in ran.err) == (2, True)


def test_another_app_is_no_rotation(piped: Piped, full_app: dict[str, str]) -> None:
    keep(piped, "23456789", WRONG)
    assert "previous" not in keep(piped, full_app["APP_KEY"], full_app["APP_SECRET"])
    assert held(piped) == StoredKeys(full_app["APP_KEY"], Secret(full_app["APP_SECRET"]))


def test_without_a_vault_nothing_can_be_put_back(piped: Piped) -> None:
    for name in ("dev", "sandbox"):
        ran = piped("keys", "back", name)
        assert (ran.code, f"the vault keeps no previous app secret of {name}" in ran.err) == (2, True)
    assert piped("keys", "back", WRONG).code == 2
    assert not leaks(piped("keys", "back", WRONG).stderr, WRONG)
