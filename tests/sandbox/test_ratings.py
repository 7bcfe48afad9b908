"""Ratings: what a seller got and gave, rating a finished trade, answering a buyer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.wire import OTHER_SELLER, TRADE, VIRTUAL_TRADE, Outsider

FINISHED, FIRST, SECOND = 3141592653589793601, 3141592653589793602, 3141592653589793603
FIELDS = "tid,oid,role,nick,rated_nick,result,created,content,reply,item_title,item_price,num_iid"


def got(outsider: Outsider, **asked: Any) -> list[Any]:
    return rates(outsider, **({"rate_type": "get", "role": "buyer"} | asked))


def given(outsider: Outsider, **asked: Any) -> list[Any]:
    return rates(outsider, **({"rate_type": "give", "role": "seller"} | asked))


def rates(outsider: Outsider, **asked: Any) -> list[Any]:
    values: dict[str, Any] = {"fields": FIELDS, "page_size": 150} | asked
    page = outsider.answer("taobao.traderates.get", **values)
    return list(page.get("trade_rates", {}).get("results", ()))


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    return str(outsider.refusal(api, **values)["sub_code"])


def test_the_ratings_a_seller_got_are_the_buyers_newest_first(outsider: Outsider) -> None:
    rows = got(outsider)
    created = [row["created"] for row in rows]
    assert len(rows) == 150
    assert created == sorted(created, reverse=True)
    assert {(row["role"], row["rated_nick"]) for row in rows} == {("buyer", "童装小铺")}
    assert created[0] < "2026-11-21 12:00:00"


def test_what_a_seller_gave_is_another_list(outsider: Outsider) -> None:
    rows = given(outsider)
    assert {(row["role"], row["nick"]) for row in rows} == {("seller", "童装小铺")}
    assert {row["result"] for row in rows} == {"good"}


def test_a_seller_has_no_buyers_lists(outsider: Outsider) -> None:
    for kind, role in (("get", "seller"), ("give", "buyer")):
        page = outsider.answer("taobao.traderates.get", fields="tid", rate_type=kind, role=role)
        assert (page["total_results"], "trade_rates" in page) == (0, False)


def test_ratings_filter_by_result_trade_item_and_time(outsider: Outsider) -> None:
    bad = got(outsider, result="bad")
    assert {row["result"] for row in bad} == {"bad"}
    assert all(row["content"] and row["reply"] for row in bad)
    assert {row["oid"] for row in got(outsider, tid=FINISHED)} == {FIRST, SECOND}
    assert {row["oid"] for row in got(outsider, tid=SECOND)} == {SECOND}
    ours = got(outsider, num_iid=658402931875)
    assert {row["num_iid"] for row in ours} == {658402931875}
    assert len(ours) > 2
    span: dict[str, Any] = {"start_date": "2026-11-10 00:00:00", "end_date": "2026-11-12 23:59:59"}
    days = {row["created"][:10] for row in got(outsider, **span)}
    assert days == {"2026-11-10", "2026-11-11", "2026-11-12"}
    assert got(outsider, end_date="2026-11-12 23:59:59") == got(outsider)


def test_pages_of_ratings_share_out_the_list(outsider: Outsider) -> None:
    asked: dict[str, Any] = {"fields": FIELDS, "rate_type": "get", "role": "buyer", "result": "neutral"}
    whole = outsider.answer("taobao.traderates.get", page_size=150, **asked)
    half = outsider.answer("taobao.traderates.get", page_size=5, page_no=2, use_has_next="true", **asked)
    assert half["trade_rates"]["results"] == whole["trade_rates"]["results"][5:10]
    assert half["has_next"] is True
    assert "total_results" not in half


def test_a_rating_names_the_order_it_is_about(outsider: Outsider) -> None:
    row = got(outsider)[3]
    fields = "orders.oid,orders.title,orders.price,orders.num_iid,buyer_nick,buyer_rate"
    trade = outsider.answer("taobao.trade.fullinfo.get", tid=row["tid"], fields=fields)["trade"]
    order = next(order for order in trade["orders"]["order"] if order["oid"] == row["oid"])
    assert (order["title"], order["price"], order["num_iid"]) == (row["item_title"], row["item_price"], row["num_iid"])
    assert (trade["buyer_nick"], trade["buyer_rate"]) == (row["nick"], True)


def test_a_seller_rates_one_order_and_then_the_other(outsider: Outsider) -> None:
    assert given(outsider, tid=FINISHED) == []
    answer = outsider.answer("taobao.traderate.add", tid=FINISHED, oid=FIRST, result="good", role="seller")
    assert answer["trade_rate"] == {"tid": FINISHED, "oid": FIRST, "created": "2026-11-21 12:00:00"}
    assert [row["oid"] for row in given(outsider, tid=FINISHED)] == [FIRST]
    trade = outsider.answer("taobao.trade.fullinfo.get", tid=FINISHED, fields="seller_rate,seller_can_rate")["trade"]
    assert trade == {"seller_rate": False, "seller_can_rate": True}
    outsider.answer("taobao.traderate.add", tid=FINISHED, oid=SECOND, result="good", role="seller")
    trade = outsider.answer("taobao.trade.fullinfo.get", tid=FINISHED, fields="seller_rate,seller_can_rate")["trade"]
    assert trade == {"seller_rate": True, "seller_can_rate": False}
    again = refused(outsider, "taobao.traderate.add", tid=FINISHED, oid=FIRST, result="good", role="seller")
    assert again == "isv.traderate-service-error:ALREADY_RATED"


def test_all_orders_of_a_trade_are_rated_at_once(outsider: Outsider) -> None:
    values: dict[str, Any] = {"tid": FINISHED, "result": "neutral", "role": "seller", "content": "沟通顺畅"}
    outsider.answer("taobao.traderate.list.add", **values)
    rows = given(outsider, tid=FINISHED)
    assert [(row["result"], row["content"]) for row in rows] == [("neutral", "沟通顺畅")] * 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"tid": FINISHED}, "isv.missing-parameter:oid"),
        ({"tid": FINISHED, "oid": 1}, "isv.invalid-parameter:oid"),
        ({"tid": FINISHED, "oid": FIRST, "role": "buyer"}, "isv.invalid-parameter:role"),
        ({"tid": FINISHED, "oid": FIRST, "result": "bad"}, "isv.missing-parameter:content"),
        ({"tid": FINISHED, "oid": FIRST, "anony": "true"}, "isv.invalid-parameter:anony"),
        ({"tid": TRADE, "oid": TRADE + 1}, "isv.traderate-service-error:TRADE_STATUS_ERROR"),
        ({"tid": VIRTUAL_TRADE}, "isv.invalid-permission"),
        ({"tid": 1}, "isv.trade-not-exist"),
    ],
)
def test_a_rating_that_breaks_a_rule_is_refused(outsider: Outsider, values: dict[str, Any], code: str) -> None:
    asked: dict[str, Any] = {"result": "good", "role": "seller"} | values
    assert refused(outsider, "taobao.traderate.add", **asked) == code
    assert given(outsider, tid=FINISHED) == []


def test_a_trade_is_rated_within_fifteen_days(outsider: Outsider) -> None:
    assert given(outsider, tid=FINISHED) == []
    outsider.move(13 * 86_400)
    said = refused(outsider, "taobao.traderate.list.add", tid=FINISHED, result="good", role="seller")
    assert said == "isv.traderate-service-error:TRADE_STATUS_ERROR"


def test_a_seller_answers_a_buyer_within_thirty_days(outsider: Outsider) -> None:
    outsider.answer("taobao.traderate.explain.add", oid=FIRST, reply="感谢您的反馈")
    assert [row.get("reply") for row in got(outsider, tid=FIRST)] == ["感谢您的反馈"]
    assert refused(outsider, "taobao.traderate.explain.add", oid=TRADE + 1, reply="x") == "isv.invalid-parameter:oid"
    outsider.move(31 * 86_400)
    assert refused(outsider, "taobao.traderate.explain.add", oid=FIRST, reply="x") == "isv.invalid-parameter:oid"


def test_each_seller_has_ratings_of_their_own(outsider: Outsider) -> None:
    rows = got(outsider, seller=OTHER_SELLER)
    assert {row["rated_nick"] for row in rows} == {OTHER_SELLER}
