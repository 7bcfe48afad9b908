"""States of the app that a person would look at, for snapshots and screenshots: the same each time, on any machine.

The clock stands still at noon of 2026-11-22 GMT+8, ids are counted, keys are made up, files are in a relative folder.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.tui.steps import explorer, settled
from tests.workbench import PROD_KEYS, TID, Clock, workbench
from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Language
from topexplorer.engine.embedded import Embedded
from topexplorer.engine.profiles import Profile
from topexplorer.sandbox.accounts import Accounts
from topexplorer.sandbox.app import Sandbox
from topexplorer.tui.app import TopExplorer
from topexplorer.tui.screens.signlab import SignLab
from topexplorer.tui.themes import LIGHT
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.past_about import PastAbout
from topexplorer.tui.widgets.payload_tree import PayloadTree
from topexplorer.tui.widgets.response_pane import ResponsePane

HOME = Path("person")
FINISHING = ("open", "meters", "prepare")
"""Groups of workers whose result is drawn. The others may be waiting for an answer to a dialog."""
TRADE = RequestDraft(
    "taobao.trade.fullinfo.get",
    {
        "fields": "tid,status,payment,created,receiver_city,orders.oid,orders.title,orders.price",
        "tid": TID,
    },
)
MEMO = RequestDraft("taobao.trade.memo.update", {"tid": TID, "memo": "客户要求周一前发货，改地址", "flag": "1"})
UNSENT = RequestDraft(
    "taobao.trades.sold.get",
    {"fields": "tid,status,payment,receiver_city,orders.title", "status": "WAIT_SELLER_SEND_GOODS", "page_size": "40"},
)
SHELVES = RequestDraft("taobao.items.onsale.get", {"fields": "num_iid,title,price,num", "page_size": "20"})

Drive = Callable[[Pilot[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Scene:
    """How to get the app into a state: `drive` starts where calls can be made."""

    drive: Drive
    lang: str = "en"
    size: tuple[int, int] = (120, 36)
    theme: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    environment: str | None = None
    profiles: tuple[Profile, ...] = ()
    dialog: bool = False
    """Whether a dialog is open at the end."""

    def app(self) -> TopExplorer:
        """The app, its files in HOME under the working folder."""
        clock = Clock()
        bench = workbench(HOME, self.environ, environment=self.environment, clock=clock)
        bench.sandbox = Sandbox(bench.catalog, partial(_tick, clock))
        bench.transport = Embedded(bench.sandbox)
        for profile in self.profiles:
            bench.profiles.save(profile, ())
        return TopExplorer(bench, Language(self.lang), self.theme)

    async def play(self, pilot: Pilot[Any]) -> None:
        """Drives the app to the state, and stops what would go on moving."""
        screen = explorer(pilot)
        await settled(pilot, lambda: screen.ready and screen.gauges)
        await self.drive(pilot)
        await settled(pilot, lambda: (pilot.app.screen is not screen) == self.dialog)
        await settled(
            pilot, lambda: not any(worker.group in FINISHING and worker.is_running for worker in pilot.app.workers)
        )
        for shown in pilot.app.screen_stack:
            for widget in shown.query("Input, TextArea"):
                if isinstance(widget, Input | TextArea):
                    widget.cursor_blink = False
        await pilot.pause()


def _tick(clock: Clock) -> datetime:
    """The sandbox takes its time, so that an answer did not take 0 ms."""
    clock.move(0.012)
    return clock()


async def nothing(pilot: Pilot[Any]) -> None:
    """The first screen."""


def pressing(*keys: str) -> Drive:
    async def drive(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)

    return drive


def opening(draft: RequestDraft, *keys: str) -> Drive:
    """Opens a request, the cursor in its form, and presses keys."""

    async def drive(pilot: Pilot[Any]) -> None:
        screen = explorer(pilot)
        screen.open_api(draft.api, draft)
        screen.gauges = ()
        screen.measure()
        await settled(pilot, lambda: screen.gauges)
        await pilot.press("f3", *keys)

    return drive


def sending(draft: RequestDraft, *keys: str) -> Drive:
    """Opens a request, sends it, and presses keys in the answer."""

    async def drive(pilot: Pilot[Any]) -> None:
        screen = explorer(pilot)
        await opening(draft, "ctrl+j")(pilot)
        await settled(pilot, lambda: screen.exchange and screen.query_one(ResponsePane).view)
        await settled(pilot, lambda: any(gauge.used for gauge in screen.gauges))
        await pilot.press("f4", *keys)

    return drive


def unfolding(draft: RequestDraft, *keys: str) -> Drive:
    """Sends a request, opens all of its tree, and presses keys."""

    async def drive(pilot: Pilot[Any]) -> None:
        await sending(draft)(pilot)
        explorer(pilot).query_one(PayloadTree).focus()
        await pilot.press("E", *keys)

    return drive


async def confirming(pilot: Pilot[Any]) -> None:
    """A write of prod that waits for its word; what it would change has been read, which is a call that counts."""
    screen = explorer(pilot)
    await opening(MEMO, "ctrl+j")(pilot)
    await settled(pilot, lambda: pilot.app.screen is not screen)
    page = pilot.app.screen.query_one(Page)
    looking = Language("en")("env.confirm.looking")
    await settled(pilot, lambda: page.text and looking not in page.text)
    screen.measure()
    await settled(pilot, lambda: any(gauge.used for gauge in screen.gauges))


async def browsing(pilot: Pilot[Any]) -> None:
    """Two favourites, a few APIs opened, one category open."""
    screen = explorer(pilot)
    for method in ("taobao.trades.sold.get", "taobao.item.seller.get", "taobao.time.get"):
        screen.open_api(method)
    screen.bookmarks = screen.bookmarks.toggled("taobao.trades.sold.get").toggled("taobao.logistics.offline.send")
    screen.opened |= {"category:refund"}
    await pilot.press("f2")


async def remembered(pilot: Pilot[Any]) -> None:
    """The history of three calls, one of them refused."""
    for draft in (SHELVES, TRADE, RequestDraft(MEMO.api, {**MEMO.values, "tid": "12ab"})):
        await sending(draft)(pilot)
        explorer(pilot).bench.history.wait()
    await pilot.press("ctrl+r")
    await settled(pilot, lambda: pilot.app.screen.query(PastAbout) and pilot.app.screen.query_one(PastAbout).values)


async def pasted(pilot: Pilot[Any]) -> None:
    """The sign lab with a call whose sign was taken of unsorted parameters."""
    await pilot.press("alt+g")
    await settled(pilot, lambda: isinstance(pilot.app.screen, SignLab))
    pilot.app.screen.query_one(TextArea).text = UNSORTED
    page = pilot.app.screen.query_one("#lab-page", Page)
    await settled(pilot, lambda: "Right is" in page.text)


def served_keys() -> dict[str, str]:
    """Keys of prod that the embedded gateway knows."""
    keys = Accounts.default().credentials()
    texts = {"APP_KEY": keys.app_key, "APP_SECRET": keys.app_secret.reveal(), "SESSION": keys.session}
    return {
        f"TOPEXPLORER_PROD_{name}": text if isinstance(text, str) else text.reveal()
        for name, text in texts.items()
        if text
    }


def unsorted_call() -> str:
    """A call as a program sends it that signs parameters in the order they came."""
    keys = Accounts.default().credentials()
    pairs = {
        "method": "taobao.time.get",
        "app_key": keys.app_key,
        "timestamp": "2026-11-22 12:00:00",
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
    }
    secret = keys.app_secret.reveal()
    text = secret + "".join(name + value for name, value in pairs.items()) + secret
    sign = md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    return "https://eco.taobao.com/router/rest?" + urlencode({**pairs, "sign": sign})


UNSORTED = unsorted_call()
PROFILES = (Profile("未发货订单", UNSENT), Profile("订单详情", TRADE), Profile("在售商品", SHELVES))
WHOLE = TRADE.with_value("fields", "tid,status,pay_time,consign_time,end_time,seller_memo,receiver_name,orders.sku_id")
WRONG = TRADE.with_value("tid", "12ab")
NARROW, LARGE = (80, 24), (200, 50)

SCENES: dict[str, Scene] = {
    "start": Scene(nothing),
    "start-zh": Scene(nothing, lang="zh"),
    "search-zh": Scene(pressing(*"订单"), lang="zh"),
    "browse": Scene(browsing, profiles=PROFILES),
    "filters-zh": Scene(pressing("ctrl+l", "1", "right", "2", "tab", "right"), lang="zh"),
    "nothing-found": Scene(pressing(*"xyzzy")),
    "form": Scene(opening(RequestDraft("taobao.trade.fullinfo.get"))),
    "answer": Scene(unfolding(TRADE)),
    "answer-zh": Scene(unfolding(TRADE), lang="zh"),
    "answer-light-zh": Scene(unfolding(TRADE), lang="zh", theme=LIGHT.name),
    "answer-text": Scene(sending(TRADE, "2")),
    "docs": Scene(opening(TRADE, "ctrl+d")),
    "docs-answer-zh": Scene(opening(TRADE, "ctrl+d", "2"), lang="zh"),
    "docs-large": Scene(opening(TRADE, "ctrl+d"), size=LARGE),
    "sign": Scene(opening(TRADE, "ctrl+g")),
    "refusal": Scene(sending(WRONG)),
    "refusal-zh": Scene(sending(WRONG), lang="zh"),
    "fields-zh": Scene(opening(TRADE, "ctrl+f"), lang="zh", dialog=True),
    "write": Scene(sending(MEMO)),
    "profiles-zh": Scene(opening(UNSENT), lang="zh", profiles=PROFILES),
    "sandbox": Scene(sending(TRADE, "f10", "down", "enter"), dialog=True),
    "sandbox-zh": Scene(sending(WRONG, "f10", "down"), lang="zh", dialog=True),
    "quota": Scene(sending(TRADE, "f7"), dialog=True),
    "environments": Scene(pressing("ctrl+e"), environ=PROD_KEYS, dialog=True),
    "prod": Scene(opening(MEMO), environ=PROD_KEYS, environment="prod"),
    "prod-confirm": Scene(confirming, environ=served_keys(), environment="prod", dialog=True),
    "sellers-zh": Scene(pressing("f12"), lang="zh", dialog=True),
    "history": Scene(remembered, dialog=True),
    "sign-lab": Scene(pasted, dialog=True),
    "gaps-zh": Scene(sending(WHOLE, "alt+w"), lang="zh", dialog=True),
    "demo-zh": Scene(unfolding(TRADE, "f11"), lang="zh"),
    "keys": Scene(pressing("ctrl+e", "down", "k"), dialog=True),
    "help": Scene(opening(TRADE, "f1"), dialog=True),
    "palette-zh": Scene(opening(TRADE, "ctrl+p"), lang="zh", dialog=True),
    "narrow-start": Scene(nothing, size=NARROW),
    "narrow-form-zh": Scene(opening(TRADE), size=NARROW, lang="zh"),
    "narrow-answer": Scene(unfolding(TRADE), size=NARROW),
    "narrow-history-zh": Scene(remembered, size=NARROW, lang="zh", dialog=True),
    "large-zh": Scene(unfolding(TRADE), size=LARGE, lang="zh"),
}
