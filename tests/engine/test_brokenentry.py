"""An entry of config.toml that cannot be used: what can be read of it is shown, and writing it back mends it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.core.samples import bundled
from tests.engine.sentences import said
from topexplorer.core.errors import UsageError
from topexplorer.core.taint import MASK
from topexplorer.engine.brokenentry import BrokenEntry, broken_entry, stated_in
from topexplorer.engine.configwriter import ConfigWriter
from topexplorer.engine.environments import Environments
from topexplorer.engine.settingtexts import read_settings

PLATFORM = bundled().platform
TABLE = """\
app_key = 12345678
read_only = "true"
timeout_seconds = "30"
idle_minutes = [5]
allow = "taobao.trade.*"
deny = ["taobao.item.*", 7]
limits = { app = "10/s", trade = ["200/60s"], basic = [] }
secret_cmd = "pass show"
seller = 2026-11-22
proxy = "http://joe:canary-pass@proxy.example:8080"
session = "canary-session"
colour = "red"
"""


def opened(path: Path, text: str, name: str = "odd") -> BrokenEntry:
    path.write_text(text)
    return broken_entry(Environments.load(path, PLATFORM), path, PLATFORM, name)


def written(path: Path, entry: BrokenEntry, **texts: str) -> Environments:
    name = entry.environment.name
    settings = read_settings(texts, PLATFORM, entry.texts)
    return ConfigWriter(path, PLATFORM, lambda _found: None).edit(name, settings)


def test_everything_that_can_be_read_is_shown_and_no_secret(tmp_path: Path) -> None:
    entry = opened(tmp_path / "config.toml", f"[environments.odd]\nkind = 'prod'\n{TABLE}")
    assert (entry.environment.name, entry.environment.kind) == ("odd", "prod")
    assert entry.texts == {
        "kind": "prod",
        "app_key": "12345678",
        "read_only": "true",
        "timeout_seconds": "30",
        "idle_minutes": "5",
        "allow": "taobao.trade.*",
        "deny": "taobao.item.*, 7",
        "limits": "app:10/s trade:200/60s basic:none",
        "secret_cmd": "pass show",
        "seller": "2026-11-22",
        "proxy": f"http://{MASK}@proxy.example:8080",
        "session": MASK,
        "colour": "red",
    }
    assert set(entry.texts) - set(entry.faults) == {"kind", "app_key"}
    told = [said(reason) for reason in entry.faults.values()]
    assert not [words for words in told if "canary" in words]


def test_writing_the_texts_back_mends_what_was_of_the_wrong_type(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    entry = opened(path, f"# ours\n[environments.odd]\nkind = 'prod'\n{TABLE}[environments.other]\nkind = 'dev'\n")
    wrong = {name: text for name, text in entry.texts.items() if name in entry.faults}
    environments = written(path, entry, **wrong | {"proxy": "", "session": "", "colour": "", "deny": "taobao.item.*"})
    odd = environments.get_or_raise("odd")
    assert (odd.read_only, odd.timeout_seconds, odd.idle_minutes, odd.seller) == (True, 30, 5, "2026-11-22")
    assert (odd.allow, odd.deny, odd.secret_cmd, odd.proxy) == (
        *(("taobao.trade.*",), ("taobao.item.*",), ("pass", "show"), ""),
    )
    text = path.read_text()
    assert text.startswith("# ours\n[environments.odd]\n")
    assert "canary" not in text
    assert set(tomllib.loads(text)["environments"]["odd"]) == set(entry.texts) - {"proxy", "session", "colour"}


@pytest.mark.parametrize(
    ("text", "name", "fault", "texts"),
    [
        ("[environments.odd]\nread_only = true\n", "odd", ("kind", "says no kind"), {"kind": "dev"}),
        ("[environments]\nodd = 3 # ?\n", "odd", ("", "must be a table"), {"kind": "dev"}),
        ("[environments.dev]\nkind = 'prod'\n", "dev", ("kind", "dev is always of kind dev"), {"kind": ""}),
        ("[environments.dev]\nidle_minutes = 5\n", "dev", ("idle_minutes", "only a prod"), {"idle_minutes": ""}),
        ("[environments.odd]\nkind='dev'\nlimits.trade=['x']\n", "odd", ("limits", "200/60s"), {"limits": "trade:1/s"}),
    ],
)
def test_each_fault_stands_at_its_setting_and_is_mended_there(
    text: str, name: str, fault: tuple[str, str], texts: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    entry = opened(path, text, name)
    assert list(entry.faults) == [fault[0]]
    assert fault[1] in said(entry.faults[fault[0]])
    with pytest.raises(UsageError):
        written(path, entry)
    assert path.read_text() == text
    assert written(path, entry, **texts).get_or_raise(name).kind == "dev"
    assert "canary" not in path.read_text()


def test_only_of_a_broken_entry_a_setting_that_is_none_can_be_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    entry = opened(path, "[environments.odd]\nkind = 'dev'\ncolour = 'red'\n")
    with pytest.raises(UsageError):
        written(path, entry, colour="blue")
    environments = written(path, entry, colour="")
    assert stated_in(environments, path, PLATFORM, "odd") == frozenset()
    path.unlink()
    assert broken_entry(environments, path, PLATFORM, "odd").texts == {}
