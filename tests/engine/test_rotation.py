"""An app secret that is replaced stays until the new one has signed a call that was let in, and then is gone."""

from __future__ import annotations

import asyncio
import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.sentences import said
from tests.engine.vaults import APP_SECRET, CHEAP, DEV, PASSPHRASE, PROD, SESSION, Asked, MemoryKeyring, leaks, vault
from tests.workbench import workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import Answer, Exchange, Refusal, RequestDraft, Secret, SignedRequest
from topexplorer.core.diagnosis import explain
from topexplorer.core.errors import UsageError
from topexplorer.engine import storedkeys, vaultexport, vaultfile
from topexplorer.engine.around import surroundings
from topexplorer.engine.rotation import delete_previous
from topexplorer.engine.storedkeys import SellerToken, StoredKeys
from topexplorer.engine.vault import Vault
from topexplorer.sandbox.accounts import Accounts

OTHER = "0therSecret0therSecret0therSecret"
KEYS = Accounts.default().credentials()
RIGHT = KEYS.app_secret.reveal()
TIME = RequestDraft("taobao.time.get")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vaultfile, "COST", CHEAP)


def market(home: Path, *secrets: str, environ: dict[str, str] | None = None, asked: Asked | None = None) -> Workbench:
    """A dev environment at the sandbox's gateway whose vault was given these app secrets one after another."""
    bench = workbench(home, environ, ask_passphrase=asked or Asked(*[PASSPHRASE] * 9))
    bench.paths.config.mkdir(parents=True, exist_ok=True)
    bench.paths.config_file.write_text('[environments.dev]\ngateway = "embedded"\nvault = "file"\n', "utf-8")
    for secret in secrets:
        bench.vault.room.put(bench.environments["dev"], KEYS.app_key, Secret(secret))
    bench.engine.use("dev")
    return bench


def signed(bench: Workbench) -> SignedRequest:
    return bench.engine.prepare(TIME)


def called(bench: Workbench, request: SignedRequest | None = None) -> Exchange:
    return asyncio.run(bench.engine.send(request or signed(bench)))


def held(bench: Workbench) -> StoredKeys:
    """What the vault has, read by a process that has not seen it before."""
    keys = vault(bench.paths.vault_folder).room.keys(DEV)
    assert keys is not None
    return keys


def test_the_first_call_that_is_let_in_deletes_the_previous_app_secret(tmp_path: Path) -> None:
    bench = market(tmp_path, APP_SECRET, RIGHT)
    dev, path = bench.environments["dev"], bench.paths.vault_folder / "dev.vault"
    assert (held(bench).app_secret, held(bench).previous) == (Secret(RIGHT), Secret(APP_SECRET))
    assert bench.vault.status(dev).previous
    assert Vault({}, {}, bench.paths.vault_folder).status(dev).previous, "a locked vault tells it too"
    assert not leaks(path.read_bytes(), APP_SECRET, RIGHT)
    assert set(bench.vault.secrets(dev)) == {APP_SECRET, RIGHT}, "no file may hold it either"
    before = path.read_bytes()
    assert called(bench).ok
    assert held(bench).previous is None
    assert not bench.vault.status(dev).previous
    assert path.read_bytes() != before
    assert [file.name for file in path.parent.iterdir()] == ["dev.vault"]
    keys = bench.vault.room.keys(dev)
    assert keys is not None
    assert keys.secrets() == (Secret(RIGHT),)
    assert bench.known.mask(f"echo {APP_SECRET}") == "echo ******"
    # A second call finds nothing to do and writes nothing.
    after = path.read_bytes()
    assert called(bench).ok
    assert path.read_bytes() == after
    assert bench.problems == []


def test_a_new_secret_that_is_refused_leaves_it_and_the_cure_is_to_put_it_back(tmp_path: Path) -> None:
    bench = market(tmp_path, RIGHT, APP_SECRET)
    dev, catalog = bench.environments["dev"], bench.catalog
    exchange = called(bench)
    assert isinstance(exchange.outcome, Refusal)
    assert exchange.outcome.code == 25
    assert held(bench).previous == Secret(RIGHT)
    found = explain(exchange, catalog.spec(TIME.api), catalog.errors, surroundings(bench.engine, TIME.api))
    assert found is not None
    assert (found.fixes[0].kind, found.fixes[0].target) == ("keys", "previous")
    assert any("the previous one is still kept" in said(proof) for proof in found.proofs)
    assert bench.vault.room.change(dev, StoredKeys.back)
    assert not bench.vault.room.change(dev, StoredKeys.back)
    assert held(bench).secrets() == (Secret(RIGHT),)
    assert called(bench).ok
    found = explain(exchange, catalog.spec(TIME.api), catalog.errors, surroundings(bench.engine, TIME.api))
    assert found is not None
    assert "previous" not in {fix.target for fix in found.fixes}


def test_a_call_that_the_previous_one_or_a_variable_signed_proves_nothing(tmp_path: Path) -> None:
    bench = market(tmp_path, RIGHT)
    on_its_way = signed(bench)
    vault(bench.paths.vault_folder).room.put(DEV, KEYS.app_key, Secret(OTHER))
    assert called(bench, on_its_way).ok
    assert held(bench).previous == Secret(RIGHT)
    from_variable = market(tmp_path, environ={"TOPEXPLORER_DEV_APP_SECRET": RIGHT})
    from_variable.vault.unlock(from_variable.environments["dev"])
    assert called(from_variable).ok
    assert held(bench).previous == Secret(RIGHT)
    # Nor is it offered: with the variable there, putting it back would change nothing.
    assert from_variable.vault.status(from_variable.environments["dev"]).previous
    assert not surroundings(from_variable.engine, TIME.api).previous_secret


def test_a_secret_that_another_process_replaced_meanwhile_is_not_the_one_that_was_proved(tmp_path: Path) -> None:
    bench = market(tmp_path, APP_SECRET, RIGHT)
    request = signed(bench)
    vault(bench.paths.vault_folder).room.put(DEV, app_secret=Secret(OTHER))
    delete_previous(bench.vault, bench.environments["dev"], request)
    assert (held(bench).app_secret, held(bench).previous) == (Secret(OTHER), Secret(APP_SECRET))
    vault(bench.paths.vault_folder).room.put(DEV, app_secret=Secret(RIGHT))
    for process in (bench, market(tmp_path)):
        process.vault.unlock(process.environments["dev"])
        delete_previous(process.vault, process.environments["dev"], request)
    assert held(bench).secrets() == (Secret(RIGHT),)
    assert bench.problems == []


def test_a_vault_that_is_locked_when_the_answer_comes_asks_nobody_and_the_next_call_deletes(tmp_path: Path) -> None:
    asked = Asked(PASSPHRASE, PASSPHRASE)
    bench = market(tmp_path, APP_SECRET, RIGHT, asked=asked)
    request = signed(bench)
    bench.vault.lock()
    assert called(bench, request).ok
    assert len(asked.wanted) == 1
    assert held(bench).previous == Secret(APP_SECRET)
    assert called(bench).ok
    assert len(asked.wanted) == 2
    assert held(bench).previous is None
    assert bench.problems == []


def test_a_disk_that_refuses_costs_no_answer_is_told_once_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = market(tmp_path, APP_SECRET, RIGHT)
    real = os.open

    def refuse(name: os.PathLike[str], flags: int, *rest: int) -> int:
        if flags & os.O_CREAT and "dev.vault" in str(name):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return real(name, flags, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        assert isinstance(called(bench).outcome, Answer)
        assert isinstance(called(bench).outcome, Answer)
    (problem,) = bench.problems
    sentence = said(problem)
    assert sentence.startswith("the previous app secret of dev was not deleted, though the new one has signed a call: ")
    assert sentence.endswith("(the next call tries again)")
    assert held(bench).previous == Secret(APP_SECRET)
    assert called(bench).ok
    assert held(bench).previous is None


def test_which_one_stays_when_several_are_put_in_one_after_another() -> None:
    first = StoredKeys("1", Secret("a"))
    second = replace(first, app_secret=Secret("b")).in_place_of(first)
    third = replace(second, app_secret=Secret("c")).in_place_of(second)
    assert (second.previous, third.previous) == (Secret("a"), Secret("a")), "the last that was proved"
    assert replace(third, app_secret=Secret("a")).in_place_of(third).previous is None, "it is back"
    assert replace(third, tokens={"": SellerToken(Secret("t"))}).in_place_of(third).previous == Secret("a")
    assert replace(third, app_key="2").in_place_of(third).previous is None, "another app"
    assert replace(first, app_key="2", app_secret=Secret("b")).in_place_of(first).previous is None
    assert replace(first, app_key="").in_place_of(first).previous is None
    assert first.in_place_of(StoredKeys("", Secret("b"))).previous == Secret("b"), "nobody said that it is another app"
    assert first.in_place_of(StoredKeys()).previous is None
    assert third.back() == first
    assert first.back() == first


def test_it_is_forgotten_with_the_app_secret_and_by_itself(tmp_path: Path) -> None:
    room = vault(tmp_path).room
    token = SellerToken(Secret(SESSION))
    room.put(DEV, "1", Secret(APP_SECRET), token)
    room.put(DEV, "", Secret(OTHER))
    assert room.forget(DEV, "previous")
    assert not room.forget(DEV, "previous")
    assert vault(tmp_path).room.keys(DEV) == StoredKeys("1", Secret(OTHER), {"": token})
    room.put(DEV, "", Secret(APP_SECRET))
    assert room.forget(DEV, "app_secret")
    assert vault(tmp_path).room.keys(DEV) == StoredKeys("1", None, {"": token})


def test_locking_anew_keeps_it_in_a_file_and_behind_a_keyring(tmp_path: Path) -> None:
    for keyring in (None, MemoryKeyring()):
        folder = tmp_path / str(keyring is None)
        held_by = vault(folder, keyring=keyring)
        held_by.room.put(DEV, "1", Secret(APP_SECRET))
        held_by.room.put(DEV, "", Secret(OTHER))
        held_by.room.rotate(held_by.room.existing()[0])
        keys = vault(folder, keyring=keyring).room.keys(DEV)
        assert keys is not None
        assert (keys.app_secret, keys.previous) == (Secret(OTHER), Secret(APP_SECRET))
        assert vault(folder, keyring=keyring).status(DEV).previous


def test_an_export_leaves_it_out_and_an_import_replaces_as_typing_does(tmp_path: Path) -> None:
    room = vault(tmp_path).room
    room.put(DEV, "1", Secret(APP_SECRET))
    room.put(DEV, "", Secret(OTHER))
    path = tmp_path / "carry.vault"
    vaultexport.write_export(path, "dev", room.entries("dev"), Secret("export passphrase"), CHEAP)
    sealed = vaultexport.read_export(path)
    carried = vaultexport.open_export(sealed, Secret("export passphrase"))
    assert carried == {"dev": StoredKeys("1", Secret(OTHER))}
    assert not sealed.header.contents["dev"].has_previous
    room.merge({"dev": DEV}, "dev", carried)
    assert room.keys(DEV) == StoredKeys("1", Secret(OTHER), {}, Secret(APP_SECRET)), "nothing was replaced"
    room.forget(DEV, "previous")
    room.merge({"dev": DEV}, "dev", {"dev": StoredKeys("1", Secret("third"), {}, Secret("smuggled in"))})
    assert room.keys(DEV) == StoredKeys("1", Secret("third"), {}, Secret(OTHER))


def test_of_prod_it_does_not_get_into_a_dev_vault_either(tmp_path: Path) -> None:
    room = vault(tmp_path).room
    room.put(PROD, "1", Secret(APP_SECRET))
    room.put(PROD, "", Secret(OTHER))
    closed = vault(tmp_path, Asked()).room
    for secret in (APP_SECRET, OTHER):
        with pytest.raises(UsageError):
            closed.put(DEV, "2", Secret(secret))


def test_a_vault_from_before_there_was_one_is_read(tmp_path: Path) -> None:
    old = {"dev": {"app_key": "1", "app_secret": "a", "tokens": []}}
    assert storedkeys.decode(json.dumps(old).encode()) == {"dev": StoredKeys("1", Secret("a"))}
    entries = {"dev": StoredKeys("1", Secret("a"), {}, Secret("b"))}
    assert storedkeys.decode(storedkeys.encode(entries)) == entries
    path = vault(tmp_path).room.put(DEV, "1", Secret(APP_SECRET)).path
    content = path.read_bytes().replace(b',"has_previous":false', b"")
    start = len(vaultfile.MAGIC) + 5
    size = int.from_bytes(content[start - 4 : start], "big") - len(b',"has_previous":false')
    header = vaultfile.parse(path, content[: start - 4] + size.to_bytes(4, "big") + content[start:]).header
    assert not header.contents["dev"].has_previous
