"""A vault to carry away: one file under a passphrase of its own. Its kind goes with it and cannot be changed.

An app secret that was replaced is not carried away: what an export brings must be good without a second guess.
"""

from __future__ import annotations

import os
from pathlib import Path

from topexplorer.core.call import Secret
from topexplorer.core.errors import UsageError, VaultLocked
from topexplorer.core.language import message
from topexplorer.core.text import clean_line
from topexplorer.engine import storedkeys, vaultfile
from topexplorer.engine.settings import write_new
from topexplorer.engine.storedkeys import Entries
from topexplorer.engine.vaultfile import Cost, Header, Marks, SealedVault, StoreKind


def write_export(
    path: Path, kind: StoreKind, entries: Entries, passphrase: Secret, cost: Cost = vaultfile.COST
) -> None:
    """Puts the entries at `path`, encrypted. Raises UsageError when there is something already, even when it came in
    this very moment, and StorageError.
    """
    require_new(path)
    lock = vaultfile.new_lock("file", cost)
    master = vaultfile.master_key(passphrase, lock)
    entries = {name: keys.without_previous() for name, keys in entries.items()}
    contents = vaultfile.contents_of(entries)
    header = Header(kind, "export", vaultfile.locked_by(lock, master), contents, Marks(os.urandom(16)))
    content = vaultfile.seal(path, header, master, storedkeys.encode(entries))
    try:
        write_new(path, content)
    except FileExistsError:
        raise _exists(path) from None


def require_new(path: Path) -> None:
    """Raises UsageError when there is something at `path`: an export overwrites nothing."""
    if os.path.lexists(path):
        raise _exists(path)


def _exists(path: Path) -> UsageError:
    return UsageError(message("vault.export_exists", file=clean_line(str(path))))


def read_export(path: Path) -> SealedVault:
    """An export, not opened yet. Raises UsageError when there is none, ConfigError when it is no good."""
    sealed = vaultfile.read(path, None, "export")
    if sealed is None:
        raise UsageError(message("vault.no_file", file=clean_line(str(path))))
    return sealed


def open_export(sealed: SealedVault, passphrase: Secret) -> Entries:
    """The entries of an export. Raises VaultLocked for a wrong passphrase, ConfigError for a changed file."""
    master = vaultfile.master_key(passphrase, sealed.header.lock)
    try:
        return storedkeys.decode(vaultfile.unseal(sealed, master))
    except vaultfile.WrongPassphrase:
        raise VaultLocked(message("vault.wrong_passphrase", file=clean_line(str(sealed.path)))) from None
    except ValueError:
        raise vaultfile.damaged(sealed.path) from None
