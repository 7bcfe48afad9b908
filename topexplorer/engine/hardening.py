"""What keeps secrets inside the process: no core dumps, and logs and last words in which everything known is masked.

`watch` says what is known; `harden` is for the start of the program, `mask_logs` for whatever brings a logger along.
Python's own fault handler prints names of files and functions and never a value, so nothing has to be done about it.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from topexplorer.core.taint import KnownSecrets

if TYPE_CHECKING:
    import logging
    import threading

_WATCHED: WeakSet[KnownSecrets] = WeakSet()


def watch(known: KnownSecrets) -> None:
    """From now on what `known` knows is masked in logs and last words, for as long as it lives."""
    _WATCHED.add(known)


def masked(text: str) -> str:
    """`text` without anything that is known anywhere in this process."""
    for known in tuple(_WATCHED):
        text = known.mask(text)
    return text


def harden() -> None:
    """No core dump of this process, and no secret in what Python prints when something ends it."""
    _no_core_dumps()
    import threading

    sys.excepthook = _last_words
    threading.excepthook = _last_words_of_thread


def _no_core_dumps() -> None:
    """A core dump would hold every key. Windows has none."""
    try:
        import resource
    except ImportError:
        return
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return


def mask_logs() -> None:
    """Every record of every logger, at every level, is masked as it is made, whoever handles it. Once is enough."""
    import logging

    make = logging.getLogRecordFactory()
    if getattr(make, "masks", False):
        return

    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:
        return _mask_record(make(*args, **kwargs))

    vars(made)["masks"] = True
    logging.setLogRecordFactory(made)


def _mask_record(record: logging.LogRecord) -> logging.LogRecord:
    record.msg = _masked_part(record.msg)
    if isinstance(record.args, tuple):
        record.args = tuple(map(_masked_part, record.args))
    elif record.args:
        record.args = {name: _masked_part(part) for name, part in record.args.items()}
    if record.exc_info:
        # A formatter prints this instead of the exception.
        record.exc_text = _told(record.exc_info[1]).rstrip("\n")
    record.stack_info = masked(record.stack_info) if record.stack_info else record.stack_info
    return record


def _masked_part(part: Any) -> Any:
    """The part itself when it says nothing that is known, else its words without that."""
    if isinstance(part, int | float | None):
        return part
    text = str(part)
    shown = masked(text)
    return part if shown == text else shown


def _told(error: BaseException | None) -> str:
    """Where it was raised and why, masked."""
    import traceback

    return masked("".join(traceback.format_exception(error)))


def _last_words(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    sys.stderr.write(_told(error))


def _last_words_of_thread(about: threading.ExceptHookArgs) -> None:
    if about.exc_type is not SystemExit:
        sys.stderr.write(_told(about.exc_value))
