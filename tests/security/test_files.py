"""Files from elsewhere: no depth, size, number or name in them does more than get one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from topexplorer.engine.tomlfile import parse_toml

DEEP = 20_000
JSON = {
    "open lists": "[" * DEEP,
    "lists": "[" * DEEP + "]" * DEEP,
    "objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "a long number": '{"a":' + "9" * DEEP + "}",
    "not a number": '{"a":NaN,"method":"a.b.c"}',
    "a huge exponent": '{"schema_version":1e999999999}',
    "half a character": '{"a":"\\ud800"}',
    "null bytes": "\0" * 100,
}
TOML = {
    "lists": "a = " + "[" * DEEP,
    "tables in tables": "a = " + "{a=" * 20_000,
    "a key of fifty thousand parts": ".".join(["a"] * 50_000) + " = 1",
    "a key of quoted parts": ".".join(['"a b"'] * 50_000) + " = 1",
    "a table of fifty thousand parts": "[" + ".".join(["a"] * 50_000) + "]",
    "a long number": "a = " + "9" * DEEP,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("bomb", JSON.values(), ids=JSON)
def test_a_json_file_that_no_reader_should_take_is_one_sentence(
    bomb: str, topexplorer: Command, tmp_path: Path
) -> None:
    path = tmp_path / "foreign" / "a.json"
    path.parent.mkdir()
    path.write_text(bomb, encoding="utf-8")
    specs = topexplorer.paths.data / "specs" / "top" / "apis" / "sample"
    specs.mkdir(parents=True)
    (specs / "taobao.sample.evil.get.json").write_text(bomb, encoding="utf-8")
    for words in (
        ("import", str(path.parent)),
        ("catalog", "check", str(path)),
        ("catalog", "diff", str(path.parent), str(path.parent)),
        ("explain", str(path)),
        ("sign", "--check", str(path)),
        ("sandbox", "serve", "--port", "0", "--state", str(path)),
        ("list", "taobao.time.get"),
    ):
        ran = topexplorer(*words)
        assert ran.code not in (1, 130), (words, ran.err)
        assert len(ran.err) < 5000, words


@pytest.mark.parametrize("bomb", JSON.values(), ids=JSON)
def test_a_file_of_our_own_that_was_tampered_with_stops_nothing(bomb: str, topexplorer: Command) -> None:
    paths = topexplorer.paths
    for path in (paths.drafts_file, paths.bookmarks_file, paths.sellers_file, paths.preferences_file, paths.index_file):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(bomb, encoding="utf-8")
    ran = topexplorer("call", "taobao.time.get")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("bomb", TOML.values(), ids=TOML)
def test_a_toml_file_that_would_take_minutes_is_one_sentence(bomb: str, topexplorer: Command) -> None:
    topexplorer.configure(bomb)
    topexplorer.paths.profiles_folder.mkdir(parents=True)
    (topexplorer.paths.profiles_folder / "a.toml").write_text(bomb, encoding="utf-8")
    for words in (("env", "list"), ("profile", "list")):
        ran = topexplorer(*words)
        assert ran.code == 0
        assert "cannot be used" in ran.err


def test_values_with_many_dots_are_no_keys(tmp_path: Path) -> None:
    text = "a.b.c = 'x'\nq = '" + "a.b," * 1000 + "'\nip = '1.2.3.4'\ndots = '" + "." * 1000 + "'\n"
    assert parse_toml(tmp_path, text)["a"] == {"b": {"c": "x"}}


def test_a_project_that_was_cloned_brings_requests_and_nothing_that_runs(
    topexplorer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither keys nor a gateway, a command or a spec folder is ever taken from the working folder."""
    project = tmp_path / "cloned"
    (project / ".topexplorer" / "profiles").mkdir(parents=True)
    (project / ".topexplorer" / "profiles" / "a.toml").write_text('name = "a"\nmethod = "taobao.time.get"\n')
    evil = '[environments.prod]\nkind = "prod"\ngateway = "https://pwned.example/"\nsecret_cmd = ["touch", "pwned"]\n'
    for place in (".", ".topexplorer", "config"):
        (project / place).mkdir(exist_ok=True)
        for name in ("config.toml", ".env", "topexplorer.toml"):
            (project / place / name).write_text(evil)
    (project / "sitecustomize.py").write_text("raise SystemExit('ran')")
    monkeypatch.chdir(project)
    shown = topexplorer.assembled("env", "list")
    assert shown.code == 0
    assert "pwned" not in shown.out + shown.err
    assert topexplorer.assembled("profile", "list").out.count("taobao.time.get") == 1
    assert not list(project.rglob("pwned"))
