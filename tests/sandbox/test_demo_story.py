"""A seller's day in the sandbox, from logging in to waiting for a ban to end, without a network.

Somebody logs in on the pages of the sandbox; what the app gets for that is the session the Engine then calls with.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.browser import code, token
from tests.sandbox.wire import SELLER, TRADE, Outsider
from tests.workbench import workbench
from topexplorer.core.call import Answer, Exchange, Refusal, RequestDraft
from topexplorer.core.diagnosis import ban_seconds
from topexplorer.core.errors import QuotaExceeded
from topexplorer.engine.embedded import Embedded
from topexplorer.engine.engine import Engine

NUMBER = "75312345678901"
READ = ("taobao.trade.fullinfo.get", {"fields": "tid,status,orders.status,orders.invoice_no", "tid": str(TRADE)})


class Desk:
    """The sandbox with the platform's limits, and the Engine of somebody who logged in there. One clock for both."""

    def __init__(self, home: Path) -> None:
        self.outsider = Outsider(limited=True)
        self.session = token(self.outsider, code=code(self.outsider))["access_token"]
        keys = self.outsider.accounts.credentials()
        self.engine: Engine = workbench(
            home,
            {
                "TOPEXPLORER_DEV_APP_KEY": keys.app_key,
                "TOPEXPLORER_DEV_APP_SECRET": keys.app_secret.reveal(),
                "TOPEXPLORER_DEV_SESSION": self.session,
            },
            environment="dev",
            transport=Embedded(self.outsider.sandbox),
            clock=lambda: self.outsider.now,
        ).engine

    def send(self, api: str, values: dict[str, str]) -> Exchange:
        """One call, and then a second passes."""
        try:
            return asyncio.run(self.engine.send(self.engine.prepare(RequestDraft(api, values))))
        finally:
            self.outsider.move(1)

    def answer(self, api: str, **values: str) -> Any:
        """What stands under the root of the answer; the call must be answered."""
        outcome = self.send(api, values).outcome
        assert isinstance(outcome, Answer), outcome
        return outcome.payload

    def refusal(self, api: str, values: dict[str, str]) -> Refusal:
        outcome = self.send(api, values).outcome
        assert isinstance(outcome, Refusal), outcome
        return outcome

    def trades(self, status: str) -> list[Any]:
        page = self.answer("taobao.trades.sold.get", fields="tid,status,payment", status=status, page_size="100")
        return list(page["trades"]["trade"])

    def banned_for(self) -> float:
        """What the Engine shows of a ban on reading trades."""
        return max(meter.banned_for for meter in self.engine.meters(READ[0]))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_seller_logs_in_reads_trades_sends_one_and_sees_it_sent(desk: Desk) -> None:
    assert {trade["status"] for trade in desk.trades("WAIT_BUYER_PAY")} == {"WAIT_BUYER_PAY"}
    paid = desk.trades("WAIT_SELLER_SEND_GOODS")
    assert TRADE in [trade["tid"] for trade in paid]
    trade = desk.answer(READ[0], **READ[1])["trade"]
    assert trade["status"] == "WAIT_SELLER_SEND_GOODS"
    assert desk.answer("taobao.logistics.offline.send", tid=str(TRADE), company_code="ZTO", out_sid=NUMBER)
    trade = desk.answer(READ[0], **READ[1])["trade"]
    assert trade["status"] == "WAIT_BUYER_CONFIRM_GOODS"
    assert {order["invoice_no"] for order in trade["orders"]["order"]} == {NUMBER}
    assert len(desk.trades("WAIT_SELLER_SEND_GOODS")) == len(paid) - 1
    again = desk.refusal("taobao.logistics.offline.send", {"tid": str(TRADE), "company_code": "ZTO", "out_sid": NUMBER})
    assert again.code == 15
    assert (again.sub_code or "").startswith("isv.")


def use_up(desk: Desk) -> None:
    """Another program with the same app reads trades until it may not: 200 calls in 60 seconds."""
    refused = False
    while not refused:
        desk.outsider.move(0.2)
        refused = "error_response" in desk.outsider.ask(READ[0], SELLER, session=desk.session, **READ[1])


def test_a_call_over_the_limit_is_banned_for_seconds_that_count_down_to_none(desk: Desk) -> None:
    use_up(desk)
    refusal = desk.refusal(*READ)
    assert (refusal.code, refusal.sub_code) == (7, "accesscontrol.limited-by-app-api-access-count")
    announced = ban_seconds(refusal)
    assert 5 < announced < 60
    shown = []
    while desk.banned_for() > 0:
        shown.append(desk.banned_for())
        with pytest.raises(QuotaExceeded) as kept_here:
            desk.send(*READ)
        assert 0 < kept_here.value.wait_seconds <= shown[-1]
    assert shown == [announced - passed for passed in range(1, announced)]
    assert desk.answer(READ[0], **READ[1])["trade"]["tid"] == TRADE


def test_the_gateway_counts_the_ban_down_for_whoever_asks_again(desk: Desk) -> None:
    use_up(desk)

    def said() -> int:
        text = desk.outsider.refusal(READ[0], session=desk.session, **READ[1])["sub_msg"]
        found = re.fullmatch(r"This ban will last for (\d+) more seconds", text)
        assert found, text
        return int(found[1])

    first = said()
    desk.outsider.move(3)
    assert said() == first - 3
    desk.outsider.move(first - 3)
    assert desk.outsider.answer(READ[0], session=desk.session, **READ[1])["trade"]["tid"] == TRADE
