"""From a back end's rows to what the platform returns: the fields that were asked for, typed as the spec says, and each
list under the name of its items (`orders: {order: […]}`) unless the caller wants it plain. The item names come from the
types, by a rule that others checked against the generated Java and .NET SDKs.

`fields` names members of the structs in the answer, dotted for nested ones (`orders.oid`); a struct's name alone means
all of it. Lists may go by the name of their items too (`sku` for `skus`), as the platform's documents write them.
Unknown names are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from topexplorer.core.spec import ApiSpec, Field, item_name

MOST_KEPT = 500
LONGEST_KEPT = 2000
"""Characters of a `fields` text whose shape is remembered."""
Tree = dict[str, "Tree"]
"""Asked names by first part; an empty tree below a name means all of it."""


Make = Callable[[Any], Any]
"""From a back end's value to the answer's."""


class Shapes:
    """Cuts and types answers. Remembers how, for the questions that are asked again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str | None, bool], tuple[ApiSpec, dict[str, Make]]] = {}

    def shaped(
        self, spec: ApiSpec, payload: Mapping[str, Any], fields: str | None, names_items: bool = False
    ) -> dict[str, Any]:
        """`payload` cut and typed for the answer of `spec`. `fields` None: the API has no such parameter, all come."""
        members = self._members(spec, fields, names_items).items()
        return {name: make(value) for name, make in members if (value := payload.get(name)) is not None}

    def _members(self, spec: ApiSpec, fields: str | None, names_items: bool) -> dict[str, Make]:
        key = (spec.method, fields, names_items)
        known = self._known.get(key)
        if known is not None and known[0] is spec:
            return known[1]
        asked = None if fields is None else _tree(name.strip() for name in fields.split(","))
        members = {field.name: _make(field, asked if field.children else None, names_items) for field in spec.response}
        if fields is None or len(fields) <= LONGEST_KEPT:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[key] = spec, members
        return members


def asked_fields(spec: ApiSpec, values: Mapping[str, str]) -> str | None:
    """The text of the `fields` parameter, or what the platform assumes without it; None asks for everything."""
    param = next((param for param in spec.params if param.type == "fields"), None)
    if param is None:
        return None
    return values.get(param.name, "").strip() or param.default or ("" if param.required else None)


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


def _make(field: Field, asked: Tree | None, names_items: bool) -> Make:
    plain = _PLAIN.get(field.platform_type, _text)
    wanted = [(child, below) for child in field.children if (below := _below(child, asked)) is not None]
    members = [(child.name, _make(child, below or None, names_items)) for child, below in wanted]
    items = item_name(field.platform_type)

    def one(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: make(found) for name, make in members if (found := value.get(name)) is not None}
        return plain(value)

    def each(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            return one(value)
        made = [one(entry) for entry in value]
        return {items: made} if names_items else made

    if field.many:
        return each
    return one if field.children or field.type == "object" else plain


def _below(child: Field, asked: Tree | None) -> Tree | None:
    """What is asked of a member: None when it is not, an empty tree when all of it is."""
    if asked is None:
        return {}
    found = asked.get(child.name)
    if found is None and child.many:
        found = asked.get(item_name(child.platform_type))
    return found


def _boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else str(value).lower() in ("true", "1")


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        return _text(value)
    if isinstance(value, int | float):
        return value
    try:
        return int(str(value))
    except ValueError:
        return str(value)


def _text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


_PLAIN: dict[str, Make] = {"Boolean": _boolean, "Number": _number}
"""How the platform writes plain values: Number and Boolean bare, everything else as text."""
