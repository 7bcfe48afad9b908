"""From a back end's rows to what the platform returns: the fields that were asked for, typed as the spec says.

`fields` names members of the structs in the answer, dotted for nested ones (`orders.oid`); a struct's name alone means
all of it. Lists may go by the name of their items too (`sku` for `skus`), as the platform's documents write them.
Unknown names are ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field, item_name

Tree = dict[str, "Tree"]
"""Asked names by first part; an empty tree below a name means all of it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One member of a struct, ready to be picked from many rows."""

    name: str
    many: bool
    platform_type: str
    members: tuple[_Part, ...]
    """Of a struct; empty for a plain value."""


def shaped(spec: ApiSpec, payload: Mapping[str, Any], fields: str | None) -> dict[str, Any]:
    """`payload` cut and typed for the answer of `spec`. `fields` None: the API has no such parameter, all come."""
    asked = None if fields is None else _tree(name.strip() for name in fields.split(","))
    parts = [_part(field, asked if field.children else None) for field in spec.response if field.name in payload]
    return {part.name: _value(part, payload[part.name]) for part in parts if payload[part.name] is not None}


def asked_fields(spec: ApiSpec, values: Mapping[str, str]) -> str | None:
    """The text of the `fields` parameter, None when the API has none."""
    name = next((param.name for param in spec.params if param.type == "fields"), None)
    return None if name is None else values.get(name, "")


def _tree(names: Iterable[str]) -> Tree:
    tree: Tree = {}
    whole: set[str] = set()
    for name in names:
        first, _dot, rest = name.partition(".")
        if not rest:
            whole.add(first)
            tree[first] = {}
        elif first not in whole:
            _grow(tree.setdefault(first, {}), rest)
    return tree


def _grow(tree: Tree, path: str) -> None:
    for name in path.split("."):
        tree = tree.setdefault(name, {})


def _part(field: Field, asked: Tree | None) -> _Part:
    members = []
    for child in field.children:
        below = _below(child, asked)
        if below is not None:
            members.append(_part(child, below or None))
    return _Part(field.name, field.many, field.platform_type, tuple(members))


def _below(child: Field, asked: Tree | None) -> Tree | None:
    """What is asked of a member: None when it is not, an empty tree when all of it is."""
    if asked is None:
        return {}
    found = asked.get(child.name)
    if found is None and child.many:
        found = asked.get(item_name(child.platform_type))
    return found


def _value(part: _Part, value: Any) -> Any:
    if part.many and isinstance(value, list | tuple):
        return [_one(part, entry) for entry in value]
    return _one(part, value)


def _one(part: _Part, value: Any) -> Any:
    if isinstance(value, dict):
        return {
            member.name: _value(member, value[member.name])
            for member in part.members
            if value.get(member.name) is not None
        }
    return typed(part.platform_type, value)


def typed(platform_type: str, value: Any) -> Any:
    """A plain value as the platform writes that type: Number and Boolean bare, everything else as text."""
    if platform_type == "Boolean":
        return value if isinstance(value, bool) else str(value).lower() in ("true", "1")
    if platform_type == "Number" and not isinstance(value, bool):
        return value if isinstance(value, int | float) else _number(str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        return text
