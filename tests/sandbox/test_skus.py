"""Skus and pictures: added, changed and deleted under the rules of their item; an order's sku exchanged."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import FIRST_ORDER, ITEM, OTHER_ITEM, OTHER_SELLER, SKU, TRADE, Outsider

RED_110, NEW = "1627207:28326;122216343:3267942", "1627207:28326;122216343:3267945"
COLOUR_PICTURE = 33081672911


def skus(outsider: Outsider) -> dict[str, Any]:
    fields = "sku_id,properties,properties_name,price,quantity,outer_id,barcode"
    found = outsider.answer("taobao.item.skus.get", num_iids=ITEM, fields=fields)["skus"]["sku"]
    return {row["properties"]: row for row in found}


def item(outsider: Outsider, fields: str = "price,num") -> Any:
    return outsider.answer("taobao.item.seller.get", num_iid=ITEM, fields=fields)["item"]


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    return str(outsider.refusal(api, **values)["sub_code"])


def test_a_sku_is_added_found_by_its_code_and_deleted(outsider: Outsider) -> None:
    before = item(outsider)["num"]
    values: dict[str, Any] = {
        "num_iid": ITEM,
        "properties": NEW,
        "quantity": 50,
        "price": "99.00",
        "outer_id": "TX-RED-140",
    }
    added = outsider.answer("taobao.item.sku.add", **values)["sku"]
    assert item(outsider) == {"price": "89.00", "num": before + 50}
    assert skus(outsider)[NEW]["properties_name"].startswith("1627207:28326:颜色分类:红色")
    found = outsider.answer("taobao.skus.custom.get", outer_id="TX-RED-140", fields="sku_id")["skus"]["sku"]
    assert found == [{"sku_id": added["sku_id"]}]
    assert refused(outsider, "taobao.item.sku.add", **values) == "isv.invalid-parameter:properties"
    outsider.answer("taobao.item.sku.delete", num_iid=ITEM, properties=NEW)
    assert (NEW in skus(outsider), item(outsider)["num"]) == (False, before)


def test_the_price_of_an_item_lies_between_those_of_its_skus(outsider: Outsider) -> None:
    for properties in list(skus(outsider))[1:]:
        values: dict[str, Any] = {"num_iid": ITEM, "properties": properties, "price": "120.00"}
        outsider.answer("taobao.item.sku.price.update", **values)
    last: dict[str, Any] = {"num_iid": ITEM, "properties": RED_110, "price": "110.00"}
    assert refused(outsider, "taobao.item.sku.update", **last) == "isv.invalid-parameter:item_price"
    assert skus(outsider)[RED_110]["price"] == "89.00"
    outsider.answer("taobao.item.sku.update", **last, item_price="110.00")
    assert (skus(outsider)[RED_110]["price"], item(outsider)["price"]) == ("110.00", "110.00")


def test_the_last_sku_goes_only_with_a_stock_for_the_item(outsider: Outsider) -> None:
    for properties in list(skus(outsider))[:-1]:
        outsider.answer("taobao.item.sku.delete", num_iid=ITEM, properties=properties)
    (last,) = skus(outsider)
    said = refused(outsider, "taobao.item.sku.delete", num_iid=ITEM, properties=last)
    assert said == "isv.missing-parameter:item_num"
    outsider.answer("taobao.item.sku.delete", num_iid=ITEM, properties=last, item_num=7)
    assert item(outsider)["num"] == 7


def test_a_sku_is_changed_by_its_properties(outsider: Outsider) -> None:
    outsider.answer("taobao.item.sku.update", num_iid=ITEM, properties=RED_110, quantity=3, outer_id="NEW-CODE")
    row = skus(outsider)[RED_110]
    assert (row["quantity"], row["outer_id"], row["price"]) == (3, "NEW-CODE", "89.00")
    unknown = refused(outsider, "taobao.item.sku.update", num_iid=ITEM, properties="1:2", quantity=3)
    assert unknown == "isv.invalid-parameter:properties"
    theirs = refused(outsider, "taobao.item.sku.update", num_iid=OTHER_ITEM, properties="1:2", quantity=3)
    assert theirs == "isv.invalid-permission"


def test_bar_codes_go_to_the_item_and_to_its_skus_in_order(outsider: Outsider) -> None:
    values: dict[str, Any] = {
        "item_id": ITEM,
        "sku_ids": f"{SKU},{SKU + 1}",
        "sku_barcodes": "6901234567908,6901234567915",
    }
    outsider.answer("taobao.item.barcode.update", **values, item_barcode="6901234567892")
    assert [row.get("barcode") for row in skus(outsider).values()][:3] == ["6901234567908", "6901234567915", None]
    assert item(outsider, "barcode") == {"barcode": "6901234567892"}
    said = refused(outsider, "taobao.item.barcode.update", **(values | {"sku_barcodes": "1"}))
    assert said == "isv.invalid-parameter:sku_barcodes"


def test_a_deleted_item_is_gone(outsider: Outsider) -> None:
    outsider.answer("taobao.item.delete", num_iid=ITEM)
    said = refused(outsider, "taobao.item.seller.get", num_iid=ITEM, fields="num_iid")
    assert said == "isv.item-not-exist"
    assert refused(outsider, "taobao.item.delete", num_iid=OTHER_ITEM) == "isv.invalid-permission"


def test_the_public_sees_items_without_skus_and_codes(outsider: Outsider) -> None:
    fields = "num_iid,title,outer_id,skus"
    found = outsider.answer("taobao.miniapp.items.get", num_iids=f"{ITEM},1,{OTHER_ITEM}", fields=fields)["items"][
        "item"
    ]
    assert [row["num_iid"] for row in found] == [ITEM, OTHER_ITEM]
    assert {frozenset(row) for row in found} == {frozenset({"num_iid", "title"})}


def pictures(outsider: Outsider, name: str = "item_imgs") -> list[Any]:
    found = item(outsider, name).get(name, {})
    return list(next(iter(found.values()), ()))


def test_pictures_of_the_picture_space_become_the_items(outsider: Outsider) -> None:
    values: dict[str, Any] = {"num_iid": ITEM, "pic_path": "i1/22/O1CNx.jpg", "is_major": "true"}
    added = outsider.answer("taobao.item.joint.img", **values)["item_img"]
    assert added["url"].endswith("/i1/22/O1CNx.jpg")
    assert item(outsider, "pic_url")["pic_url"] == added["url"]
    outsider.answer("taobao.item.img.delete", num_iid=ITEM, id=added["id"])
    assert added["id"] not in [row["id"] for row in pictures(outsider)]
    assert refused(outsider, "taobao.item.img.delete", num_iid=ITEM, id=added["id"]) == "isv.invalid-parameter:id"


def test_each_colour_has_one_picture(outsider: Outsider) -> None:
    blue: dict[str, Any] = {"num_iid": ITEM, "properties": "1627207:28338", "pic_path": "i1/22/blue.jpg"}
    first = outsider.answer("taobao.item.joint.propimg", **blue)["prop_img"]
    again = outsider.answer("taobao.item.joint.propimg", **(blue | {"pic_path": "i1/22/navy.jpg"}))["prop_img"]
    assert first["id"] == again["id"]
    assert [row["properties"] for row in pictures(outsider, "prop_imgs")] == ["1627207:28326", "1627207:28338"]
    outsider.answer("taobao.item.propimg.delete", num_iid=ITEM, id=COLOUR_PICTURE)
    assert [row["url"][-8:] for row in pictures(outsider, "prop_imgs")] == ["navy.jpg"]
    none = blue | {"properties": "1627207:3232480"}
    assert refused(outsider, "taobao.item.joint.propimg", **none) == "isv.invalid-parameter:properties"


def test_a_colours_picture_is_uploaded(outsider: Outsider) -> None:
    values: dict[str, Any] = {"num_iid": str(ITEM), "properties": "1627207:28338"}
    params = outsider.signed(outsider.system("taobao.item.propimg.upload") | values)
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    said = outsider.decoded(outsider.send(body=multipart(params, {"image": b"\xff\xd8"}, "xyz"), headers=headers))
    assert said["item_propimg_upload_response"]["prop_img"]["url"].endswith(".jpg")
    missing = refused(outsider, "taobao.item.propimg.upload", **values)
    assert missing == "isv.missing-parameter:image"


def test_an_order_changes_its_sku_for_one_of_the_same_price(outsider: Outsider) -> None:
    before = {row["sku_id"]: row["quantity"] for row in skus(outsider).values()}
    outsider.answer("taobao.trade.ordersku.update", oid=FIRST_ORDER, sku_id=SKU + 2)
    fields = "orders.sku_id,orders.sku_properties_name,orders.outer_sku_id"
    order = outsider.answer("taobao.trade.fullinfo.get", tid=TRADE, fields=fields)["trade"]["orders"]["order"][0]
    assert order == {
        "sku_id": str(SKU + 2),
        "sku_properties_name": "颜色分类:红色;参考身高:130cm",
        "outer_sku_id": "TX-RED-130",
    }
    after = {row["sku_id"]: row["quantity"] for row in skus(outsider).values()}
    assert after == before | {SKU: before[SKU] + 1, SKU + 2: before[SKU + 2] - 1}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"oid": FIRST_ORDER}, "isv.missing-parameter:sku_id"),
        ({"oid": FIRST_ORDER, "sku_id": 5}, "isv.invalid-parameter:sku_id"),
        ({"oid": FIRST_ORDER, "sku_props": "1:2"}, "isv.invalid-parameter:sku_props"),
        ({"oid": TRADE, "sku_id": SKU}, "isv.invalid-parameter:oid"),
        ({"oid": 3141592653589793401, "sku_id": SKU}, "isv.trade-service-error:TRADE_STATUS_ERROR"),
    ],
)
def test_an_exchange_that_breaks_a_rule_is_refused(outsider: Outsider, values: dict[str, int], code: str) -> None:
    assert refused(outsider, "taobao.trade.ordersku.update", **values) == code


def test_another_seller_exchanges_nothing(outsider: Outsider) -> None:
    said = outsider.refusal("taobao.trade.ordersku.update", seller=OTHER_SELLER, oid=FIRST_ORDER, sku_id=SKU + 2)
    assert said["sub_code"] == "isv.invalid-permission"
