"""Reading foreign JSON. Whole numbers that fit a spec stay numbers, all others become text, so none is rounded."""

from __future__ import annotations

import json
from typing import Any

from topexplorer.core.importers.outcome import Unusable
from topexplorer.core.language import message
from topexplorer.core.specfiles import MAX_DIGITS


def decoded(content: bytes) -> str:
    """The text of a file. Raises Unusable for what is empty or not UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise Unusable(f"{line}:{column}", message("import.not_utf8")) from None
    if not text.strip():
        raise Unusable("", message("import.empty"))
    return text


def loaded(content: bytes) -> Any:
    """The content of a JSON file. Raises Unusable with line and column."""
    text = decoded(content)
    try:
        return json.loads(text, object_pairs_hook=_members, parse_int=_integer, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        where = f"{error.lineno}:{error.colno}"
        raise Unusable(where, message("import.not_json", detail=error.msg)) from None
    except _TwiceNamed as error:
        raise Unusable("$", message("import.duplicate_key", name=error.name)) from None
    except RecursionError:
        raise Unusable("$", message("import.too_deep")) from None


class _TwiceNamed(Exception):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _value in pairs:
            if name in seen:
                raise _TwiceNamed(name[:80])
            seen.add(name)
    return members


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= MAX_DIGITS else digits
