"""`env` shows environments in words and never a secret, and keeps the one to use."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Command
from tests.engine.vaults import vault
from topexplorer.cli import output
from topexplorer.core.call import Secret
from topexplorer.engine.environments import Environment


def test_list_marks_the_active_environment_and_says_its_kind_in_words(topexplorer: Command) -> None:
    rows = [line.split() for line in topexplorer("env", "list").out.splitlines()]
    assert rows[0][:3] == ["*", "sandbox", "SANDBOX"]
    assert [row[0] for row in rows[1:]] == ["dev", "prod"]
    assert "正式" in topexplorer("env", "list", "--lang", "zh").out
    assert "* prod" in topexplorer("env", "list", "--env", "prod").out


def rows(text: str) -> dict[str, list[str]]:
    """The rows of `env show` by their first cell: what it is set to, and where that comes from."""
    cells = (re.split(r"\s{2,}", line) for line in text.splitlines())
    return {row[0]: row[1:] for row in cells}


def test_show_tells_where_every_value_comes_from_and_no_secret(topexplorer: Command, canary: dict[str, str]) -> None:
    topexplorer.configure('[environments.dev]\ngateway = "overseas"\nread_only = true\napp_key = "111"\n')
    topexplorer.environ = {
        **{f"TOPEXPLORER_DEV_{key}": text for key, text in canary.items() if key != "APP_KEY"},
        "HTTPS_PROXY": "http://joe:canary-password@proxy:8080",
    }
    ran = topexplorer("env", "show", "dev")
    shown = rows(ran.out)
    assert shown["gateway"] == ["https://api.taobao.com/router/rest (overseas)", "config.toml"]
    assert shown["sign method"] == ["md5", "built in"]
    assert shown["read-only"] == ["yes: no write leaves", "config.toml"]
    assert shown["proxy"] == ["http://******@proxy:8080", "variable HTTPS_PROXY"]
    assert shown["app key"] == ["111", "config.toml"]
    assert shown["secret"] == ["there", "environment variable TOPEXPLORER_DEV_APP_SECRET"]
    facts = json.loads(topexplorer("env", "show", "dev", "--json").out)
    assert (facts["app_key"], facts["has_secret"], facts["has_session"]) == ("111", True, True)
    sources = facts["sources"]
    assert (sources["gateway"], sources["timestamp"], sources["proxy"]) == ("file", "built-in", "variable HTTPS_PROXY")
    assert (sources["app_key"], sources["app_secret"]) == ("config", "variable")
    missing = rows(topexplorer("env", "show", "prod").out)
    assert missing["session"] == ["missing", "set TOPEXPLORER_PROD_SESSION, or “topexplorer keys set prod”"]
    everything = "".join(topexplorer("env", verb, *more).out for verb in ("show", "list") for more in ((), ("--json",)))
    assert not [secret for secret in (canary["APP_SECRET"], "canary-password") if secret in ran.out + everything]


def test_show_without_a_name_is_about_the_active_one(topexplorer: Command) -> None:
    assert topexplorer("env", "show").out.splitlines()[0].split() == ["name", "sandbox"]
    assert topexplorer("env", "show", "--env", "prod").out.splitlines()[0].split() == ["name", "prod"]


def test_settings_of_the_file_are_shown(topexplorer: Command) -> None:
    topexplorer.configure(
        '[environments.dev]\nsign_method = "hmac-sha256"\ntimestamp = "ms"\nover_limit = "wait"\n'
        'limits = { trade = ["50/min"], basic = [] }\n'
    )
    out = topexplorer("env", "show", "dev").out
    for text in ("hmac-sha256", "milliseconds, 13 digits", "wait, at most 60 s", "trade: 50/min", "basic: none"):
        assert text in out


def test_an_environment_is_added_edited_and_removed(topexplorer: Command) -> None:
    topexplorer.configure("# ask Li first\n")
    added = topexplorer("env", "add", "shop", "kind=prod", "gateway=overseas", "allow=taobao.trade.*", "--verbose")
    assert (added.code, added.out) == (0, "")
    assert added.err == f"added shop to {topexplorer.paths.config_file}\n"
    assert topexplorer("env", "list").out.splitlines()[-1].split()[:2] == ["shop", "PROD"]
    facts = json.loads(topexplorer("env", "edit", "shop", "read_only=yes", "allow=", "timeout_seconds=5", "--json").out)
    assert (facts["read_only"], facts["allow"], facts["timeout_seconds"]) == (True, [], 5)
    assert "PROD · read-only" in topexplorer("env", "list").out
    assert json.loads(topexplorer("env", "remove", "shop", "--json").out) == {"removed": "shop"}
    assert topexplorer.paths.config_file.read_text() == "# ask Li first\n\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("add", "shop"), "a new environment needs a kind"),
        (("add", "shop", "kind=live"), "kind: must be one of sandbox, dev, prod; nothing was changed"),
        (("add", "Shop", "kind=dev"), "a name is at most 32 lower-case letters"),
        (("add", "dev", "kind=dev"), "dev is always there"),
        (("add", "shop", "canary"), "not of the form setting=value"),
        (("add", "shop", "app_secret=canary"), "not kept in config.toml"),
        (("add", "shop", "kind=dev", "kind=prod"), "kind"),
        (("add", "shop", "kind=dev", "gatway=x"), "did you mean gateway?"),
        (("edit", "shop", "timeout_seconds=5"), "there is no environment shop"),
        (("edit", "dev"), "there is nothing to change"),
        (("add", "shop", "kind=sandbox", "gateway=production"), "take kind=dev for a test app, or kind=prod"),
        (("add", "shop", "kind=dev", "gateway=http://gw.example.com/rest"), "gateway: must be https"),
        (("edit", "prod", "secret_cmd=sandboxcanary4c1b8e2f90ab77de10cc"), "secret_cmd: holds a secret"),
        (("edit", "prod", "secret_cmd=fetch --key=6100canary27d0f1e2d3c4b5a69788796"), "secret_cmd: holds a secret"),
        (("edit", "prod", "seller=6100canary27d0f1e2d3c4b5a69788796"), "seller: holds a secret"),
        (("edit", "prod", "app_key=canary5ecret0f1e2d3c4b5a69788796"), "app_key: holds a secret"),
        (("edit", "dev", "kind=prod"), "dev is always of kind dev"),
        (("edit", "prod", "proxy=http://joe:canary@proxy"), "plain text"),
        (("remove", "prod"), "prod is built in"),
        (("remove", "shop"), "there is no environment shop"),
    ],
)
def test_a_wrong_change_is_one_sentence_and_writes_nothing(
    topexplorer: Command, words: tuple[str, ...], sentence: str
) -> None:
    ran = topexplorer("env", *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert sentence in ran.err
    assert "canary" not in ran.err
    assert not topexplorer.paths.config_file.exists()


def test_an_environment_with_keys_in_the_vault_is_removed_only_when_it_is_said(topexplorer: Command) -> None:
    topexplorer("env", "add", "shop", "kind=dev")
    vault(topexplorer.paths.vault_folder).room.put(Environment("shop", "dev", ""), "111", Secret("s3cret"))
    ran = topexplorer("env", "remove", "shop", "--confirm", "no")
    assert (ran.code, "the vault has keys of shop" in ran.err) == (2, True)
    path = topexplorer.paths.vault_folder / "dev.vault"
    sound = path.read_bytes()
    path.write_bytes(sound[:300])
    ran = topexplorer("env", "remove", "shop", "--confirm", "no")
    assert (ran.code, "the vault may have keys of shop, but it cannot be read" in ran.err) == (2, True)
    path.write_bytes(sound)
    assert topexplorer("env", "remove", "shop", "--confirm", "shop").code == 0
    assert "shop" not in topexplorer("env", "list").out


def test_a_sandbox_is_on_this_machine_and_only_the_embedded_one_needs_no_network(topexplorer: Command) -> None:
    for gateway in ("production", "tbsandbox", "https://127.0.0.1.example.com/rest"):
        topexplorer.configure(f'[environments.shop]\nkind = "sandbox"\ngateway = "{gateway}"\n')
        assert "take kind=dev for a test app" in topexplorer("env", "show", "shop").err
    topexplorer.configure('[environments.shop]\nkind = "sandbox"\ngateway = "http://127.0.0.1:8765/router/rest"\n')
    assert rows(topexplorer("env", "show", "shop").out)["kind"][0].endswith("a gateway on this machine, made-up data")
    assert "embedded, made-up data, no network" in topexplorer("env", "show", "sandbox").out


def test_what_looks_like_a_secret_in_the_file_is_said_by_nobody(topexplorer: Command) -> None:
    secret = "6100canary27d0f1e2d3c4b5a69788796"
    topexplorer.configure(f'[environments.dev]\nsecret_cmd = ["fetch", "{secret}"]\nseller = "{secret}"\n')
    for words in (("env", "list"), ("env", "show", "dev"), ("keys", "where"), ("call", "taobao.time.get", "--env=dev")):
        ran = topexplorer(*words)
        assert secret not in ran.out + ran.err
    assert "secret_cmd: holds a secret" in ran.err


def test_no_change_leaves_keys_where_the_environment_does_not_look(topexplorer: Command) -> None:
    topexplorer("env", "add", "shop", "kind=dev")
    room = vault(topexplorer.paths.vault_folder).room
    room.put(Environment("shop", "dev", ""), "111", Secret("s3cret"))
    was = topexplorer.paths.config_file.read_bytes()
    for change in ("kind=prod", "kind=sandbox", "vault=keyring"):
        ran = topexplorer("env", "edit", "shop", change)
        assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert f"the dev vault {topexplorer.paths.vault_folder / 'dev.vault'} holds keys of shop" in ran.err
        assert "“topexplorer keys forget shop”" in ran.err
        assert topexplorer.paths.config_file.read_bytes() == was
    assert topexplorer("env", "edit", "shop", "vault=file", "timeout_seconds=5").code == 0
    assert topexplorer("env", "remove", "shop", "--confirm", "shop").code == 0
    ran = topexplorer("env", "add", "shop", "kind=prod")
    assert (ran.code, "add shop with kind=dev" in ran.err) == (2, True)
    assert topexplorer("env", "add", "shop", "kind=dev").code == 0
    room.forget(Environment("shop", "dev", ""))
    assert topexplorer("env", "edit", "shop", "kind=prod").code == 0


def test_what_an_environment_does_not_let_out_ends_with_3_and_is_never_signed(topexplorer: Command) -> None:
    topexplorer("env", "edit", "prod", "read_only=true", "deny=taobao.time.*")
    write = topexplorer("call", "taobao.item.update.delisting", "num_iid=1", "--env", "prod", "--confirm", "prod")
    assert (write.code, write.out) == (3, "")
    assert "prod is read-only" in write.err
    assert "no confirmation gets around it" in write.err
    free = topexplorer("call", "taobao.nobody.knows.get", "--env", "prod", "--confirm", "prod")
    assert (free.code, "prod is read-only" in free.err) == (3, True)
    denied = topexplorer("call", "taobao.time.get", "--env", "prod")
    assert (denied.code, "deny has taobao.time.*" in denied.err) == (3, True)


def test_the_environment_of_choice_is_remembered(topexplorer: Command) -> None:
    assert topexplorer("env", "use", "dev", "--verbose").err.startswith("from now on: dev, https://")
    assert "* dev" in topexplorer("env", "list").out
    assert topexplorer("env", "use", "sandbox").code == 0
    assert "* sandbox" in topexplorer("env", "list").out


def test_production_is_never_remembered(topexplorer: Command) -> None:
    ran = topexplorer("env", "use", "prod")
    assert (ran.code, ran.err) == (
        2,
        "error: prod is production and is never kept as the default · name it on each command: --env prod\n",
    )
    assert "* sandbox" in topexplorer("env", "list").out


@pytest.mark.parametrize("verb", ["show", "use"])
def test_an_unknown_environment_is_refused(topexplorer: Command, verb: str) -> None:
    ran = topexplorer("env", verb, "staging")
    assert (ran.code, ran.out) == (2, "")
    assert "staging" in ran.err


def test_a_choice_that_cannot_be_written_is_said_and_ends_with_8(topexplorer: Command) -> None:
    topexplorer.root.joinpath("state").write_text("in the way", encoding="utf-8")
    ran = topexplorer("env", "use", "dev")
    assert ran.code == 8
    assert str(topexplorer.paths.preferences_file) in ran.err


def test_a_broken_config_is_named_and_the_list_still_comes(topexplorer: Command) -> None:
    topexplorer.configure("[environments.dev]\ncolour = 1\n")
    ran = topexplorer("env", "list")
    assert ran.code == 0
    assert "environments.dev.colour" in ran.err
    assert [line.split() for line in ran.out.splitlines() if line.startswith("!")] == [
        ["!", "dev", *"cannot be used".split()]
    ]
    assert sum(" dev " in line for line in ran.out.splitlines()) == 1


def test_a_broken_entry_is_mended_setting_by_setting(topexplorer: Command) -> None:
    topexplorer.configure(
        '[environments.odd]\nkind = "live"\ngatway = "https://gw.example/router/rest"\napp_secret = "canary-secret"\n'
    )
    shown = topexplorer("env", "show", "odd")
    assert shown.code == output.STORAGE
    assert "topexplorer env edit odd SETTING=VALUE" in shown.err
    half = topexplorer("env", "edit", "odd", "kind=dev", "app_secret=")
    assert half.code == output.USAGE
    assert "odd.gatway: there is no key gatway here; did you mean gateway?" in half.err
    whole = ("kind=dev", "app_secret=", "gatway=", "gateway=https://gw.example/router/rest")
    assert topexplorer("env", "edit", "odd", *whole).code == output.OK
    assert "https://gw.example/router/rest" in topexplorer("env", "show", "odd").out
    assert topexplorer("env", "edit", "odd", "gatway=").code == output.USAGE
    assert "canary" not in topexplorer.paths.config_file.read_text() + shown.err + half.err
