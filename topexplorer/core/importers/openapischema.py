"""The schemas of an OpenAPI document as parts of an API: references resolved, `allOf` merged, cycles cut."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from topexplorer.core.importers.outcome import Unusable
from topexplorer.core.importers.plaintext import one_line
from topexplorer.core.importers.specparts import (
    Budget,
    Part,
    foreign_text,
    part_name,
    shown,
    text_of,
    type_name,
    whole_number,
)
from topexplorer.core.language import message
from topexplorer.core.spec import Choice

MAX_HOPS = 32
MAX_CHOICES = 500
_TYPES = {"integer": "Number", "number": "BigDecimal", "boolean": "Boolean", "string": "String", "object": "Json"}
_FORMATS = {"date-time": "Date", "date": "Date", "binary": "byte[]", "byte": "byte[]"}
_LIMITS = {"maxLength": "max_length", "maxItems": "max_items", "minimum": "minimum", "maximum": "maximum"}

Refs = tuple[str, ...]


class Schemas:
    """The schemas of one document, for one operation."""

    def __init__(self, document: dict[str, Any], budget: Budget) -> None:
        self._document = document
        self._budget = budget

    def resolved(self, found: Any, where: str) -> dict[str, Any]:
        """The object that stands there, or that a reference there leads to. Raises Unusable."""
        return self._resolved(found, where)[0]

    def members(self, schema: Any, where: str, otherwise: str) -> tuple[Part, ...]:
        """A part for each property; for a schema that has none, one part called `otherwise`. Raises Unusable."""
        part = self.part(otherwise, schema, where)
        return part.children if part.children and not part.many else (part,)

    def part(
        self, name: Any, schema: Any, where: str, *, required: bool = False, refs: Refs = (), depth: int = 1
    ) -> Part:
        """A schema as a part of that name. Raises Unusable."""
        self._budget.take(where, depth)
        called = part_name(name, where)
        whole, named, inside = self._whole(schema, where, refs, depth)
        limits = dict(_limits(whole))
        many = _type(whole) == "array"
        if many:
            item, named, inside = self._whole(whole.get("items"), f"{where}.items", inside, depth)
            whole = {**item, "description": whole.get("description", item.get("description"))}
        children = self._properties(whole, where, inside, depth)
        written = _platform_type(whole, named, bool(children))
        return Part(
            name=called,
            platform_type=type_name(written, where, has_children=bool(children))[0],
            many=many,
            text=foreign_text(whole.get("description")) or foreign_text(whole.get("title")),
            required=required,
            default=_scalar(whole.get("default")),
            example=_example(whole),
            limits=tuple((limits | dict(_limits(whole))).items()),
            choices=tuple(_choices(whole)),
            children=children,
        )

    def _properties(self, whole: dict[str, Any], where: str, refs: Refs, depth: int) -> tuple[Part, ...]:
        properties = whole.get("properties")
        if properties is None:
            return ()
        if not isinstance(properties, dict):
            raise Unusable(f"{where}.properties", message("import.not_object"))
        needed = whole.get("required")
        required = {name for name in needed if isinstance(name, str)} if isinstance(needed, list) else set()
        found: dict[str, Part] = {}
        for name, schema in properties.items():
            at = f"{where}.{shown(name)}"
            part = self.part(name, schema, at, required=name in required, refs=refs, depth=depth + 1)
            found.setdefault(part.name, part)
        return tuple(found.values())

    def _whole(self, schema: Any, where: str, refs: Refs, depth: int) -> tuple[dict[str, Any], str, Refs]:
        """A schema with what it refers to and is made of, the name it goes by, and the references that led there.

        Inside itself a schema is left empty.
        """
        self._budget.take(where, depth)
        if schema is None or isinstance(schema, bool):
            return {}, "", refs
        own, followed = self._resolved(schema, where)
        name = followed[-1].rpartition("/")[2] if followed else ""
        if set(followed) & set(refs):
            return {"type": "object", "description": own.get("description")}, name, refs
        refs = (*refs, *followed)
        merged = dict(own)
        for choice in ("oneOf", "anyOf"):
            options = own.get(choice)
            if isinstance(options, list) and options and "type" not in own and "properties" not in own:
                first = next((option for option in options if not _is_null(option)), options[0])
                merged = self._merged(merged, first, where, refs, depth)
        parts = own.get("allOf")
        for part in parts if isinstance(parts, list) else ():
            merged = self._merged(merged, part, where, refs, depth)
        return merged, name, refs

    def _merged(self, own: dict[str, Any], part: Any, where: str, refs: Refs, depth: int) -> dict[str, Any]:
        other, _name, _refs = self._whole(part, where, refs, depth + 1)
        merged = {**other, **own}
        mine, theirs = own.get("properties"), other.get("properties")
        if isinstance(theirs, dict) and isinstance(mine, dict | None):
            merged["properties"] = {**theirs, **(mine or {})}
        lists = [needed for needed in (own.get("required"), other.get("required")) if isinstance(needed, list)]
        if lists:
            merged["required"] = [name for needed in lists for name in needed]
        return merged

    def _resolved(self, found: Any, where: str) -> tuple[dict[str, Any], Refs]:
        """The object at the end of the references that begin there, and these references."""
        followed: list[str] = []
        while isinstance(found, dict) and isinstance(found.get("$ref"), str):
            ref = found["$ref"]
            if not ref.startswith("#/"):
                raise Unusable(where, message("import.foreign_ref", ref=shown(ref)))
            if ref in followed or len(followed) >= MAX_HOPS:
                raise Unusable(where, message("import.ref_circle", ref=shown(ref)))
            followed.append(ref)
            found = self._at(ref, where)
        if not isinstance(found, dict):
            raise Unusable(where, message("import.not_object"))
        return found, tuple(followed)

    def _at(self, ref: str, where: str) -> Any:
        found: Any = self._document
        for step in ref[2:].split("/"):
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and step in found:
                found = found[step]
            else:
                raise Unusable(where, message("import.no_ref", ref=shown(ref)))
        return found


def _type(schema: dict[str, Any]) -> str:
    """The first type that is not null; what the other keywords suggest where there is none."""
    written = schema.get("type")
    names = written if isinstance(written, list) else [written]
    named = next((name for name in names if isinstance(name, str) and name != "null"), "")
    if named:
        return named
    if "properties" in schema or "additionalProperties" in schema:
        return "object"
    return "array" if "items" in schema else "string"


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def _platform_type(schema: dict[str, Any], named: str, has_children: bool) -> str:
    kind = _type(schema)
    if kind == "object" and (has_children or named):
        return named if named and named.isidentifier() and len(named) <= 128 else "Object"
    if kind == "array":
        return "Json"
    form = schema.get("format")
    return (_FORMATS.get(form) if kind == "string" and isinstance(form, str) else None) or _TYPES.get(kind, "Json")


def _limits(schema: dict[str, Any]) -> list[tuple[str, int]]:
    found = ((ours, whole_number(schema.get(theirs))) for theirs, ours in _LIMITS.items())
    return [(ours, n) for ours, n in found if n is not None and (n >= 0 or ours in ("minimum", "maximum"))]


def _choices(schema: dict[str, Any]) -> list[Choice]:
    written = schema.get("enum")
    values = written if isinstance(written, list) else [schema["const"]] if "const" in schema else []
    texts = dict.fromkeys(one_line(text_of(value)) for value in values[:MAX_CHOICES])
    return [Choice(value=text) for text in texts if text]


def _example(schema: dict[str, Any]) -> str:
    examples = schema.get("examples")
    first = examples[0] if isinstance(examples, list) and examples else None
    return _scalar(schema.get("example", first))


def _scalar(value: Any) -> str:
    """A value as it is typed: text as it is, anything nested as JSON."""
    if isinstance(value, dict | list) and value:
        return one_line(json.dumps(value, ensure_ascii=False))[:2000]
    return one_line(text_of(value))
