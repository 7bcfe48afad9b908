"""The sample answer of an imported document, read as an answer of the sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from topexplorer.core.envelope import response_root
from topexplorer.core.spec import ApiSpec, Field

DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
LONGEST = 256 * 1024
"""Characters of a sample that are looked at."""


def sampled(spec: ApiSpec) -> dict[str, Any]:
    """The members of the first usable JSON sample that fit the spec; empty when no sample is usable."""
    for sample in spec.samples:
        if "error" not in sample.name.lower() and len(sample.text) <= LONGEST:
            found = _content(sample.text, spec)
            if found:
                return found
    return {}


def _content(text: str, spec: ApiSpec) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict) or "error_response" in document:
        return {}
    root = document.get(response_root(spec.method))
    return _struct(root if isinstance(root, dict) else document, spec.response)


def _struct(row: dict[str, Any], fields: Iterable[Field]) -> dict[str, Any]:
    made = {}
    for field in fields:
        value = _many(field, row.get(field.name)) if field.many else _one(field, row.get(field.name))
        if value is not None:
            made[field.name] = value
    return made


def _many(field: Field, value: Any) -> list[Any] | None:
    """A list, in the wrapper that carries it or plain as simplified answers have it."""
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    rows = value if isinstance(value, list) else [value]
    found = [made for row in rows if (made := _one(field, row)) is not None]
    return found or None


def _one(field: Field, value: Any) -> Any:
    if field.type == "object":
        return _struct(value, field.children) if isinstance(value, dict) else None
    if isinstance(value, dict | list) or value is None:
        return None
    return value if fits(field, value) else None


def fits(field: Field, value: object) -> bool:
    """Whether a plain value is of the field's type, as a number or a flag or as its text."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if field.platform_type == "Boolean":
        return text in ("true", "false")
    if field.platform_type == "Number":
        return re.fullmatch(r"-?[0-9]{1,18}|[0-8][0-9]{18}", text) is not None
    if field.type == "datetime":
        return re.fullmatch(DATE, text) is not None
    if field.type in ("price", "decimal"):
        return re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]+)?", text) is not None
    return True
