"""A project folder gets requests only, secrets in shared files are found, and real keys serve nobody else."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.cli.conftest import Command
from tests.engine.sentences import said
from tests.engine.vaults import CHEAP, leaks
from tests.security.conftest import KEYS
from tests.workbench import CANARIES, PROD_KEYS, workbench
from topexplorer.cli import sdksnippets
from topexplorer.core.call import Secret
from topexplorer.core.lamps import Lamp
from topexplorer.engine.environments import Environment
from topexplorer.engine.leaks import files_lamp
from topexplorer.engine.settings import Paths
from topexplorer.engine.vault import Vault

SECRET = KEYS["APP_SECRET"]


def test_a_secret_in_a_shared_file_makes_a_lamp_red(topexplorer: Command) -> None:
    topexplorer.add_environment("far", KEYS, "https://gateway.example/router/rest")
    topexplorer.paths.profiles_folder.mkdir(parents=True)
    path, config = topexplorer.paths.profiles_folder / "a.toml", topexplorer.paths.config_file
    clean, sound = 'name = "a"\nmethod = "taobao.time.get"\n', config.read_text()
    bench = workbench(topexplorer.root, topexplorer.environ)

    def lamp() -> Lamp:
        return files_lamp(bench.vault, bench.environments, (*bench.profiles.folders, bench.paths.config_file))

    assert lamp().state == "ok"
    for text in (SECRET, KEYS["SESSION"], quote(f"/{SECRET}/", ""), base64.b64encode(SECRET.encode()).decode()):
        path.write_text(f'{clean}[values]\nmemo = "{text}"\n')
        assert (lamp().state, said(lamp().sentence)) == ("bad", f"a secret stands in {path}")
    path.write_text(clean)
    config.write_text(f"{sound}# {SECRET}\n")
    ran = topexplorer("doctor", "--offline")
    assert ran.code == 9
    assert f"a secret stands in {config}" in ran.out
    assert leaks(ran.stdout + ran.stderr, SECRET, KEYS["SESSION"]) == []


def test_of_a_locked_vault_nothing_is_asked_and_the_lamp_says_so(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    Vault({}, {}, paths.vault_folder, ask=lambda _wanted: Secret("correct horse"), cost=CHEAP).room.put(
        Environment("dev", "dev", "https://gateway.example/router/rest"), "1", Secret(SECRET)
    )
    bench = workbench(tmp_path)
    lamp = files_lamp(bench.vault, bench.environments, bench.profiles.folders)
    assert (lamp.state, lamp.sentence.key) == ("ok", "lamp.files.locked")


def test_a_project_folder_gets_its_requests_and_no_state(
    topexplorer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    (project / ".topexplorer" / "profiles").mkdir(parents=True)
    bench = workbench(tmp_path / "person", cwd=project)
    monkeypatch.chdir(project)
    for words in (("profile", "save", "mine", "taobao.time.get"), ("call", "taobao.time.get"), ("env", "use", "dev")):
        assert topexplorer.assembled(*words, bench=bench).code == 0
    bench.engine.ledger.close()
    files = [path for path in project.rglob("*") if path.is_file()]
    assert [path.relative_to(project).as_posix() for path in files] == [".topexplorer/profiles/mine.toml"]


def test_what_the_sandbox_serves_knows_no_key_of_the_person(tmp_path: Path) -> None:
    """Nobody gets a sign of a real key from it, neither by its addresses nor by the program that it prints."""
    bench = workbench(tmp_path, PROD_KEYS)
    bench.chosen = "prod"
    printed = "".join(
        sdksnippets.program(sdk, "127.0.0.1", 1, "http://127.0.0.1:1/router/rest", bench.sandbox.accounts.credentials())
        for sdk in sdksnippets.SNIPPETS
    )
    assert leaks(printed.encode(), *CANARIES) == []


async def test_a_call_that_is_signed_with_a_real_key_is_not_accepted_by_the_sandbox(tmp_path: Path) -> None:
    bench = workbench(tmp_path, PROD_KEYS)
    form = {
        "method": "taobao.time.get",
        "app_key": PROD_KEYS["TOPEXPLORER_PROD_APP_KEY"],
        "v": "2.0",
        "format": "json",
        "sign_method": "md5",
        "sign": "0" * 32,
        "timestamp": "2026-11-22 12:00:00",
    }
    transport = httpx.ASGITransport(bench.sandbox)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.post("/router/rest", data=form)
    assert answer.json()["error_response"]["code"] == 29
    assert leaks(answer.content, *CANARIES) == []
