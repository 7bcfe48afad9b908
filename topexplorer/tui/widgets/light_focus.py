"""Screens on which moving the cursor draws what changes, and no more. Textual's own draw all of the screen each time,
and restyle all that is in the outermost widget whose style asks for `:focus-within`: a whole pane for each Tab.
"""

from __future__ import annotations

from typing import TypeVar

from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

Result = TypeVar("Result")


class LightFocus(Screen[Result]):
    """A rule may style what is `:focus-within`, and not what is inside of that.

    Beside another screen class it stands behind it: rules for widgets find the first base class only.
    """

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def _update_focus_styles(self, focused: Widget | None = None, blurred: Widget | None = None) -> None:
        around, around_before = (set(widget.ancestors_with_self) if widget else set() for widget in (focused, blurred))
        changed = [node for node in around ^ around_before if isinstance(node, Widget) and node._has_focus_within]
        if changed:
            self.app.stylesheet.update_nodes(changed, animate=True)
