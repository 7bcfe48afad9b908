"""The tree behind the answer: meanings, pages, exact numbers, depth."""

from __future__ import annotations

from typing import Any

from tests.core.trade_answer import PAYLOAD, SPEC
from topexplorer.core.answertree import PAGE, Node, as_json, open_some, plain, plant, summary
from topexplorer.core.call import decode_json
from topexplorer.core.views import Tree


def at(root: Node, *keys: str | int) -> Node:
    """The node under those keys, opened on the way."""
    node = root
    for key in keys:
        if not node.children:
            node.more()
        node = next(child for child in node.children if child.key == key)
    return node


def tree(payload: Any) -> Node:
    return plant(Tree(payload, SPEC.response))


def title(node: Node) -> str:
    return node.field.title.en if node.field else ""


def test_a_field_is_explained_through_the_wrapper_that_stands_around_a_list() -> None:
    root = tree(PAYLOAD)
    assert title(at(root, "trade")) == "Trade"
    assert title(at(root, "trade", "orders")) == "Orders"
    assert title(at(root, "trade", "orders", "order")) == ""
    assert title(at(root, "trade", "orders", "order", 0)) == ""
    assert title(at(root, "trade", "orders", "order", 1, "oid")) == "Order number"
    assert title(at(root, "trade", "buyer_nick")) == ""


def test_a_simplified_list_and_a_single_xml_item_are_explained_too() -> None:
    orders = PAYLOAD["trade"]["orders"]["order"]
    assert title(at(tree({"trade": {"orders": orders}}), "trade", "orders", 0, "title")) == "Item title"
    assert (
        title(at(tree({"trade": {"orders": {"order": orders[0]}}}), "trade", "orders", "order", "title"))
        == "Item title"
    )


def test_a_value_that_is_a_choice_says_what_it_means() -> None:
    root = tree(PAYLOAD)
    choice = at(root, "trade", "status").choice
    assert choice is not None
    assert choice.title is not None
    assert choice.title.zh == "等待卖家发货"
    assert at(root, "trade", "orders", "order", 1, "status").choice is None


def test_a_path_can_be_pasted_into_other_tools() -> None:
    assert at(tree(PAYLOAD), "trade", "orders", "order", 1, "oid").path == "trade.orders.order[1].oid"
    assert at(tree({"a.b": {"": [7]}}), "a.b", "", 0).path == '"a.b".""[0]'


def test_children_come_a_page_at_a_time() -> None:
    root = tree({"trades": list(range(PAGE + 30))})
    node = at(root, "trades")
    node.more()
    assert len(node.children) == PAGE + 1
    assert node.children[-1].is_rest
    assert node.rest == 30
    assert [child.key for child in node.more()] == list(range(PAGE, PAGE + 30))
    assert node.rest == 0
    assert not node.children[-1].is_rest


def test_what_is_alone_is_opened_and_what_is_large_is_not() -> None:
    root = tree({"trades": {"trade": [{"tid": number} for number in range(100)]}})
    open_some(root, 10)
    assert [node.key for node in root.shown()] == ["trades", "trade"]
    assert open_some(at(root, "trades", "trade"), 2000) == (200, True)


def test_opening_all_stops_and_says_so() -> None:
    root = tree([[list(range(100)) for _ in range(50)] for _ in range(10)])
    added, whole = open_some(root, 2000)
    assert not whole
    assert 1800 < added <= 2000
    assert len(list(root.shown())) == 10 + added


def test_a_hundred_levels_are_walked_without_recursion() -> None:
    payload: Any = "deep"
    for _ in range(900):
        payload = {"a": payload}
    root = tree(payload)
    open_some(root, 2000)
    rows = list(root.shown())
    assert len(rows) == 900
    assert rows[-1].value == "deep"
    assert rows[-1].depth == 899
    assert rows[-1].path == ".".join("a" * 900)
    assert decode_json("".join(as_json(payload))) == payload


def test_an_empty_answer_is_one_row() -> None:
    assert [node.value for node in tree({}).shown()] == [{}]
    assert [node.value for node in tree("text").shown()] == ["text"]


def test_numbers_keep_every_digit() -> None:
    payload = decode_json('{"a":3141592653589793238,"b":1.10,"c":1E400,"d":-0.0,"e":[],"f":{},"g":["字\\n",null,true]}')
    assert plain(payload["b"]) == "1.10"
    text = "".join(as_json(payload))
    assert decode_json(text) == payload
    assert '"a": 3141592653589793238,' in text
    assert '"b": 1.10,' in text
    assert "字" in text


def test_an_object_is_told_from_the_next_by_its_ids_and_names() -> None:
    assert (
        summary({"price": "1.00", "oid": 7, "title": "童装", "status": "X", "num": 1}) == "oid 7, title 童装, status X"
    )
    assert summary({"price": "1.00", "many": []}) == "price 1.00"
    assert summary(["a", "b", {}, "d"]) == "a, b"
