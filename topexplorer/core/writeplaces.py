"""Places among a write's parameters: what they hold in one call, and what a spec knows of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from topexplorer.core.beforehand import Packed
from topexplorer.core.call import decode_json
from topexplorer.core.spec import Param


class Places:
    """The values of one call. Whatever does not hold what its parameter should is empty."""

    def __init__(self, params: Iterable[Param], packed: Iterable[Packed], values: Mapping[str, str]) -> None:
        self._params = {param.name: param for param in params}
        self._packed = {entry.param: entry for entry in packed}
        self._values = values
        self._opened: dict[str, Any] = {}

    def count(self, places: Iterable[str]) -> int:
        """How many objects the places are about: the entries of their longest list, one without a list."""
        lists = [len(found) for place in places if isinstance(found := self._at(place), list)]
        return max(lists, default=1)

    def is_list(self, place: str) -> bool:
        """Whether each object has a value of its own there."""
        return isinstance(self._at(place), list)

    def text(self, place: str, index: int) -> str:
        """What the place has for that object; empty for nothing."""
        found = self._at(place)
        if isinstance(found, list):
            return found[index] if index < len(found) else ""
        return found

    def members(self, place: str) -> dict[str, str]:
        """The members of the JSON object at a place."""
        found = _decoded(self.text(place, 0))
        return {str(name): as_text(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def _at(self, place: str) -> str | list[str]:
        head, _dot, rest = place.partition(".")
        if head not in self._opened:
            self._opened[head] = self._open(head)
        return _reached(self._opened[head], rest.split(".") if rest else [])

    def _open(self, name: str) -> Any:
        text, param = self._values.get(name, ""), self._params.get(name)
        if packed := self._packed.get(name):
            entries = [entry.strip() for entry in text.split(packed.between) if entry.strip()]
            return [_taken_apart(entry, packed) for entry in entries]
        if param and param.type in ("object", "json"):
            return _decoded(text)
        if param and param.many:
            return [entry.strip() for entry in text.split(",") if entry.strip()]
        return text


def lists_on_the_way(params: Sequence[Param], packed: Iterable[Packed], place: str) -> int | None:
    """How many lists a place goes through, by the spec; None when there is no such place."""
    head, _dot, rest = place.partition(".")
    known = next((entry for entry in packed if entry.param == head), None)
    if known:
        named = any(param.name == head for param in params) and (rest in known.parts if known.parts else not rest)
        return 1 if named else None
    param = next((param for param in params if param.name == head), None)
    if param is None or (rest and param.type not in ("object", "json")):
        return None
    inside = lists_on_the_way(param.children, (), rest) if rest and param.type == "object" else 0
    return None if inside is None else inside + param.many


def as_text(value: Any) -> str:
    """A value of JSON as a line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _taken_apart(entry: str, packed: Packed) -> Any:
    if not packed.parts:
        return entry
    texts = entry.split(packed.within) if packed.within else [entry]
    return dict(zip(packed.parts, (text.strip() for text in texts), strict=False))


def _decoded(text: str) -> Any:
    try:
        return decode_json(text)
    except (ValueError, RecursionError):
        return ""


def _reached(value: Any, path: list[str]) -> str | list[str]:
    if isinstance(value, list):
        return [inside if isinstance(inside := _reached(entry, path), str) else as_text(inside) for entry in value]
    if not path:
        return "" if value is None else as_text(value)
    return _reached(value.get(path[0]), path[1:]) if isinstance(value, dict) else ""
