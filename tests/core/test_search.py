"""What a developer types finds the API that is meant: in both languages, misspelt, by initials or a parameter."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import bundled
from topexplorer.core.catalog import Entry
from topexplorer.core.pinyin import initials
from topexplorer.core.search import SearchIndex, search_index, spans, split_words
from topexplorer.core.vocabulary import SHORT, Column, Vocabulary


@cache
def index() -> SearchIndex:
    return search_index(bundled())


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
        ("物流轨迹", "logistics.trace.search"),
        ("物流公司", "logistics.companies.get"),
        ("area", "areas.get"),
        ("areas", "areas.get"),
        ("地区", "areas.get"),
        ("查地区", "areas.get"),
        ("time", "time.get"),
        ("时间", "time.get"),
        ("shop", "shop.seller.get"),
        ("店铺", "shop.seller.get"),
        ("改库存", "item.quantity.update"),
        ("关闭订单", "trade.close"),
        ("freight template", "delivery.templates.get"),
        ("图片", "picture.pictures.get"),
        ("delist", "item.update.delisting"),
        ("下架", "item.update.delisting"),
        ("上架", "item.update.listing"),
        ("延长收货", "trade.receivetime.delay"),
        ("收货地址", "trade.shippingaddress.update"),
        ("商家编码", "items.custom.get"),
        ("批量商品", "items.seller.list.get"),
        ("user", "user.seller.get"),
        ("banned", "kfc.keyword.search"),
        ("违禁词", "kfc.keyword.search"),
        ("留言", "refund.messages.get"),
        ("店铺分类", "sellercats.list.get"),
        ("uv", "data.uv.get"),
        ("访客", "data.uv.get"),
        ("订单详情", "trade.fullinfo.get"),
        ("xgddbz", "trade.memo.update"),
        ("xgbz", "trade.memo.update"),
        ("改SKU价格", "item.sku.price.update"),
    ],
)
def test_the_api_that_is_meant_comes_first(query: str, first: str) -> None:
    assert top(query)[0] == first


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("订单", ["trades.sold.get", "trade.fullinfo.get", "trade.get"]),
        ("order", ["trades.sold.get", "trade.fullinfo.get", "trade.get"]),
        ("order refund", ["refund.get", "refunds.receive.get"]),
        ("dd", ["trades.sold.get", "trade.fullinfo.get"]),
        ("fh", ["logistics.offline.send", "logistics.online.send"]),
        ("tracking", ["logistics.trace.search"]),
        ("sku", ["item.sku.get", "item.skus.get"]),
        ("carrier", ["logistics.companies.get"]),
        ("orders", ["trades.sold.get", "trade.fullinfo.get"]),
        ("logistics orders", ["logistics.orders.get", "logistics.orders.detail.get"]),
        ("查订单", ["trades.sold.get", "trade.fullinfo.get"]),
        ("tid", ["trade.get", "trade.fullinfo.get"]),
        ("buyer_nick", ["trades.sold.get"]),
        ("start_modified", ["trades.sold.increment.get", "refunds.receive.get"]),
        ("改库存", ["item.quantity.update", "skus.quantity.update"]),
        ("inventory", ["inventory.plan.query", "items.inventory.get"]),
        ("备注", ["trade.memo.add", "trade.memo.update"]),
        ("memo", ["trade.memo.add", "trade.memo.update"]),
        ("退款", ["refund.get", "refunds.receive.get"]),
        ("refnud", ["refund.get", "refunds.receive.get"]),
        ("物流", ["logistics.trace.search", "logistics.companies.get"]),
        ("logsitics", ["logistics.trace.search", "logistics.companies.get"]),
        ("发货", ["logistics.offline.send", "logistics.online.send"]),
        ("邮费", ["trade.postage.update", "delivery.templates.get"]),
        ("ship", ["logistics.offline.send"]),
        ("price", ["item.sku.price.update"]),
        ("价格", ["item.sku.price.update"]),
        ("address", ["logistics.address.search", "trade.shippingaddress.update"]),
        ("仓库", ["items.inventory.get", "wlb.stores.baseinfo.get"]),
        ("出口IP", ["appip.get", "top.ipout.get"]),
        ("item get", ["item.seller.get"]),
        ("商品", ["item.seller.get", "items.onsale.get"]),
        ("seller", ["item.seller.get", "user.seller.get"]),
        ("ｏｒｄｅｒ", ["trades.sold.get", "trade.fullinfo.get"]),
        ("TSG", ["trades.sold.get"]),
    ],
)
def test_the_apis_that_are_meant_are_among_the_first_five(query: str, expected: list[str]) -> None:
    assert set(expected) <= set(top(query))


@pytest.mark.parametrize("query", ["", "  ", "taobao", "taobao.", ".,!?，。"])
def test_a_blank_query_finds_everything_in_the_order_of_the_catalog(query: str) -> None:
    assert [hit.entry.method for hit in index().search(query, 10_000)] == list(bundled())


def test_at_most_as_many_are_found_as_are_asked_for() -> None:
    assert len(index().search("get", 3)) == len(index().search("", 3)) == 3
    assert index().search("get", 0) == []
    assert SearchIndex(()).search("anything") == SearchIndex(()).search("") == []


def test_all_that_was_found_is_counted_whatever_the_limit() -> None:
    assert index().search("memo", 2).total == index().search("memo", 0).total == len(index().search("memo"))
    assert index().search("", 2).total == len(bundled())
    assert index().search("zzzzqq").total == 0


def test_what_resembles_nothing_finds_nothing() -> None:
    assert top("zzzzqq") == top("麒麟") == top("ж") == []


@pytest.mark.parametrize(
    ("query", "retired"), [("item get", "item.get"), ("item update", "item.update"), ("stock", "item.update")]
)
def test_a_retired_api_comes_after_those_that_fit_as_well(query: str, retired: str) -> None:
    found = top(query, 50)
    assert retired in found
    assert retired not in found[:3]


@pytest.mark.parametrize("query", ["trade", "trade memo", "库存", "item.seller", "refund message"])
def test_every_hit_has_every_word_in_some_form(query: str) -> None:
    whole = {hit.entry.method for hit in index().search(query, 1000)}
    assert whole
    for word in query.split():
        assert whole <= {hit.entry.method for hit in index().search(word, 1000)}


def test_when_none_has_every_word_those_with_most_are_found() -> None:
    assert top("memo zzzzqq") == top("memo")
    assert top("trade memo zzzzqq") == top("trade memo")


QUERIES: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_name("search_queries.json").read_text(encoding="utf-8")
)


def test_of_what_is_meant_nineteen_in_twenty_are_among_the_first_ten() -> None:
    queries = [(query, expected) for group in QUERIES.values() for query, expected in group.items()]
    missing = {query: missed for query, expected in queries if (missed := set(expected) - set(top(query, 10)))}
    recall = 1 - sum(len(missing.get(query, ())) / len(expected) for query, expected in queries) / len(queries)
    assert recall >= 0.95, missing


def test_the_queries_ask_for_apis_that_there_are() -> None:
    expected = [methods for group in QUERIES.values() for methods in group.values()]
    assert len(expected) >= 140
    assert all(1 <= len(methods) <= 5 for methods in expected)
    assert {f"taobao.{method}" for methods in expected for method in methods} <= set(bundled())


@pytest.mark.parametrize(
    "query",
    ["a" * 10_000, "订单" * 5_000, "a b " * 3_000, "_" * 50, "a.b." * 500, "[(*", "\x00\n"],
    ids=lambda query: query[:8],
)
def test_no_query_is_too_long_or_too_odd(query: str) -> None:
    assert index().search(query).total <= len(bundled())
    assert all(start < end for start, end in spans("taobao.trade.get 查询订单", query))


@given(st.text(max_size=20))
def test_any_query_is_answered_best_first(query: str) -> None:
    hits = index().search(query)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.entry.method for hit in hits}) == len(hits)


def entry(method: str, title: str = "某", imported: bool = False, writes: bool = False) -> Entry:
    return Entry(method, title, "", "", "none", "basic", writes, False, imported=imported)


def order(entries: dict[Entry, str], query: str) -> str:
    """The first letters of the methods found, best first."""
    index = SearchIndex(entries, {entry.method: terms for entry, terms in entries.items()})
    return "".join(hit.entry.method.removeprefix("taobao.")[0] for hit in index.search(query))


def test_a_name_beats_a_parameter_that_beats_a_field_that_beats_a_summary() -> None:
    assert (
        order(
            {
                entry("a.get"): "other\nother\nglue\ncargo is told",
                entry("b.encargod.get"): "",
                entry("c.cargobay.get"): "",
                entry("d.cargo.get"): "",
                entry("e.get"): "cargo",
                entry("f.get"): "other\ncargo",
                entry("g.get"): "my_cargo",
                entry("h.get"): "",
            },
            "cargo",
        )
        == "dcbegfa"
    )


def test_chinese_is_found_in_the_title_then_in_other_text() -> None:
    entries = {entry("a.get"): "\n\n运单号", entry("b.get", "查询运单"): "", entry("c.get", "查询单号"): ""}
    assert order(entries, "运单") == "ba"


def test_reads_come_before_writes_and_imported_apis_last() -> None:
    entries = {
        entry("taobao.a.get", "查询货物", imported=True): "",
        entry("taobao.b.add", "添加货物", writes=True): "",
        entry("taobao.c.get", "查询货物"): "",
    }
    assert order(entries, "货物") == "cba"


def test_initials_stand_for_what_most_titles_mean_by_them() -> None:
    entries = {entry("a.get", "等待"): "", entry("b.get", "查询订单"): "", entry("c.get", "关闭订单"): ""}
    assert order(entries, "dd") == "bca"


def test_the_initials_of_two_parts_of_a_title_find_it() -> None:
    assert order({entry("a.get", "修改订单备注"): "", entry("b.get", "修改订单"): ""}, "xgbz") == "a"


def test_a_category_finds_its_apis() -> None:
    row = entry("a.get")._replace(category="cat")
    hits = SearchIndex([row, entry("b.get")], categories={"cat": "货运 Freight"}).search("freight")
    assert [hit.entry for hit in hits] == [row]


def test_words_that_say_little_are_wanted_but_not_needed() -> None:
    assert order({entry("a.get", "查询货物"): "", entry("b.get", "货物信息"): ""}, "货物信息") == "ba"


@given(st.lists(st.lists(st.text("ab_", min_size=1, max_size=4), max_size=4), max_size=6), st.text("ab_", min_size=1))
def test_a_vocabulary_finds_what_a_look_at_every_word_finds(rows: list[list[str]], part: str) -> None:
    def places(fits: Callable[[str], bool]) -> set[int]:
        return {place for place, words in enumerate(rows) if any(map(fits, words))}

    found = Vocabulary(rows).find(part)
    whole, beginning = places(lambda word: word in (part, part + "s")), places(lambda word: word.startswith(part))
    assert set(found.whole) == whole
    assert beginning <= set(found.beginning)
    if len(part) > SHORT:
        assert {*found.beginning, *found.inside} == places(lambda word: part in word)


@given(st.lists(st.text("订单退款a", max_size=6), max_size=6), st.text("订单退款a", min_size=1, max_size=3))
def test_a_column_finds_what_a_look_at_every_row_finds(rows: list[str], part: str) -> None:
    column = Column(rows)
    assert set(column.find(part)) == {place for place, row in enumerate(rows) if part in row}
    assert list(column.spots(part)) == [
        (place, start) for place, row in enumerate(rows) for start in range(len(row)) if row.startswith(part, start)
    ]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("修改订单备注", "xgddbz"),
        ("重新发货", "cxfh"),
        ("查询包裹重量", "cxbgzl"),
        ("调整库存", "tzkc"),
        ("银行", "yh"),
        ("买家昵称", "mjnc"),
        ("SKU 列表（旧）", "sku lb j "),
        ("ö€", "  "),
    ],
)
def test_initials_are_those_of_the_reading(text: str, letters: str) -> None:
    assert initials(text) == letters


@given(st.text())
def test_initials_are_as_many_as_characters(text: str) -> None:
    assert len(initials(text)) == len(text)


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
        ("Close an order", "orders", ["order"]),
        ("修改订单备注", "修改备注", ["修改", "备注"]),
        ("查询订单详情", "dd", ["订单"]),
        ("查询已卖出的订单", "dd", ["订单"]),
        ("修改订单备注", "xgbz", ["修改", "备注"]),
        ("修改订单备注", "zz", []),
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
