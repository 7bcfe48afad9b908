"""A screen of three panes: side by side when there is room, one at a time when there is not, or when asked for."""

from __future__ import annotations

from textual import on
from textual.events import DescendantFocus, Resize
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget

from topexplorer.tui.widgets.splitter import Splitter

PANES = ("catalog", "request", "answer")
NARROW, WIDE = 100, 170
CATALOG_CELLS, REQUEST_LINES = (24, 90), (6, 60)


class PaneScreen(Screen[None]):
    """Keeps sizes and which pane is shown. Panes are the widgets with the ids in PANES."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-normal"), (WIDE, "-wide")]
    pane: var[str] = var("catalog")
    maximised: var[bool] = var(False)
    catalog_width: var[int] = var(0)
    """Cells of the catalog; 0 is its share of the room."""
    request_height: var[int] = var(0)
    """Lines or, on a wide screen, cells of the request pane; 0 is its share of the room."""

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
        for name in PANES:
            self.query_one(f"#{name}").display = not self.single or name == self.pane
        self.query_one("#work").display = not self.single or self.pane != "catalog"
        for splitter in self.query(Splitter):
            splitter.display = not self.single
            splitter.set_class(self.columns, "-vertical") if splitter.id == "split-request" else None
            splitter.set_class(not self.columns, "-horizontal") if splitter.id == "split-request" else None
        share_of_catalog = self.catalog_width or max(40, min(self.size.width // 4, 54))
        self.query_one("#catalog").styles.width = "1fr" if self.single else share_of_catalog
        request = self.query_one("#request").styles
        share = self.request_height or ("2fr" if self.columns else "11fr")
        request.width = share if self.columns and not self.single else "1fr"
        request.height = "1fr" if self.columns or self.single else share

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
