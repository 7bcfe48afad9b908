"""The tree of an answer above the whole of what its cursor stands on: path, value and what the platform says of it."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widgets import Static

from topexplorer.core.answertree import Node, plain
from topexplorer.core.language import Language
from topexplorer.core.text import clean, clean_line
from topexplorer.tui.widgets.payload_tree import PayloadTree
from topexplorer.tui.widgets.row_list import RowList, cut_start

MOST_SHOWN = 4000


class TreePane(Vertical):
    """A PayloadTree and its detail."""

    DEFAULT_CSS = """
    TreePane {
        height: 1fr;
        & > #tree-detail {
            height: auto;
            min-height: 2;
            max-height: 6;
            padding: 0 1;
            background: $panel;
            scrollbar-size-vertical: 1;
        }
        & #tree-words { width: 1fr; height: auto; }
    }
    """

    root: var[Node | None] = var(None)

    def __init__(self, language: Language, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._language = language

    def compose(self) -> ComposeResult:
        yield PayloadTree(self._language).data_bind(TreePane.root)
        with VerticalScroll(id="tree-detail", can_focus=False):
            yield Static("", id="tree-words", markup=False)

    @property
    def rows(self) -> PayloadTree:
        return self.query_one(PayloadTree)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        event.stop()
        node = self.rows.node
        self._tell(self._words(node) if node is not None else Content())

    def on_payload_tree_noticed(self, event: PayloadTree.Noticed) -> None:
        event.stop()
        self._tell(Content.styled(event.text, "$text-accent"))

    def _tell(self, words: Content) -> None:
        self.query_one("#tree-detail").scroll_home(animate=False)
        self.query_one("#tree-words", Static).update(words)

    def _words(self, node: Node) -> Content:
        say = self._language
        if node.is_rest:
            return Content.styled(say("tree.more_help"), "$foreground-muted")
        title = f"  {clean_line(say.words(node.field.title))}" if node.field is not None else ""
        path = cut_start(clean_line(node.path) or say("tree.whole"), max(20, self.size.width - cell_len(title) - 3))
        parts: list[Content | str | tuple[str, str]] = [(path, "bold"), (title, "$foreground-muted")]
        if node.choice is not None and node.choice.title is not None:
            parts.append((f" · {clean_line(say.words(node.choice.title))}", "$text-accent"))
        parts.append(("\n", ""))
        if isinstance(node.value, dict | list):
            key = "tree.items" if isinstance(node.value, list) else "tree.members"
            parts.append(say(key, n=node.count, count=f"{node.count:,}"))
        else:
            parts.append(self._value(node))
        if node.field is not None and node.field.summary is not None:
            parts.append((f"\n{clean(say.words(node.field.summary))}", "$foreground-muted"))
        return Content.assemble(*parts)

    def _value(self, node: Node) -> Content:
        text = plain(node.value)
        shown = clean(text[:MOST_SHOWN])
        if len(text) > MOST_SHOWN:
            hidden = self._language("tree.cut", count=f"{len(text) - MOST_SHOWN:,}")
            return Content.assemble(shown, ("…\n" + hidden, "$text-warning"))
        return Content(shown or '""')
