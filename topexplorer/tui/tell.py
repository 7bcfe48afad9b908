"""The one place that shows a passing notice: cleaned text, no markup."""

from __future__ import annotations

from typing import Any, Literal

from textual.app import App

from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.text import clean
from topexplorer.tui.activity import ActiveApp


def tell(
    app: App[Any],
    text: str,
    severity: Literal["information", "warning", "error"] = "information",
    seconds: float | None = None,
) -> None:
    """Shows `text` for `seconds`, without them for a few; errors stay longer."""
    app.notify(clean(text), severity=severity, timeout=seconds or (12 if severity == "error" else 5), markup=False)


def tell_error(app: App[Any], error: TopExplorerError, say: Language) -> None:
    """Shows what happened and what to do."""
    hint = f"\n{say.render(error.hint)}" if error.hint else ""
    tell(app, say.render(error.message) + hint, "error")


def tell_copied(app: App[Any], text: str, done: str) -> None:
    """Puts `text` on the clipboard and says `done`, unless it did not fit, which the app has said."""
    if isinstance(app, ActiveApp) and app.put_on_clipboard(text):
        tell(app, done)
