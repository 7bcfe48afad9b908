"""The vaults of dev and of prod, side by side and never mixed: which one an environment's keys are in, and opening it.

An environment's kind decides its vault. What is already known in the vaults of the other kind is not taken, so a prod
secret cannot get into a dev vault by a slip, nor the other way round.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, UnknownEnvironment, UsageError, VaultLocked
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.engine import storedkeys, vaultfile
from topexplorer.engine.environments import Environment, Environments, Kind
from topexplorer.engine.keyring_store import KeyringStore
from topexplorer.engine.keysources import vault_paths
from topexplorer.engine.settings import require_writable, signature, write_atomic
from topexplorer.engine.storedkeys import LONGEST_NICK, Entries, SellerToken, StoredKeys
from topexplorer.engine.vaultfile import Backend, Contents, Cost, StoreKind
from topexplorer.engine.vaultstore import Change, VaultStore

IDLE_SECONDS = 15 * 60.0
TRIES = 3
LEAST_PASSPHRASE = 8
BACKENDS: tuple[Backend, ...] = get_args(Backend)
KINDS: tuple[StoreKind, ...] = get_args(StoreKind)


@dataclass(frozen=True, slots=True)
class PassphraseWanted:
    """What a passphrase is asked for. `problem` says why the last one was not taken."""

    purpose: Literal["open", "new", "renew", "export", "import"]
    kind: StoreKind
    file: Path
    problem: Message | None = None


Ask = Callable[[PassphraseWanted], Secret | None]
"""Gives the passphrase, None when nobody will. May wait for a person."""


class Strongroom:
    """Every vault in `folder`. Asks through `ask`; without one, a locked vault raises VaultLocked."""

    __slots__ = ("_ask", "_keyring", "_lock_file", "_lock_seen", "_shut", "_stores")

    def __init__(
        self,
        folder: Path,
        keyring: KeyringStore,
        clock: Callable[[], datetime],
        ask: Ask,
        idle_seconds: float = IDLE_SECONDS,
        cost: Cost = vaultfile.COST,
    ) -> None:
        self._lock_file = folder / "locked"
        self._keyring = keyring
        self._ask = ask
        self._stores = {
            (kind, backend): VaultStore(path, kind, backend, keyring, clock, idle_seconds, cost)
            for kind in KINDS
            for backend, path in vault_paths(folder, kind).items()
        }
        self._shut: set[Kind] = set()
        self._lock_seen = signature(self._lock_file)

    def __repr__(self) -> str:
        return "Strongroom()"

    def is_shut(self, kind: Kind) -> bool:
        """Whether all was locked, here or by `keys lock` of another process, and this kind not unlocked since."""
        seen = signature(self._lock_file)
        if seen != self._lock_seen:
            self._lock_seen = seen
            self.lock()
        return kind in self._shut

    def lock(self) -> None:
        """Forgets every key. A vault whose key is in the keyring stays shut too, until `unlock`."""
        self._shut = set(get_args(Kind))
        for store in self._stores.values():
            store.close()

    def lock_everywhere(self) -> None:
        """The same in every topexplorer of this person. Raises StorageError."""
        write_atomic(self._lock_file, os.urandom(8).hex().encode() + b"\n")
        self.lock()

    def unlock(self, environment: Environment, passphrase: Secret | None = None) -> None:
        """Opens the environment's vault, with this passphrase or asking for one. Raises as VaultStore.open does."""
        found = self.find(environment)
        if found is not None and (found.backend == "keyring" or passphrase is not None):
            found.open(passphrase)
        elif found is not None:
            self._opened(found)
        self._lock_seen = signature(self._lock_file)
        self._shut.discard(environment.kind)

    def find(self, environment: Environment) -> VaultStore | None:
        """The vault that has the environment's keys, None when none has. Never raises, never asks."""
        return next((store for store in self._stores_of(environment) if environment.name in store.contents()), None)

    def contents(self, environment: Environment) -> Contents | None:
        """What there is of the environment's keys. Never raises, never asks."""
        found = self.find(environment)
        return found.contents().get(environment.name) if found else None

    def require_sound(self, environment: Environment) -> None:
        """Raises ConfigError when a file that the environment's keys may be in cannot be used."""
        for store in self._stores_of(environment):
            store.header()

    def require_unlocked(self, kind: Kind) -> None:
        """Raises VaultLocked when everything was locked and this kind not unlocked since."""
        if self.is_shut(kind):
            raise VaultLocked(message("vault.shut"), message("vault.locked.hint"))

    def is_open(self, environment: Environment) -> bool:
        found = self.find(environment)
        return found is not None and not self.is_shut(found.kind) and found.is_open

    def keys(self, environment: Environment) -> StoredKeys | None:
        """The environment's keys; asks for a passphrase, or the keyring, when they are locked.

        Raises VaultLocked, ConfigError or KeyringFailed.
        """
        self.require_sound(environment)
        found = self.find(environment)
        return self._opened(found).entries().get(environment.name) if found else None

    def store_for(self, environment: Environment) -> VaultStore:
        """Where keys of the environment go: as it says, else where it has some, else the kind's vault there is, else
        the system's keyring, else a new file. Raises UsageError for a sandbox, ConfigError for a broken vault.
        """
        stores = self._stores_of(environment)
        if not stores:
            raise UsageError(message("vault.sandbox", environment=environment.name))
        self.require_sound(environment)
        kept = self.find(environment) or next((store for store in stores if store.exists), None)
        if kept is None and len(stores) > 1:
            backend: Backend = "keyring" if self._keyring.name() else "file"
            kept = self._stores[stores[0].kind, backend]
        return kept or stores[0]

    def put(
        self,
        environment: Environment,
        app_key: str = "",
        app_secret: Secret | None = None,
        token: SellerToken | None = None,
        passphrase: Secret | None = None,
    ) -> VaultStore:
        """Keeps what is given and leaves the rest as it was. Gives the vault it is in now. An app secret that is
        replaced stays as the previous one, which `StoredKeys.in_place_of` explains. `passphrase` is what `ready` gave.

        Raises UsageError for what belongs to the other kind and for a name that is too long, and whatever opening and
        writing a vault raises.
        """
        if token and len(token.nick) > LONGEST_NICK:
            raise UsageError(message("vault.long_nick", longest=LONGEST_NICK))
        store = self.store_for(environment)
        given = StoredKeys(app_key, app_secret, {token.nick: token} if token else {})
        self._require_apart(store.kind, {environment.name: given})

        def change(entries: Entries) -> Entries:
            old = entries.get(environment.name, StoredKeys())
            new = replace(old, app_key=app_key or old.app_key, app_secret=app_secret or old.app_secret)
            new = new.in_place_of(old)
            return {**entries, environment.name: new.with_token(token) if token else new}

        self._change(store, change, passphrase)
        return store

    def ready(self, environment: Environment, app_key: str) -> Secret | None:
        """Sees to it that `put` can keep something of that app, which may be worth nothing once it is there and cannot
        be kept: opens the vault. For a new one, gives the passphrase. Raises as `put` does.
        """
        store = self.store_for(environment)
        self._require_apart(store.kind, {environment.name: StoredKeys(app_key)})
        require_writable(store.path)
        if not store.exists:
            return _passphrase_for(store, self._ask)
        self._opened(store)
        return None

    def forget(self, environment: Environment, name: str | None = None, seller: str | None = None) -> bool:
        """Removes one key, one seller's token, or with neither all of the environment's. Gives whether there was any.

        `name` is app_key, app_secret, previous or session; a session without a seller means all of them.
        """
        return self.change(environment, lambda keys: _without(keys, name, seller))

    def change(self, environment: Environment, change: Callable[[StoredKeys], StoredKeys]) -> bool:
        """Writes what `change` makes of the environment's keys; gives whether that is anything else. Raises as `put`
        does.
        """
        found = self.find(environment)
        if found is None:
            self.require_sound(environment)
            return False
        is_new = False

        def change_one(entries: Entries) -> Entries:
            nonlocal is_new
            old = entries.get(environment.name, StoredKeys())
            new = change(old)
            is_new = new != old
            return {**entries, environment.name: new}

        change_one(self._opened(found).entries())
        if is_new:
            self._change(found, change_one)
        return is_new

    def entries(self, kind: StoreKind) -> Entries:
        """All keys of that kind, whatever they are kept in. Asks."""
        found: dict[str, StoredKeys] = {}
        for store in self.existing(kind):
            store.header()
            found = {**self._opened(store).entries(), **found}
        return found

    def merge(self, environments: Mapping[str, Environment], kind: StoreKind, entries: Entries) -> None:
        """Keeps the entries of an export beside what there is; the export's win. An app secret that is replaced stays
        as with `put`. Raises as that does.
        """
        self._require_apart(kind, entries)
        by_store: dict[VaultStore, dict[str, StoredKeys]] = {}
        for name, keys in entries.items():
            environment = environments.get(name) or Environment(name, kind, "")
            by_store.setdefault(self.store_for(environment), {})[name] = keys
        for store, part in by_store.items():
            self._change(store, partial(_joined, part))

    def existing(self, kind: StoreKind | None = None) -> list[VaultStore]:
        """The vaults there are."""
        return [store for store in self._stores.values() if store.exists and kind in (None, store.kind)]

    def rotate(self, store: VaultStore) -> None:
        """Locks a vault anew, under a passphrase that is asked for or a new key in the keyring."""
        self._opened(store)
        wanted = PassphraseWanted("renew", store.kind, store.path)
        store.rotate(new_passphrase(self._ask, wanted) if store.backend == "file" else None)

    def _change(self, store: VaultStore, change: Change, passphrase: Secret | None = None) -> None:
        if store.exists:
            self._opened(store)
        else:
            passphrase = passphrase or _passphrase_for(store, self._ask)
            store.create(passphrase)
        store.update(change, passphrase)

    def _opened(self, store: VaultStore) -> VaultStore:
        """The vault, open. Raises VaultLocked when nobody opens it."""
        if not self.is_shut(store.kind) and store.is_open:
            return store
        if store.backend == "keyring":
            self.require_unlocked(store.kind)
            store.open()
            return store
        locked = VaultLocked(message("vault.locked", file=str(store.path)), message("vault.locked.hint"))
        wanted = PassphraseWanted("open", store.kind, store.path)
        for _ in range(TRIES):
            passphrase = self._ask(wanted)
            if passphrase is None:
                break
            try:
                store.open(passphrase)
            except VaultLocked as error:
                locked, wanted = error, replace(wanted, problem=error.message)
            else:
                self._shut.discard(store.kind)
                return store
        raise locked

    def _stores_of(self, environment: Environment) -> list[VaultStore]:
        backends = (environment.vault,) if environment.vault else BACKENDS
        return [self._stores[kind, backend] for kind in KINDS if kind == environment.kind for backend in backends]

    def _require_apart(self, kind: StoreKind, entries: Entries) -> None:
        """Raises UsageError for an app key or secret that a vault of another kind holds, open or not."""
        for store in self._stores.values():
            header = None
            if store.kind != kind:
                with suppress(ConfigError):  # the other kind's trouble is not this one's
                    header = store.header()
            if header is None:
                continue
            app_keys = {contents.app_key for contents in header.contents.values()} - {""}
            if app_keys & {keys.app_key for keys in entries.values()} or _any_marked(header.marks, entries):
                raise UsageError(message("vault.belongs_to", kind=store.kind, wanted=kind), message("vault.apart"))


def strays(room: Strongroom, environments: Environments) -> Iterator[Environment]:
    """What the vaults hold under the name of no environment that would look there, each as the environment that would:
    one of that name was removed, or its keys were imported and it was never added."""
    for store in room.existing():
        for name in store.contents():
            try:
                known = environments.get_or_raise(name)
            except UnknownEnvironment:
                known = None
            except ConfigError:
                continue
            if known is None or known.kind != store.kind or known.vault not in (None, store.backend):
                yield Environment(name, store.kind, "", vault=store.backend)


def new_passphrase(ask: Ask, wanted: PassphraseWanted) -> Secret:
    """A passphrase that is long enough. Raises VaultLocked when nobody gives one, UsageError for too short ones."""
    for _ in range(TRIES):
        passphrase = ask(wanted)
        if passphrase is None:
            break
        if len(passphrase.reveal()) >= LEAST_PASSPHRASE:
            return passphrase
        wanted = replace(wanted, problem=message("vault.short_passphrase", least=LEAST_PASSPHRASE))
    if wanted.problem:
        raise UsageError(wanted.problem)
    raise VaultLocked(message("vault.no_passphrase", file=str(wanted.file)), message("vault.locked.hint"))


def _passphrase_for(store: VaultStore, ask: Ask) -> Secret | None:
    """Of a vault that is not there yet; None when the keyring opens it. Raises as `new_passphrase` does."""
    wanted = PassphraseWanted("new", store.kind, store.path)
    return new_passphrase(ask, wanted) if store.backend == "file" else None


def _any_marked(marks: vaultfile.Marks, entries: Entries) -> bool:
    secrets = storedkeys.secrets_of(entries) if marks.digests else ()
    return any(marks.digest(secret) in marks.digests for secret in secrets)


def _joined(part: Entries, held: Entries) -> Entries:
    return {**held, **{name: keys.in_place_of(held.get(name, StoredKeys())) for name, keys in part.items()}}


def _without(keys: StoredKeys, name: str | None, seller: str | None) -> StoredKeys:
    if name is None:
        return StoredKeys()
    if name == "session":
        return keys.without_token(seller) if seller is not None else replace(keys, tokens={})
    if name == "previous":
        return keys.without_previous()
    return replace(keys, app_secret=None, previous=None) if name == "app_secret" else replace(keys, app_key="")
