"""A decoded document as a tree whose branches are made when they are opened, each with the field that explains it.

Pure. Nothing here is as large as the document: a branch holds the children that were asked for, a page at a time.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from topexplorer.core.language import Words
from topexplorer.core.spec import Choice, Field, item_name
from topexplorer.core.text import cell_width, clean_line
from topexplorer.core.views import Tree

PAGE = 200
WIDEST_KEY = 32
FEW = 12
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*")
_TELLING = re.compile(r"(?:^|_)(?:\w*id|nick|title|name|status|code)$")


class Node:
    """A key and its value. `field` explains it; `within` explains its members."""

    __slots__ = ("children", "depth", "field", "is_rest", "key", "key_cells", "open", "parent", "value", "within")

    def __init__(
        self, key: str | int, value: Any, parent: Node | None, field: Field | None, within: Field | None
    ) -> None:
        self.key = key
        self.value = value
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else -1
        self.field = field
        self.within = within
        self.children: list[Node] = []
        self.open = False
        self.is_rest = False
        self.key_cells = 0
        """The widest key among `children`, in terminal cells."""

    @property
    def count(self) -> int:
        """How many members it has, 0 for a single value."""
        return len(self.value) if isinstance(self.value, dict | list) and not self.is_rest else 0

    @property
    def rest(self) -> int:
        """How many members are not in `children` yet."""
        return self.count - sum(not child.is_rest for child in self.children)

    @property
    def path(self) -> str:
        """Where it stands, as JMESPath and most tools write it: `trades.trade[0].tid`."""
        steps: list[str] = []
        node = self
        while node.parent is not None:
            if isinstance(node.key, int):
                steps.append(f"[{node.key}]")
            elif node.key or node.parent.parent is not None:
                plain_key = _PLAIN_KEY.fullmatch(node.key)
                steps.append("." + (node.key if plain_key else json.dumps(node.key, ensure_ascii=False)))
            node = node.parent
        return "".join(reversed(steps)).removeprefix(".")

    @property
    def choice(self) -> Choice | None:
        """What the value means, when its field says so."""
        field = self.field or self.within
        if field is None or not field.choices or self.count:
            return None
        text = self.value if isinstance(self.value, str) else json.dumps(self.value, default=str)
        return next((choice for choice in field.choices if choice.value == text), None)

    def more(self) -> list[Node]:
        """Makes the next page of children; a last one stands for the rest, if any. Returns the new ones."""
        if self.children and self.children[-1].is_rest:
            self.children.pop()
        made = [self._child(key, value) for key, value in self._members(len(self.children), PAGE)]
        self.children += made
        widest = max((cell_width(clean_line(str(child.key)[:WIDEST_KEY])) for child in made), default=0)
        self.key_cells = min(max(self.key_cells, widest), WIDEST_KEY)
        if self.rest:
            last = Node("", None, self, None, None)
            last.is_rest = True
            self.children.append(last)
            made.append(last)
        return made

    def _members(self, start: int, count: int) -> Iterator[tuple[str | int, Any]]:
        if isinstance(self.value, dict):
            yield from islice(self.value.items(), start, start + count)
        elif isinstance(self.value, list):
            yield from enumerate(self.value[start : start + count], start)

    def _child(self, key: str | int, value: Any) -> Node:
        if isinstance(key, int) or self._is_wrapper(key):
            return Node(key, value, self, None, self.within)
        fields = self.within.children if self.within else ()
        field = next((field for field in fields if field.name == key), None)
        return Node(key, value, self, field, field)

    def _is_wrapper(self, key: str) -> bool:
        """On the wire a list stands in an object named after its item type: `orders: {order: [...]}`."""
        return (
            self.within is not None
            and self.within.many
            and isinstance(self.value, dict)
            and len(self.value) == 1
            and self.field is self.within
            and (key == item_name(self.within.platform_type) or isinstance(self.value[key], list))
        )

    def shown(self) -> Iterator[Node]:
        """What stands below it while it is open, in order."""
        stack = [iter(self.children)] if self.open else []
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
            else:
                yield node
                if node.open:
                    stack.append(iter(node.children))


def plant(tree: Tree) -> Node:
    """The root of a document. It is not drawn itself; its first page of members is there, and open."""
    whole = Field(name="", type="object", platform_type="", title=Words(zh="", en=""), children=tree.fields)
    value = tree.payload if isinstance(tree.payload, dict | list) and tree.payload else {"": tree.payload}
    root = Node("", value, None, None, whole)
    root.open = True
    root.more()
    return root


def open_first(root: Node, most: int) -> None:
    """Opens what is worth seeing at once: small branches, and the one long list that an answer may consist of."""
    open_some(root, most)
    rows = list(root.shown())
    if len(rows) < FEW and (branch := next((node for node in rows if node.count and not node.open), None)):
        branch.more()
        branch.open = True


def open_some(node: Node, most: int) -> tuple[int, bool]:
    """Opens what is below, level by level, until about `most` rows are added. How many, and whether that was all.

    What leads to a single member is opened in any case, for it is in the way and costs a row.
    """
    added, whole = 0, True
    waiting = deque([node])
    while waiting:
        here = waiting.popleft()
        if not here.count:
            continue
        rows = min(here.count, PAGE)
        if not here.open or here is node:
            if rows > 1 and added + rows > most:
                whole = False
                continue
            if not here.children:
                here.more()
            added += 0 if here.open else rows
            here.open = True
        whole = whole and not here.rest
        waiting.extend(here.children)
    return added, whole


def summary(value: Any, most: int = 3) -> str:
    """A few members that tell one object from the next: `tid 3141…, status TRADE_FINISHED`. Foreign, not cleaned."""
    if isinstance(value, list):
        return ", ".join(plain(item)[:40] for item in value[:most] if not isinstance(item, dict | list))
    single = [(key, item) for key, item in islice(value.items(), 30) if not isinstance(item, dict | list)]
    telling = [row for row in single if _TELLING.search(row[0])] or single
    return ", ".join(f"{key} {plain(item)[:40]}" for key, item in telling[:most])


def plain(value: Any) -> str:
    """A single value in words: texts as they are, numbers with every digit, `true`, `false`, `null`."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return value if isinstance(value, str) else str(value)


def as_json(value: Any) -> Iterator[str]:
    """The pieces of indented JSON; numbers keep every digit, which the standard encoder does not do for fractions."""
    waiting: list[str | tuple[Any, str]] = [(value, "\n")]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            yield piece
            continue
        item, line = piece
        members: list[tuple[str, Any]] = []
        if isinstance(item, dict):
            members = [(f"{json.dumps(key, ensure_ascii=False)}: ", member) for key, member in item.items()]
        elif isinstance(item, list):
            members = [("", member) for member in item]
        if not members:
            yield plain(item) if isinstance(item, Decimal) else json.dumps(item, ensure_ascii=False)
            continue
        start, end = "{}" if isinstance(item, dict) else "[]"
        waiting.append(f"{line}{end}")
        for at, (key, member) in reversed(list(enumerate(members))):
            waiting += [(member, f"{line}  "), f"{',' if at else start}{line}  {key}"]
