"""Writing environments into config.toml: exactly what was asked, and nothing else is touched, whoever else writes."""

from __future__ import annotations

import errno
import multiprocessing
import os
import re
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.samples import bundled
from tests.engine.sentences import said
from tests.engine.vaults import APP_SECRET, DEV, vault
from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, MissingKeys, StorageError, TopExplorerError, UsageError
from topexplorer.core.language import Language
from topexplorer.engine.configwriter import ConfigWriter, require_apart
from topexplorer.engine.environments import Environments
from topexplorer.engine.settingtexts import SETTINGS, choices, read_settings, setting_text

PLATFORM = bundled().platform
BY_HAND = """\
# Our environments. Ask Li before you touch prod.

[environments.prod]   # the shop
gateway = "overseas"  # until the move is over
limits.app = ["10/s"]

[environments]
staging = { kind = "dev", timeout_seconds = 5 }  # short

[environments.old.limits]
# nothing may be lifted here
trade = ["200/60s"]
[environments.old]
kind = "prod"
"""
TEXTS: dict[str, st.SearchStrategy[str]] = {
    "kind": st.sampled_from(["dev", "prod"]),
    "gateway": st.sampled_from([*choices("gateway", PLATFORM), "https://gw.example:8443/router/rest"]),
    "app_key": st.from_regex(r"[0-9]{1,12}", fullmatch=True),
    "seller": st.text(alphabet="ab店'\"\\#= ", min_size=1, max_size=8).map(str.strip),
    "read_only": st.sampled_from(["true", "false"]),
    "allow": st.lists(st.from_regex(r"[a-z*?.]{1,9}", fullmatch=True), max_size=3).map(", ".join),
    "deny": st.lists(st.from_regex(r"[a-z*?.]{1,9}", fullmatch=True), max_size=3).map(" ".join),
    "sign_method": st.sampled_from(PLATFORM.sign_methods),
    "timestamp": st.sampled_from(["text", "ms"]),
    "over_limit": st.sampled_from(["wait", "refuse"]),
    "max_wait_seconds": st.sampled_from(["0", "5", "2.5", "86400"]),
    "timeout_seconds": st.sampled_from(["1", "30", "0.1"]),
    "limits": st.lists(st.sampled_from(["app:10/s,5000/day", "trade:200/60s", "basic:none"]), unique=True).map(
        " ".join
    ),
    "proxy": st.sampled_from(["direct", "http://proxy.example:8080"]),
    "ca_bundle": st.sampled_from(["/etc/ssl/own.pem", "~/own.pem"]),
    "vault": st.sampled_from(["file", "keyring"]),
    "secret_cmd": st.lists(st.text(alphabet="ab '\"\\$", min_size=1, max_size=6), min_size=1, max_size=3)
    .filter(lambda words: bool(words[0].strip()))
    .map(shlex.join),
    "idle_minutes": st.sampled_from(["1", "10", "1440"]),
    "history_days": st.sampled_from(["0", "0.5", "7", "3650"]),
}


def writer(path: Path) -> ConfigWriter:
    return ConfigWriter(path, PLATFORM, lambda _environments: None)


def shown(environments: Environments, name: str) -> dict[str, str]:
    environment = environments[name]
    return {name: setting_text(environment, name, PLATFORM) for name in environment.stated}


def test_every_setting_can_be_fuzzed() -> None:
    assert TEXTS.keys() == SETTINGS.keys()


@settings(max_examples=25)
@given(st.data())
def test_what_is_written_is_what_is_read_and_all_else_stays(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "config.toml"
        start = data.draw(st.sampled_from(["", BY_HAND, "# alone", BY_HAND.replace("\n", "\r\n")]))
        path.write_bytes(start.encode())
        is_crlf = "\r\n" in start
        comments = re.findall(r"#.*?(?=\r?\n|$)", start)
        others = tomllib.loads(start).get("environments", {})
        for name in data.draw(st.lists(st.sampled_from(["new", "prod", "dev"]), min_size=1, max_size=4)):
            kind = {"new": "dev"}.get(name, name)
            picked = data.draw(st.sets(st.sampled_from(sorted(SETTINGS.keys() - {"kind", "idle_minutes"})), max_size=5))
            texts = {setting: data.draw(TEXTS[setting]) for setting in sorted(picked)}
            if "app_key" in texts:
                texts["app_key"] = kind + texts["app_key"]  # dev and prod never share an app
            settings_ = read_settings({"kind": kind, **texts}, PLATFORM)
            there = name in Environments.load(path, PLATFORM) and name != "dev" and name != "prod"
            change = writer(path).edit if there or name in ("dev", "prod") else writer(path).add
            environments = change(name, settings_)
            loaded = Environments.load(path, PLATFORM)
            assert loaded.problems == environments.problems == ()
            assert not is_crlf or not re.search(rb"(?<!\r)\n", path.read_bytes())
            said_ = shown(loaded, name)
            for setting, value in settings_.items():
                if value is None:
                    assert setting not in said_
                else:
                    assert read_settings({setting: said_[setting]}, PLATFORM) == {setting: value}
            now = tomllib.loads(path.read_bytes().decode())["environments"]
            assert {key: now[key] for key in others if key not in ("prod", "dev")} == {
                key: others[key] for key in others if key not in ("prod", "dev")
            }
        after = path.read_bytes().decode()
        assert all(comment in after for comment in comments)


def test_an_empty_setting_goes_back_to_what_is_built_in(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BY_HAND)
    environments = writer(path).edit("prod", read_settings({"gateway": "", "limits": ""}, PLATFORM))
    assert environments["prod"].gateway == "https://eco.taobao.com/router/rest"
    assert environments["prod"].limits == {}
    assert "# the shop" in path.read_text()
    environments = writer(path).edit("old", read_settings({"limits": "app:1/s"}, PLATFORM))
    assert shown(environments, "old")["limits"] == "app:1/s"
    assert "# nothing may be lifted here" in path.read_text()


def test_removing_takes_out_one_environment_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BY_HAND)
    environments = writer(path).remove("staging")
    assert list(environments) == ["sandbox", "dev", "prod", "old"]
    assert "# Our environments." in path.read_text()
    for name in ("sandbox", "dev", "prod"):
        with pytest.raises(UsageError) as raised:
            writer(path).remove(name)
        assert "built in" in said(raised.value.message)


# (what is done, what the sentence must say)
WRONG = [
    (lambda w: w.add("prod", {"kind": "prod"}), "prod is always there"),
    (lambda w: w.add("old", {"kind": "prod"}), "there is an environment old already"),
    (lambda w: w.add("Upper", {"kind": "dev"}), "32 lower-case letters"),
    (lambda w: w.add("x", {}), "x: says no kind"),
    (lambda w: w.add("sta_ging", {"kind": "dev"}), None),
    (lambda w: w.edit("nowhere", {}), "choose from sandbox, dev, prod, staging, old"),
    (lambda w: w.edit("dev", {"kind": "prod"}), "dev.kind: dev is always of kind dev"),
    (lambda w: w.edit("sandbox", {"gateway": "production"}), "sandbox.gateway: sandbox is always the embedded one"),
    (lambda w: w.edit("sandbox", {"app_key": "1"}), "sandbox.app_key: sandbox has its own app"),
    (lambda w: w.edit("dev", {"idle_minutes": 5}), "dev.idle_minutes: only a prod environment"),
    (lambda w: w.edit("dev", {"proxy": "http://joe:pw@proxy"}), "plain text"),
    (lambda w: w.edit("dev", {"ca_bundle": "own.pem"}), "full path of a PEM file"),
    (lambda w: w.edit("dev", {"deny": ["taobao.[a-z]"]}), "dev.deny[0]: must be an API name"),
    (lambda w: w.remove("nowhere"), "there is no environment nowhere"),
]


@pytest.mark.parametrize(("change", "words"), WRONG, ids=[str(words) for _change, words in WRONG])
def test_what_may_not_be_is_one_sentence_and_the_file_stays(change, words, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "config.toml"
    path.write_text(BY_HAND)
    if words is None:
        assert "sta_ging" in change(writer(path))
        return
    with pytest.raises(UsageError) as raised:
        change(writer(path))
    assert words in said(raised.value.message)
    assert path.read_text() == BY_HAND


@pytest.mark.parametrize("text", ["[environments", "environments = 3", b"\xff", "[[environments]]"])
def test_a_file_that_cannot_be_edited_stays_as_it_is(text: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    content = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        writer(path).add("new", {"kind": "dev"})
    assert str(path) in said(raised.value.message)
    assert path.read_bytes() == content


def test_a_broken_neighbour_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[environments.x]\nkind = 'live'\n")
    environments = writer(path).add("new", {"kind": "dev"})
    assert "new" in environments
    assert "x" in environments.broken
    assert writer(path).edit("x", {"kind": "dev"}).problems == ()


def test_a_full_disk_is_said_and_the_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BY_HAND)

    def full(*_paths: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StorageError):
        writer(path).add("new", {"kind": "dev"})
    assert [file.read_text() for file in tmp_path.iterdir()] == [BY_HAND]


def test_an_app_of_prod_is_not_taken_for_dev(tmp_path: Path) -> None:
    keys = vault(tmp_path / "vault", TOPEXPLORER_PROD_APP_KEY="777", TOPEXPLORER_PROD_APP_SECRET="s3cret")
    path = tmp_path / "config.toml"
    before = Environments.load(path, PLATFORM)
    checked = ConfigWriter(path, PLATFORM, lambda found: require_apart(before, found, keys))
    with pytest.raises(UsageError) as raised:
        checked.edit("dev", {"app_key": "777"})
    assert "dev.app_key: is the app of prod" in said(raised.value.message)
    assert not path.exists()
    checked.edit("prod", {"app_key": "1"})
    checked.edit("dev", {"app_key": "778"})
    for change in (lambda: writer(path).add("shop", {"kind": "prod", "app_key": "778"}), spoil_dev(path)):
        with pytest.raises(UsageError) as raised:
            change()
        assert "app_key: is the app of" in said(raised.value.message)
    path.write_text('[environments.evil]\nkind = "dev"\napp_key = "777"\n')
    before = Environments.load(path, PLATFORM)
    checked.edit("dev", {"gateway": "overseas"})
    with pytest.raises(UsageError) as raised:
        checked.add("shop", {"kind": "dev", "app_key": "777"})
    assert "shop.app_key: is the app of prod" in said(raised.value.message)


def spoil_dev(path: Path) -> Callable[[], object]:
    """A change to prod that would leave dev, further down in the file, unusable."""
    return lambda: writer(path).edit("prod", {"app_key": "778"})


def _add_many(path: str, names: list[str]) -> None:
    for name in names:
        writer(Path(path)).add(name, {"kind": "dev"})


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BY_HAND)
    spawn = multiprocessing.get_context("spawn")
    names = [[f"{side}{number}" for number in range(15)] for side in "ab"]
    running = [spawn.Process(target=_add_many, args=(str(path), part)) for part in names]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    assert [process.exitcode for process in running] == [0, 0]
    environments = Environments.load(path, PLATFORM)
    assert {name for part in names for name in part} <= set(environments)
    assert "# Our environments." in path.read_text()


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"app_secret": "canary"}, "not kept in config.toml"),
        ({"session": "canary"}, "not kept in config.toml"),
        ({"colour": "canary"}, "there is no key colour"),
        ({"read_only": "canary"}, "read_only: must be true or false"),
        ({"timeout_seconds": "canary"}, "timeout_seconds: must be a number"),
        ({"timeout_seconds": "9999"}, "from 0.1 to 600"),
        ({"limits": "canary"}, "app:10/s"),
        ({"limits": "trade:canary"}, "limits.trade[0]: must read like"),
        ({"secret_cmd": "pass 'canary"}, "a quote that is not closed"),
        ({"app_key": "canary!"}, "app_key: must be an app key"),
        ({"gateway": "canary"}, "gateway: must be an http(s) address"),
    ],
)
def test_a_wrong_text_is_one_sentence_that_does_not_repeat_it(texts: dict[str, str], words: str) -> None:
    with pytest.raises(TopExplorerError) as raised:
        read_settings(texts, PLATFORM)
    assert words in said(raised.value.message)
    assert "canary" not in said(raised.value.message)


def test_keys_of_another_app_than_the_files_are_left_in_the_vault(tmp_path: Path) -> None:
    keys = vault(tmp_path)
    keys.room.put(DEV, "111", Secret(APP_SECRET))
    assert keys.credentials(replace(DEV, app_key="111")).app_key == "111"
    assert keys.status(replace(DEV, app_key="111")).origins["APP_KEY"] == "config"
    with pytest.raises(MissingKeys) as raised:
        keys.credentials(replace(DEV, app_key="222"))
    assert raised.value.hint
    assert "the keys that were found are of app 111, but app 222 is the one chosen" in said(raised.value.hint)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_help_names_every_setting_and_every_gateway(lang: str) -> None:
    words = re.findall(r"[\w-]+", Language(lang)("env.help.settings"), re.ASCII)
    assert {*SETTINGS, *choices("gateway", PLATFORM)} <= set(words)
