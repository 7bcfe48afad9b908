"""Trades: lists like the platform's, details, and that every write shows in later reads or is refused with its rule."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.wire import (
    FIRST_ORDER,
    OTHER_SELLER,
    SECOND_ORDER,
    SENT_TRADE,
    TRADE,
    UNPAID_TRADE,
    VIRTUAL_TRADE,
    Outsider,
)

FINISHED_TRADE, BOOKED_TRADE, RETURNING_TRADE = 3141592653589793601, 3141592653589793701, 3141592653589793801
SOLD, INCREMENT = "taobao.trades.sold.get", "taobao.trades.sold.increment.get"


def trade(outsider: Outsider, fields: str, tid: int = TRADE, seller: str = "童装小铺") -> Any:
    return outsider.answer("taobao.trade.fullinfo.get", seller=seller, tid=tid, fields=fields)["trade"]


def sold(outsider: Outsider, fields: str = "tid", api: str = SOLD, page_size: int = 100, **asked: Any) -> list[Any]:
    """Every trade of the list, page by page."""
    rows: list[Any] = []
    number = 1
    while True:
        page = outsider.answer(api, fields=fields, page_no=number, page_size=page_size, use_has_next="true", **asked)
        assert "total_results" not in page
        rows += page.get("trades", {}).get("trade", [])
        if not page["has_next"]:
            return rows
        number += 1


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    said = outsider.refusal(api, **values)
    assert (said["code"], said["msg"]) == (15, "Remote service error")
    return str(said["sub_code"])


def test_the_landmark_trade_is_paid_and_has_two_orders(outsider: Outsider) -> None:
    found = trade(outsider, "tid,status,buyer_nick,orders.oid,payment,receiver_name,receiver_district")
    assert found == {
        "tid": TRADE,
        "status": "WAIT_SELLER_SEND_GOODS",
        "buyer_nick": "晴天小雨",
        "payment": "247.00",
        "orders": {"order": [{"oid": FIRST_ORDER}, {"oid": SECOND_ORDER}]},
        "receiver_name": "王**",
        "receiver_district": "西湖区",
    }


def test_nineteen_digits_are_exact_on_the_wire(outsider: Outsider) -> None:
    params = outsider.signed(outsider.system("taobao.trade.fullinfo.get") | {"tid": str(TRADE), "fields": "tid"})
    assert b'"tid":3141592653589793238' in outsider.post(params).content


def test_orders_named_alone_comes_with_all_of_an_order(outsider: Outsider) -> None:
    order = trade(outsider, "orders")["orders"]["order"][0]
    assert order["title"].endswith("公主裙")
    assert {"oid", "num_iid", "sku_id", "payment", "refund_status", "sku_properties_name"} <= set(order)
    assert order["sku_id"] == "4611686018427"


def test_only_a_trade_of_one_order_shows_its_item(outsider: Outsider) -> None:
    assert "num_iid" not in trade(outsider, "tid,num_iid")
    assert "num_iid" in trade(outsider, "tid,num_iid", SENT_TRADE)


def test_trades_that_do_not_exist_or_are_not_ours(outsider: Outsider) -> None:
    api = "taobao.trade.fullinfo.get"
    assert refused(outsider, api, tid=1, fields="tid") == "isv.trade-not-exist"
    assert refused(outsider, api, tid=FIRST_ORDER, fields="tid") == "isv.trade-not-exist"
    assert refused(outsider, api, tid=VIRTUAL_TRADE, fields="tid") == "isv.invalid-permission"


def test_the_list_is_newest_first_and_only_ours(outsider: Outsider) -> None:
    rows = sold(outsider, "tid,created,seller_nick")
    created = [row["created"] for row in rows]
    assert len(rows) > 80
    assert created == sorted(created, reverse=True)
    assert {row["seller_nick"] for row in rows} == {"童装小铺"}
    oldest = (outsider.now - timedelta(days=90)).strftime("%Y-%m-%d %H:%M:%S")
    assert oldest < created[-1]
    assert created[0] < "2026-11-21 12:00:00"


def test_pages_with_a_total_and_pages_with_has_next_agree(outsider: Outsider) -> None:
    rows = sold(outsider)
    first = outsider.answer(SOLD, fields="tid", page_size=100)
    assert first["total_results"] == len(rows)
    assert "has_next" not in first
    assert first["trades"]["trade"] == rows[:100]
    assert len(outsider.answer(SOLD, fields="tid")["trades"]["trade"]) == 40


def test_a_page_beyond_the_last_has_no_trades_field(outsider: Outsider) -> None:
    page = outsider.answer(SOLD, fields="tid", page_no=99)
    assert "trades" not in page
    assert page["total_results"] > 80


def test_a_page_of_more_than_a_hundred_is_refused(outsider: Outsider) -> None:
    said = outsider.refusal(SOLD, fields="tid", page_size=101)
    assert said.get("sub_code") == "isv.invalid-parameter:page_size" or said["msg"] == "Invalid arguments:page_size"


@pytest.mark.parametrize(
    "status",
    ["WAIT_BUYER_PAY", "WAIT_SELLER_SEND_GOODS", "WAIT_BUYER_CONFIRM_GOODS", "TRADE_FINISHED", "TRADE_CLOSED"],
)
def test_the_list_filters_by_status(outsider: Outsider, status: str) -> None:
    rows = sold(outsider, "status", status=status)
    assert rows
    assert {row["status"] for row in rows} == {status}


def test_a_combined_status_stands_for_several(outsider: Outsider) -> None:
    closed = {row["status"] for row in sold(outsider, "status", status="ALL_CLOSED")}
    assert closed == {"TRADE_CLOSED", "TRADE_CLOSED_BY_TAOBAO"}
    unpaid = {row["status"] for row in sold(outsider, "status", status="ALL_WAIT_PAY")}
    assert unpaid == {"WAIT_BUYER_PAY", "TRADE_NO_CREATE_PAY"}


def test_the_list_filters_by_time_and_buyer(outsider: Outsider) -> None:
    whole = sold(outsider, "tid,created,buyer_nick")
    start, end = whole[30]["created"], whole[10]["created"]
    assert sold(outsider, "tid,created,buyer_nick", start_created=start, end_created=end) == whole[10:31]
    mine = sold(outsider, "tid,buyer_nick", buyer_nick="晴天小雨")
    assert {row["tid"] for row in mine} == {
        TRADE,
        UNPAID_TRADE,
        SENT_TRADE,
        FINISHED_TRADE,
        BOOKED_TRADE,
        RETURNING_TRADE,
    }
    uid = trade(outsider, "buyer_open_uid")["buyer_open_uid"]
    assert len(sold(outsider, buyer_open_id=uid)) == 6
    assert refused(outsider, SOLD, fields="tid", start_created=end, end_created=start).endswith(":start_created")


def test_rare_types_are_silently_absent_unless_asked_for(outsider: Outsider) -> None:
    def tids(**asked: Any) -> set[int]:
        return {row["tid"] for row in sold(outsider, seller=OTHER_SELLER, **asked)}

    assert VIRTUAL_TRADE not in tids()
    assert tids(type="eticket") == {VIRTUAL_TRADE}
    assert tids(type="guarantee_trade, cod, eticket") == tids() | {VIRTUAL_TRADE}


def test_the_list_filters_by_ratings_and_knows_no_second_hand_trades(outsider: Outsider) -> None:
    unrated = sold(outsider, "buyer_rate,seller_rate", rate_status="RATE_BUYER_UNSELLER")
    assert unrated
    assert {(row["buyer_rate"], row["seller_rate"]) for row in unrated} == {(True, False)}
    assert sold(outsider, ext_type="ershou") == []


def test_the_increment_shows_what_changed_within_a_day(outsider: Outsider) -> None:
    outsider.move(60)
    outsider.answer("taobao.trade.memo.update", tid=SENT_TRADE, memo="老客户")
    span: dict[str, Any] = {"start_modified": "2026-11-21 12:01:00", "end_modified": "2026-11-21 12:30:00"}
    assert sold(outsider, "tid,modified", INCREMENT, **span) == [{"tid": SENT_TRADE, "modified": "2026-11-21 12:01:00"}]


def test_the_increment_is_ordered_by_change_latest_first(outsider: Outsider) -> None:
    span: dict[str, Any] = {"start_modified": "2026-11-20 12:00:00", "end_modified": "2026-11-21 12:00:00"}
    modified = [row["modified"] for row in sold(outsider, "modified", INCREMENT, **span)]
    assert len(modified) > 5
    assert modified == sorted(modified, reverse=True)
    assert "2026-11-20 12:00:00" <= modified[-1] <= modified[0] <= "2026-11-21 12:00:00"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-19 12:00:00", "2026-11-20 12:00:01"),
        ("2026-11-20 12:00:00", "2026-11-20 11:59:59"),
    ],
)
def test_the_increment_spans_at_most_a_day(outsider: Outsider, start: str, end: str) -> None:
    said = refused(outsider, INCREMENT, fields="tid", start_modified=start, end_modified=end)
    assert said == "isv.invalid-parameter:start_modified"


def test_a_memo_is_added_once_and_then_updated(outsider: Outsider) -> None:
    outsider.move(60)
    outsider.answer("taobao.trade.memo.add", tid=TRADE, memo="买家要求开发票", flag=1)
    assert trade(outsider, "seller_memo,seller_flag,modified") == {
        "seller_memo": "买家要求开发票",
        "seller_flag": 1,
        "modified": "2026-11-21 12:01:00",
    }
    assert refused(outsider, "taobao.trade.memo.add", tid=TRADE, memo="再来") == "isv.trade-service-error:MEMO_EXISTS"
    outsider.answer("taobao.trade.memo.update", tid=TRADE, flag=4)
    assert trade(outsider, "seller_memo,seller_flag") == {"seller_memo": "买家要求开发票", "seller_flag": 4}
    outsider.answer("taobao.trade.memo.update", tid=TRADE, memo="改发中通")
    assert trade(outsider, "seller_memo,seller_flag") == {"seller_memo": "改发中通", "seller_flag": 0}
    outsider.answer("taobao.trade.memo.update", tid=TRADE, memo="ignored", reset="true")
    assert trade(outsider, "seller_memo")["seller_memo"] == ""


def test_a_memo_has_a_thousand_bytes(outsider: Outsider) -> None:
    outsider.answer("taobao.trade.memo.update", tid=TRADE, memo="备" * 500)
    said = outsider.refusal("taobao.trade.memo.update", tid=TRADE, memo="备" * 501)
    assert said.get("sub_code") == "isv.invalid-parameter:memo" or said["msg"] == "Invalid arguments:memo"


def test_an_unpaid_trade_is_closed(outsider: Outsider) -> None:
    assert trade(outsider, "status", UNPAID_TRADE)["status"] == "WAIT_BUYER_PAY"
    outsider.move(60)
    answer = outsider.answer("taobao.trade.close", tid=UNPAID_TRADE, close_reason="缺货")
    assert answer["trade"] == {"tid": UNPAID_TRADE, "modified": "2026-11-21 12:01:00"}
    after = trade(outsider, "status,end_time,orders.status,timeout_action_time", UNPAID_TRADE)
    assert after == {
        "status": "TRADE_CLOSED_BY_TAOBAO",
        "end_time": "2026-11-21 12:01:00",
        "orders": {"order": [{"status": "TRADE_CLOSED_BY_TAOBAO"}]},
    }
    again = refused(outsider, "taobao.trade.close", tid=UNPAID_TRADE, close_reason="缺货")
    assert again == "isv.trade-service-error:TRADE_STATUS_ERROR"


def test_a_paid_trade_is_not_closed_and_a_reason_must_be_on_the_list(outsider: Outsider) -> None:
    said = refused(outsider, "taobao.trade.close", tid=TRADE, close_reason="缺货")
    assert said == "isv.trade-service-error:TRADE_STATUS_ERROR"
    said = outsider.refusal("taobao.trade.close", tid=UNPAID_TRADE, close_reason="不想卖了")
    assert said.get("sub_code") == "isv.invalid-parameter:closereason_wrong" or said["code"] == 41


def test_one_order_of_a_trade_is_closed_by_its_own_number(outsider: Outsider) -> None:
    rows = sold(outsider, "tid,orders.oid", status="WAIT_BUYER_PAY")
    row = next(row for row in rows if len(row["orders"]["order"]) > 1)
    oids = [order["oid"] for order in row["orders"]["order"]]
    outsider.answer("taobao.trade.close", tid=oids[0], close_reason="买家拍错了")
    after = trade(outsider, "status,orders.status", row["tid"])
    assert after["status"] == "WAIT_BUYER_PAY"
    assert [order["status"] for order in after["orders"]["order"]][:2] == ["TRADE_CLOSED_BY_TAOBAO", "WAIT_BUYER_PAY"]
    for oid in oids[1:]:
        outsider.answer("taobao.trade.close", tid=oid, close_reason="买家拍错了")
    assert trade(outsider, "status", row["tid"])["status"] == "TRADE_CLOSED_BY_TAOBAO"


def test_a_receiving_time_is_prolonged_only_while_goods_are_under_way(outsider: Outsider) -> None:
    before = trade(outsider, "timeout_action_time", SENT_TRADE)["timeout_action_time"]
    outsider.answer("taobao.trade.receivetime.delay", tid=SENT_TRADE, days=3)
    after = trade(outsider, "timeout_action_time", SENT_TRADE)["timeout_action_time"]
    assert (before[:10], after[:10]) == ("2026-11-28", "2026-12-01")
    assert before[10:] == after[10:]
    said = refused(outsider, "taobao.trade.receivetime.delay", tid=TRADE, days=3)
    assert said == "isv.trade-service-error:TRADE_STATUS_ERROR"
    said = outsider.refusal("taobao.trade.receivetime.delay", tid=SENT_TRADE, days=4)
    assert said.get("sub_code") == "isv.invalid-parameter:days" or said["code"] == 41


def test_an_address_changes_before_sending_and_stays_masked(outsider: Outsider) -> None:
    outsider.answer(
        "taobao.trade.shippingaddress.update",
        tid=TRADE,
        receiver_name="李大山",
        receiver_mobile="13912345678",
        receiver_state="江苏省",
        receiver_city="苏州市",
        receiver_district="姑苏区",
    )
    fields = "receiver_name,receiver_mobile,receiver_state,receiver_city,receiver_district"
    assert list(trade(outsider, fields).values()) == ["李**", "*******5678", "江苏省", "苏州市", "姑苏区"]
    said = refused(outsider, "taobao.trade.shippingaddress.update", tid=SENT_TRADE, receiver_name="李大山")
    assert said == "isv.trade-service-error:TRADE_STATUS_ERROR"
    outsider.answer("taobao.trade.shippingaddress.update", tid=TRADE, receiver_mobile="-1")
    assert "receiver_mobile" not in trade(outsider, fields)
    said = refused(outsider, "taobao.trade.shippingaddress.update", tid=TRADE)
    assert said == "isv.missing-parameter:receiver_address"


def test_postage_goes_down_and_takes_the_payment_with_it(outsider: Outsider) -> None:
    rows = sold(outsider, "tid,post_fee,payment,total_fee", status="WAIT_BUYER_PAY")
    row = next(row for row in rows if row["post_fee"] != "0.00")
    answer = outsider.answer("taobao.trade.postage.update", tid=row["tid"], post_fee="1.5")["trade"]
    after = trade(outsider, "post_fee,payment,total_fee", row["tid"])
    assert after["post_fee"] == "1.50"
    assert Decimal(row["payment"]) - Decimal(after["payment"]) == Decimal(row["post_fee"]) - Decimal("1.50")
    assert after["total_fee"] == row["total_fee"]
    assert {name: answer[name] for name in after} == after
    said = refused(outsider, "taobao.trade.postage.update", tid=row["tid"], post_fee="2.00")
    assert said == "isv.invalid-parameter:post_fee"
    said = refused(outsider, "taobao.trade.postage.update", tid=TRADE, post_fee="0")
    assert said == "isv.trade-service-error:TRADE_STATUS_ERROR"


def test_the_accounts_of_a_trade(outsider: Outsider) -> None:
    fields = "tid,payment,order_amounts.oid,order_amounts.payment"
    amount = outsider.answer("taobao.trade.amount.get", tid=TRADE, fields=fields)["trade_amount"]
    parts = amount["order_amounts"]["order_amount"]
    assert [part["oid"] for part in parts] == [FIRST_ORDER, SECOND_ORDER]
    assert sum(Decimal(part["payment"]) for part in parts) == Decimal(amount["payment"])


@pytest.mark.parametrize(
    ("api", "values"),
    [
        ("taobao.trade.memo.add", {"memo": "x"}),
        ("taobao.trade.memo.update", {"memo": "x"}),
        ("taobao.trade.close", {"close_reason": "缺货"}),
        ("taobao.trade.receivetime.delay", {"days": 3}),
        ("taobao.trade.shippingaddress.update", {"receiver_city": "苏州市"}),
        ("taobao.trade.postage.update", {"post_fee": "0.00"}),
        ("taobao.trade.amount.get", {"fields": "tid"}),
    ],
)
def test_no_call_touches_a_trade_that_is_missing_or_not_ours(
    outsider: Outsider, api: str, values: dict[str, Any]
) -> None:
    assert refused(outsider, api, tid=1, **values) == "isv.trade-not-exist"
    assert refused(outsider, api, tid=VIRTUAL_TRADE, **values) == "isv.invalid-permission"
    theirs = trade(outsider, "status,modified,seller_flag", VIRTUAL_TRADE, OTHER_SELLER)
    assert theirs["status"] == "WAIT_SELLER_SEND_GOODS"
    assert theirs["seller_flag"] == 0


def test_the_history_begins_where_the_usual_list_ends(outsider: Outsider) -> None:
    asked: dict[str, Any] = {"fields": "tid,created,status", "page_size": 40}
    first = outsider.answer("taobao.trades.sold.history.get", **asked)
    page = outsider.answer("taobao.trades.sold.history.get", **asked, page_no=3)
    rows = first["trades"]["trade"] + page["trades"]["trade"]
    oldest = sold(outsider, "created")[-1]["created"]
    assert len(rows) > 40
    assert (first["has_next"], page["has_next"]) == (True, False)
    assert all(row["created"] < (outsider.now - timedelta(days=90)).strftime("%Y-%m-%d %H:%M:%S") for row in rows)
    assert rows[0]["created"] < oldest


@pytest.mark.parametrize("api", ["taobao.trades.simple.sold.get", "taobao.open.trades.sold.get"])
def test_simpler_lists_show_the_same_trades(outsider: Outsider, api: str) -> None:
    asked: dict[str, Any] = {"fields": "tid,status,payment", "status": "WAIT_SELLER_SEND_GOODS", "page_size": 20}
    usual = outsider.answer(SOLD, **asked)
    simple = outsider.answer(api, **asked)
    assert simple["total_results"] == usual["total_results"]
    assert [(str(row["tid"]), row["payment"]) for row in usual["trades"]["trade"]] == [
        (str(row["tid"]), row["payment"]) for row in simple["trades"]["trade"]
    ]


def test_what_a_buyer_confirms_is_split_into_goods_and_postage(outsider: Outsider) -> None:
    def fee(tid: int) -> Any:
        return outsider.answer("taobao.trade.confirmfee.get", tid=tid)["trade_confirm_fee"]

    assert fee(TRADE) == {"confirm_fee": "247.00", "confirm_post_fee": "0.00", "is_last_order": True}
    assert fee(FIRST_ORDER) == {"confirm_fee": "89.00", "confirm_post_fee": "0.00", "is_last_order": False}
    rows = sold(outsider, "tid,payment,post_fee,orders.oid", status="WAIT_BUYER_CONFIRM_GOODS")
    row = next(row for row in rows if row["post_fee"] != "0.00" and len(row["orders"]["order"]) == 1)
    found = fee(row["tid"])
    assert found["confirm_post_fee"] == row["post_fee"]
    assert outsider.answer("taobao.trade.invoice.amount.get", tid=TRADE)["consumer_invoice_amount"] == "24700"


def test_a_partly_sent_trade_shows_what_is_on_its_way(outsider: Outsider) -> None:
    fields = "tid,orders.status,orders.invoice_no"
    (row,) = [*sold(outsider, fields, status="SELLER_CONSIGNED_PART")][:1]
    first, second = row["orders"]["order"]
    assert (first["status"], second) == ("WAIT_BUYER_CONFIRM_GOODS", {"status": "WAIT_SELLER_SEND_GOODS"})
    assert first["invoice_no"]
    outsider.answer("taobao.logistics.offline.send", tid=row["tid"], company_code="ZTO", out_sid="75312345678901")
    after = trade(outsider, "status,orders.status", row["tid"])
    assert after["status"] == "WAIT_BUYER_CONFIRM_GOODS"


def test_an_old_trade_is_read_and_changed_like_a_young_one(outsider: Outsider) -> None:
    tid = sold(outsider)[-1]["tid"]
    outsider.answer("taobao.trade.memo.update", tid=tid, memo="回访过", flag=2)
    assert trade(outsider, "seller_memo,seller_flag", tid) == {"seller_memo": "回访过", "seller_flag": 2}
    assert refused(outsider, "taobao.trade.close", tid=tid, close_reason="缺货").endswith("TRADE_STATUS_ERROR")
