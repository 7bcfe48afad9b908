"""What a developer types finds the API that is meant, in both languages, misspelt or by a parameter's name."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import bundled, words
from topexplorer.core.catalog import Entry
from topexplorer.core.search import SearchIndex, spans, split_words


@cache
def index() -> SearchIndex:
    return SearchIndex(bundled().entries.values())


def top(query: str, count: int = 5) -> list[str]:
    return [hit.entry.method.removeprefix("taobao.") for hit in index().search(query, count)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("taobao.trade.get", "trade.get"),
        ("trade.get", "trade.get"),
        ("Taobao.Item.Get", "item.get"),
        ("items.list", "items.list"),
        ("trades sold", "trades.sold.get"),
        ("sold increment", "trades.sold.increment.get"),
        ("full info", "trade.fullinfo.get"),
        ("fullinfo", "trade.fullinfo.get"),
        ("fulinfo", "trade.fullinfo.get"),
        ("trade fullinfo tid", "trade.fullinfo.get"),
        ("itmes onsale", "items.onsale.get"),
        ("onsale", "items.onsale.get"),
        ("出售中", "items.onsale.get"),
        ("memo update", "trade.memo.update"),
        ("how to update a memo", "trade.memo.update"),
        ("修改备注", "trade.memo.update"),
        ("refund", "refund.get"),
        ("refund refuse", "refund.refuse"),
        ("拒绝退款", "refund.refuse"),
        ("trace", "logistics.trace.search"),
        ("tracking", "logistics.trace.search"),
        ("物流轨迹", "logistics.trace.search"),
        ("物流公司", "logistics.companies.get"),
        ("快递", "logistics.companies.get"),
        ("carrier", "logistics.companies.get"),
        ("area", "areas.get"),
        ("areas", "areas.get"),
        ("地区", "areas.get"),
        ("查地区", "areas.get"),
        ("time", "time.get"),
        ("时间", "time.get"),
        ("shop", "shop.seller.get"),
        ("店铺", "shop.seller.get"),
        ("改库存", "item.quantity.update"),
        ("stock", "item.quantity.update"),
        ("关闭订单", "trade.close"),
        ("cancel", "trade.close"),
        ("邮费", "trade.postage.update"),
        ("freight", "trade.postage.update"),
        ("img", "item.img.upload"),
        ("图片", "item.img.upload"),
        ("delist", "item.update.delisting"),
        ("下架", "item.update.delisting"),
        ("上架", "item.update.listing"),
        ("延长收货", "trade.receivetime.delay"),
        ("收货地址", "trade.shippingaddress.update"),
        ("商家编码", "items.custom.get"),
        ("outer_id", "items.custom.get"),
        ("批量商品", "items.seller.list.get"),
        ("user", "user.seller.get"),
        ("banned", "kfc.keyword.search"),
        ("违禁词", "kfc.keyword.search"),
        ("留言", "refund.messages.get"),
        ("分类", "sellercats.list.get"),
        ("uv", "data.uv.get"),
        ("访客", "data.uv.get"),
        ("sku", "item.sku.get"),
        ("refund_id", "refund.get"),
    ],
)
def test_the_api_that_is_meant_comes_first(query: str, first: str) -> None:
    assert top(query)[0] == first


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("订单", ["trades.sold.get", "trade.fullinfo.get", "trade.get"]),
        ("order", ["trades.sold.get", "trade.fullinfo.get", "logistics.orders.get"]),
        ("orders", ["trades.sold.get", "trade.fullinfo.get", "logistics.orders.get"]),
        ("查订单", ["trades.sold.get", "trade.fullinfo.get"]),
        ("tid", ["trade.get", "trade.fullinfo.get"]),
        ("num_iid", ["item.seller.get", "item.skus.get"]),
        ("buyer_nick", ["trades.sold.get"]),
        ("start_modified", ["trades.sold.increment.get", "refunds.receive.get"]),
        ("库存", ["item.quantity.update", "skus.quantity.update", "inventory.merchant.adjust"]),
        ("inventory", ["items.inventory.get", "item.quantity.update"]),
        ("备注", ["trade.memo.add", "trade.memo.update"]),
        ("memo", ["trade.memo.add", "trade.memo.update"]),
        ("退款", ["refund.get", "refunds.receive.get"]),
        ("refnud", ["refund.get", "refunds.receive.get"]),
        ("物流", ["logistics.trace.search", "logistics.companies.get"]),
        ("logsitics", ["logistics.trace.search", "logistics.companies.get"]),
        ("发货", ["logistics.offline.send", "logistics.online.send", "logistics.dummy.send"]),
        ("ship", ["logistics.offline.send", "logistics.online.send"]),
        ("price", ["item.sku.get"]),
        ("价格", ["item.sku.get"]),
        ("address", ["logistics.address.search", "trade.shippingaddress.update"]),
        ("仓库", ["items.inventory.get", "inventory.merchant.adjust"]),
        ("出口IP", ["appip.get", "top.ipout.get"]),
        ("item get", ["item.seller.get"]),
        ("商品", ["item.seller.get", "items.onsale.get"]),
        ("seller", ["item.seller.get", "shop.seller.get", "user.seller.get"]),
        ("ｏｒｄｅｒ", ["logistics.orders.get", "trades.sold.get"]),
        ("TSG", ["trades.sold.get"]),
    ],
)
def test_the_apis_that_are_meant_are_among_the_first_five(query: str, expected: list[str]) -> None:
    assert set(expected) <= set(top(query))


@pytest.mark.parametrize("query", ["", "  ", "taobao", "taobao.", ".,!?，。"])
def test_a_blank_query_finds_everything_in_the_order_of_the_catalog(query: str) -> None:
    assert [hit.entry.method for hit in index().search(query)] == list(bundled())


def test_at_most_as_many_are_found_as_are_asked_for() -> None:
    assert len(index().search("get", 3)) == len(index().search("", 3)) == 3
    assert index().search("get", 0) == []
    assert SearchIndex(()).search("anything") == SearchIndex(()).search("") == []


def test_what_resembles_nothing_finds_nothing() -> None:
    assert top("zzzzqq") == top("麒麟") == top("ж") == []


@pytest.mark.parametrize(
    ("query", "retired"), [("item get", "item.get"), ("item update", "item.update"), ("stock", "item.update")]
)
def test_a_retired_api_comes_after_those_that_fit_as_well(query: str, retired: str) -> None:
    found = top(query, 50)
    assert retired in found
    assert retired not in found[:3]


@pytest.mark.parametrize("query", ["trade", "order memo", "库存", "item.seller", "refund message"])
def test_every_hit_has_every_word_in_some_form(query: str) -> None:
    whole = {hit.entry.method for hit in index().search(query)}
    assert whole
    for word in query.split():
        assert whole <= {hit.entry.method for hit in index().search(word)}


def test_when_none_has_every_word_those_with_most_are_found() -> None:
    assert top("memo zzzzqq") == top("memo")
    assert top("trade memo zzzzqq") == top("trade memo")


@given(st.text(max_size=20))
def test_any_query_is_answered_best_first(query: str) -> None:
    hits = index().search(query)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.entry.method for hit in hits}) == len(hits)


def entry(method: str, title: str, terms: str = "") -> Entry:
    return Entry(
        method=method,
        title=words(title),
        category="",
        session="none",
        access="basic",
        writes=False,
        retired=False,
        path="",
        terms=terms,
    )


def test_a_whole_word_beats_a_beginning_that_beats_the_middle_that_beats_a_parameter() -> None:
    named = [
        entry("a.get", "x", "glue cargo"),
        entry("b.encargod.get", "x"),
        entry("c.cargobay.get", "x"),
        entry("d.cargo.get", "x"),
        entry("e.xxx.get", "x", "cargos_id"),
        entry("f.xxx.get", "x", "encargo"),
    ]
    found = [hit.entry.method[0] for hit in SearchIndex(named).search("cargo")]
    assert found == ["d", "c", "b", "a", "e", "f"]


def test_the_words_of_a_query_are_split_between_scripts() -> None:
    assert split_words("taobao.Trade.memo") == ["trade", "memo"]
    assert split_words("查SKU库存 num_iid") == ["查", "sku", "库存", "num_iid"]
    assert split_words("the memo of a trade") == ["memo", "trade"]
    assert split_words("the") == ["the"]


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("taobao.trade.memo.update", "memo trade", ["trade", "memo"]),
        ("查询订单详情", "订单", ["订单"]),
        ("List Sold Trades", "trades SOLD", ["Sold", "Trades"]),
        ("memo", "memo mem", ["memo"]),
        ("memo", "", []),
        ("memo", "trade", []),
        ("İstanbul memo", "memo", []),
    ],
)
def test_matches_are_marked_where_they_stand(text: str, query: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text, query)] == marked


@given(st.text(max_size=30), st.text(max_size=10))
def test_marks_are_inside_the_text_in_order_and_do_not_overlap(text: str, query: str) -> None:
    edges = [edge for span in spans(text, query) for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= edge <= len(text) for edge in edges)
    assert all(start < end for start, end in spans(text, query))
