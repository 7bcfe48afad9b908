"""Reading spec files: strict where a file is new or changed, quick where it is known to be valid.

`examine` validates one file with pydantic and says exactly what is wrong; `read` trusts a file that was examined.
`schemas` writes the JSON Schemas that editors use. Only reads.
"""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from math import isfinite
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from topexplorer.core.beforehand import Asked, Changed, Key, Packed, Paged, Shows, When
from topexplorer.core.language import Message, Words, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import (
    ApiSpec,
    Category,
    Choice,
    ErrorCode,
    ErrorTable,
    Field,
    GatewayAddress,
    GlobalError,
    Limit,
    Model,
    Origin,
    Param,
    Platform,
    RateClass,
    Retirement,
    Sample,
    SubCodeFamily,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MAX_SPEC_BYTES = 4 * 1024 * 1024
MAX_DIGITS = 18
"""Longest number of a spec file: limits beyond it are none."""
KINDS: dict[str, type[Any]] = {"api": ApiSpec, "model": Model, "platform": Platform, "errors": ErrorTable}
_NOUNS = {
    *(ApiSpec, Asked, Category, Changed, Choice, ErrorCode, ErrorTable, Field, GatewayAddress, GlobalError, Key, Limit),
    *(Model, Packed, Paged, Param, Origin, Platform, RateClass, Retirement, Sample, Shows, SubCodeFamily, When, Words),
}
_TYPES: dict[str, Any] = {"bool": bool, "int": int, "float": int | float, **{noun.__name__: noun for noun in _NOUNS}}
"""What a field's annotation means; what is not here is text with few values."""


@dataclass(frozen=True, slots=True)
class SpecProblem:
    """A spec file that cannot be used, or only with care."""

    file: str
    where: str
    """A JSON path, `$.params[2].type`."""
    reason: Message


class BrokenSpec(ValueError):
    """`problems` says what is wrong with the file."""

    def __init__(self, problems: tuple[SpecProblem, ...]) -> None:
        super().__init__(problems[0].reason.key)
        self.problems = problems


def kind_of(path: Path) -> str | None:
    """What a file in a platform's folder holds, by its place; None for files that are not specs."""
    if path.suffix != ".json":
        return None
    if path.parent.name == "models":
        return "model"
    if path.name in ("platform.json", "errors.json"):
        return path.stem
    return "api" if "apis" in path.parts else None


def kind_by_content(path: Path) -> str | None:
    """What a JSON file resembles, an API or a model; None for neither. One that cannot be read may be an API."""
    try:
        found = _document(path, _text(path))
    except BrokenSpec:
        return "api"
    if "method" in found:
        return "api"
    return "model" if {"name", "fields"} <= found.keys() else None


def examine(path: Path, kind: str) -> Any:
    """The file's content, checked against its class. Raises BrokenSpec with file, JSON path and reason."""
    text = _text(path)
    document = _document(path, text)
    document.pop("$schema", None)
    from pydantic import ValidationError

    try:
        return _validator(kind).validate_json(json.dumps(document), strict=True)
    except ValidationError as error:
        raise BrokenSpec(
            tuple(
                SpecProblem(str(path), json_path(fault["loc"]), _reason(fault["type"], fault["msg"]))
                for fault in error.errors(include_url=False, include_input=False)
            )
        ) from None


@cache
def _validator(kind: str) -> TypeAdapter[Any]:
    """Made once per kind: making one takes a hundred times as long as checking a file with it."""
    from pydantic import TypeAdapter

    return TypeAdapter(KINDS[kind])


def read(path: Path, kind: str) -> Any:
    """The content of a file that `examine` accepted. A file broken since then raises BrokenSpec.

    Built here and not by a library: importing one takes longer than reading the files of a call.
    """
    try:
        document = json.loads(path.read_bytes())
        document.pop("$schema", None)
        return _noun(KINDS[kind], document)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BrokenSpec((SpecProblem(str(path), "$", message("spec.changed", detail=str(error))),)) from None


def build(kind: str, document: dict[str, Any]) -> Any:
    """What `document` made of it. Raises TypeError, KeyError or AttributeError where it is of another shape."""
    return _noun(KINDS[kind], document)


def document(noun: Any) -> dict[str, Any]:
    """A spec, or a part of one, as its file has it: without what is at its default."""
    written = {}
    for name, default in _defaults(noun.__class__):
        value = getattr(noun, name)
        if value is default or value == default:
            continue
        if value.__class__ is tuple:
            value = [document(entry) if entry.__class__ in _NOUNS else entry for entry in value]
        elif value.__class__ in _NOUNS:
            value = document(value)
        written[name] = value
    return written


@cache
def _defaults(shape: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, field.default) for field in fields(shape))


def _noun(shape: Any, document: dict[str, Any]) -> Any:
    """`document` as `shape`. Raises TypeError, KeyError or AttributeError where the two differ."""
    members = _members(shape)
    values = {}
    for name, value in document.items():
        member, many = members[name]
        if many:
            value = tuple([_member(member, entry) for entry in value])
        elif value is not None and value.__class__ is not member:
            value = _member(member, value)
        values[name] = value
    return shape(**values)


def _member(member: Any, value: Any) -> Any:
    if member in _NOUNS:
        return _noun(member, value)
    if not isinstance(value, member):
        raise TypeError(repr(value))
    return value


@cache
def _members(shape: Any) -> dict[str, tuple[Any, bool]]:
    """The type of each field, without None, and whether the field holds many of them."""
    found = {}
    for field in fields(shape):
        text = str(field.type).removesuffix(" | None")
        entry = text.removeprefix("tuple[").removesuffix(", ...]")
        found[field.name] = _TYPES.get(entry, str), text != entry
    return found


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (2020-12) per kind of file. `$schema` itself is allowed, so that a spec can name its schema."""
    found = {}
    for kind in KINDS:
        schema = _validator(kind).json_schema()
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = {**schema["$defs"][name], "$defs": schema["$defs"]}
        schema["properties"] = {"$schema": {"type": "string"}, **schema["properties"]}
        found[kind] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return found


def json_path(parts: tuple[int | str, ...]) -> str:
    """`('params', 2, 'type')` as `$.params[2].type`."""
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _text(path: Path) -> str:
    try:
        facts = path.stat()
        if not S_ISREG(facts.st_mode):
            raise BrokenSpec((SpecProblem(str(path), "$", message("spec.not_a_file")),))
        if facts.st_size > MAX_SPEC_BYTES:
            raise BrokenSpec((SpecProblem(str(path), "$", message("spec.too_large", limit=MAX_SPEC_BYTES // 2**20)),))
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BrokenSpec((SpecProblem(str(path), "$", message("spec.not_utf8")),)) from None
    except OSError as error:
        reason = message("spec.unreadable", detail=error.strerror or str(error))
        raise BrokenSpec((SpecProblem(str(path), "$", reason),)) from None


def _document(path: Path, text: str) -> dict[str, Any]:
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(found)
        if len(members) < len(found):
            names = [name for name, _value in found]
            twice.extend(sorted({name for name in names if names.count(name) > 1}))
        return members

    try:
        document = json.loads(
            text, object_pairs_hook=pairs, parse_int=_integer, parse_float=_fraction, parse_constant=_fraction
        )
    except json.JSONDecodeError as error:
        reason = message("spec.not_json", detail=error.msg, line=error.lineno, column=error.colno)
        raise BrokenSpec((SpecProblem(str(path), "$", reason),)) from None
    except _BadNumber as error:
        raise BrokenSpec((SpecProblem(str(path), "$", message("spec.bad_number", text=str(error))),)) from None
    except RecursionError:
        raise BrokenSpec((SpecProblem(str(path), "$", message("spec.too_deep")),)) from None
    if not isinstance(document, dict):
        raise BrokenSpec((SpecProblem(str(path), "$", message("spec.not_object")),))
    if twice:
        raise BrokenSpec((SpecProblem(str(path), "$", message("spec.duplicate_key", name=twice[0])),))
    return document


class _BadNumber(ValueError):
    """A number that not every reader of the file could hold."""


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _BadNumber(f"{digits[:MAX_DIGITS]}…")
    return int(digits)


def _fraction(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise _BadNumber(text[:MAX_DIGITS])
    return number


_REASONS = {
    "missing_argument": "spec.missing",
    "missing": "spec.missing",
    "missing_keyword_only_argument": "spec.missing",
    "unexpected_keyword_argument": "spec.unknown_key",
}


def _reason(kind: str, text: str) -> Message:
    key = _REASONS.get(kind)
    return message(key) if key else message("spec.invalid", detail=text)
