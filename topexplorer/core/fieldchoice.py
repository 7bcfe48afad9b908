"""Which names of a comma list are ticked: the arithmetic behind the pickers.

A dotted name is covered by its parent: `orders` brings `orders.oid` and all its other members. Names the picker does
not know are kept as they were typed, after the known ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from topexplorer.core.spec import Field, find_field

NO_NAMES: Mapping[str, str] = MappingProxyType({})


def parts_of(text: str) -> list[str]:
    """The entries of a comma list, Chinese commas included, blanks left out."""
    return [part.strip() for part in re.split(r"[,，]", text) if part.strip()]


def parents_of(path: str) -> Iterable[str]:
    """`a.b` and `a` for `a.b.c`, nearest first."""
    while "." in path:
        path = path.rpartition(".")[0]
        yield path


class FieldChoice:
    """Dotted names of `paths`, of which some are chosen. Parents stand before their members in `paths`.

    `meant` says which path another spelling stands for; what was typed keeps its spelling.
    """

    def __init__(self, paths: Sequence[str], text: str, meant: Mapping[str, str] = NO_NAMES) -> None:
        self.paths = tuple(paths)
        self._known = frozenset(paths)
        self._spelled = {meant.get(name, name): name for name in parts_of(text)}
        self.chosen = self._spelled.keys() & self._known
        self.unknown = tuple(path for path in self._spelled if path not in self._known)

    @classmethod
    def of(cls, fields: Sequence[tuple[str, Field]], text: str) -> FieldChoice:
        """The choice among the fields of an answer; a list may also be named after its items."""
        top = tuple(field for path, field in fields if "." not in path)
        found = {name: find_field(top, name) for name in parts_of(text)}
        return cls([path for path, _field in fields], text, {name: one[0] for name, one in found.items() if one})

    def covered(self, path: str) -> bool:
        """Comes along because a parent is chosen."""
        return any(parent in self.chosen for parent in parents_of(path))

    def has(self, path: str) -> bool:
        """Chosen itself or covered."""
        return path in self.chosen or self.covered(path)

    def toggle(self, path: str) -> None:
        """Choose `path`, or leave it out. Leaving out a covered one chooses its siblings instead of the parent."""
        if self.has(path):
            self._open(path)
            self.chosen.discard(path)
        else:
            self.chosen = {name for name in self.chosen if not name.startswith(f"{path}.")} | {path}

    def _open(self, path: str) -> None:
        """Replace the chosen ancestors of `path` by their members, down to its siblings."""
        for parent in reversed(list(parents_of(path))):
            if parent in self.chosen:
                self.chosen.discard(parent)
                depth = parent.count(".") + 1
                self.chosen |= {
                    name for name in self.paths if name.startswith(f"{parent}.") and name.count(".") == depth
                }

    def choose_top(self) -> None:
        """All names of the top level; a second time, none of them."""
        top = {path for path in self.paths if "." not in path}
        self.chosen = set() if top <= self.chosen else top

    @property
    def count(self) -> int:
        """How many of the paths come back."""
        return sum(self.has(path) for path in self.paths)

    @property
    def text(self) -> str:
        """The comma list, in the order of `paths`; unknown names last."""
        chosen = (self._spelled.get(path, path) for path in self.paths if path in self.chosen)
        return ",".join([*chosen, *self.unknown])


class SingleChoice(FieldChoice):
    """At most one of `paths`; what was typed is replaced by it."""

    def __init__(self, paths: Sequence[str], text: str) -> None:
        super().__init__(paths, "")
        self.chosen = {text.strip()} & self._known

    def covered(self, path: str) -> bool:
        return False

    def toggle(self, path: str) -> None:
        self.chosen = set() if path in self.chosen else {path}


class ListChoice(FieldChoice):
    """Any of `paths`, whose dots mean nothing."""

    def covered(self, path: str) -> bool:
        return False

    def toggle(self, path: str) -> None:
        self.chosen ^= {path}

    def choose_top(self) -> None:
        self.chosen = set() if self._known <= self.chosen else set(self._known)
