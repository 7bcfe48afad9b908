"""The system's keyring: Keychain, Credential Manager, Secret Service or KWallet, and nothing that only looks like one.

A keyring may ask the person to unlock it, be locked for good, or never answer, so every call to it runs in a thread of
its own and is given up after a time. What it says in errors is not repeated: it may hold what was to be stored.
"""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from topexplorer.core.call import Secret
from topexplorer.core.errors import StorageError
from topexplorer.core.language import message
from topexplorer.core.text import clean_line

Found = TypeVar("Found")
SECONDS = 30.0
"""Long enough to type the keyring's own password into its window."""
_NOT_REAL = ("keyring.backends.fail.", "keyring.backends.null.", "keyrings.alt.")
"""Modules of backends that keep nothing, or keep it in plain or under a password in the same file."""


class KeyringFailed(StorageError):
    """The keyring did not do as asked. The sentence says why and what else there is."""


def system_keyring() -> Any:
    """The backend that the `keyring` package chooses here."""
    import keyring

    return keyring.get_keyring()


class KeyringStore:
    """Secrets in the system's keyring, by service and name. Not for the event loop: it waits for the keyring."""

    __slots__ = ("_backend", "_seconds")

    def __init__(self, backend: Callable[[], Any] = system_keyring, seconds: float = SECONDS) -> None:
        self._backend = backend
        self._seconds = seconds

    def name(self) -> str | None:
        """What the keyring here is called; None when there is no real one, or none that answers."""
        try:
            backend = self._timed(self._real)
        except KeyringFailed:
            return None
        return clean_line(str(getattr(backend, "name", type(backend).__name__)))

    def get(self, service: str, name: str) -> Secret | None:
        """The secret of that name, None when there is none. Raises KeyringFailed."""
        found = self._timed(lambda: self._real().get_password(service, name))
        return Secret(found) if isinstance(found, str) else None

    def put(self, service: str, name: str, secret: Secret) -> None:
        """Keeps a secret, and makes sure that it was kept. Raises KeyringFailed."""

        def keep() -> bool:
            backend = self._real()
            backend.set_password(service, name, secret.reveal())
            return bool(backend.get_password(service, name) == secret.reveal())

        if not self._timed(keep):
            raise KeyringFailed(message("keyring.forgets"))

    def delete(self, service: str, name: str) -> None:
        """Removes a secret; one that is not there is none of a problem. Raises KeyringFailed."""

        def remove() -> None:
            backend = self._real()
            if backend.get_password(service, name) is not None:
                backend.delete_password(service, name)

        self._timed(remove)

    def _real(self) -> Any:
        """The backend, or the first real one of several. Raises KeyringFailed."""
        chosen = self._backend()
        for backend in getattr(chosen, "backends", (chosen,)):
            if _is_real(backend):
                return backend
        raise KeyringFailed(message("keyring.none"))

    def _timed(self, work: Callable[[], Found]) -> Found:
        answers: SimpleQueue[tuple[Found] | KeyringFailed] = SimpleQueue()

        def run() -> None:
            try:
                answers.put((work(),))
            except Exception as error:
                answers.put(_failure(error))

        # A daemon: one that hangs for good must not keep the program from ending.
        Thread(target=run, name="keyring", daemon=True).start()
        try:
            answer = answers.get(timeout=self._seconds)
        except Empty:
            raise KeyringFailed(message("keyring.silent", seconds=f"{self._seconds:g}")) from None
        if isinstance(answer, KeyringFailed):
            raise answer
        return answer[0]


def _is_real(backend: Any) -> bool:
    """Whether a backend keeps secrets encrypted. By `keyring`'s convention a priority below 1 is not recommended."""
    kind = type(backend)
    if f"{kind.__module__}.".startswith(_NOT_REAL) or "plain" in kind.__name__.lower():
        return False
    try:
        return bool(backend.priority >= 1)
    except Exception:
        return False


def _failure(error: Exception) -> KeyringFailed:
    if isinstance(error, KeyringFailed):
        return error
    if type(error).__name__ in ("KeyringLocked", "InitError"):
        return KeyringFailed(message("keyring.locked"))
    if type(error).__name__ in ("NoKeyringError", "ImportError", "ModuleNotFoundError"):
        return KeyringFailed(message("keyring.none"))
    return KeyringFailed(message("keyring.failed", kind=clean_line(type(error).__name__)))
