"""One vault on a real disk: several processes, kills in the middle of a write, disks that refuse, and the idle time."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tests.engine.clock import Clock
from tests.engine.sentences import said
from tests.engine.vaults import (
    APP_SECRET,
    CHEAP,
    DEV,
    PASSPHRASE,
    PROD,
    REFRESH,
    SESSION,
    STAGING,
    Asked,
    MemoryKeyring,
    filled,
    leaks,
    vault,
)
from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, StorageError, UsageError, VaultLocked
from topexplorer.engine import strongroom, vaultfile
from topexplorer.engine.environments import Environment
from topexplorer.engine.storedkeys import SellerToken, StoredKeys
from topexplorer.engine.vaultexport import open_export, read_export, write_export

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("TOPEXPLORER_KILLS", "5"))
"""How many writes are interrupted. TOPEXPLORER_KILLS=500 is the long run."""
START = """
import sys
from pathlib import Path
from tests.engine.vaults import URL, vault
from topexplorer.engine.environments import Environment
room = vault(Path(sys.argv[1])).room
first, count = int(sys.argv[2]), int(sys.argv[3])
for number in range(first, first + count):
    room.put(Environment(f"env{number}", "dev", URL), f"{number}")
    print(number, flush=True)
"""


def process(folder: Path, first: int, count: int) -> subprocess.Popen[str]:
    """Another process that keeps `count` app keys in the vault, and says each that it has kept."""
    return subprocess.Popen(
        [sys.executable, "-c", START, str(folder), str(first), str(count)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def app_keys(folder: Path) -> set[int]:
    """What the vault holds, read by a process that has not seen it before."""
    return {int(keys.app_key) for keys in vault(folder).room.entries("dev").values()}


@pytest.mark.usefixtures("real_passphrases")
def test_processes_that_write_at_once_all_keep_their_keys(tmp_path: Path) -> None:
    processes = [process(tmp_path, first, 15) for first in (100, 200, 300, 400)]
    for running in processes:
        _out, errors = running.communicate(timeout=100)
        assert running.returncode == 0, errors
    assert app_keys(tmp_path) == {first + number for first in (100, 200, 300, 400) for number in range(15)}


@pytest.mark.timeout(60 + 5 * KILLS)
@pytest.mark.usefixtures("real_passphrases")
def test_a_kill_in_the_middle_of_a_write_loses_nothing(tmp_path: Path) -> None:
    kept: set[int] = set()
    for kill in range(KILLS):
        running = process(tmp_path, kill * 1000, 1000)
        assert running.stdout is not None
        assert running.stderr is not None
        for _ in range(kill % 7 + 1):
            kept.add(int(running.stdout.readline()))
        # Now it is somewhere in the next write.
        os.kill(running.pid, signal.SIGKILL)
        kept |= {int(line) for line in running.stdout}
        running.wait(10)
        running.stdout.close()
        running.stderr.close()
        found = app_keys(tmp_path)
        assert kept <= found
        assert len(found - kept) <= kill + 1
    assert vault(tmp_path).room.put(DEV, "1").path.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["dev.vault"]


def test_a_half_written_file_of_a_killed_process_is_cleared_away(tmp_path: Path) -> None:
    path = filled(tmp_path)
    left = tmp_path / ".dev.vault.0123456789ab.tmp"
    left.write_bytes(path.read_bytes()[:100])
    assert vault(tmp_path).credentials(DEV).app_key == "23456789"
    vault(tmp_path).room.put(DEV, "1357")
    assert not left.exists()


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_vault_and_its_folder_are_private_whatever_the_umask(tmp_path: Path, no_umask: None) -> None:
    path = filled(tmp_path / "data" / "vault")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    vault(path.parent).room.lock_everywhere()
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_nothing_in_the_folder_holds_a_secret_in_any_spelling(tmp_path: Path) -> None:
    filled(tmp_path)
    filled(tmp_path / "other", MemoryKeyring())
    for path in tmp_path.rglob("*.vault"):
        assert not leaks(path.read_bytes(), APP_SECRET, SESSION, REFRESH, PASSPHRASE)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_disk_that_refuses_leaves_the_vault_as_it_was(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = filled(tmp_path)
    before = path.read_bytes()
    room = vault(tmp_path).room
    real = os.open

    def refuse(name: os.PathLike[str], flags: int, *rest: int) -> int:
        if flags & os.O_CREAT:
            raise OSError(number, os.strerror(number))
        return real(name, flags, *rest)

    acts = (
        lambda: room.put(DEV, "1", Secret("another")),
        lambda: room.forget(DEV, "session"),
        lambda: room.rotate(room.existing()[0]),
    )
    for act in acts:
        with monkeypatch.context() as patch:
            patch.setattr(os, "open", refuse)
            with pytest.raises(StorageError) as raised:
                act()
        sentence = said(raised.value.message)
        assert sentence.startswith(f"{path} could not be written")
        assert path.read_bytes() == before
        assert room.keys(DEV) == vault(tmp_path).room.keys(DEV)


def test_a_folder_that_cannot_be_made_is_a_storage_error_and_leaves_no_key_in_the_keyring(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for keyring in (None, MemoryKeyring()):
        with pytest.raises(StorageError):
            vault(tmp_path / "file" / "vault", keyring=keyring).room.put(DEV, "1")
        assert keyring is None or keyring.kept == {}


def test_an_open_vault_asks_once_and_reads_the_file_only_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    asked = Asked(PASSPHRASE)
    held = vault(tmp_path, asked)
    first = held.credentials(DEV)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", None)
        assert [held.credentials(DEV) for _ in range(3)] == [first] * 3
    assert len(asked.wanted) == 1
    vault(tmp_path).room.put(DEV, "1357")
    assert held.credentials(DEV).app_key == "1357"
    assert len(asked.wanted) == 1


def test_the_idle_time_locks_and_every_use_begins_it_anew(tmp_path: Path) -> None:
    filled(tmp_path)
    clock, asked = Clock(), Asked(PASSPHRASE, PASSPHRASE)
    held = vault(tmp_path, asked, clock=clock)
    held.credentials(DEV)
    for _ in range(3):
        clock.add(899)
        held.credentials(DEV)
    assert (len(asked.wanted), held.status(DEV).locked) == (1, False)
    clock.add(900)
    assert held.status(DEV).locked
    assert held.at_hand(DEV) is None
    assert held.secrets(DEV) == ()
    held.credentials(DEV)
    assert len(asked.wanted) == 2


def test_a_clock_that_is_set_back_locks_too(tmp_path: Path) -> None:
    filled(tmp_path)
    clock = Clock()
    held = vault(tmp_path, Asked(PASSPHRASE), clock=clock)
    held.credentials(DEV)
    clock.add(-5)
    with pytest.raises(VaultLocked):
        held.credentials(DEV)


def test_a_wrong_passphrase_is_asked_for_again_with_the_reason_and_given_up_after_three(tmp_path: Path) -> None:
    path = filled(tmp_path)
    asked = Asked("wrong", PASSPHRASE)
    assert vault(tmp_path, asked).credentials(DEV).app_key == "23456789"
    assert [wanted.problem is None for wanted in asked.wanted] == [True, False]
    asked = Asked("wrong", "and wrong", "still wrong", PASSPHRASE)
    with pytest.raises(VaultLocked) as raised:
        vault(tmp_path, asked).credentials(DEV)
    assert said(raised.value.message).startswith(f"this passphrase does not open {path};")
    assert len(asked.wanted) == 3


def test_nobody_to_ask_means_locked_with_what_to_do(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with pytest.raises(VaultLocked) as raised:
        vault(tmp_path, Asked()).credentials(DEV)
    assert said(raised.value.message) == f"the vault {path} is locked"
    assert raised.value.hint is not None
    assert "--passphrase-stdin" in said(raised.value.hint)


def test_a_new_vault_needs_a_passphrase_that_is_long_enough(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        vault(tmp_path, Asked("short", "shorter", "seven 7")).room.put(DEV, "1")
    assert said(raised.value.message).startswith("a passphrase needs at least 8 characters")
    with pytest.raises(VaultLocked):
        vault(tmp_path, Asked()).room.put(DEV, "1")
    assert not list(tmp_path.iterdir())


def test_rotation_changes_every_byte_that_matters_and_keeps_every_key(tmp_path: Path) -> None:
    path = filled(tmp_path)
    before, held = path.read_bytes(), vault(tmp_path).room.keys(DEV)
    room = vault(tmp_path, Asked(PASSPHRASE, "another passphrase")).room
    room.rotate(room.existing()[0])
    assert path.read_bytes()[-40:] != before[-40:]
    assert room.keys(DEV) == held
    assert vault(tmp_path, Asked("another passphrase")).room.keys(DEV) == held
    with pytest.raises(VaultLocked):
        vault(tmp_path, Asked(PASSPHRASE)).room.keys(DEV)


def test_an_open_vault_whose_passphrase_was_changed_elsewhere_asks_for_the_new_one(tmp_path: Path) -> None:
    filled(tmp_path)
    asked = Asked(PASSPHRASE, "another passphrase")
    held = vault(tmp_path, asked)
    held.credentials(DEV)
    other = vault(tmp_path, Asked(PASSPHRASE, "another passphrase")).room
    other.rotate(other.existing()[0])
    with pytest.raises(VaultLocked) as raised:
        held.credentials(DEV)
    assert "was changed by another topexplorer" in said(raised.value.message)
    assert held.credentials(DEV).app_key == "23456789"


def test_two_that_make_the_same_vault_at_once_both_keep_their_keys(tmp_path: Path) -> None:
    """The second finds, when it comes to write, a vault that was not there when it began."""

    def ask_slowly(wanted: strongroom.PassphraseWanted) -> Secret:
        if wanted.purpose == "new":
            vault(tmp_path).room.put(STAGING, "111")
        return Secret(PASSPHRASE)

    vault(tmp_path, ask_slowly).room.put(DEV, "222")
    entries = vault(tmp_path).room.entries("dev")
    assert {name: keys.app_key for name, keys in entries.items()} == {"staging": "111", "dev": "222"}


def test_one_that_would_make_a_vault_does_not_overwrite_one_with_another_passphrase(tmp_path: Path) -> None:
    def ask_slowly(wanted: strongroom.PassphraseWanted) -> Secret:
        vault(tmp_path).room.put(STAGING, "111")
        return Secret("quite another one")

    with pytest.raises(VaultLocked):
        vault(tmp_path, ask_slowly).room.put(DEV, "222")
    assert app_keys(tmp_path) == {111}


def test_forgetting_really_deletes(tmp_path: Path) -> None:
    path = filled(tmp_path)
    room = vault(tmp_path).room
    room.put(DEV, token=SellerToken(Secret("6100another"), "花店"))
    room.put(STAGING, "98765")
    assert room.forget(DEV, "session", "花店")
    assert room.forget(DEV, "session")
    assert not room.forget(DEV, "session")
    assert room.forget(DEV, "app_secret")
    keys = vault(tmp_path).room.keys(DEV)
    assert keys is not None
    assert (keys.app_key, keys.app_secret, keys.tokens) == ("23456789", None, {})
    assert room.forget(DEV)
    assert vault(tmp_path).room.keys(DEV) is None
    assert path.exists()
    assert room.forget(STAGING)
    assert not list(tmp_path.iterdir())
    assert not room.forget(STAGING)


def test_locking_everywhere_locks_a_vault_that_another_process_has_open(tmp_path: Path) -> None:
    filled(tmp_path)
    filled(tmp_path / "ring", keyring := MemoryKeyring())
    asked = Asked(PASSPHRASE)
    mine, ring = vault(tmp_path, asked), vault(tmp_path / "ring", keyring=keyring)
    mine.credentials(DEV)
    ring.credentials(DEV)
    for folder in (tmp_path, tmp_path / "ring"):
        vault(folder).room.lock_everywhere()
    for held in (mine, ring):
        assert held.status(DEV).locked
        assert held.at_hand(DEV) is None
        with pytest.raises(VaultLocked):
            held.credentials(DEV)
    mine.unlock(DEV, Secret(PASSPHRASE))
    ring.unlock(DEV)
    assert mine.credentials(DEV) == ring.credentials(DEV)


def test_a_wrong_passphrase_after_locking_unlocks_nothing_and_dev_does_not_unlock_prod(tmp_path: Path) -> None:
    filled(tmp_path)
    held = vault(tmp_path, keyring=MemoryKeyring())
    held.room.put(PROD, "222", Secret("of-prod"))
    held.lock()
    for environment in (DEV, PROD):
        assert held.at_hand(environment) is None
    with pytest.raises(VaultLocked):
        held.unlock(DEV, Secret("wrong"))
    with pytest.raises(VaultLocked):
        held.credentials(PROD)
    held.unlock(DEV, Secret(PASSPHRASE))
    assert held.at_hand(DEV) is not None
    with pytest.raises(VaultLocked) as raised:
        held.credentials(PROD)
    assert "all keys were locked" in said(raised.value.message)
    held.unlock(PROD)
    assert held.credentials(PROD).app_key == "222"


def test_a_prod_secret_does_not_get_into_a_dev_vault_even_while_the_prod_vault_is_locked(tmp_path: Path) -> None:
    room = vault(tmp_path).room
    token = SellerToken(Secret(SESSION), "花店", Secret(REFRESH))
    room.put(PROD, "23456789", Secret(APP_SECRET), token)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    closed = vault(tmp_path, Asked()).room
    for given in (
        {"app_key": "23456789"},
        {"app_secret": Secret(APP_SECRET)},
        {"token": SellerToken(Secret(SESSION))},
        {"token": SellerToken(Secret(REFRESH))},
        {"token": SellerToken(Secret("6100other"), refresh=Secret(REFRESH))},
    ):
        with pytest.raises(UsageError) as raised:
            closed.put(DEV, **given)
        assert "is in the prod vault" in said(raised.value.message)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    room.put(DEV, "11111", Secret("another-secret"))
    with pytest.raises(UsageError):
        room.put(PROD, "11111")


def test_kinds_have_vaults_and_passphrases_of_their_own(tmp_path: Path) -> None:
    asked = Asked("dev passphrase", "prod passphrase")
    room = vault(tmp_path, asked).room
    room.put(DEV, "111")
    room.put(PROD, "222")
    assert [(wanted.purpose, wanted.kind) for wanted in asked.wanted] == [("new", "dev"), ("new", "prod")]
    assert {path.name for path in tmp_path.iterdir()} == {"dev.vault", "prod.vault"}
    with pytest.raises(VaultLocked):
        vault(tmp_path, Asked("dev passphrase")).room.keys(PROD)


def test_a_sandbox_has_no_vault(tmp_path: Path) -> None:
    sandbox = Environment("mine", "sandbox", "http://127.0.0.1:8765/router/rest")
    with pytest.raises(UsageError) as raised:
        vault(tmp_path).room.put(sandbox, "1")
    assert "is a sandbox and has no vault" in said(raised.value.message)
    assert vault(tmp_path).status(sandbox).origins == {}


def test_a_vault_is_never_written_too_large_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path)
    monkeypatch.setattr(vaultfile, "MAX_BYTES", path.stat().st_size + 1000)
    before = path.read_bytes()
    room = vault(tmp_path).room
    kept = room.keys(DEV)
    with pytest.raises(StorageError) as full:
        room.put(STAGING, "1357", Secret("s" * 2000))
    assert said(full.value.message).startswith(f"{path} would be larger than 4 MB")
    with pytest.raises(UsageError) as long:
        room.put(DEV, token=SellerToken(Secret("6100another"), "花" * 257))
    assert said(long.value.message).startswith("a seller’s nick has at most 256 characters")
    assert path.read_bytes() == before
    assert room.keys(DEV) == vault(tmp_path).room.keys(DEV) == kept
    monkeypatch.setattr(vaultfile, "MAX_BYTES", 200)
    with pytest.raises(StorageError):
        write_export(tmp_path / "carry.vault", "dev", {"dev": kept or StoredKeys()}, Secret(PASSPHRASE), CHEAP)
    assert [file.name for file in tmp_path.iterdir()] == ["dev.vault"]


def test_keys_behind_a_link_are_written_and_deleted_where_it_leads(tmp_path: Path) -> None:
    real, home = tmp_path / "usb" / "my.vault", tmp_path / "home"
    real.parent.mkdir(mode=0o700)
    filled(home).rename(real)
    (home / "dev.vault").symlink_to("../usb/my.vault")
    left = real.with_name(".my.vault.0123456789ab.tmp")
    left.write_bytes(b"half")
    assert vault(home).room.forget(DEV)
    assert not list(real.parent.iterdir())
    assert vault(home).room.keys(DEV) is None
    vault(home).room.put(DEV, "1357")
    assert real.exists()
    assert (home / "dev.vault").is_symlink()


@pytest.mark.timeout(30)
def test_what_is_no_file_in_the_place_of_a_vault_is_refused_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "dev.vault"
    os.mkfifo(path, 0o600)
    for act in (lambda: vault(tmp_path).room.put(DEV, "1"), lambda: vault(tmp_path).room.keys(DEV)):
        with pytest.raises(ConfigError) as refused:
            act()
        sentence = f"{path} cannot be read (a folder, a pipe or a device is in its place)"
        assert said(refused.value.message).startswith(sentence)
    path.unlink()
    path.symlink_to("/dev/null")
    with pytest.raises(ConfigError):
        vault(tmp_path).room.put(DEV, "1")
    assert Path("/dev/null").is_char_device()


def test_of_exports_to_one_name_at_once_one_is_written_and_the_others_are_told(tmp_path: Path) -> None:
    path, start = tmp_path / "carry.vault", Barrier(4)

    def export(number: int) -> str:
        start.wait(30)
        try:
            write_export(path, "dev", {f"env{number}": StoredKeys(str(number))}, Secret(PASSPHRASE), CHEAP)
        except UsageError as error:
            return error.message.key
        return str(number)

    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(export, range(4)))
    (number,) = set(ended) - {"vault.export_exists"}
    assert ended.count("vault.export_exists") == 3
    assert list(open_export(read_export(path), Secret(PASSPHRASE))) == [f"env{number}"]
    assert [file.name for file in tmp_path.iterdir()] == ["carry.vault"]
    with pytest.raises(StorageError):
        write_export(tmp_path / ("a" * 300), "dev", {}, Secret(PASSPHRASE), CHEAP)
