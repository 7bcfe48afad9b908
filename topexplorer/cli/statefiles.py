"""The file of `sandbox serve --state`. Its bytes are the sandbox's affair; here they are read and written whole."""

from __future__ import annotations

from pathlib import Path

from topexplorer.core.errors import StorageError
from topexplorer.core.language import message
from topexplorer.engine.settings import write_atomic


def read(path: Path) -> bytes | None:
    """What the file holds, None when there is none yet. Raises StorageError."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(message("serve.state_unreadable", file=str(path), detail=_cause(error))) from None


def write(path: Path, data: bytes) -> None:
    """Puts `data` there, readable only by its owner; the old content stays until then. Raises StorageError."""
    try:
        write_atomic(path, data)
    except StorageError as error:
        raise StorageError(message("serve.state_unwritable", file=str(path), detail=_cause(error.__cause__))) from None


def _cause(error: BaseException | None) -> str:
    return getattr(error, "strerror", None) or str(error)
