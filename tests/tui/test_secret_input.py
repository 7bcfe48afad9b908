"""The field that secrets are typed into: nothing gets out of it by copying, and a reveal ends by itself."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import Input

from topexplorer.core.call import Secret
from topexplorer.core.language import Language
from topexplorer.tui.widgets import secret_input
from topexplorer.tui.widgets.secret_input import SecretInput

PLANTED = "canary-5f1e0c9a7b3d"


class Host(App[None]):
    """One secret field and one that focus can move to."""

    def compose(self) -> ComposeResult:
        yield SecretInput(Language("en"))
        yield Input()


def text_of(app: App[Any]) -> str:
    return app.export_screenshot()


def notices(app: App[Any]) -> str:
    return " ".join(notice.message for notice in app._notifications)


def test_a_secret_is_dots_and_neither_copy_nor_cut_takes_it_out() -> None:
    async def play() -> None:
        app = Host()
        async with app.run_test() as pilot:
            field = app.query_one(SecretInput)
            field.focus()
            await pilot.press(*PLANTED)
            assert PLANTED not in text_of(app)
            assert "•" * len(PLANTED) in text_of(app)
            field.action_select_all()
            await pilot.press("ctrl+c", "ctrl+x")
            await pilot.pause()
            assert app.clipboard == ""
            assert field.value == PLANTED
            assert field.secret == Secret(PLANTED)
            assert "cannot be copied" in notices(app)

    asyncio.run(play())


def test_a_reveal_says_so_and_ends_by_the_clock_by_the_key_and_by_leaving(monkeypatch: Any) -> None:
    async def play() -> None:
        app = Host()
        async with app.run_test() as pilot:
            field = app.query_one(SecretInput)
            field.focus()
            await pilot.press(*PLANTED, "ctrl+r")
            assert PLANTED in text_of(app)
            assert "10 seconds" in notices(app)
            await pilot.press("ctrl+r")
            assert PLANTED not in text_of(app)
            await pilot.press("ctrl+r", "tab")
            await pilot.pause()
            assert PLANTED not in text_of(app)
            monkeypatch.setattr(secret_input, "REVEAL_SECONDS", 0.01)
            field.focus()
            await pilot.press("ctrl+r")
            while field.shown:
                await pilot.pause(0.01)
            field.may_reveal = False
            await pilot.press("ctrl+r")
            assert PLANTED not in text_of(app)
            field.forget()
            assert not field.secret

    asyncio.run(play())
