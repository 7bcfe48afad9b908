"""The files that a draft names, read whole: what goes into a multipart body is fixed before anything is signed."""

from __future__ import annotations

from topexplorer.core.call import FilePart, RequestDraft
from topexplorer.core.errors import UsageError
from topexplorer.core.language import message
from topexplorer.engine.settings import typed_path

MAX_FILE = 20 * 1024 * 1024


def read_files(draft: RequestDraft) -> tuple[FilePart, ...]:
    """The files of the rows that are sent. Raises UsageError for one that cannot be read or is too large."""
    parts = []
    for name, text in draft.sent_files().items():
        path = typed_path(text)
        try:
            if path.stat().st_size > MAX_FILE:
                raise UsageError(message("file.too_large", path=text, limit=MAX_FILE // 2**20))
            parts.append(FilePart(name, path.name, path.read_bytes()))
        except OSError as error:
            raise UsageError(message("file.unreadable", path=text, detail=error.strerror or "")) from None
    return tuple(parts)
