"""Answers to draw: a small spec, exchanges of every outcome, and an app that holds one widget and its messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from tests.core.trade_answer import PAYLOAD, SPEC
from topexplorer.core.call import Answer, Exchange, NoAnswer, Outcome, Refusal, RequestDraft, SignedRequest
from topexplorer.core.language import Language, Words
from topexplorer.core.spec import ErrorTable, GlobalError
from topexplorer.core.views import Reading
from topexplorer.tui.widgets.error_card import ErrorCard
from topexplorer.tui.widgets.row_list import Copied

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ENGLISH, CHINESE = Language("en"), Language("zh_CN")
HEADERS = (("Content-Type", "application/json;charset=UTF-8"), ("Set-Cookie", "thw=cn; " + "long " * 40 + "end"))


ERRORS = ErrorTable(
    codes=(
        GlobalError(
            code=7,
            msg="App Call Limited",
            title=Words(zh="调用次数超限", en="Call limit reached"),
            cause=Words(zh="次数用完了。", en="The calls of this period are used up."),
            cure=Words(zh="稍后再发。", en="Wait, then send again."),
            retry="wait",
        ),
        GlobalError(
            code=40,
            msg="Missing required arguments",
            title=Words(zh="缺少必选参数", en="Missing required arguments"),
            cause=Words(zh="缺少必选参数。", en="A required parameter is missing."),
            cure=Words(zh="补上后重发。", en="Fill it in and send again."),
            retry="after-fixing",
        ),
    ),
    families=(),
)


def exchange(outcome: Outcome, status: int | None = 200, headers: tuple[tuple[str, str], ...] = HEADERS) -> Exchange:
    request = SignedRequest(
        draft=RequestDraft(SPEC.method),
        environment="sandbox",
        url="http://sandbox.topexplorer.invalid/router/rest",
        params=(),
        files=(),
        base_string="",
        left_out=(),
        sign_method="md5",
        signed_at=NOW,
    )
    return Exchange("1", request, outcome, NOW, 0.0384, status, headers)


def answer(payload: Any, root: str = "trade_fullinfo_get_response") -> Exchange:
    body = json.dumps({root: payload}, ensure_ascii=False, separators=(",", ":")).encode()
    return exchange(Answer(body, "json", root, "14ibtxvb4vqjh"))


def sold(count: int) -> Exchange:
    """A list of trades, about 370 bytes each."""
    trades = [{**PAYLOAD["trade"], "tid": 3141592653589793238 + at} for at in range(count)]
    return answer({"total_results": count, "trades": {"trade": trades}}, "trades_sold_get_response")


def missing() -> Exchange:
    return exchange(
        Refusal(40, "Missing required arguments:tid", None, None, "16ycf7mfm3uy5", b'{"error_response":{}}')
    )


def banned(seconds: int) -> Exchange:
    return exchange(Refusal(7, "App Call Limited", "x", f"This ban will last for {seconds} more seconds", body=b"{}"))


def proxy_page() -> Exchange:
    return exchange(NoAnswer("unreadable", "Expecting value", b"502 <Bad> gateway"), 502)


def reading(_: Exchange) -> Reading:
    return Reading(SPEC, ERRORS)


class Host(App[None]):
    """One widget, and what it asked for."""

    def __init__(self, make: Callable[[], Widget]) -> None:
        super().__init__()
        self._make = make
        self.copied: list[Copied] = []
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        yield self._make()

    def on_copied(self, event: Copied) -> None:
        self.copied.append(event)

    def on_error_card_fix_chosen(self, event: ErrorCard.FixChosen) -> None:
        self.chosen.append(f"{event.fix.kind} {event.fix.target}".strip())


async def settle(pilot: Pilot[None]) -> None:
    """Until messages, threads and what they cause are done."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


def drawn(widget: Widget) -> list[str]:
    """What a widget that draws lines has on screen."""
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]
