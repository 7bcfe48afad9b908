"""The shape of a form row: its name on the left, a control, its meaning on the right, notes below. It only draws."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from topexplorer.tui.widgets.drawable import veiled

MUTED = "$foreground 60%"


class RowFrame(Widget):
    """Draws its own words around the control that it contains, so that a row costs two widgets and not five.

    One line high; more when the control is, or when there are notes.
    """

    DEFAULT_CSS = """
    RowFrame {
        layout: horizontal; width: 1fr; height: auto; padding: 0 1;
        &:focus-within { background: $boost; }
    }
    """

    def __init__(self, classes: str = "") -> None:
        super().__init__(classes=classes)
        self.columns = (20, 0)
        """Cells of the left part and of the right part; the right one is left out when it has none."""
        self._notes: tuple[int, list[Content]] | None = None

    def heading(self) -> Content:
        """What stands on the left of the control."""
        raise NotImplementedError

    def caption(self) -> Content:
        """What stands on the right of it."""
        raise NotImplementedError

    def notes(self) -> list[Content]:
        """What stands below it; each note starts a line."""
        raise NotImplementedError

    def lay(self, left: int, right: int) -> None:
        """Give the two parts that many cells."""
        self.columns = (left, right)
        self.reword()

    def reword(self) -> None:
        """Draw the words anew; lays the form out only when their number of lines changes."""
        before = self._notes
        self._notes = None
        if before is not None:
            self.refresh(layout=len(self._noted(before[0])) != len(before[1]))

    def draw_anew(self) -> None:
        """Something else may be seen than before."""
        self.reword()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return super().get_content_height(container, viewport, width) + len(self._noted(width))

    def _noted(self, width: int) -> list[Content]:
        """The lines below the control, for a row of `width` cells."""
        if self._notes is None or self._notes[0] != width:
            room = max(width - self.columns[0] - 1, 8)
            self._notes = width, [line for note in self.notes() for line in veiled(self, note).wrap(room)]
        return self._notes[1]

    def render(self) -> RenderResult:
        left, right = self.columns
        width, height = self.content_size
        first = self.heading()
        if right:
            first = first.pad_right(max(width - right + 1 - first.cell_length, 0))
            first += self.caption().truncate(right - 1, ellipsis=True)
        notes = [Content(" " * (left + 1)) + note for note in self._noted(width)]
        return Content("\n").join([first, *[Content("")] * (height - 1 - len(notes)), *notes])
