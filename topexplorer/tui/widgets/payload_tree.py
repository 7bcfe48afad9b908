"""The decoded answer, key by key, with the meaning of each beside it. Branches are made when they are opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click
from textual.message import Message
from textual.reactive import var

from topexplorer.core.answertree import WIDEST_KEY, Node, as_json, open_first, open_some, plain, summary
from topexplorer.core.clipboard import MOST_BYTES
from topexplorer.core.language import Language
from topexplorer.core.text import clean_line
from topexplorer.tui.widgets.row_list import Copied, RowList, cut

OPEN_AT_FIRST = 60
OPEN_AT_ONCE = 2000
LEAST_VALUE = 20
"""Cells that a value gets even where its meaning then starts late: an id has 19 digits."""


class PayloadTree(RowList):
    """Shows the document below `root`. Enter opens and closes, `p` copies the path and `y` the value."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"payload-tree--{part}" for part in ("key", "text", "number", "literal", "choice", "summary")
    }
    DEFAULT_CSS = """
    PayloadTree {
        height: 1fr;
        overflow-x: hidden;
        & > .payload-tree--key { color: $text-primary; }
        & > .payload-tree--text { color: $foreground; }
        & > .payload-tree--number { color: $text-success; }
        & > .payload-tree--literal { color: $text-warning; }
        & > .payload-tree--choice { color: $text-accent; }
        & > .payload-tree--summary { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "turn", show=False),
        Binding("right,l", "open", show=False),
        Binding("left,h", "close", show=False),
        Binding("asterisk", "open_all", show=False),
        Binding("minus", "close_all", show=False),
        Binding("left_square_bracket", "sibling(-1)", show=False),
        Binding("right_square_bracket", "sibling(1)", show=False),
        Binding("p", "copy_path", show=False),
        Binding("y", "copy_value", show=False),
    ]

    root: var[Node | None] = var(None)

    @dataclass
    class Noticed(Message):
        """Something to tell the user: a sentence, in words."""

        text: str

    def __init__(self, language: Language, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language
        self._rows: list[Node] = []

    @property
    def node(self) -> Node | None:
        """The one under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    def node_at(self, row: int) -> Node:
        """The one that stands in that row."""
        return self._rows[row]

    def watch_root(self, root: Node | None) -> None:
        if root is not None:
            open_first(root, OPEN_AT_FIRST)
        self.set_reactive(RowList.cursor, 0)
        self.scroll_to(y=0, animate=False)
        self._spread()
        self.post_message(self.Highlighted(self, 0))

    def _spread(self, stand_on: Node | None = None) -> None:
        """Lists the rows anew, the cursor on `stand_on` or on its nearest parent that can be seen."""
        self._rows = list(self.root.shown()) if self.root else []
        self.resize_rows(len(self._rows))
        self._stand_on(stand_on)

    def _stand_on(self, node: Node | None) -> None:
        while node is not None and node is not self.root:
            if node in self._rows:
                self.cursor = self._rows.index(node)
                break
            node = node.parent

    def draw(self, row: int, on: bool) -> tuple[Text, Text]:
        node = self._rows[row]
        width = self.scrollable_content_region.width
        line = self._lead(node, width, on)
        if node.is_rest and node.parent:
            rest = node.parent.rest
            line.append(self._language("tree.more", n=rest, count=f"{rest:,}"), self.look("payload-tree--summary", on))
            return Text(), line
        meaning = self._meaning(node, on)
        column = width * 3 // 5
        value, style = self._value(node, on)
        lead = cell_len(line.plain)
        room = min(max(column - 2, lead + LEAST_VALUE) if meaning.plain else width, width - 1) - lead
        line.append(cut(clean_line(value[: width * 2]), room), style)
        if meaning.plain:
            line.append(" " * max(2, column - cell_len(line.plain)))
            meaning.truncate(max(0, width - 1 - cell_len(line.plain)), overflow="ellipsis")
            line.append_text(meaning)
        return Text(), line

    def _lead(self, node: Node, width: int, on: bool) -> Text:
        """Indent, sign and key. Deeper than a quarter of the width, the indent stops and its depth is written down."""
        muted = self.look("row-list--muted", on)
        most = max(8, width // 4)
        indent = " " * (2 * node.depth)
        if len(indent) > most:
            indent = f"{node.depth} ".rjust(most)
        sign = " " if not node.count else "▾" if node.open else "▸"
        line = Text.assemble((f" {indent}{sign} ", muted))
        if not node.is_rest and node.parent:
            key = cut(clean_line(str(node.key)[: WIDEST_KEY + 1]), node.parent.key_cells)
            key += " " * (node.parent.key_cells - cell_len(key) + 2)
            line.append(key, muted if isinstance(node.key, int) else self.look("payload-tree--key", on))
        return line

    def _value(self, node: Node, on: bool) -> tuple[str, Style]:
        value = node.value
        if isinstance(value, dict | list):
            mark = f"[{len(value):,}]" if isinstance(value, list) else f"{{{len(value):,}}}"
            told = "" if node.open else summary(value)
            return f"{mark}  {told}".rstrip(), self.look("payload-tree--summary", on)
        if isinstance(value, str):
            return (value, self.look("payload-tree--text", on)) if value else ('""', self.look("row-list--muted", on))
        kind = "literal" if value is None or isinstance(value, bool) else "number"
        return plain(value), self.look(f"payload-tree--{kind}", on)

    def _meaning(self, node: Node, on: bool) -> Text:
        """The field's title, and the choice's when the value is one of them."""
        parts = Text()
        if node.field is not None:
            parts.append(clean_line(self._language.words(node.field.title)), self.look("row-list--muted", on))
        if node.choice is not None and node.choice.title is not None:
            parts.append(" · " if parts.plain else "", self.look("row-list--muted", on))
            parts.append(clean_line(self._language.words(node.choice.title)), self.look("payload-tree--choice", on))
        return parts

    def clicked(self, row: int, event: Click) -> None:
        node = self._rows[row]
        indent = self._lead(node, self.scrollable_content_region.width, False).plain
        at_sign = event.x <= len(indent) - len(indent.lstrip(" 0123456789")) + 1
        if node.is_rest or at_sign or event.chain == 2:
            self.action_turn()

    def help_text(self) -> str:
        return self._language("tree.help")

    def action_turn(self) -> None:
        node = self.node
        if node is None:
            return
        if node.is_rest and node.parent:
            first = node.parent.more()[0]
            self._spread(first)
        elif node.count:
            self._set_open(node, not node.open)

    def _set_open(self, node: Node, open: bool) -> None:
        if open and not node.children:
            node.more()
        node.open = open
        self._spread(node)
        self.post_message(self.Highlighted(self, self.cursor))

    def action_open(self) -> None:
        node = self.node
        if node is not None and (node.is_rest or (node.count and not node.open)):
            self.action_turn()
        elif node is not None and node.count:
            self.cursor += 1

    def action_close(self) -> None:
        node = self.node
        if node is not None and node.open:
            self._set_open(node, False)
        elif node is not None and node.parent is not self.root:
            self._stand_on(node.parent)

    def action_open_all(self) -> None:
        node = self.node
        if node is None or not node.count:
            return
        added, whole = open_some(node, OPEN_AT_ONCE)
        self._spread(node)
        key = "tree.opened" if whole else "tree.opened_part"
        self.post_message(self.Noticed(self._language(key, n=added, count=f"{added:,}")))

    def action_close_all(self) -> None:
        node = self.node
        while node is not None and node.parent is not self.root:
            node = node.parent
        for row in self._rows:
            row.open = False
        self._spread(node)

    def action_sibling(self, step: int) -> None:
        """To the next or previous key of the same object or list."""
        if self.node is None or self.node.parent is None:
            return
        siblings = self.node.parent.children
        at = siblings.index(self.node) + step
        if 0 <= at < len(siblings):
            self._stand_on(siblings[at])

    def action_copy_path(self) -> None:
        if self.node is not None and not self.node.is_rest:
            self.post_message(Copied(self.node.path, self._language("tree.copied_path")))

    def action_copy_value(self) -> None:
        node = self.node
        if node is None or node.is_rest:
            return
        pieces: list[str] = []
        size = 0
        for piece in as_json(node.value) if isinstance(node.value, dict | list) else (plain(node.value),):
            pieces.append(piece)
            size += len(piece)
            if size > MOST_BYTES:  # it will be refused, so the rest is not even written
                break
        self.post_message(
            Copied(
                "".join(pieces),
                self._language("tree.copied_value", path=clean_line(node.path) or self._language("tree.whole")),
            )
        )
