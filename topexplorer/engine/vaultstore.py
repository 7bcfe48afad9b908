"""One vault: one file with the keys of one kind of environment, opened by a passphrase or by the system's keyring.

Two processes that write at once wait for each other and both see what the other wrote. A kill leaves the old file or
the new one. What was opened is kept in memory for the idle time and forgotten then; Python cannot wipe it, only let go.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from glob import escape
from pathlib import Path
from threading import RLock

from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, VaultLocked
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line
from topexplorer.engine import storedkeys, vaultfile
from topexplorer.engine.exposure import require_private
from topexplorer.engine.keyring_store import KeyringStore
from topexplorer.engine.masterkeys import MasterKeys
from topexplorer.engine.settings import Signature, locked, private_folder, signature, storage_error, write_atomic
from topexplorer.engine.storedkeys import Entries
from topexplorer.engine.vaultfile import Backend, Contents, Cost, Header, Lock, Marks, SealedVault, StoreKind

Change = Callable[[Entries], Entries]


@dataclass(slots=True, repr=False)
class _Opened:
    """What an open vault keeps in memory."""

    lock: Lock
    master: bytes
    used: datetime
    entries: Entries
    signature: Signature


class VaultStore:
    """The vault at `path`. Nothing here asks anybody: who wants a passphrase to be asked for does it before."""

    __slots__ = ("_clock", "_guard", "_header", "_idle", "_masters", "_opened", "backend", "kind", "path")

    def __init__(
        self,
        path: Path,
        kind: StoreKind,
        backend: Backend,
        keyring: KeyringStore,
        clock: Callable[[], datetime],
        idle_seconds: float,
        cost: Cost = vaultfile.COST,
    ) -> None:
        self.path = path
        self.kind: StoreKind = kind
        self.backend: Backend = backend
        self._masters = MasterKeys(clean_line(str(path)), kind, backend, keyring, cost)
        self._clock = clock
        self._idle = idle_seconds
        self._opened: _Opened | None = None
        self._header: tuple[Signature, Header | Message | None] = (None, None)
        self._guard = RLock()

    def __repr__(self) -> str:
        return f"VaultStore({self.kind}, {self.backend})"

    @property
    def exists(self) -> bool:
        return signature(self.path) is not None

    @property
    def is_open(self) -> bool:
        """Whether the keys can be read now. Forgets them when nobody asked for them during the idle time."""
        opened = self._opened
        if opened is None:
            return False
        if 0 <= (self._clock() - opened.used).total_seconds() < self._idle:
            return True
        self.close()
        return False

    def header(self) -> Header | None:
        """What the vault says without being opened; None when there is no file. Raises ConfigError."""
        require_private(self.path)
        now = signature(self.path)
        if self._header[0] != now:
            try:
                sealed = self._read() if now else None
                self._header = (now, sealed.header if sealed else None)
            except ConfigError as error:
                self._header = (now, error.message)
        found = self._header[1]
        if isinstance(found, Message):
            raise ConfigError(found)
        return found

    def contents(self) -> Mapping[str, Contents]:
        """What there is, by environment. Nothing when the file cannot be used."""
        with suppress(ConfigError):
            if header := self.header():
                return header.contents
        return {}

    def open(self, passphrase: Secret | None = None) -> None:
        """Opens the vault. Raises VaultLocked, ConfigError for a file that is no good, KeyringFailed."""
        with self._guard:
            now = signature(self.path)
            sealed = self._read()
            if sealed is None:
                raise VaultLocked(message("vault.gone", file=self._file))
            master = self._masters.find(sealed.header.lock, passphrase)
            self._keep(sealed.header.lock, master, self._entries(sealed, master), now)

    def create(self, passphrase: Secret | None = None) -> None:
        """Readies a new vault, which the first update writes. Raises KeyringFailed."""
        with self._guard:
            self._keep(*self._masters.new(passphrase), {}, None)

    def entries(self) -> Entries:
        """All keys, as the file has them now. Raises VaultLocked, also when the passphrase was changed meanwhile."""
        with self._guard:
            opened = self._require_open()
            now = signature(self.path)
            if now != opened.signature:
                sealed = self._read()
                opened.entries = self._entries(self._same(sealed, opened), opened.master) if sealed else {}
                opened.signature = now
            opened.used = self._clock()
            return opened.entries

    def update(self, change: Change, passphrase: Secret | None = None) -> None:
        """Writes what `change` makes of the entries. With `passphrase`, a vault that another process made or locked
        anew in this very moment is opened with it.

        Raises VaultLocked, StorageError, ConfigError or KeyringFailed; the file is then as it was.
        """
        with self._guard:
            try:
                try:
                    self._update(change)
                except VaultLocked:
                    if passphrase is None and self.backend == "file":
                        raise
                    self.open(passphrase)
                    self._update(change)
            except BaseException:
                self._abandon()
                raise

    def rotate(self, passphrase: Secret | None = None) -> None:
        """Encrypts everything under a new passphrase, or a new key in the keyring. Raises as `update` does."""
        with self._guard:
            lock, master = self._masters.new(passphrase)
            try:
                with self._alone():
                    opened = self._require_open()
                    sealed = self._read()
                    if sealed is None:
                        raise VaultLocked(message("vault.gone", file=self._file))
                    entries = self._entries(self._same(sealed, opened), opened.master)
                    _write(self.path, replace(sealed.header, lock=lock), master, entries)
            except BaseException:
                self._release(lock)
                raise
            self._release(opened.lock)
            self._keep(lock, master, entries, signature(self.path))

    def delete(self) -> None:
        """Deletes the file with all that is in it, opened or not, and its key in the keyring. Raises StorageError."""
        with self._guard, self._alone():
            header = None
            with suppress(ConfigError):
                header = self.header()
            self._remove(header.lock if header else None)

    def close(self) -> None:
        """Forgets key and entries."""
        self._opened = None

    def _abandon(self) -> None:
        """Forgets a vault that was readied and never written."""
        if self._opened is not None and self._opened.signature is None:
            self._release(self._opened.lock)
            self.close()

    def _release(self, lock: Lock) -> None:
        """Takes a key out of the keyring that the file does not need. An interrupt may have come when the new file was
        already in place, so it is the file that is asked; where it cannot tell, the key stays, which does no harm.
        """
        with suppress(ConfigError):
            sealed = self._read()
            if sealed is None or sealed.header.lock != lock:
                self._masters.drop(lock)

    def _update(self, change: Change) -> None:
        with self._alone():
            opened = self._require_open()
            sealed = self._read()
            if sealed is not None and sealed.header.lock != opened.lock and opened.signature is None:
                self._release(opened.lock)
            before = self._entries(self._same(sealed, opened), opened.master) if sealed else {}
            marks = sealed.header.marks if sealed else Marks(os.urandom(16))
            after = {name: keys for name, keys in change(before).items() if keys}
            if after:
                marks = _marked(marks, before, after)
                header = Header(self.kind, "store", opened.lock, vaultfile.contents_of(after), marks)
                _write(self.path, header, opened.master, after)
                self._keep(opened.lock, opened.master, after, signature(self.path))
            else:
                self._remove(opened.lock)

    def _remove(self, lock: Lock | None) -> None:
        try:
            self._target.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, self.path) from error
        if lock is not None:
            self._release(lock)
        self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process writes meanwhile; what a killed one left half written is cleared away."""
        waiting = ExitStack()
        try:
            folder = self._target.parent
            private_folder(folder)
            waiting.enter_context(locked(folder))
        except OSError as error:
            raise storage_error(error, self.path) from error
        with waiting:
            for left in folder.glob(f".{escape(self._target.name)}.*.tmp"):
                with suppress(OSError):
                    left.unlink()
            yield

    def _read(self) -> SealedVault | None:
        require_private(self.path)
        return vaultfile.read(self.path, self.kind, "store", self.backend)

    def _entries(self, sealed: SealedVault, master: bytes) -> Entries:
        try:
            return storedkeys.decode(vaultfile.unseal(sealed, master))
        except vaultfile.WrongPassphrase:
            if self.backend == "keyring":
                raise vaultfile.damaged(self.path) from None
            wrong = message("vault.wrong_passphrase", file=self._file)
            raise VaultLocked(wrong, message("vault.forgotten", kind=self.kind)) from None
        except ValueError:
            raise vaultfile.damaged(self.path) from None

    def _same(self, sealed: SealedVault, opened: _Opened) -> SealedVault:
        """`sealed` when what is in memory opens it. Raises VaultLocked: its passphrase is another one now."""
        if sealed.header.lock != opened.lock:
            self.close()
            raise VaultLocked(message("vault.changed", file=self._file))
        return sealed

    def _require_open(self) -> _Opened:
        if not self.is_open or self._opened is None:
            raise VaultLocked(message("vault.locked", file=self._file))
        return self._opened

    def _keep(self, lock: Lock, master: bytes, entries: Entries, now: Signature) -> None:
        self._opened = _Opened(lock, master, self._clock(), entries, now)

    @property
    def _target(self) -> Path:
        """The file itself, where `path` is a link to it: that is what is written, and what is deleted."""
        return Path(os.path.realpath(self.path))

    @property
    def _file(self) -> str:
        return clean_line(str(self.path))


def _write(path: Path, header: Header, master: bytes, entries: Entries) -> None:
    write_atomic(path, vaultfile.seal(path, header, master, storedkeys.encode(entries)))


def _marked(marks: Marks, before: Entries, after: Entries) -> Marks:
    """The marks of what is there now. Those of secrets that stay are kept: making one takes long."""
    known = dict(zip(storedkeys.secrets_of(before), marks.digests, strict=False))
    return Marks(
        marks.salt, tuple(known.get(secret) or marks.digest(secret) for secret in storedkeys.secrets_of(after))
    )
