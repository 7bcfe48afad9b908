"""`keys export-encrypted` and `keys import`: the keys of one kind as a file to carry away, under its own passphrase."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.keys import kind_of
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.errors import UsageError, VaultLocked
from topexplorer.core.language import message
from topexplorer.core.text import clean_line
from topexplorer.engine import vaultexport
from topexplorer.engine.storedkeys import Entries
from topexplorer.engine.strongroom import Ask, PassphraseWanted, new_passphrase
from topexplorer.engine.vaultfile import SealedVault


def declare_export(arguments: Arguments) -> None:
    arguments.keep_quiet(message("keys.argument"))
    arguments.positional("file", "keys.help.export_file")


def declare_import(arguments: Arguments) -> None:
    arguments.keep_quiet(message("keys.argument"))
    arguments.positional("file", "keys.help.import_file")
    arguments.switch("--replace", key="keys.help.replace")


def export(bench: Workbench, console: Console, options: Namespace) -> int:
    """Writes the keys of a kind into one file under a passphrase of its own."""
    kind, path = kind_of(bench.start_environment), _path(options)
    vaultexport.require_new(path)
    if not bench.vault.room.existing(kind):
        raise UsageError(message("keys.no_vault"))
    entries = bench.vault.room.entries(kind)
    passphrase = new_passphrase(_asker(bench), PassphraseWanted("export", kind, path))
    vaultexport.write_export(path, kind, entries, passphrase)
    console.narrate([console.say("keys.exported", kind=kind, names=tuple(entries), file=str(path))])
    return output.OK


def import_keys(bench: Workbench, console: Console, options: Namespace) -> int:
    """Takes the keys of an exported file into the vault of its kind."""
    sealed = vaultexport.read_export(_path(options))
    kind, room = sealed.header.kind, bench.vault.room
    entries = _opened(sealed, _asker(bench))
    others = [name for name in entries if name in bench.environments and bench.environments[name].kind != kind]
    if others:
        raise UsageError(message("keys.other_kind", names=tuple(others), kind=kind))
    held = room.entries(kind)
    changed = [name for name in entries if name in held and held[name].without_previous() != entries[name]]
    kept = [] if options.replace else changed
    taken: Entries = {name: keys for name, keys in entries.items() if name not in kept}
    if taken:
        room.merge(bench.environments, kind, taken)
        console.narrate([console.say("keys.imported", kind=kind, names=tuple(taken))])
    if unknown := tuple(name for name in taken if name not in bench.environments):
        console.warn(message("env.import_unknown", names=unknown, kind=kind))
    if kept:
        console.warn(message("keys.import_kept", names=tuple(kept)))
    return output.OK


def _path(options: Namespace) -> Path:
    """The file that is named. Raises UsageError for one in the home of a user who is not here."""
    try:
        return Path(options.file).expanduser()
    except RuntimeError:
        raise UsageError(message("vault.no_home", file=clean_line(options.file))) from None


def _opened(sealed: SealedVault, ask: Ask) -> Entries:
    passphrase = ask(PassphraseWanted("import", sealed.header.kind, sealed.path))
    if passphrase is None:
        raise VaultLocked(message("vault.locked", file=str(sealed.path)), message("vault.locked.hint"))
    return vaultexport.open_export(sealed, passphrase)


def _asker(bench: Workbench) -> Ask:
    return bench.ask_passphrase or (lambda _wanted: None)


VERBS = {
    "keys export-encrypted": Verb(declare_export, export),
    "keys import": Verb(declare_import, import_keys),
}
