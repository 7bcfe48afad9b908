"""The explorer screen as its user meets it: driven by keys, judged by state."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from textual.widget import Widget
from textual.widgets import Input

from tests.tui.steps import Opened, explorer, open_api, sent, settled, typed
from tests.workbench import CANARIES, PROD_KEYS, TID, Clock, workbench
from topexplorer.core.call import Answer, NoAnswer, Refusal
from topexplorer.core.diagnosis import Fix
from topexplorer.core.language import message
from topexplorer.tui.screens.confirm_write import ConfirmWrite
from topexplorer.tui.screens.environment_panel import EnvironmentPanel
from topexplorer.tui.screens.jump import Jump
from topexplorer.tui.screens.pages import PageDialog
from topexplorer.tui.screens.questions import AskText, Choose
from topexplorer.tui.widgets.catalog_list import CatalogList
from topexplorer.tui.widgets.error_card import ErrorCard
from topexplorer.tui.widgets.page import Page
from topexplorer.tui.widgets.param_form import ParamForm
from topexplorer.tui.widgets.request_pane import RequestPane
from topexplorer.tui.widgets.value_controls import ValueInput

pytestmark = pytest.mark.anyio


async def test_typing_a_word_and_enter_opens_the_first_hit_with_the_cursor_in_its_first_required_field(
    opened: Opened,
) -> None:
    async with opened() as pilot:
        await typed(pilot, "fullinfo")
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).spec is not None)
        assert explorer(pilot).desk.method == "taobao.trade.fullinfo.get"
        await settled(pilot, lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.id != "search")
        await typed(pilot, "tid")
        draft = explorer(pilot).draft
        assert draft is not None
        assert draft.values == {"fields": "tid"}


async def test_a_chinese_word_finds_orders_and_the_list_shows_how_many(opened: Opened) -> None:
    async with opened(lang="zh") as pilot:
        await typed(pilot, "订单")
        rows = pilot.app.screen.query_one(CatalogList).rows
        assert rows
        assert any(row.key == "taobao.trade.fullinfo.get" for row in rows)


async def test_a_signed_call_to_the_sandbox_is_answered_and_the_meter_moves(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        await pilot.press("ctrl+t")
        outcome = await sent(pilot)
        assert isinstance(outcome, Answer)
        assert str(outcome.payload["trade"]["tid"]) == TID
        await settled(pilot, lambda: any(gauge.used == 1 for gauge in explorer(pilot).gauges))


async def test_a_missing_argument_is_sent_all_the_same_and_the_gateway_s_refusal_is_shown(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        assert any(problem.missing for problem in explorer(pilot).problems)
        outcome = await sent(pilot)
        assert isinstance(outcome, Refusal)
        assert outcome.code == 40


async def test_what_was_typed_is_still_there_after_a_visit_to_another_api(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.memo.update")
        await pilot.press("f3")
        await pilot.pause()
        await typed(pilot, "9007199254740993123")
        before = explorer(pilot).draft
        await open_api(pilot, "taobao.time.get")
        await open_api(pilot, "taobao.trade.memo.update")
        assert explorer(pilot).draft == before
        assert before is not None
        assert "9007199254740993123" in before.values.values()


async def test_a_write_changes_what_a_later_read_returns(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.memo.update")
        screen = explorer(pilot)
        assert screen.draft is not None
        screen.seed = screen.draft = screen.draft.with_value("tid", TID).with_value("memo", "改地址")
        assert isinstance(await sent(pilot), Answer)
        await open_api(pilot, "taobao.trade.fullinfo.get")
        assert screen.draft is not None
        screen.seed = screen.draft = screen.draft.with_value("tid", TID).with_value("fields", "tid,seller_memo")
        outcome = await sent(pilot)
        assert outcome.payload["trade"]["seller_memo"] == "改地址"


async def test_an_api_outside_the_catalog_can_be_called_by_its_name(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("ctrl+n")
        await settled(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await typed(pilot, "taobao.unheard.of")
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).desk.method == "taobao.unheard.of")
        outcome = await sent(pilot)
        assert isinstance(outcome, Refusal)
        assert outcome.code == 22


class Hanging(httpx.AsyncBaseTransport):
    """A gateway that never answers."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError


async def test_escape_cancels_a_call_that_still_counts_against_the_quota(opened: Opened) -> None:
    environ = {"TOPEXPLORER_DEV_APP_KEY": "12345", "TOPEXPLORER_DEV_APP_SECRET": "not-a-real-secret"}
    async with opened(environ=environ, transport=Hanging(), environment="dev") as pilot:
        await open_api(pilot, "taobao.time.get")
        await pilot.press("ctrl+j")
        await settled(pilot, lambda: explorer(pilot).busy)
        assert explorer(pilot).check_action("cancel", ())
        await pilot.press("escape")
        await settled(pilot, lambda: not explorer(pilot).busy)
        meters = explorer(pilot).bench.engine.meters("taobao.time.get")
        assert max(meter.used for meter in meters) == 1


async def test_an_unreachable_gateway_is_shown_as_a_card_and_not_as_an_error(opened: Opened) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    environ = {"TOPEXPLORER_DEV_APP_KEY": "12345", "TOPEXPLORER_DEV_APP_SECRET": "not-a-real-secret"}
    async with opened(environ=environ, transport=httpx.MockTransport(refuse), environment="dev") as pilot:
        await open_api(pilot, "taobao.time.get")
        outcome = await sent(pilot)
        assert isinstance(outcome, NoAnswer)
        assert outcome.reason == "connect"


async def test_a_request_is_saved_listed_loaded_and_deleted_as_a_profile(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        await pilot.press("ctrl+t", "ctrl+s")
        await settled(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await pilot.press("ctrl+a", "delete")
        pilot.app.screen.query_one(Input).value = "未发货订单"
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).saved)
        kept = explorer(pilot).draft
        assert [profile.name for profile in explorer(pilot).saved] == ["未发货订单"]
        explorer(pilot).action_change("clear")
        rows = explorer(pilot).query_one(CatalogList).rows
        assert rows[1].key == "未发货订单"
        explorer(pilot).query_one(CatalogList).focus()
        explorer(pilot).query_one(CatalogList).cursor = 1
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).draft == kept)
        explorer(pilot).action_delete_profile()
        await settled(pilot, lambda: isinstance(pilot.app.screen, Choose))
        await pilot.press("enter")
        await settled(pilot, lambda: not explorer(pilot).saved)


async def test_switching_the_language_keeps_draft_and_answer(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        await pilot.press("ctrl+t")
        await sent(pilot)
        screen = explorer(pilot)
        await pilot.press("f3")
        await typed(pilot, "1")
        before = (screen.draft, screen.exchange)
        await pilot.press("f9")
        await settled(pilot, lambda: screen.query_one("#catalog").border_title == "目录")
        await pilot.pause()
        assert (screen.draft, screen.exchange) == before
        form = screen.query_one(ParamForm)
        assert form.draft == screen.draft
        assert [one.text for one in form.query(ValueInput) if one.named == "tid"] == [screen.draft.values["tid"]]


async def test_prod_has_to_be_typed_colours_the_screen_and_asks_before_a_write(opened: Opened) -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(200, json={"trade_memo_update_response": {"request_id": "x"}})

    async with opened(environ=PROD_KEYS, transport=httpx.MockTransport(answer)) as pilot:
        await pilot.press("ctrl+e")
        await settled(pilot, lambda: isinstance(pilot.app.screen, EnvironmentPanel))
        await pilot.press("down", "down", "enter")
        await settled(pilot, lambda: isinstance(pilot.app.screen, AskText))
        await typed(pilot, "prod")
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).has_class("-prod"))
        await open_api(pilot, "taobao.trade.memo.update")
        await pilot.press("ctrl+t", "ctrl+j")
        await settled(pilot, lambda: isinstance(pilot.app.screen, ConfirmWrite))
        await settled(pilot, lambda: len(calls) == 1)
        await typed(pilot, "no")
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, ConfirmWrite)
        assert [b"taobao.trade.fullinfo.get" in call.content for call in calls] == [True]
        pilot.app.screen.query_one(Input).value = "prod"
        await pilot.press("enter")
        await settled(pilot, lambda: explorer(pilot).exchange)
        assert [b"taobao.trade.memo.update" in call.content for call in calls] == [False, True]
        await pilot.press("ctrl+g")
        await pilot.pause()
        shown = pilot.app.export_screenshot()
        assert not [canary for canary in CANARIES if canary in shown]


async def test_a_prod_environment_is_not_where_the_next_run_starts(opened: Opened, tmp_path: Path) -> None:
    async with opened(environ=PROD_KEYS, environment="prod") as pilot:
        assert explorer(pilot).bench.engine.environment.name == "prod"
    assert workbench(tmp_path).start_environment.name == "sandbox"


async def test_one_pane_at_a_time_fits_eighty_columns(opened: Opened) -> None:
    async with opened(size=(80, 24)) as pilot:
        screen = explorer(pilot)
        assert [screen.query_one(f"#{name}").display for name in ("catalog", "request", "answer")] == [
            True,
            False,
            False,
        ]
        await typed(pilot, "time.get")
        await pilot.press("enter")
        await settled(pilot, lambda: screen.pane == "request")
        assert [screen.query_one(f"#{name}").display for name in ("catalog", "request", "answer")] == [
            False,
            True,
            False,
        ]
        await sent(pilot)
        await settled(pilot, lambda: screen.pane == "answer")
        assert screen.query_one("#answer").region.width == 80
        await pilot.press("f2")
        await settled(pilot, lambda: screen.query_one("#catalog").display)


async def test_panes_can_be_maximised_and_resized(opened: Opened) -> None:
    async with opened() as pilot:
        screen = explorer(pilot)
        await open_api(pilot, "taobao.time.get")
        width = screen.query_one("#catalog").region.width
        await pilot.press("alt+right")
        await pilot.pause()
        assert screen.query_one("#catalog").region.width == width + 4
        await pilot.press("f4", "f8")
        await pilot.pause()
        assert screen.query_one("#answer").region.width == 120
        await pilot.press("f8")
        await pilot.pause()
        assert screen.query_one("#catalog").display


async def test_help_speaks_about_the_focused_thing_and_lists_every_key(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("f1")
        await settled(pilot, lambda: isinstance(pilot.app.screen, PageDialog))
        text = pilot.app.screen.query_one(Page).text
        assert "Type to search" in text
        assert "^J" in text


@pytest.mark.parametrize("turns", range(5))
async def test_the_app_can_be_left_while_the_form_is_being_made(opened: Opened, turns: int) -> None:
    async with opened() as pilot:
        explorer(pilot).query_one(RequestPane).furnish()
        for _ in range(turns):
            await asyncio.sleep(0)
        pilot.app.exit()
    assert pilot.app.return_code in (None, 0)


async def test_the_quota_page_shows_a_bar_for_every_limit(opened: Opened) -> None:
    async with opened() as pilot:
        await pilot.press("f7")
        await settled(pilot, lambda: isinstance(pilot.app.screen, PageDialog))
        text = pilot.app.screen.query_one(Page).text
        assert "0 of 200 used" in text
        assert "0 of 5,000 used" in text


async def test_jump_letters_lead_to_every_focusable_thing_on_screen(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        await pilot.press("ctrl+o")
        await settled(pilot, lambda: isinstance(pilot.app.screen, Jump))
        screen = pilot.app.screen
        assert isinstance(screen, Jump)
        assert "Catalog" in pilot.app.export_screenshot(), "what the letters lead to is seen"
        letter, widget = list(screen.places.items())[-1]
        await pilot.press(letter)
        await settled(pilot, lambda: pilot.app.focused is widget)


async def test_the_command_that_makes_the_same_call_is_copied(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        await pilot.press("ctrl+t", "f6")
        assert pilot.app.clipboard.startswith("topexplorer call taobao.trade.fullinfo.get ")
        assert TID in pilot.app.clipboard


async def test_the_footer_shows_only_what_can_be_done(opened: Opened) -> None:
    async with opened() as pilot:
        from topexplorer.tui.widgets.key_bar import KeyBar

        bar = explorer(pilot).query_one(KeyBar)
        assert "send" not in {command.id for command in bar.usable()}
        await open_api(pilot, "taobao.time.get")
        shown = {command.id for command in bar.usable()}
        assert "send" in shown
        assert "cancel" not in shown


async def test_a_call_over_the_limit_is_refused_here_with_a_sentence(opened: Opened) -> None:
    clock = Clock()
    async with opened(clock=clock) as pilot:
        await open_api(pilot, "taobao.time.get")
        for _ in range(10):
            await sent(pilot)
        await pilot.press("ctrl+j")
        await settled(pilot, lambda: len(pilot.app._notifications) > 0)
        clock.move(1.1)
        assert isinstance(await sent(pilot), Answer)


async def test_enter_on_the_refusal_card_puts_the_cursor_into_the_field_that_was_refused(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        screen = explorer(pilot)
        assert screen.draft is not None
        screen.seed = screen.draft = screen.draft.with_value("tid", "12ab").with_value("fields", "tid")
        outcome = await sent(pilot)
        assert isinstance(outcome, Refusal)
        await settled(pilot, lambda: list(screen.query(ErrorCard)))
        screen.query_one(ErrorCard).post_message(ErrorCard.FixChosen(Fix("edit", message("fix.edit"), target="tid")))
        await settled(pilot, lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value == "12ab")


async def test_a_retired_api_offers_the_one_to_call_instead(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.item.get")
        await pilot.press("ctrl+t")
        outcome = await sent(pilot)
        assert isinstance(outcome, Refusal)
        screen = explorer(pilot)
        await settled(pilot, lambda: list(screen.query(ErrorCard)))
        fix = Fix("instead", message("fix.instead"), target="taobao.item.seller.get")
        screen.query_one(ErrorCard).post_message(ErrorCard.FixChosen(fix))
        await settled(pilot, lambda: screen.desk.method == "taobao.item.seller.get")


async def test_the_footer_offers_to_send_as_soon_as_an_api_is_open(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.time.get")
        await settled(pilot, lambda: "send" in pilot.app.export_screenshot())


async def test_the_catalog_s_cursor_goes_to_the_api_that_is_open(opened: Opened) -> None:
    async with opened() as pilot:
        await open_api(pilot, "taobao.trade.fullinfo.get")
        listed = explorer(pilot).query_one(CatalogList)
        assert listed.rows[listed.cursor].key == "taobao.trade.fullinfo.get"


async def test_whoever_is_faster_than_the_panes_are_made_still_gets_there(opened: Opened) -> None:
    async with opened() as pilot:
        screen = explorer(pilot)
        assert not screen.query(ParamForm), "the form is made when it is needed"
        for pane in ("request", "answer", "request"):
            screen.action_focus_pane(pane)
        screen.action_show_tab("docs")
        await pilot.pause()
        screen.open_api("taobao.trade.fullinfo.get")
        screen.action_show_tab("docs")
        screen.action_focus_pane("request")
        await settled(pilot, lambda: isinstance(pilot.app.focused, Input) and "form" in ids_above(pilot.app.focused))
        assert screen.query_one(RequestPane).side == "form"
        screen.action_show_tab("docs")
        await settled(pilot, lambda: "docs" in ids_above(pilot.app.focused))
        await pilot.pause()
        assert screen.query_one(RequestPane).side == "docs"


def ids_above(widget: Widget | None) -> set[str]:
    return {str(parent.id) for parent in widget.ancestors_with_self} if widget else set()
