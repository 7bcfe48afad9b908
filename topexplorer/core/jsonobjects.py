"""JSON being edited: objects as members with texts, exact numbers, unknown members kept, and the way back to text.

Both sides of the object editor stand on this; it knows no widget.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from topexplorer.core.call import decode_json
from topexplorer.core.fieldchoice import parts_of
from topexplorer.core.spec import Param
from topexplorer.core.text import ascii_number
from topexplorer.core.values import BadValue, member_text, wire


class BadJson(ValueError):
    """Text that is not JSON: where it stops being it, counted from 1, and what stands there."""

    def __init__(self, line: int, column: int, before: str) -> None:
        super().__init__(f"{line}:{column}")
        self.line = line
        self.column = column
        self.before = before


def parse(text: str) -> Any:
    """The document, None for blank text. Raises BadJson."""
    if not text.strip():
        return None
    try:
        return decode_json(text)
    except json.JSONDecodeError as error:
        rest = text[error.pos :].split("\n")[0]
        raise BadJson(error.lineno, error.colno, rest[:20]) from None
    except (ValueError, RecursionError) as error:
        raise BadJson(1, 1, str(error)[:20]) from None


def write(value: Any, indent: int | None = None, depth: int = 0) -> str:
    """`value` as JSON with every number as it was read; compact unless `indent` is given."""
    if isinstance(value, Mapping):
        parts = [
            f"{_string(str(name))}:{' ' * bool(indent)}{write(one, indent, depth + 1)}" for name, one in value.items()
        ]
        return _block("{", parts, "}", indent, depth)
    if isinstance(value, list):
        return _block("[", [write(one, indent, depth + 1) for one in value], "]", indent, depth)
    if isinstance(value, str):
        return _string(value)
    return str(value) if isinstance(value, Decimal) else json.dumps(value)


def _string(text: str) -> str:
    """Readable, except for halves of surrogate pairs, which only an escape can carry."""
    return json.dumps(text, ensure_ascii=any("\ud800" <= char <= "\udfff" for char in text))


def _block(opening: str, parts: list[str], closing: str, indent: int | None, depth: int) -> str:
    if indent is None or not parts:
        return opening + ",".join(parts) + closing
    margin = "\n" + " " * indent * (depth + 1)
    return opening + margin + f",{margin}".join(parts) + "\n" + " " * indent * depth + closing


def text_of(child: Param, value: Any) -> str:
    """What a form shows for a member."""
    if value is None:
        return ""
    if isinstance(value, dict | list) and (child.type in ("object", "json") or isinstance(value, dict)):
        return write(value)
    if isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value):
        return write(value)
    return member_text(child, value)


def value_of(child: Param, text: str, now: datetime) -> Any:
    """The JSON value for what was typed in a member's row. What does not fit its type stays the text it is."""
    if child.type in ("object", "json"):
        try:
            return parse(text)
        except BadJson:
            return text
    if child.many:
        return [_scalar(child, part, now) for part in parts_of(text)]
    return _scalar(child, text, now)


def _scalar(child: Param, text: str, now: datetime) -> Any:
    from dataclasses import replace

    try:
        sent = wire(replace(child, many=False), text, now)
    except BadValue:
        return text
    if child.type == "integer":
        return decode_json(str(int(sent)) if len(sent) < 4000 else sent.lstrip("+0") or "0")
    if child.type == "boolean":
        return sent == "true"
    return Decimal(ascii_number(sent)) if child.type == "decimal" else sent


class ObjectDocument:
    """One object, or a list of them, as `param` describes it."""

    def __init__(self, param: Param, text: str) -> None:
        """Raises BadJson."""
        self.param = param
        self._load(parse(text))

    def _load(self, document: Any) -> None:
        self.fits = document is None or isinstance(document, list if self.param.many else dict)
        """False when the JSON is of another shape than the parameter: only the raw side can show it."""
        if self.param.many:
            self.entries: list[Any] = list(document) if isinstance(document, list) else []
        else:
            self.entries = [document if isinstance(document, dict) else {}]

    def text(self, indent: int | None = None) -> str:
        """The document; blank when there is nothing in it."""
        if self.param.many:
            return write(self.entries, indent) if self.entries else ""
        return write(self.entries[0], indent) if self.entries[0] else ""

    def texts(self, index: int) -> dict[str, str]:
        """The members of one entry as a form shows them."""
        entry = self.entries[index]
        if not isinstance(entry, dict):
            return {}
        return {child.name: text_of(child, entry.get(child.name)) for child in self.param.children}

    def put(self, index: int, child: Param, text: str, now: datetime) -> None:
        """Write a member as it was typed; an emptied one is removed. Other members keep their place."""
        entry = self.entries[index] if isinstance(self.entries[index], dict) else {}
        members = {**entry, child.name: value_of(child, text, now)}
        if not text.strip():
            del members[child.name]
        self.entries[index] = members

    def label(self, index: int, see: Callable[[str, str], str] | None = None) -> str:
        """A few words to tell entries apart: the first members that have a short value, as `see` gives them by name."""
        entry = self.entries[index]
        if not isinstance(entry, dict):
            return see("", write(entry)) if see else write(entry)
        short = ((name, text) for name, text in self.texts(index).items() if text and len(text) < 40)
        return " ".join(see(name, text) if see else text for name, text in short)
