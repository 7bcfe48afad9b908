"""Categories: the platform's own, a shop's navigation, and those a seller makes."""

from __future__ import annotations

from typing import Any

from tests.sandbox.wire import OTHER_SELLER, Outsider


def cats(outsider: Outsider, **asked: Any) -> list[Any]:
    return list(outsider.answer("taobao.itemcats.get", seller=None, **asked).get("item_cats", {}).get("item_cat", ()))


def test_the_tree_is_walked_from_its_root_to_leaves_that_hold_items(outsider: Outsider) -> None:
    roots = cats(outsider, parent_cid=0)
    assert all(row["parent_cid"] == 0 for row in roots)
    clothes = next(row for row in roots if row["is_parent"] and "童装" in row["name"])
    leaves = cats(outsider, parent_cid=clothes["cid"])
    assert {row["is_parent"] for row in leaves} == {False}
    page = outsider.answer("taobao.items.onsale.get", fields="cid", page_size=200)
    assert {row["cid"] for row in page["items"]["item"]} <= {row["cid"] for row in leaves}
    assert cats(outsider, parent_cid=leaves[0]["cid"]) == []


def test_without_fields_four_come_and_with_fields_those(outsider: Outsider) -> None:
    (row,) = cats(outsider, cids=50010850)
    assert row == {"cid": 50010850, "parent_cid": 50008165, "name": "连衣裙", "is_parent": False}
    assert cats(outsider, cids=50010850, fields="name,status") == [{"name": "连衣裙", "status": "normal"}]


def test_categories_are_asked_for_by_number_or_by_parent(outsider: Outsider) -> None:
    assert outsider.refusal("taobao.itemcats.get", seller=None)["sub_code"] == "isv.missing-parameter:cids"
    assert [row["cid"] for row in cats(outsider, cids="50008168,1,50010850")] == [50010850, 50008168]


def test_a_seller_may_use_the_categories_of_the_goods(outsider: Outsider) -> None:
    asked = {"fields": "brand.name,item_cat.name,item_cat.is_parent"}
    ours = outsider.answer("taobao.itemcats.authorize.get", **asked)["seller_authorize"]
    theirs = outsider.answer("taobao.itemcats.authorize.get", seller=OTHER_SELLER, **asked)["seller_authorize"]
    assert {"name": "连衣裙", "is_parent": False} in ours["item_cats"]["item_cat"]
    assert ours["item_cats"] != theirs["item_cats"]
    assert ours["brands"]["brand"][0] == {"name": "无品牌"}
    assert "xinpin_item_cats" not in ours


def test_the_navigation_of_shops_has_numbers_of_its_own(outsider: Outsider) -> None:
    rows = outsider.answer("taobao.shopcats.list.get", seller=None)["shop_cats"]["shop_cat"]
    assert {frozenset(row) for row in rows} == {frozenset({"cid", "parent_cid", "name", "is_parent"})}
    assert {row["parent_cid"] for row in rows} <= {row["cid"] for row in rows} | {0}


def shelves(outsider: Outsider) -> dict[int, Any]:
    found = outsider.answer("taobao.sellercats.list.get")["seller_cats"]["seller_cat"]
    return {row["cid"]: row for row in found}


def test_a_seller_makes_a_category_and_renames_it(outsider: Outsider) -> None:
    added = outsider.answer("taobao.sellercats.list.add", name="亲子装", parent_cid=1410032287, sort_order=3)[
        "seller_cat"
    ]
    assert added["created"] == "2026-11-21 12:00:00"
    row = shelves(outsider)[added["cid"]]
    assert (row["name"], row["parent_cid"], row["sort_order"]) == ("亲子装", 1410032287, 3)
    outsider.answer("taobao.sellercats.list.update", cid=added["cid"], name="亲子套装")
    assert shelves(outsider)[added["cid"]] == row | {"name": "亲子套装"}


def test_a_category_that_breaks_a_rule_is_refused(outsider: Outsider) -> None:
    before = shelves(outsider)
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("add", {"name": "x" * 21}, "name"),
        ("add", {"name": "x", "parent_cid": 5}, "parent_cid"),
        ("add", {"name": "x", "sort_order": 0}, "sort_order"),
        ("update", {"cid": 5, "name": "x"}, "cid"),
        ("update", {"cid": 1410032288, "name": "x"}, "cid"),
    ]
    for verb, values, name in wrong:
        said = outsider.refusal(f"taobao.sellercats.list.{verb}", **values)
        assert said.get("sub_code") == f"isv.invalid-parameter:{name}" or said["msg"] == f"Invalid arguments:{name}"
    assert shelves(outsider) == before
