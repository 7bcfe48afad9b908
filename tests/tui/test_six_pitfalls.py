"""The six pitfalls of the platform, each provoked in the sandbox, named, explained, and cured with one key."""

from __future__ import annotations

from functools import partial
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList, Static, TextArea

from tests.tui.steps import Opened, explorer, open_api, sent, settled
from tests.workbench import TID, Clock
from topexplorer.core.call import Answer, RequestDraft
from topexplorer.core.signing import sign
from topexplorer.engine.environments import SANDBOX_URL
from topexplorer.sandbox.accounts import APP_KEY, OTHER_SELLER, SMALL_APP_KEY, Accounts
from topexplorer.tui.screens.gaps_dialog import GapsDialog
from topexplorer.tui.screens.signlab import SignLab
from topexplorer.tui.widgets.error_card import ErrorCard, FixRow
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.status_bar import StatusBar

pytestmark = pytest.mark.anyio
CURE = "alt+c"
SELLER_NAMES = RequestDraft("taobao.user.seller.get", {"fields": "user_id,nick"})


def keys(app_key: str = APP_KEY) -> dict[str, str]:
    found = Accounts.default().credentials(app_key)
    session = found.session.reveal() if found.session else ""
    return {"APP_KEY": found.app_key, "APP_SECRET": found.app_secret.reveal(), "SESSION": session}


def trial(home: Path, **texts: str) -> dict[str, Any]:
    """What opens the app in an environment of one's own at the embedded sandbox, with these keys."""
    config = home / "config"
    config.mkdir(parents=True, exist_ok=True)
    text = f'[environments.trial]\nkind = "dev"\ngateway = "{SANDBOX_URL}"\n'
    (config / "config.toml").write_text(text, encoding="utf-8")
    environ = {f"TOPEXPLORER_TRIAL_{name}": text for name, text in texts.items() if text}
    return {"environ": environ, "environment": "trial"}


def card(pilot: Pilot[Any], part: str) -> str:
    shown = next(card for card in explorer(pilot).query(ErrorCard) if card.display and card.diagnosis)
    return str(shown.query_one(f"#card-{part}", Static).content)


def shows(page: Page, text: str) -> bool:
    return text in page.text


async def refused(pilot: Pilot[Any], code: int) -> None:
    """Sends, and waits until the card that names the refusal can be used."""
    assert (await sent(pilot)).code == code
    await settled(pilot, lambda: explorer(pilot).query(FixRow))


async def cured(pilot: Pilot[Any]) -> None:
    """One key, and the same call is answered."""
    before = explorer(pilot).exchange
    await pilot.press(CURE)
    await settled(pilot, lambda: explorer(pilot).exchange is not before)
    exchange = explorer(pilot).exchange
    assert exchange is not None
    assert isinstance(exchange.outcome, Answer)


async def test_sign_a_wrong_secret_is_named_and_the_right_keys_are_one_key_away(opened: Opened, tmp_path: Path) -> None:
    async with opened(**trial(tmp_path, **keys() | {"APP_SECRET": "notthesecret0123456789"})) as pilot:
        await open_api(pilot, "taobao.time.get")
        await refused(pilot, 25)
        assert "sign" in card(pilot, "title").lower()
        assert "secret" in card(pilot, "cure").lower()
        await cured(pilot)


async def test_sign_the_mistake_of_a_program_is_named_and_its_line_copied_with_one_key(opened: Opened) -> None:
    secret = keys()["APP_SECRET"]
    params = {
        "method": "taobao.time.get",
        "app_key": APP_KEY,
        "timestamp": "2026-11-22 12:00:00",
        "format": "json",
        "v": "2.0",
        "sign_method": "md5",
    }
    joined = "".join(name + text for name, text in params.items())
    wrong = md5((secret + joined + secret).encode(), usedforsecurity=False).hexdigest().upper()
    async with opened() as pilot:
        await open_api(pilot, "taobao.time.get")
        await pilot.press("alt+g")
        await settled(pilot, lambda: isinstance(pilot.app.screen, SignLab))
        page = pilot.app.screen.query_one("#lab-page", Page)
        assert "Sort the 7 parameters" in page.text
        paste = pilot.app.screen.query_one(TextArea)
        for text, said in (("hello", "No parameters"), (f"params = {params | {'sign': wrong}!r}", "put in")):
            paste.text = text
            await settled(pilot, partial(shows, page, said))
        assert "sorted(params.items())" in page.text
        assert secret not in page.text
        await pilot.press("f6")
        await settled(pilot, lambda: pilot.app.clipboard)
        assert "sorted(params.items())" in pilot.app.clipboard
        right = sign("md5", secret, params.items())
        await pilot.press("alt+g")
        await settled(pilot, lambda: isinstance(pilot.app.screen, SignLab))
        pilot.app.screen.query_one(TextArea).text = f"params = {params | {'sign': right}!r}"
        page = pilot.app.screen.query_one("#lab-page", Page)
        await settled(pilot, lambda: "The sign is right" in page.text)


async def test_permission_the_scope_ids_are_copied_with_the_page(opened: Opened, tmp_path: Path) -> None:
    async with opened(**trial(tmp_path, **keys(SMALL_APP_KEY))) as pilot:
        await open_api(pilot, "taobao.trades.sold.get")
        explorer(pilot).draft = RequestDraft("taobao.trades.sold.get", {"fields": "tid"})
        await refused(pilot, 11)
        assert "permission" in card(pilot, "title").lower()
        await pilot.press(CURE)
        scopes, page = pilot.app.clipboard.split()
        assert scopes.isdigit()
        assert page.startswith("https://")
        assert f"scopeId={scopes}" in page


async def test_limit_a_ban_counts_down_and_the_call_goes_out_with_one_key(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock=clock) as pilot:
        explorer(pilot).bench.sandbox.faults.add("taobao.time.get: ban=1s kind=app-api")
        await open_api(pilot, "taobao.time.get")
        await refused(pilot, 7)
        row = explorer(pilot).query_one(FixRow)
        assert row.fix.kind == "wait"
        clock.move(1)
        await settled(pilot, lambda: row.left == 0)
        await cured(pilot)


async def test_session_a_call_that_needs_one_is_held_once_and_cured_with_one_key(
    opened: Opened, tmp_path: Path
) -> None:
    async with opened(**trial(tmp_path, **keys() | {"SESSION": ""})) as pilot:
        screen = explorer(pilot)
        screen.open_api(SELLER_NAMES.api, SELLER_NAMES)
        await pilot.press("ctrl+j")
        await settled(pilot, lambda: screen.hold)
        assert screen.exchange is None
        assert "cannot succeed" in card(pilot, "title")
        assert "session" in card(pilot, "cause")
        await refused(pilot, 26)
        await cured(pilot)
        assert screen.bench.engine.environment.name == "sandbox"


async def test_timestamp_a_clock_that_is_off_is_shown_and_corrected_with_one_key(opened: Opened) -> None:
    async with opened() as pilot:
        explorer(pilot).bench.sandbox.faults.add("*: clock=+15m")
        await open_api(pilot, "taobao.time.get")
        await refused(pilot, 31)
        bar = explorer(pilot).query_one(StatusBar)
        await settled(pilot, lambda: "15 min" in bar.clock)
        assert "behind" in bar.clock
        assert "corrected" not in bar.clock
        await cured(pilot)
        await settled(pilot, lambda: "corrected" in bar.clock)


async def test_empty_fields_are_counted_explained_and_brought_by_one_key(opened: Opened) -> None:
    async with opened() as pilot:
        screen = explorer(pilot)
        screen.bench.sellers.use(OTHER_SELLER)
        shelves = RequestDraft("taobao.items.onsale.get", {"fields": "num_iid", "page_size": "1"})
        screen.open_api(shelves.api, shelves)
        listed = await sent(pilot)
        num_iid = str(listed.payload["items"]["item"][0]["num_iid"])
        screen.bench.engine.use_seller(None)
        seen = {"fields": "num_iid,nick,title,skus,outer_id", "num_iid": num_iid}
        screen.open_api("taobao.item.seller.get", RequestDraft("taobao.item.seller.get", seen))
        assert isinstance(await sent(pilot), Answer)
        await settled(pilot, lambda: screen.gaps)
        assert {gap.path: gap.reason for gap in screen.gaps} == {"skus": "foreign", "outer_id": "foreign"}
        await pilot.press("alt+w")
        await settled(pilot, lambda: isinstance(pilot.app.screen, GapsDialog))
        gaps = pilot.app.screen.query_one("#gaps", OptionList)
        await settled(pilot, lambda: gaps.option_count == 2)
        assert OTHER_SELLER in str(gaps.get_option_at_index(0).prompt)
        before = screen.exchange
        await pilot.press("enter")
        await settled(pilot, lambda: screen.exchange is not before)
        assert screen.exchange is not None
        assert isinstance(screen.exchange.outcome, Answer)
        assert screen.exchange.outcome.payload["item"]["skus"]


async def test_a_field_that_was_never_asked_for_can_be_named_and_is_then_asked_for(opened: Opened) -> None:
    async with opened(size=(80, 24), lang="zh") as pilot:
        screen = explorer(pilot)
        draft = RequestDraft("taobao.trade.fullinfo.get", {"fields": "tid,status", "tid": TID})
        screen.open_api(draft.api, draft)
        await sent(pilot)
        await pilot.press("alt+w")
        await settled(pilot, lambda: isinstance(pilot.app.screen, GapsDialog))
        await pilot.press("tab", *"payment", "enter")
        gaps = pilot.app.screen.query_one("#gaps", OptionList)
        await settled(pilot, lambda: gaps.option_count == 1 and gaps.has_focus)
        before = screen.exchange
        await pilot.press("enter")
        await settled(pilot, lambda: screen.exchange is not before)
        assert screen.draft is not None
        assert screen.draft.values["fields"] == "tid,status,payment"
        assert screen.exchange is not None
        assert isinstance(screen.exchange.outcome, Answer)
        assert screen.exchange.outcome.payload["trade"]["payment"]
