"""The clipboard of a terminal: what it would cut or ignore is not put there, and what to do instead is said."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widgets import Input

import topexplorer
from tests.tui.steps import Opened, explorer, settled
from topexplorer.core.clipboard import MOST_BYTES, fits
from topexplorer.tui.app import TopExplorer
from topexplorer.tui.screens.explorer import Explorer
from topexplorer.tui.widgets.row_list import Copied

pytestmark = pytest.mark.anyio
LARGEST = "好" * (MOST_BYTES // 3)
"""In UTF-8 exactly as much as fits."""


def ways(app: TopExplorer, screen: Explorer) -> dict[str, Callable[[str], object]]:
    """How texts come to the clipboard: from a list, from a screen, from a field, and by Textual itself."""

    def of_a_field(text: str) -> None:
        field = screen.query(Input).first()
        field.value = text
        field.select_all()
        field.action_copy()

    return {
        "a list": lambda text: screen.post_message(Copied(text, "a value")),
        "a screen": lambda text: screen.copy(text, "a command"),
        "a field": of_a_field,
        "the app": app.copy_to_clipboard,
    }


def has_grown(copies: Callable[[], list[str]], number: int) -> bool:
    return len(copies()) == number


async def test_what_the_terminal_would_cut_is_not_copied_whatever_copies_it(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(LARGEST.encode()) == MOST_BYTES
    assert fits(LARGEST)
    async with opened(size=(80, 24)) as pilot:
        app, screen = cast(TopExplorer, pilot.app), explorer(pilot)
        written: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", written.append)

        def copies() -> list[str]:
            return [text for text in written if text.startswith("\x1b]52;")]

        def notices() -> list[Any]:
            return [notice.message for notice in app._notifications]

        for number, (way, copy) in enumerate(ways(app, screen).items(), 1):
            app.clear_notifications()
            copy(LARGEST)
            await settled(pilot, partial(has_grown, copies, number))
            assert copies()[-1] == f"\x1b]52;c;{b64encode(LARGEST.encode()).decode()}\a", way
            assert len(copies()[-1]) == 100_000
            assert not [text for text in notices() if "Not copied" in text]
            app.clear_notifications()
            copy(f"{LARGEST}!")
            await settled(pilot, lambda: [text for text in notices() if "73 KB at most" in text])
            assert not [text for text in notices() if text.startswith("Copied")], way
            assert len(copies()) == number
            assert app.clipboard == LARGEST


def test_no_other_place_writes_to_the_clipboard() -> None:
    """What a screen calls is counted here; a new way has to be one of those above."""
    found = {
        path.name: text.count("copy_to_clipboard(") + text.count("]52;")
        for path in (Path(topexplorer.__file__).parent / "tui").rglob("*.py")
        if "]52;" in (text := path.read_text("utf-8")) or "copy_to_clipboard(" in text
    }
    assert found == {"activity.py": 2, "lock_screen.py": 1}
