"""The system's keyring: only real ones, never waited for without end, and never more in it than a random key."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from keyring.backends import fail, null

from tests.engine.sentences import said
from tests.engine.vaults import (
    APP_SECRET,
    DEV,
    PASSPHRASE,
    PROD,
    REFRESH,
    SESSION,
    Asked,
    HangingKeyring,
    LockedKeyring,
    MemoryKeyring,
    NoKeyring,
    filled,
    leaks,
    put_there,
    vault,
)
from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, StorageError, TopExplorerError
from topexplorer.engine import vaultstore
from topexplorer.engine.environments import Environment
from topexplorer.engine.keyring_store import KeyringFailed, KeyringStore, system_keyring
from topexplorer.engine.settings import write_atomic
from topexplorer.engine.vault import Vault

FAILING: Any = cast("Any", fail.Keyring)()
NULL: Any = cast("Any", null.Keyring)()
IN_KEYRING = Environment("dev", "dev", DEV.gateway, vault="keyring")
IN_FILE = Environment("dev", "dev", DEV.gateway, vault="file")


class PlaintextKeyring(MemoryKeyring):
    priority = 9


class Chain(MemoryKeyring):
    """Several keyrings behind one another, as the package chains them."""

    def __init__(self, *backends: object) -> None:
        super().__init__()
        self.backends = backends


class Odd(MemoryKeyring):
    """Fails in a way of its own, with what it was given in the error."""

    def set_password(self, service: str, name: str, text: str) -> None:
        raise RuntimeError(text)


class Forgetful(MemoryKeyring):
    def set_password(self, service: str, name: str, text: str) -> None:
        return None


class Broken(MemoryKeyring):
    @property
    def priority(self) -> int:  # type: ignore[override]
        raise RuntimeError("not on this system")


def store(backend: object, seconds: float = 5) -> KeyringStore:
    return KeyringStore(lambda: backend, seconds)


def test_a_real_keyring_opens_the_vault_without_a_question_and_holds_only_a_random_key(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    path = filled(tmp_path, keyring)
    assert path.name == "dev-keyring.vault"
    ((service, name), text), *others = keyring.kept.items()
    assert (service, others) == ("topexplorer dev", [])
    assert name.startswith("vault key ")
    assert len(base64.b64decode(text)) == 32
    asked = Asked()
    found = vault(tmp_path, asked, keyring).credentials(DEV)
    assert (found.app_key, found.app_secret.reveal()) == ("23456789", APP_SECRET)
    assert asked.wanted == []
    assert not leaks(repr(keyring.kept).encode() + path.read_bytes(), APP_SECRET, SESSION, REFRESH)


def test_dev_and_prod_are_two_services_with_two_keys(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    room = vault(tmp_path, keyring=keyring).room
    room.put(DEV, "111")
    room.put(PROD, "222")
    assert sorted(service for service, _name in keyring.kept) == ["topexplorer dev", "topexplorer prod"]
    assert len(set(keyring.kept.values())) == 2


@pytest.mark.parametrize(
    "backend",
    [FAILING, NULL, NoKeyring(), PlaintextKeyring(), Broken(), Chain(NULL), Chain()],
    ids=lambda backend: type(backend).__module__ + type(backend).__name__,
)
def test_what_only_looks_like_a_keyring_is_not_used(backend: object, tmp_path: Path) -> None:
    assert store(backend).name() is None
    with pytest.raises(KeyringFailed) as raised:
        store(backend).put("topexplorer dev", "vault key", Secret("x"))
    assert said(raised.value.message).startswith("this system has no keyring that encrypts")
    # Nothing is kept in the open instead: a passphrase is asked for.
    asked = Asked(PASSPHRASE)
    held = Vault({}, {}, tmp_path, ask=asked, keyring=store(backend))
    assert held.room.put(DEV, "111").backend == "file"
    assert [wanted.purpose for wanted in asked.wanted] == ["new"]


def test_behind_one_another_the_first_real_one_is_used() -> None:
    real = MemoryKeyring()
    chained = store(Chain(NULL, PlaintextKeyring(), real))
    chained.put("topexplorer dev", "vault key", Secret("x"))
    assert list(real.kept.values()) == ["x"]
    assert chained.name() == "Memory"


def test_the_tests_never_reach_the_keyring_of_the_person_who_runs_them() -> None:
    assert KeyringStore(system_keyring).name() is None


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda held: held.put("topexplorer dev", "a", Secret("x")), "did not answer within 0.05 s"),
        (lambda held: held.get("topexplorer dev", "a"), "did not answer within 0.05 s"),
        (lambda held: held.delete("topexplorer dev", "a"), "did not answer within 0.05 s"),
    ],
)
def test_a_keyring_that_hangs_is_given_up(act: Callable[[KeyringStore], object], sentence: str) -> None:
    keyring = HangingKeyring()
    with pytest.raises(KeyringFailed) as raised:
        act(store(keyring, 0.05))
    keyring.released.set()
    assert sentence in said(raised.value.message)


def test_a_keyring_that_hangs_when_it_is_looked_for_counts_as_none() -> None:
    keyring = HangingKeyring()

    def look() -> object:
        keyring.released.wait(60)
        return keyring

    assert KeyringStore(look, 0.05).name() is None
    keyring.released.set()


@pytest.mark.parametrize(
    ("keyring", "sentence"),
    [
        (LockedKeyring(), "the system’s keyring is locked; unlock it and try again"),
        (Odd(), "the system’s keyring failed (RuntimeError)"),
        (Forgetful(), "did not keep what it was given"),
    ],
    ids=["locked", "odd", "forgetful"],
)
def test_a_keyring_that_fails_is_named_and_nothing_of_what_it_says(
    keyring: object, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(KeyringFailed) as raised:
        vault(tmp_path, keyring=keyring).room.put(IN_KEYRING, "111", Secret(APP_SECRET))
    words = said(raised.value.message)
    assert sentence in words
    assert not leaks(f"{words} {raised.value!r} {raised.value.__cause__!r}".encode(), APP_SECRET)
    assert not list(tmp_path.glob("*.vault"))


def test_a_keyring_that_is_locked_later_leaves_everything_and_tells_what_it_has(tmp_path: Path) -> None:
    path = filled(tmp_path, MemoryKeyring())
    before = path.read_bytes()
    held = vault(tmp_path, keyring=LockedKeyring())
    for act in (lambda: held.credentials(DEV), lambda: held.room.put(DEV, "1"), lambda: held.unlock(DEV)):
        with pytest.raises(KeyringFailed) as raised:
            act()
        assert "is locked" in said(raised.value.message)
    status = held.status(DEV)
    assert (status.app_key, status.has_secret, status.locked) == ("23456789", True, True)
    assert path.read_bytes() == before


def test_a_key_that_was_removed_from_the_keyring_is_said(tmp_path: Path) -> None:
    filled(tmp_path, keyring := MemoryKeyring())
    keyring.kept.clear()
    with pytest.raises(StorageError) as raised:
        vault(tmp_path, keyring=keyring).credentials(DEV)
    assert "has no key for" in said(raised.value.message)


@pytest.mark.parametrize("text", ["no base64!", base64.b64encode(bytes(32)).decode(), ""])
def test_a_key_that_was_changed_in_the_keyring_opens_nothing(text: str, tmp_path: Path) -> None:
    filled(tmp_path, keyring := MemoryKeyring())
    keyring.kept = dict.fromkeys(keyring.kept, text)
    with pytest.raises(TopExplorerError) as raised:
        vault(tmp_path, keyring=keyring).credentials(DEV)
    assert isinstance(raised.value, ConfigError | KeyringFailed)


def test_rotating_puts_a_new_key_in_the_keyring_and_takes_the_old_one_out(tmp_path: Path) -> None:
    filled(tmp_path, keyring := MemoryKeyring())
    before = dict(keyring.kept)
    room = vault(tmp_path, keyring=keyring).room
    room.rotate(room.existing()[0])
    assert len(keyring.kept) == 1
    assert not keyring.kept.keys() & before.keys()
    assert vault(tmp_path, keyring=keyring).credentials(DEV).app_key == "23456789"


def test_a_rotation_that_fails_leaves_the_old_key_and_the_old_file(tmp_path: Path) -> None:
    path = filled(tmp_path, keyring := MemoryKeyring())
    before, kept = path.read_bytes(), dict(keyring.kept)
    room = vault(tmp_path, keyring=keyring).room
    room.keys(DEV)
    (store_of_dev,) = room.existing()
    path.unlink()
    with pytest.raises(TopExplorerError):
        room.rotate(store_of_dev)
    assert keyring.kept == kept
    put_there(path, before)
    assert vault(tmp_path, keyring=keyring).credentials(DEV).app_key == "23456789"


@pytest.mark.parametrize("after", [False, True], ids=["before the file is there", "when the file is there"])
def test_an_interrupt_at_any_point_of_a_write_never_takes_the_key_that_the_file_needs(
    after: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = MemoryKeyring()

    def interrupted(path: Path, data: bytes) -> None:
        if after:
            write_atomic(path, data)
        raise KeyboardInterrupt

    def put() -> None:
        vault(tmp_path, keyring=keyring).room.put(DEV, "23456789", Secret(APP_SECRET))

    def rotate() -> None:
        room = vault(tmp_path, keyring=keyring).room
        room.rotate(room.existing()[0])

    for act, there in ((put, after), (rotate, True)):
        with monkeypatch.context() as patch:
            patch.setattr(vaultstore, "write_atomic", interrupted)
            with pytest.raises(KeyboardInterrupt):
                act()
        assert vault(tmp_path, keyring=keyring).status(DEV).ready is there
        if not there:
            assert keyring.kept == {}
            put()
        assert vault(tmp_path, keyring=keyring).credentials(DEV).app_secret.reveal() == APP_SECRET


def test_forgetting_the_last_key_takes_file_and_key_away(tmp_path: Path) -> None:
    filled(tmp_path, keyring := MemoryKeyring())
    assert vault(tmp_path, keyring=keyring).room.forget(DEV)
    assert keyring.kept == {}
    assert not list(tmp_path.iterdir())


def test_the_environment_chooses_what_opens_its_vault(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    room = vault(tmp_path, keyring=keyring).room
    assert room.put(IN_FILE, "111").path.name == "dev.vault"
    assert room.put(IN_KEYRING, "222").path.name == "dev-keyring.vault"
    held = {environment.vault: room.keys(environment) for environment in (IN_FILE, IN_KEYRING)}
    assert {name: keys.app_key for name, keys in held.items() if keys} == {"file": "111", "keyring": "222"}


def test_a_kind_that_has_a_vault_keeps_to_it(tmp_path: Path) -> None:
    filled(tmp_path)
    assert vault(tmp_path, keyring=MemoryKeyring()).room.put(DEV, "111").backend == "file"


def test_only_status_and_listing_never_ask_the_keyring(tmp_path: Path) -> None:
    filled(tmp_path, MemoryKeyring())
    hanging = HangingKeyring()
    held = vault(tmp_path, keyring=hanging)
    assert held.status(DEV).locked
    assert held.at_hand(DEV) is None
    assert held.secrets(DEV) == ()
    assert held.sellers(DEV) == ()
    hanging.released.set()
