"""Items: what lists and details return, and that stock, listing and picture calls change what is read later."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import ITEM, OTHER_ITEM, OTHER_SELLER, SKU, Outsider

PLAIN_ITEM = "儿童手套"


def item(outsider: Outsider, fields: str = "num,modified,approve_status,skus", num_iid: int = ITEM) -> Any:
    return outsider.answer("taobao.item.seller.get", num_iid=num_iid, fields=fields)["item"]


def sku_stock(outsider: Outsider) -> dict[int, int]:
    found = outsider.answer("taobao.item.skus.get", num_iids=ITEM, fields="sku_id,quantity")["skus"]["sku"]
    return {sku["sku_id"]: sku["quantity"] for sku in found}


def without_skus(outsider: Outsider) -> int:
    page = outsider.answer("taobao.items.onsale.get", fields="num_iid", q=PLAIN_ITEM)
    return int(page["items"]["item"][0]["num_iid"])


def test_fields_returns_exactly_what_was_asked(outsider: Outsider) -> None:
    assert set(item(outsider, "num_iid,title")) == {"num_iid", "title"}


def test_dotted_fields_reach_into_lists(outsider: Outsider) -> None:
    found = item(outsider, "num_iid,skus.sku_id,skus.quantity")
    assert set(found) == {"num_iid", "skus"}
    assert {frozenset(sku) for sku in found["skus"]["sku"]} == {frozenset({"sku_id", "quantity"})}


def test_a_struct_named_whole_comes_whole_even_beside_one_of_its_members(outsider: Outsider) -> None:
    whole = item(outsider, "skus")
    assert item(outsider, "skus,skus.sku_id") == item(outsider, "skus.sku_id,skus") == whole
    assert len(whole["skus"]["sku"][0]) > 5


def test_a_list_may_go_by_the_name_of_its_items(outsider: Outsider) -> None:
    assert item(outsider, "sku") == item(outsider, "skus")
    assert item(outsider, "item_img.url") == item(outsider, "item_imgs.url")


def test_unknown_fields_are_ignored(outsider: Outsider) -> None:
    assert item(outsider, "num_iid,colour_of_the_sky,skus.taste") == {"num_iid": ITEM, "skus": {"sku": [{}] * 6}}


def test_ids_prices_dates_and_flags_are_typed_as_the_platform_types_them(outsider: Outsider) -> None:
    found = item(outsider, "num_iid,price,has_discount,modified,type")
    assert found["num_iid"] == ITEM
    assert found["price"] == "89.00"
    assert found["has_discount"] in (True, False)
    assert datetime.strptime(found["modified"], "%Y-%m-%d %H:%M:%S") < outsider.now.replace(tzinfo=None)


def test_an_item_that_does_not_exist(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.item.seller.get", num_iid="1", fields="num_iid")
    assert (said["code"], said["msg"], said["sub_code"]) == (15, "Remote service error", "isv.item-not-exist")


def test_another_sellers_item_comes_without_skus_and_codes(outsider: Outsider) -> None:
    fields = "num_iid,nick,price,outer_id,skus,outer_id"
    theirs = item(outsider, fields, OTHER_ITEM)
    owned = outsider.answer("taobao.item.seller.get", seller=OTHER_SELLER, num_iid=OTHER_ITEM, fields=fields)["item"]
    assert set(theirs) == {"num_iid", "nick", "price"}
    assert set(owned) == {"num_iid", "nick", "price", "outer_id", "skus"}


def test_a_sku_read_by_a_stranger_has_no_code(outsider: Outsider) -> None:
    fields: dict[str, Any] = {"sku_id": SKU, "num_iid": ITEM, "fields": "sku_id,outer_id,price"}
    assert set(outsider.answer("taobao.item.sku.get", **fields)["sku"]) == {"sku_id", "outer_id", "price"}
    for seller in (None, OTHER_SELLER):
        assert set(outsider.answer("taobao.item.sku.get", seller=seller, **fields)["sku"]) == {"sku_id", "price"}
        skus = outsider.answer("taobao.item.skus.get", seller=seller, num_iids=ITEM, fields="outer_id,price")["skus"]
        assert {frozenset(sku) for sku in skus["sku"]} == {frozenset({"price"})}


def test_a_batch_leaves_out_strangers_and_ghosts(outsider: Outsider) -> None:
    found = outsider.answer("taobao.items.seller.list.get", num_iids=f"{OTHER_ITEM},{ITEM},1", fields="num_iid")
    assert found["items"] == {"item": [{"num_iid": ITEM}]}


def test_an_item_is_found_by_its_sellers_code(outsider: Outsider) -> None:
    found = outsider.answer("taobao.items.custom.get", outer_id="TX-2026-DRESS,NONE", fields="num_iid")
    assert found["items"] == {"item": [{"num_iid": ITEM}]}


def all_items(outsider: Outsider, api: str, fields: str = "num_iid", **asked: Any) -> list[Any]:
    page = outsider.answer(api, fields=fields, page_size=200, **asked)
    rows = list(page.get("items", {}).get("item", ()))
    assert page["total_results"] == len(rows)
    return rows


def test_on_sale_and_in_stock_share_out_a_sellers_items(outsider: Outsider) -> None:
    on_sale = all_items(outsider, "taobao.items.onsale.get", "approve_status,nick")
    banners = ("for_shelved", "sold_out", "violation_off_shelf")
    stocked = [
        row
        for banner in banners
        for row in all_items(outsider, "taobao.items.inventory.get", "approve_status,nick", banner=banner)
    ]
    assert {row["approve_status"] for row in on_sale} == {"onsale"}
    assert {row["approve_status"] for row in stocked} == {"instock"}
    assert {row["nick"] for row in on_sale + stocked} == {"童装小铺"}
    assert len(on_sale) + len(stocked) == 210


def test_lists_filter_by_title_category_shelf_and_time(outsider: Outsider) -> None:
    rows = all_items(outsider, "taobao.items.onsale.get", "title,cid,seller_cids,modified")
    dresses = all_items(outsider, "taobao.items.onsale.get", "title", q="连衣裙")
    assert [row["title"] for row in rows if "连衣裙" in row["title"]] == [row["title"] for row in dresses]
    assert len(all_items(outsider, "taobao.items.onsale.get", cid=50010850)) == len(
        [row for row in rows if row["cid"] == 50010850]
    )
    shelves = all_items(outsider, "taobao.items.onsale.get", "seller_cids", seller_cids="1281233,1281236")
    assert {row["seller_cids"] for row in shelves} == {"1281233", "1281236"}
    middle = sorted(row["modified"] for row in rows)[len(rows) // 2]
    early = all_items(outsider, "taobao.items.onsale.get", end_modified=middle)
    late = all_items(outsider, "taobao.items.onsale.get", start_modified=middle)
    assert len(early) + len(late) == len(rows) + 1


@pytest.mark.parametrize(("order", "falling"), [("num:desc", True), ("num:asc", False), ("modified:desc", True)])
def test_lists_come_in_the_asked_order(outsider: Outsider, order: str, falling: bool) -> None:
    column = order.split(":")[0]
    values = [row[column] for row in all_items(outsider, "taobao.items.onsale.get", column, order_by=order)]
    assert values == sorted(values, reverse=falling)
    assert len(set(values)) > 10


def test_an_order_that_is_not_offered_is_refused(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.items.onsale.get", fields="num_iid", order_by="price:desc")
    assert said.get("sub_code") == "isv.invalid-parameter:order_by" or said["msg"] == "Invalid arguments:order_by"


def test_pages_share_out_the_list_and_the_last_is_short(outsider: Outsider) -> None:
    whole = all_items(outsider, "taobao.items.onsale.get")
    pages = []
    for number in range(1, 21):
        page = outsider.answer("taobao.items.onsale.get", fields="num_iid", page_no=number, page_size=10)
        assert page["total_results"] == len(whole)
        pages += page.get("items", {}).get("item", [])
    assert pages == whole
    assert "items" not in outsider.answer("taobao.items.onsale.get", fields="num_iid", page_no=21, page_size=10)


def test_a_full_update_sets_the_stock_of_one_sku(outsider: Outsider) -> None:
    before = sku_stock(outsider)
    outsider.move(60)
    changed = outsider.answer("taobao.item.quantity.update", num_iid=ITEM, sku_id=SKU, quantity=777)["item"]
    assert changed["skus"]["sku"][0]["quantity"] == 777
    assert changed["modified"] == "2026-11-21 12:01:00"
    assert sku_stock(outsider) == before | {SKU: 777}
    assert item(outsider)["num"] == sum(before.values()) - before[SKU] + 777
    assert item(outsider)["modified"] == "2026-11-21 12:01:00"


def test_an_increment_adds_to_the_stock_found_by_code(outsider: Outsider) -> None:
    before = sku_stock(outsider)[SKU]
    outsider.answer("taobao.item.quantity.update", num_iid=ITEM, outer_id="TX-RED-110", quantity=-1, type=2)
    assert sku_stock(outsider)[SKU] == before - 1


def test_stock_never_goes_below_nothing(outsider: Outsider) -> None:
    before = sku_stock(outsider)
    wrong: list[dict[str, Any]] = [{"quantity": -1}, {"quantity": -9999, "type": 2}]
    for values in wrong:
        said = outsider.refusal("taobao.item.quantity.update", num_iid=ITEM, sku_id=SKU, **values)
        assert said["sub_code"] == "isv.invalid-parameter:quantity"
    assert sku_stock(outsider) == before


def test_an_item_with_skus_has_no_stock_of_its_own_to_set(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.item.quantity.update", num_iid=ITEM, quantity=5)
    assert said["sub_code"] == "isv.missing-parameter:sku_id"


def test_an_item_without_skus_takes_the_stock_itself(outsider: Outsider) -> None:
    num_iid = without_skus(outsider)
    outsider.answer("taobao.item.quantity.update", num_iid=num_iid, quantity=41)
    outsider.answer("taobao.item.quantity.update", num_iid=num_iid, quantity=1, type=2)
    assert item(outsider, num_iid=num_iid)["num"] == 42
    said = outsider.refusal("taobao.item.quantity.update", num_iid=num_iid, quantity=1, sku_id=SKU)
    assert said["sub_code"] == "isv.invalid-parameter:sku_id"


def test_nobody_changes_another_sellers_stock(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.item.quantity.update", num_iid=OTHER_ITEM, quantity=5)
    assert said["sub_code"] == "isv.invalid-permission"


def test_many_skus_change_in_one_call_or_none_does(outsider: Outsider) -> None:
    before = sku_stock(outsider)
    bad = outsider.refusal("taobao.skus.quantity.update", num_iid=ITEM, skuid_quantities=f"{SKU}:5;1:5")
    assert bad["sub_code"] == "isv.invalid-parameter:skuid_quantities"
    assert sku_stock(outsider) == before
    outsider.answer("taobao.skus.quantity.update", num_iid=ITEM, skuid_quantities=f"{SKU}:5;{SKU + 1}:6")
    outsider.answer("taobao.skus.quantity.update", num_iid=ITEM, outerid_quantities="TX-RED-130:-9999", type=2)
    assert sku_stock(outsider) == before | {SKU: 5, SKU + 1: 6, SKU + 2: 0}
    empty = outsider.refusal("taobao.skus.quantity.update", num_iid=ITEM)
    assert empty["sub_code"] == "isv.missing-parameter:skuid_quantities"


def test_an_item_goes_off_sale_and_comes_back(outsider: Outsider) -> None:
    outsider.move(5)
    outsider.answer("taobao.item.update.delisting", num_iid=ITEM)
    assert item(outsider)["approve_status"] == "instock"
    assert ITEM not in [row["num_iid"] for row in all_items(outsider, "taobao.items.onsale.get")]
    assert ITEM in [row["num_iid"] for row in all_items(outsider, "taobao.items.inventory.get")]
    outsider.answer("taobao.item.update.listing", num_iid=ITEM, num=1)
    assert all_items(outsider, "taobao.items.onsale.get")[0] == {"num_iid": ITEM}
    assert item(outsider)["num"] == sum(sku_stock(outsider).values())


def test_what_is_on_sale_cannot_be_listed_again(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.item.update.listing", num_iid=ITEM, num=1)
    assert said["sub_code"] == "isv.item-listing-service-error:GENERIC_FAILURE"


def upload(outsider: Outsider, files: dict[str, bytes], **values: str) -> Any:
    params = outsider.signed(outsider.system("taobao.item.img.upload") | {"num_iid": str(ITEM)} | values)
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    return outsider.decoded(outsider.send(body=multipart(params, files, "xyz"), headers=headers))


def test_an_uploaded_picture_is_there_afterwards(outsider: Outsider) -> None:
    added = upload(outsider, {"image": b"\x89PNG"}, is_major="true")["item_img_upload_response"]["item_img"]
    found = item(outsider, "item_imgs,pic_url")
    assert added["url"] in [picture["url"] for picture in found["item_imgs"]["item_img"]]
    assert found["pic_url"] == added["url"]


def test_a_picture_is_replaced_by_its_id(outsider: Outsider) -> None:
    before = item(outsider, "item_imgs.id,item_imgs.url")["item_imgs"]["item_img"]
    upload(outsider, {"image": b"\x89PNG"}, id="510021")
    after = item(outsider, "item_imgs.id,item_imgs.url")["item_imgs"]["item_img"]
    assert [picture["id"] for picture in after] == [picture["id"] for picture in before]
    assert after[1]["url"] != before[1]["url"]


def test_a_new_picture_needs_a_file_and_a_place(outsider: Outsider) -> None:
    missing = outsider.refusal("taobao.item.img.upload", num_iid=ITEM)
    assert missing["sub_code"] == "isv.missing-parameter:image"
    answers = [upload(outsider, {"image": b"x"}) for _picture in range(4)]
    assert answers[-1]["error_response"]["sub_code"] == "isv.invalid-parameter:image"
    assert "error_response" not in answers[2]


def test_the_same_write_in_xml_answers_the_same(outsider: Outsider) -> None:
    params = outsider.system("taobao.item.quantity.update", format="xml") | {
        "num_iid": str(ITEM),
        "sku_id": str(SKU),
        "quantity": "9",
    }
    text = outsider.send(body=urlencode(outsider.signed(params)).encode()).text
    assert f"<skus><sku><sku_id>{SKU}</sku_id><quantity>9</quantity>" in text
