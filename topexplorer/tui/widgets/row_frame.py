"""The shape of a form row: name and title on the left, a control on the right, notes below it. It only draws."""

from __future__ import annotations

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.widget import Widget

from topexplorer.tui.widgets.row_list import cut

MUTED = "$foreground 60%"


class RowFrame(Widget):
    """Draws its own words around the control that it contains, so that a row costs two widgets and not five."""

    DEFAULT_CSS = """
    RowFrame {
        layout: horizontal; width: 1fr; height: auto; padding: 0 1;
        &:focus-within { background: $boost; }
    }
    """

    column: var[int] = var(24)
    """Cells of the left part."""

    def __init__(self) -> None:
        super().__init__()
        self._notes: tuple[int, list[Content]] | None = None

    def heading(self) -> Content:
        """The first line on the left."""
        raise NotImplementedError

    def caption(self) -> str:
        """The line below it, cleaned."""
        raise NotImplementedError

    def notes(self) -> list[Content]:
        """What stands below the control; each note starts a line."""
        raise NotImplementedError

    def watch_column(self) -> None:
        self.reword()

    def reword(self) -> None:
        """Draw the notes anew; lays the form out only when their number of lines changes."""
        before = self._notes
        self._notes = None
        if self.is_mounted:
            self.refresh(layout=before is None or len(self._noted(before[0])) != len(before[1]))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return super().get_content_height(container, viewport, width) + len(self._noted(width))

    def _noted(self, width: int) -> list[Content]:
        """The lines below the control, for a row of `width` cells."""
        if self._notes is None or self._notes[0] != width:
            room = max(width - self.column - 1, 8)
            self._notes = width, [line for note in self.notes() for line in note.wrap(room)]
        return self._notes[1]

    def render(self) -> RenderResult:
        left = [self.heading(), Content.styled(f"  {self.cut(self.caption(), 2)}", MUTED)]
        notes = self._noted(self.content_size.width)
        first = self.content_size.height - len(notes)
        lines = []
        for place in range(self.content_size.height):
            line = left[place] if place < len(left) else Content("")
            if place >= first:
                line = line.pad_right(self.column + 1 - line.cell_length) + notes[place - first]
            lines.append(line)
        return Content("\n").join(lines)

    def cut(self, text: str, taken: int) -> str:
        """`text` shortened to what the left part has room for beside `taken` cells."""
        return cut(text, self.column - 1 - taken)
