"""What goes into an importer and what comes out of it: foreign files in, APIs and reasons out.

An importer never raises because of what a file holds: whatever it cannot use becomes a `Skipped` with the place and
the reason, and the other files go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple, Protocol

from topexplorer.core.language import Message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec


@dataclass(frozen=True, slots=True)
class Source:
    """One foreign file. `name` is its place inside the folder or archive, with slashes."""

    name: str
    content: bytes
    package: str = ""
    """The package it belongs to, when whoever hands it over knows."""
    page: str = ""
    """The number of its page on the platform's site, when whoever hands it over knows."""


class Imported(NamedTuple):
    """An API; its `origin` says where it came from."""

    spec: ApiSpec


class Skipped(NamedTuple):
    """A file, or a part of one, that cannot be used."""

    name: str
    where: str
    """A JSON path (`$.requestParams[2]`), or line and column (`12:5`), or empty for the whole file."""
    reason: Message


class Package(NamedTuple):
    """The platform's own title of a package."""

    id: str
    title: str


Outcome = Imported | Skipped | Package


class Importer(Protocol):
    """One format. An instance serves one import; it may keep what later files need."""

    kind: ClassVar[str]
    """The name of the format, as `Origin.kind` has it."""
    suffixes: ClassVar[tuple[str, ...]]
    """How the names of its files end; files that no format names are not even read."""

    def takes(self, source: Source) -> bool:
        """Whether the file looks like one of this format, usable or not."""
        ...

    def read(self, source: Source) -> Iterator[Outcome]:
        """What a file gives; nothing for one that is no API document."""
        ...

    def finish(self) -> Iterator[Outcome]:
        """What could only be said after the last file."""
        ...


class Unusable(Exception):
    """Raised inside an importer where a file cannot be used; becomes a Skipped."""

    def __init__(self, where: str, reason: Message) -> None:
        super().__init__(reason.key)
        self.where = where
        self.reason = reason

    def skipped(self, name: str) -> Skipped:
        """The outcome for the file of that name."""
        return Skipped(name, self.where, self.reason)
