"""The error card: what happened, why, what to do, and a wait that counts down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import Static

from tests.core.trade_answer import SPEC
from tests.tui.answers import ENGLISH, ERRORS, Host, banned, drawn, missing, settle
from topexplorer.core.call import Exchange
from topexplorer.core.diagnosis import Diagnosis, Fix, explain
from topexplorer.core.language import message
from topexplorer.tui.widgets.error_card import ErrorCard, FixRow, wait_text
from topexplorer.tui.widgets.pairs_view import PairsView

pytestmark = pytest.mark.anyio


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def card_of(exchange: Exchange, clock: Callable[[], float], age: float = 0.0) -> Callable[[], ErrorCard]:
    def make() -> ErrorCard:
        card = ErrorCard(ENGLISH, clock=clock)
        card.age = age
        card.diagnosis = explain(exchange, SPEC, ERRORS)
        return card

    return make


def words(app: Host, selector: str) -> str:
    return str(app.query_one(selector, Static).content)


async def test_the_card_names_cause_cure_and_what_the_gateway_wrote() -> None:
    app = Host(card_of(missing(), Clock()))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert words(app, "#card-title") == "Missing required arguments"
        assert words(app, "#card-cause") == "A required parameter is missing."
        assert words(app, "#card-cure") == "Fill it in and send again."
        assert [line.split(maxsplit=1) for line in drawn(app.query_one(PairsView))] == [
            ["code", "40"],
            ["msg", "Missing required arguments:tid"],
            ["request_id", "16ycf7mfm3uy5"],
        ]
        assert app.query_one(PairsView).region.bottom <= 24


async def test_no_letter_of_a_way_out_is_cut_where_the_pane_is_narrow() -> None:
    def make() -> ErrorCard:
        card = ErrorCard(ENGLISH, key="Alt+C")
        fixes = (Fix("keys", message("fix.keys")), Fix("anyway", message("fix.anyway")))
        cause, cure = message("lab.held.title"), message("lab.held.keys.cure")
        card.diagnosis = Diagnosis(cause, cause, cure, (), fixes)
        return card

    app = Host(make)
    async with app.run_test(size=(64, 24)) as pilot:
        await settle(pilot)
        first, second = app.query(FixRow)
        assert "".join(drawn(first)).rstrip().endswith("Alt+C")
        assert first.region.right <= 64
        assert second.region.y == first.region.bottom


@pytest.mark.parametrize("way", ["key", "mouse"])
async def test_a_fix_is_chosen_by_enter_or_click(way: str) -> None:
    app = Host(card_of(missing(), Clock()))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if way == "key":
            app.query_one(FixRow).focus()
            await pilot.press("enter")
        else:
            await pilot.click(FixRow)
        assert app.chosen == ["edit tid"]


async def test_a_wait_counts_down_and_becomes_send_again() -> None:
    clock = Clock()
    app = Host(card_of(banned(27), clock))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        row = app.query_one(FixRow)
        row.focus()
        assert "27 s to wait" in words(app, "FixRow")
        await pilot.press("enter")
        assert app.chosen == []
        clock.seconds += 10.5
        row.count_down()
        assert "17 s to wait" in words(app, "FixRow")
        clock.seconds += 16.5
        row.count_down()
        assert words(app, "FixRow") == "⏎ Send again"
        await pilot.press("enter")
        assert app.chosen == ["wait"]


async def test_a_wait_that_began_a_while_ago_is_shorter() -> None:
    app = Host(card_of(banned(27), Clock(), age=20.0))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert app.query_one(FixRow).left == 7


async def test_the_clock_is_not_read_any_more_once_the_card_is_gone() -> None:
    readings: list[None] = []

    def clock() -> float:
        readings.append(None)
        return 0.0

    app = Host(card_of(banned(27), clock))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.query_one(ErrorCard).remove()
        count = len(readings)
        await pilot.pause(0.6)
        assert len(readings) == count


async def test_arrows_lead_from_fix_to_fix_and_into_the_evidence_where_y_copies() -> None:
    fixes = (Fix("keys", message("fix.keys")), Fix("instead", message("fix.instead", method="a.b"), target="a.b"))
    diagnosis = Diagnosis(message("x"), message("y"), message("z"), (("sub_msg", "[/x] \x1b[31m字"),), fixes)

    def make() -> ErrorCard:
        card = ErrorCard(ENGLISH, clock=Clock())
        card.diagnosis = diagnosis
        return card

    app = Host(make)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.query(FixRow).first().focus()
        await pilot.press("down", "enter", "down", "y")
        await settle(pilot)
        assert app.chosen == ["instead a.b"]
        assert drawn(app.query_one(PairsView))[0].split(maxsplit=1) == ["sub_msg", "[/x] ␛[31m字"]
        assert app.copied[0].text == "[/x] \x1b[31m字"


def test_a_long_wait_is_told_in_minutes() -> None:
    assert [wait_text(seconds) for seconds in (1, 59, 60, 725)] == ["1 s", "59 s", "1 min 00 s", "12 min 05 s"]
