"""What topexplorer raises, for misuse only. What the far end did is never an exception: it is an `Outcome`.

TopExplorerError            one sentence for the user, as a Message
├── UsageError              the command or input cannot be understood
│   ├── UnknownApi          no such method in the catalog, where one is needed
│   └── InvalidDraft        the form has problems and the caller did not force it
├── ConfigError             a file of the user's cannot be used: names file, place and reason
│   ├── UnknownEnvironment
│   ├── UnknownProfile
│   └── MissingKeys         the environment has no app key or secret
│       └── VaultLocked     they are in a vault that is not open
├── Refused                 a guard said no before any byte left
│   ├── QuotaExceeded       carries `wait_seconds`
│   ├── UnsafeGateway       plain http to a host that is not this machine
│   ├── Forbidden           a method that the environment's settings do not let out
│   └── NeedsConfirmation   a write in prod that nobody confirmed: carries what would be sent
└── StorageError            the disk said no: full, read-only, unwritable
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from topexplorer.core.language import Message

if TYPE_CHECKING:
    from topexplorer.core.plannedwrite import PlannedWrite


class TopExplorerError(Exception):
    """Base of everything raised here. `message` is the sentence to show; `hint` says what to do."""

    def __init__(self, message: Message, hint: Message | None = None) -> None:
        super().__init__(message.key)
        self.message = message
        self.hint = hint


class UsageError(TopExplorerError): ...


class UnknownApi(UsageError): ...


class InvalidDraft(UsageError): ...


class ConfigError(TopExplorerError): ...


class UnknownEnvironment(ConfigError): ...


class UnknownProfile(ConfigError): ...


class MissingKeys(ConfigError): ...


class VaultLocked(MissingKeys): ...


class Refused(TopExplorerError): ...


class QuotaExceeded(Refused):
    """A local limit would be broken. `wait_seconds` until the call would fit."""

    def __init__(self, message: Message, wait_seconds: float, hint: Message | None = None) -> None:
        super().__init__(message, hint)
        self.wait_seconds = wait_seconds


class UnsafeGateway(Refused): ...


class Forbidden(Refused): ...


class NeedsConfirmation(Refused):
    """`planned` is what was about to be sent; who has seen it can have exactly that sent."""

    def __init__(self, message: Message, planned: PlannedWrite, hint: Message | None = None) -> None:
        super().__init__(message, hint)
        self.planned = planned


class StorageError(TopExplorerError): ...
