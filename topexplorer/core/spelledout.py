"""What a write sends, value by value: JSON taken apart into its members, each with the name a person has for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from topexplorer.core.call import decode_json
from topexplorer.core.language import Words
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Param
from topexplorer.core.writeplaces import as_text

MOST_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Value:
    """One value that is sent."""

    path: str
    """The parameter, and inside JSON the members down to it: `activity_info.sku[2].price`, counted from 1."""
    title: Words | None
    """None for what the spec does not know."""
    text: str
    """Foreign text."""

    @property
    def name(self) -> str:
        """The parameter's or the member's own name."""
        return self.path.rpartition(".")[2].partition("[")[0]


def spelled_out(spec: ApiSpec, sent: Iterable[tuple[str, str]]) -> Iterator[Value]:
    """Every value of what is sent, in its order."""
    for name, text in sent:
        param = spec.param(name)
        document = _document(text) if param and param.type in ("object", "json") else None
        if document:
            yield from _members(name, param, document, MOST_DEPTH)
        else:
            yield Value(name, param.title if param else None, text)


def _document(text: str) -> Any:
    try:
        found = decode_json(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _members(path: str, param: Param | None, value: Any, depth: int) -> Iterator[Value]:
    if value and depth and isinstance(value, dict):
        for name, inside in value.items():
            yield from _members(f"{path}.{name}", _child(param.children if param else (), name), inside, depth - 1)
    elif value and depth and isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value):
        for place, inside in enumerate(value, 1):
            yield from _members(f"{path}[{place}]", param, inside, depth - 1)
    else:
        yield Value(path, param.title if param else None, as_text(value))


def _child(children: Sequence[Param], name: object) -> Param | None:
    return next((child for child in children if child.name == name), None)
