"""The key that opens a vault: made from a passphrase, or random and kept in the system's keyring."""

from __future__ import annotations

import base64
import os
from contextlib import suppress

from topexplorer.core.call import Secret
from topexplorer.core.errors import VaultLocked
from topexplorer.core.language import message
from topexplorer.engine import vaultfile
from topexplorer.engine.keyring_store import KeyringFailed, KeyringStore
from topexplorer.engine.vaultfile import Backend, Cost, Lock, StoreKind


class MasterKeys:
    """The master keys of one vault, `file` in sentences. A lock says which one it needs."""

    __slots__ = ("_backend", "_cost", "_file", "_keyring", "_kind")

    def __init__(self, file: str, kind: StoreKind, backend: Backend, keyring: KeyringStore, cost: Cost) -> None:
        self._file = file
        self._kind = kind
        self._backend: Backend = backend
        self._keyring = keyring
        self._cost = cost

    def new(self, passphrase: Secret | None) -> tuple[Lock, bytes]:
        """A lock that nothing was locked with yet, and its key. Raises VaultLocked without a passphrase where one is
        needed, KeyringFailed.
        """
        lock = vaultfile.new_lock(self._backend, self._cost)
        if self._backend == "file":
            master = self.find(lock, passphrase)
        else:
            master = os.urandom(vaultfile.KEY_BYTES)
            self._keyring.put(*self._name(lock), Secret(base64.b64encode(master).decode()))
        return vaultfile.locked_by(lock, master), master

    def find(self, lock: Lock, passphrase: Secret | None) -> bytes:
        """The key for a lock, as far as can be told: only the vault knows a wrong passphrase. Raises as `new` does."""
        if self._backend == "file":
            if passphrase is None:
                raise VaultLocked(message("vault.locked", file=self._file), message("vault.locked.hint"))
            return vaultfile.master_key(passphrase, lock)
        found = self._keyring.get(*self._name(lock))
        if found is not None:
            with suppress(ValueError):
                return base64.b64decode(found.reveal(), validate=True)
        raise KeyringFailed(message("vault.no_key", file=self._file))

    def drop(self, lock: Lock) -> None:
        """Takes a key that opens nothing any more out of the keyring, if the keyring lets us."""
        if lock.backend == "keyring":
            with suppress(KeyringFailed):
                self._keyring.delete(*self._name(lock))

    def _name(self, lock: Lock) -> tuple[str, str]:
        """Service and name: one service per kind, so that each can be seen, and be removed, by itself."""
        return f"topexplorer {self._kind}", f"vault key {lock.salt.hex()[:12]}"
