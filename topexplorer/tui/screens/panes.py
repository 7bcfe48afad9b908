"""A screen of three panes: side by side when there is room, one at a time when there is not, or when asked for."""

from __future__ import annotations

from textual import on
from textual.events import DescendantFocus, Resize
from textual.reactive import var
from textual.widget import Widget

from topexplorer.tui.widgets.light_focus import LightFocus
from topexplorer.tui.widgets.splitter import Splitter

PANES = ("catalog", "request", "answer")
NARROW, WIDE = 100, 170
CATALOG_CELLS, REQUEST_LINES = (24, 90), (6, 60)


class PaneScreen(LightFocus[None]):
    """Keeps sizes and which pane is shown. Panes are the widgets with the ids in PANES."""

    pane: var[str] = var("catalog")
    maximised: var[bool] = var(False)
    catalog_width: var[int] = var(0)
    """Cells of the catalog; 0 is its share of the room."""
    request_height: var[int] = var(0)
    """Lines or, on a wide screen, cells of the request pane; 0 is its share of the room."""

    def __init__(self) -> None:
        super().__init__()
        # What the style sheet says already.
        self._sizes: dict[tuple[str, str], int | str] = {
            ("#catalog", "width"): 40,
            ("#request", "width"): "1fr",
            ("#request", "height"): "11fr",
        }

    def watch_pane(self) -> None:
        self._arrange()

    def watch_maximised(self) -> None:
        self._arrange()
        self.refresh_bindings()

    def watch_catalog_width(self) -> None:
        self._arrange()

    def watch_request_height(self) -> None:
        self._arrange()

    def on_resize(self, event: Resize) -> None:
        self._arrange()

    @property
    def single(self) -> bool:
        """Whether only one pane is shown."""
        return self.maximised or self.size.width < NARROW

    @property
    def columns(self) -> bool:
        """Whether request and answer stand side by side."""
        return self.size.width >= WIDE

    def _arrange(self) -> None:
        if not self.is_mounted:
            return
        single, columns = self.single, self.columns
        for name in PANES:
            _set_display(self.query_one(f"#{name}"), not single or name == self.pane)
        _set_display(self.query_one("#work"), not single or self.pane != "catalog")
        for splitter in self.query(Splitter):
            _set_display(splitter, not single)
        self.query_one("#split-request", Splitter).turn(columns)
        self.query_one("#work").set_class(columns, "-columns")
        share = self.request_height or ("2fr" if columns else "11fr")
        self._lay("#catalog", "width", "1fr" if single else self.catalog_width or self._catalog_share())
        self._lay("#request", "width", share if columns and not single else "1fr")
        self._lay("#request", "height", "1fr" if columns or single else share)

    def _catalog_share(self) -> int:
        return max(40, min(self.size.width // 4, 54))

    def _lay(self, pane: str, side: str, size: int | str) -> None:
        """Sets a size that differs from what was set before: each setting costs a layout of the whole screen."""
        if self._sizes.get((pane, side)) != size:
            self._sizes[pane, side] = size
            setattr(self.query_one(pane).styles, side, size)

    def action_focus_pane(self, name: str) -> None:
        """Shows a pane and puts the cursor where it is wanted in it."""
        self.pane = name
        self.call_after_refresh(self.focus_in_pane, name)

    def focus_in_pane(self, name: str) -> None:
        """Which widget of a pane takes the cursor; screens say it better."""
        for widget in self.query_one(f"#{name}").query("*"):
            if widget.focusable:
                widget.focus()
                return

    def action_maximise(self) -> None:
        self.maximised = not self.maximised

    def action_resize(self, what: str, step: int) -> None:
        if what == "catalog":
            low, high = CATALOG_CELLS
            now = self.query_one("#catalog").region.width
            self.catalog_width = max(low, min(now + step, high, self.size.width // 2))
            return
        low, high = REQUEST_LINES if not self.columns else (40, 140)
        region = self.query_one("#request").region
        size = region.width if self.columns else region.height
        self.request_height = max(low, min(size + step, high))

    @on(Splitter.Dragged)
    def _dragged(self, event: Splitter.Dragged) -> None:
        self.action_resize("catalog" if event.splitter.id == "split-catalog" else "request", event.cells)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        owner = self._pane_of(event.widget)
        if owner and not self.single:
            self.pane = owner

    def _pane_of(self, widget: Widget) -> str | None:
        return next((str(parent.id) for parent in widget.ancestors_with_self if parent.id in PANES), None)


def _set_display(widget: Widget, shown: bool) -> None:
    if widget.display != shown:
        widget.display = shown
