"""Pictures, sub-accounts, members, products, buyers: read and changed by the APIs that are about them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import OTHER_SELLER, TRADE, VIRTUAL_TRADE, Outsider

PICTURE, ALBUM, SUBALBUM, SUB, PRODUCT = 450123871, 14058160, 14058163, 2200780111, 270391215


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    return str(outsider.refusal(api, **values)["sub_code"])


def pictures(outsider: Outsider, **asked: Any) -> list[Any]:
    found = outsider.answer("taobao.picture.pictures.get", **asked)
    return list(found.get("pictures", {}).get("picture", ()))


def sent_file(outsider: Outsider, api: str, part: str, **values: str) -> Any:
    params = outsider.signed(outsider.system(api) | values)
    headers = {"Content-Type": "multipart/form-data; boundary=xyz"}
    return outsider.decoded(outsider.send(body=multipart(params, {part: b"\xff\xd8"}, "xyz"), headers=headers))


def test_pictures_come_in_pages_without_a_total(outsider: Outsider) -> None:
    first, second = pictures(outsider), pictures(outsider, current_page=2)
    assert (len(first), len(second), pictures(outsider, current_page=3)) == (40, 20, [])
    created = [row["created"] for row in first + second]
    assert created == sorted(created, reverse=True)
    sizes = [row["sizes"] for row in pictures(outsider, order_by="sizes:asc", page_size=100)]
    assert sizes == sorted(sizes)
    assert refused(outsider, "taobao.picture.pictures.get", order_by="name:asc") == "isv.invalid-parameter:order_by"


def test_pictures_filter_by_category_title_and_client(outsider: Outsider) -> None:
    rows = pictures(outsider, picture_category_id=SUBALBUM)
    assert {row["picture_category_id"] for row in rows} == {SUBALBUM}
    assert all("卫衣" in row["title"] for row in pictures(outsider, title="卫衣"))
    assert {row["client_type"] for row in pictures(outsider, client_type="client:phone")} == {"client:phone"}
    (row,) = pictures(outsider, picture_id=PICTURE)
    assert pictures(outsider, urls=row["picture_path"]) == [row]
    assert outsider.answer("taobao.picture.pictures.count", title="卫衣")["totals"] == len(
        pictures(outsider, title="卫衣")
    )


def test_an_uploaded_picture_is_kept_moved_renamed_and_deleted(outsider: Outsider) -> None:
    api = "taobao.picture.upload"
    values = {"picture_category_id": "0", "image_input_title": "yurongfu-01.jpg"}
    added = sent_file(outsider, api, "img", **values)["picture_upload_response"]["picture"]
    number = added["picture_id"]
    assert (added["title"], added["picture_path"][-4:]) == ("yurongfu-01", ".jpg")
    outsider.answer("taobao.picture.changecategory", picture_ids=number, picture_category_id=SUBALBUM)
    outsider.answer("taobao.picture.update", picture_id=number, new_name="羽绒服")
    (row,) = pictures(outsider, picture_id=number)
    assert (row["title"], row["picture_category_id"]) == ("羽绒服", SUBALBUM)
    assert outsider.answer("taobao.picture.isreferenced.get", picture_id=number)["is_referenced"] is False
    outsider.answer("taobao.picture.delete", picture_ids=number)
    assert pictures(outsider, picture_id=number) == []
    wrong = sent_file(outsider, api, "img", **(values | {"image_input_title": "a.txt"}))["error_response"]
    assert wrong["sub_code"] == "isv.invalid-parameter:image_input_title"


def albums(outsider: Outsider, **asked: Any) -> list[Any]:
    found = outsider.answer("taobao.picture.category.get", **asked)
    return list(found.get("picture_categories", {}).get("picture_category", ()))


def test_picture_categories_have_two_levels(outsider: Outsider) -> None:
    assert sum(row["total"] for row in albums(outsider)) == 60
    assert [row["picture_category_id"] for row in albums(outsider, parent_id=ALBUM)] == [SUBALBUM]
    added = outsider.answer("taobao.picture.category.add", picture_category_name="冬装", parent_id=ALBUM)
    number = added["picture_category"]["picture_category_id"]
    outsider.answer("taobao.picture.category.update", category_id=number, category_name="冬装2")
    assert [row["picture_category_name"] for row in albums(outsider, picture_category_id=number)] == ["冬装2"]
    deeper = refused(outsider, "taobao.picture.category.add", picture_category_name="x", parent_id=SUBALBUM)
    assert deeper == "isv.invalid-parameter:parent_id"
    moved = refused(outsider, "taobao.picture.category.update", category_id=ALBUM, parent_id=14058164)
    assert moved == "isv.invalid-parameter:parent_id"
    long = refused(outsider, "taobao.picture.category.add", picture_category_name="一二三四五六七八九十一")
    assert long == "isv.invalid-parameter:picture_category_name"


def test_the_space_that_is_left_shrinks_with_every_picture(outsider: Outsider) -> None:
    def left() -> int:
        return int(outsider.answer("taobao.picture.userinfo.get")["user_info"]["remaining_space"])

    before = left()
    sent_file(outsider, "taobao.picture.upload", "img", picture_category_id="0", image_input_title="a.png")
    assert left() < before


def test_two_doors_lead_to_the_same_sub_accounts(outsider: Outsider) -> None:
    old = outsider.answer("taobao.subusers.get", user_nick="童装小铺")["subaccounts"]["sub_account_info"]
    new = outsider.answer("taobao.sellercenter.subusers.get", nick="童装小铺")["subusers"]["sub_user_info"]
    assert [row["sub_id"] for row in old] == [row["sub_id"] for row in new]
    assert [row["sub_nick"] for row in old] == [row["nick"] for row in new]
    page = outsider.answer("taobao.sellercenter.subusers.page", nick="童装小铺", page_size=3, page_num=2)
    assert [row["sub_id"] for row in page["subusers"]["sub_user_info"]] == [row["sub_id"] for row in new[3:]]
    assert page["total_count"] == 4
    found = outsider.answer(
        "taobao.subusers.subaccount.search", main_nick="童装小铺", filter_key="客服", page_size=9, page_num=1
    )
    assert found["total_count"] == 2


def test_a_sub_account_is_stopped_and_shows_it(outsider: Outsider) -> None:
    outsider.answer("taobao.subuser.info.update", sub_id=SUB, is_disable_subaccount="true", is_dispatch="false")
    info = outsider.answer("taobao.subuser.fullinfo.get", sub_id=SUB, fields="")["sub_fullinfo"]
    assert (info["sub_status"], info["sub_dispatch_status"], "user_email" in info) == (2, False, False)
    page = outsider.answer("taobao.subusers.page", user_nick="童装小铺", account_status=2, page_size=50, page_num=1)
    assert [row["sub_id"] for row in page["subaccounts"]["sub_account_info"]] == [SUB]


def test_sub_accounts_are_for_their_seller_only(outsider: Outsider) -> None:
    assert refused(outsider, "taobao.subusers.get", user_nick=OTHER_SELLER) == "isv.invalid-permission"
    assert refused(outsider, "taobao.subusers.get", user_nick="nobody") == "isv.user-not-exist:invalid-nick"
    said = outsider.refusal("taobao.subuser.info.update", seller=OTHER_SELLER, sub_id=SUB, is_dispatch="true")
    assert said["sub_code"] == "isv.invalid-permission"
    assert (
        refused(outsider, "taobao.sellercenter.user.permissions.get", nick="童装小铺")
        == "isv.user-not-exist:invalid-nick"
    )


def test_departments_hold_the_sub_accounts_and_roles_the_permissions(outsider: Outsider) -> None:
    rows = outsider.answer("taobao.subuser.departments.get", user_nick="童装小铺")["departments"]["department"]
    assert sum(len(row["sub_user_ids"]["number"]) for row in rows) == 4
    duties = outsider.answer("taobao.subuser.dutys.get", user_nick="童装小铺")["dutys"]["duty"]
    assert [row["duty_level"] for row in duties] == [1, 2, 2]
    added = outsider.answer("taobao.sellercenter.role.add", nick="童装小铺", name="售后", permission_codes="sm-trade")[
        "role"
    ]
    assert added["permissions"]["permission"][0]["permission_name"] == "交易管理"
    roles = outsider.answer("taobao.sellercenter.roles.get", nick="童装小铺")["roles"]["role"]
    assert [row["role_name"] for row in roles] == ["发货员", "售后"]
    wrong = refused(outsider, "taobao.sellercenter.role.add", nick="童装小铺", name="x", permission_codes="none")
    assert wrong == "isv.invalid-parameter:permission_codes"


def members(outsider: Outsider, **asked: Any) -> list[Any]:
    found = outsider.answer("taobao.crm.members.get", **({"current_page": 1, "page_size": 100} | asked))
    return list(found.get("members", {}).get("basic_member", ()))


def test_members_filter_by_grade_trade_and_time(outsider: Outsider) -> None:
    rows = members(outsider)
    times = [row["last_trade_time"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert {row["grade"] for row in members(outsider, grade=2)} == {2}
    rich = members(outsider, min_trade_amount="500.00", max_trade_count=10)
    assert all(float(row["trade_amount"]) >= 500 and row["trade_count"] <= 10 for row in rich)
    assert 0 < len(rich) < len(rows)
    assert members(outsider, min_last_trade_time=times[3]) == rows[:4]
    assert [row["buyer_nick"] for row in members(outsider, buyer_nick="晴天小雨")] == ["晴天小雨"]


def test_groups_are_made_renamed_and_deleted(outsider: Outsider) -> None:
    number = outsider.answer("taobao.crm.group.add", group_name="双十二")["group_id"]
    outsider.answer("taobao.crm.group.update", group_id=number, new_group_name="年终")
    rows = outsider.answer("taobao.crm.groups.get", current_page=1)["groups"]["group"]
    assert [row["group_name"] for row in rows] == ["老客户", "喜欢裙子", "年终"]
    assert refused(outsider, "taobao.crm.group.add", group_name="年终") == "isv.invalid-parameter:group_name"
    of_buyer = outsider.answer("taobao.crm.member.group.get", buyer_nick="晴天小雨")["groups"]["group"]
    assert [row["group_name"] for row in of_buyer] == ["老客户"]
    outsider.answer("taobao.crm.group.delete", group_id=21001)
    assert "groups" not in outsider.answer("taobao.crm.member.group.get", buyer_nick="晴天小雨")


def test_products_are_found_by_number_words_and_properties(outsider: Outsider) -> None:
    found = outsider.answer("taobao.product.get", seller=None, product_id=PRODUCT, fields="name,price")["product"]
    assert found == {"name": "儿童羽绒服 轻薄连帽", "price": "399.00"}
    search = outsider.answer("taobao.products.search", seller=None, q="耳机", fields="name")
    assert [row["name"] for row in search["products"]["product"]] == ["真无线蓝牙耳机 S1"]
    asked = {"cid": 50005050, "props": "10005:10027", "fields": "name"}
    assert outsider.answer("taobao.product.get", seller=None, **asked)["product"] == {"name": "真无线蓝牙耳机 S1"}
    assert (
        outsider.refusal("taobao.products.search", seller=None, fields="name")["sub_code"] == "isv.missing-parameter:q"
    )


def test_a_product_is_added_with_its_picture_and_changed_by_its_maker(outsider: Outsider) -> None:
    made = sent_file(outsider, "taobao.product.add", "image", cid="50008168", name="儿童马甲", price="99.00")
    number = made["product_add_response"]["product"]["product_id"]
    outsider.answer("taobao.product.update", product_id=number, price="89.00")
    sent_file(outsider, "taobao.product.img.upload", "image", product_id=str(number), is_major="true")
    fields = "name,price,cat_name,pic_url,product_imgs.url"
    found = outsider.answer("taobao.product.get", seller=None, product_id=number, fields=fields)["product"]
    assert (found["name"], found["price"], found["cat_name"]) == ("儿童马甲", "89.00", "卫衣/毛衣")
    assert found["product_imgs"]["product_img"][0]["url"] == found["pic_url"]
    theirs = outsider.refusal("taobao.product.update", seller=OTHER_SELLER, product_id=number, price="1.00")
    assert theirs["sub_code"] == "isv.invalid-permission"
    leafless = sent_file(outsider, "taobao.product.add", "image", cid="50008165")["error_response"]
    assert leafless["sub_code"] == "isv.invalid-parameter:cid"


def test_the_oaid_of_a_trade_opens_the_person_behind_it(outsider: Outsider) -> None:
    def decrypted(oaid: str, tid: int = TRADE) -> Any:
        asked = json.dumps([{"tid": str(tid), "oaid": oaid, "scene": "1002"}])
        return outsider.ask("taobao.top.oaid.decrypt", query_list=asked)

    oaid = outsider.answer("taobao.trade.fullinfo.get", tid=TRADE, fields="oaid")["trade"]["oaid"]
    (found,) = decrypted(oaid)["top_oaid_decrypt_response"]["receiver_list"]["receiver"]
    assert (found["name"], found["mobile"], found["district"], found["matched"]) == (
        "王小雨",
        "13800138000",
        "西湖区",
        True,
    )
    assert "**" not in found["address_detail"]
    (wrong,) = decrypted("guess")["top_oaid_decrypt_response"]["receiver_list"]["receiver"]
    assert (wrong["matched"], "name" in wrong) == (False, False)
    assert decrypted(oaid, VIRTUAL_TRADE)["error_response"]["sub_code"] == "isv.invalid-permission"
    assert decrypted(oaid, 1)["error_response"]["sub_code"] == "isv.trade-not-exist"


def test_trades_to_one_address_are_found_without_opening_it(outsider: Outsider) -> None:
    other = outsider.answer("taobao.trades.sold.get", fields="tid", page_size=1)["trades"]["trade"][0]["tid"]
    tids = [TRADE, 3141592653589793401, other]
    asked = json.dumps([{"tid": tid, "oaid": "x"} for tid in tids])
    groups = outsider.answer("taobao.top.oaid.merge", merge_list=asked)["tid_list"]["string"]
    assert groups == [f"{TRADE},3141592653589793401", str(other)]


def test_a_buyer_is_one_open_uid_by_trade_and_by_name(outsider: Outsider) -> None:
    uid = outsider.answer("taobao.openuid.get.bytrade", tid=TRADE)["open_uid"]
    rows = outsider.answer("taobao.user.openuid.getbynick", buyer_nicks="晴天小雨,没有这个人")["open_uids"][
        "open_uid_info"
    ]
    assert rows == [{"buyer_nick": "晴天小雨", "buyer_open_uid": uid}]
    asked = json.dumps({"tid": TRADE, "buyer_nick": "晴天小雨"})
    found = outsider.answer("taobao.user.openuid.getbyorder", seller=None, tid_infos=asked)["open_uids"][
        "open_uid_info"
    ]
    assert found[0]["buyer_open_uid"] == uid
    guess = json.dumps({"tid": TRADE, "buyer_nick": "别人"})
    assert "open_uids" not in outsider.answer("taobao.user.openuid.getbyorder", seller=None, tid_infos=guess)


@pytest.mark.parametrize(
    ("group", "count"),
    [
        ({"receiver_name": "王小雨"}, 6),
        ({"receiver_mobile": "13800138000"}, 6),
        ({"receiver_name": "王小雨", "receiver_mobile": "13900000000"}, 0),
        ({"receiver_name": "王小雨", "start_created": "2026-11-21 00:00:00"}, 2),
    ],
)
def test_trades_are_found_by_who_they_went_to(outsider: Outsider, group: dict[str, str], count: int) -> None:
    found = outsider.answer("taobao.trades.sold.query", query_list=json.dumps([group]), scene="1001")
    assert len(found.get("tid_list", {}).get("string", ())) == count


def test_a_search_needs_somebody_to_look_for(outsider: Outsider) -> None:
    said = refused(
        outsider, "taobao.trades.sold.query", query_list='[{"start_created":"2026-11-01 00:00:00"}]', scene="1001"
    )
    assert said == "isv.invalid-parameter:query_list"
