"""Where topexplorer keeps its files, and how it writes them: private, whole or not at all.

Every file that the engine writes goes through `write_atomic`, so that a kill, a full disk or a second process leaves
the old file or the new one and never half of one. What the disk refuses becomes a StorageError with one sentence.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from topexplorer.core.errors import StorageError, UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line

HOME_VARIABLE = "TOPEXPLORER_HOME"
Signature = tuple[int, int, int] | None
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, slots=True)
class Paths:
    """The four folders of one installation. None of them has to exist."""

    config: Path
    data: Path
    cache: Path
    state: Path

    @classmethod
    def standard(cls, environ: Mapping[str, str] = os.environ) -> Paths:
        """The folders this system uses for such files, or those under `TOPEXPLORER_HOME` when it is set."""
        if root := environ.get(HOME_VARIABLE, "").strip():
            return cls.under(typed_path(root).absolute())
        from platformdirs import PlatformDirs

        folders = PlatformDirs("topexplorer", appauthor=False)
        return cls(folders.user_config_path, folders.user_data_path, folders.user_cache_path, folders.user_state_path)

    @classmethod
    def under(cls, root: Path) -> Paths:
        """All four below one folder."""
        return cls(root / "config", root / "data", root / "cache", root / "state")

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def ledger_file(self) -> Path:
        return self.state / "ledger.sqlite3"

    @property
    def history_folder(self) -> Path:
        return self.state / "history"

    @property
    def index_file(self) -> Path:
        return self.cache / "index.json"

    @property
    def imported_file(self) -> Path:
        return self.data / "imported.sqlite3"

    @property
    def preferences_file(self) -> Path:
        return self.state / "preferences.json"

    @property
    def drafts_file(self) -> Path:
        return self.state / "drafts.json"

    @property
    def bookmarks_file(self) -> Path:
        return self.state / "bookmarks.json"

    @property
    def sellers_file(self) -> Path:
        return self.state / "sellers.json"

    @property
    def vault_folder(self) -> Path:
        return self.data / "vault"

    @property
    def profiles_folder(self) -> Path:
        return self.data / "profiles"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a face remembers between runs. None: not chosen yet."""

    environment: str | None = None
    language: str | None = None
    theme: str | None = None


def read_preferences(paths: Paths) -> tuple[Preferences, Message | None]:
    """The remembered preferences, and what is wrong with their file if it cannot be used. Never raises."""
    path = paths.preferences_file
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return Preferences(), None
    except OSError as error:
        return Preferences(), message("preferences.unreadable", path=clean_line(str(path)), cause=storage_cause(error))
    except (ValueError, RecursionError):
        return Preferences(), message("preferences.broken", path=clean_line(str(path)))
    names = Preferences.__dataclass_fields__
    known = {name: document.get(name) for name in names} if isinstance(document, dict) else {"document": document}
    if not all(text is None or isinstance(text, str) for text in known.values()) or "document" in known:
        return Preferences(), message("preferences.broken", path=clean_line(str(path)))
    return Preferences(**known), None


def write_preferences(paths: Paths, preferences: Preferences) -> None:
    """Remembers the preferences. Raises StorageError."""
    chosen = {name: text for name, text in asdict(preferences).items() if text is not None}
    write_atomic(paths.preferences_file, json.dumps(chosen, ensure_ascii=False, indent=2).encode() + b"\n")


def typed_path(text: str) -> Path:
    """The path that a person wrote, `~` being a home. Raises UsageError for the home of nobody on this machine."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UsageError(message("file.no_home", path=clean_line(text))) from None


def signature(path: Path) -> Signature:
    """By what a file is known to be still the same; None when there is none."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return -1, error.errno or 0, -1
    return found.st_mtime_ns, found.st_ino, found.st_size


def write_atomic(path: Path, data: bytes) -> None:
    """Puts `data` at `path`, on disk when this returns: readable only by its owner, the old content until then.

    Missing folders are made, private too. A link is followed, so that a file kept elsewhere stays there. Raises
    StorageError; the old file is then untouched.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")
    try:
        private_folder(target.parent)
        try:
            _write_synced(temporary, data)
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise
    except OSError as error:
        raise storage_error(error, path) from error
    _sync_folder(target.parent)


def require_writable(path: Path) -> None:
    """Raises StorageError when `write_atomic` could not put anything there, and leaves nothing."""
    from tempfile import TemporaryFile

    folder = Path(os.path.realpath(path)).parent
    try:
        private_folder(folder)
        TemporaryFile(dir=folder).close()
    except OSError as error:
        raise storage_error(error, path) from error


def private_folder(folder: Path) -> None:
    """Makes `folder` and its missing parents, open to their owner only. Raises OSError."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)


def write_new(path: Path, data: bytes) -> None:
    """Puts `data` at `path` as `write_atomic` does, but over nothing: of several that do it at once, one succeeds.

    Raises FileExistsError for whatever is there, a link too, and StorageError. A kill may leave an empty file.
    """
    try:
        private_folder(path.parent)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        write_atomic(path, data)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other topexplorer processes that ask for the same folder waiting. Raises OSError if it is not there.

    Has no effect where folders cannot be locked: on Windows and on some network disks.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def storage_error(error: OSError, path: Path) -> StorageError:
    """`error` as the sentence a user reads: what could not be written, why, what to do."""
    return StorageError(message("storage.failed", path=clean_line(str(path)), cause=storage_cause(error)))


def storage_cause(error: OSError) -> Message:
    """Why the disk said no and what helps, as a part of a sentence."""
    if error.errno in _FULL:
        return message("storage.full")
    if error.errno in _DENIED:
        return message("storage.denied", variable=HOME_VARIABLE)
    return message("storage.other", detail=error.strerror or str(error), variable=HOME_VARIABLE)


def _write_synced(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    # The new file is in place already; a disk that cannot sync folders is no reason to report a failed save.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
