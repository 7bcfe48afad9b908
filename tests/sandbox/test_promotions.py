"""Coupons and activities: making, changing and ending them, and what is in them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.wire import ITEM, OTHER_ITEM, OTHER_SELLER, Outsider

COMMON, PLAIN, MJS, COUPON, DETAIL = 8700123456, 8700123457, 8700123458, 123456, 9800123456
SPAN = {"start_time": "2026-11-22 00:00:00", "end_time": "2026-12-11 23:59:59"}
MISC = "taobao.promotionmisc"


def refused(outsider: Outsider, api: str, **values: Any) -> str:
    return str(outsider.refusal(api, **values)["sub_code"])


def coupons(outsider: Outsider, **asked: Any) -> list[Any]:
    return list(outsider.answer("taobao.promotion.coupons.get", **asked).get("coupons", {}).get("coupon", ()))


def items_of(outsider: Outsider, activity: int) -> list[int]:
    found = outsider.answer(f"{MISC}.activity.range.list.get", activity_id=activity)
    return [row["item_id"] for row in found.get("promotion_range_list", {}).get("promotion_range", ())]


def test_coupons_are_asked_for_in_yuan_and_listed_in_cents(outsider: Outsider) -> None:
    rows = coupons(outsider, denominations=10)
    assert [(row["coupon_id"], row["denominations"], row["condition"]) for row in rows] == [(COUPON, 1000, 10000)]
    assert len(coupons(outsider)) == 5


def test_a_new_coupon_is_on_the_list(outsider: Outsider) -> None:
    values: dict[str, Any] = {"denominations": 20, "end_time": "2026-12-31 23:59:59"}
    number = outsider.answer("taobao.promotion.coupon.add", **values)["coupon_id"]
    (row,) = coupons(outsider, coupon_id=number)
    assert (row["denominations"], row["condition"], row["create_channel"]) == (2000, 2100, "开放平台")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end_time": "2026-11-20 00:00:00"}, "isv.parameter-endtime-error"),
        ({"end_time": "2027-11-20 00:00:00"}, "isv.parameter-endtime-error"),
        ({"start_time": "2026-12-30 00:00:00"}, "isv.parameter-endtime-error"),
        ({"condition": 5}, "isv.parameter-condition-error"),
    ],
)
def test_a_coupon_that_breaks_a_rule_is_refused(outsider: Outsider, changes: dict[str, Any], code: str) -> None:
    values: dict[str, Any] = {"denominations": 20, "end_time": "2026-12-12 00:00:00"} | changes
    assert refused(outsider, "taobao.promotion.coupon.add", **values) == code
    assert len(coupons(outsider)) == 5


def test_a_coupon_reaches_members_and_nobody_else(outsider: Outsider) -> None:
    said = outsider.answer("taobao.promotion.coupon.send", coupon_id=COUPON, buyer_nick="晴天小雨,没有这个人")
    assert said["is_success"] is True
    assert [row["buyer_nick"] for row in said["coupon_results"]["coupon_result"]] == ["晴天小雨"]
    failed = said["failure_buyers"]["error_message"]
    assert failed == [{"buyer_nick": "没有这个人", "reason": "不是本店会员"}]
    assert (
        refused(outsider, "taobao.promotion.coupon.send", coupon_id=124456, buyer_nick="x") == "isv.invalid-permission"
    )


def test_an_activity_is_made_read_changed_and_ended(outsider: Outsider) -> None:
    values: dict[str, Any] = {"name": "双十二", "type": 2, "participate_range": 1, **SPAN}
    more: dict[str, Any] = {
        "is_amount_over": "true",
        "total_price": 19900,
        "is_decrease_money": "true",
        "decrease_amount": 2000,
    }
    number = outsider.answer(f"{MISC}.mjs.activity.add", **values, **more)["activity_id"]
    found = outsider.answer(f"{MISC}.mjs.activity.get", activity_id=number)["mjs_promotion"]
    assert (found["name"], found["total_price"], found["is_decrease_money"]) == ("双十二", 19900, True)
    changed: dict[str, Any] = {"activity_id": number, "name": "年终", "participate_range": 0, **SPAN}
    outsider.answer(f"{MISC}.mjs.activity.update", **changed)
    found = outsider.answer(f"{MISC}.mjs.activity.get", activity_id=number)["mjs_promotion"]
    assert (found["name"], found["type"]) == ("年终", 2)
    assert "total_price" not in found
    outsider.answer(f"{MISC}.mjs.activity.delete", activity_id=number)
    assert refused(outsider, f"{MISC}.mjs.activity.get", activity_id=number) == "isv.invalid-parameter:activity_id"


def test_lists_hold_one_kind_and_one_level(outsider: Outsider) -> None:
    page: dict[str, Any] = {"page_no": 1, "page_size": 50}
    shops = outsider.answer(f"{MISC}.mjs.activity.list.get", activity_type=2, **page)
    assert [row["activity_id"] for row in shops["mjs_promotion_list"]["mjs_promotion"]] == [MJS]
    assert outsider.answer(f"{MISC}.mjs.activity.list.get", activity_type=1, **page)["total_count"] == 0
    plain = outsider.answer(f"{MISC}.item.activity.list.get", **page)["item_promotion_list"]["item_promotion"]
    assert [row["activity_id"] for row in plain] == [PLAIN]
    common = outsider.answer(f"{MISC}.common.item.activity.list.get", **page)
    assert common["total_count"] == 1


def test_a_flag_needs_what_it_switches_on(outsider: Outsider) -> None:
    values: dict[str, Any] = {"name": "x", "participate_range": 0, "is_discount": "true", **SPAN}
    assert refused(outsider, f"{MISC}.item.activity.add", **values) == "isv.missing-parameter:discount_rate"
    back = values | {"start_time": SPAN["end_time"], "end_time": SPAN["start_time"]}
    assert refused(outsider, f"{MISC}.item.activity.add", **back) == "isv.invalid-parameter:end_time"


def test_items_come_into_an_activity_and_leave_it(outsider: Outsider) -> None:
    assert items_of(outsider, PLAIN) == [ITEM]
    outsider.answer(f"{MISC}.activity.range.add", activity_id=PLAIN, ids=f"662017493058,{ITEM}")
    assert items_of(outsider, PLAIN) == [ITEM, 662017493058]
    outsider.answer(f"{MISC}.activity.range.remove", activity_id=PLAIN, ids=ITEM)
    assert items_of(outsider, PLAIN) == [662017493058]
    outsider.answer(f"{MISC}.activity.range.all.remove", activity_id=PLAIN)
    assert items_of(outsider, PLAIN) == []
    other = refused(outsider, f"{MISC}.activity.range.add", activity_id=PLAIN, ids=OTHER_ITEM)
    assert other == "isv.invalid-permission"
    assert refused(outsider, f"{MISC}.activity.range.add", activity_id=PLAIN, ids=1) == "isv.item-not-exist"


def test_nobody_touches_another_sellers_activity(outsider: Outsider) -> None:
    for name in ("activity.range.list.get", "mjs.activity.get", "mjs.activity.delete"):
        said = outsider.refusal(f"{MISC}.{name}", seller=OTHER_SELLER, activity_id=MJS)
        assert said["sub_code"] == "isv.invalid-permission"


def details(outsider: Outsider) -> list[Any]:
    page = outsider.answer(f"{MISC}.common.item.detail.list.get", activity_id=COMMON, page_no=1, page_size=50)
    return list(page.get("detail_list", {}).get("common_item_detail", ()))


def test_what_is_taken_off_each_item(outsider: Outsider) -> None:
    assert [(row["detail_id"], row["item_id"], row["promotion_value"]) for row in details(outsider)] == [
        (DETAIL, ITEM, 900)
    ]
    values: dict[str, Any] = {
        "activity_id": COMMON,
        "item_id": 662017493058,
        "promotion_type": 1,
        "promotion_value": 800,
    }
    number = outsider.answer(f"{MISC}.common.item.detail.add", **values)["detail_id"]
    outsider.answer(f"{MISC}.common.item.detail.update", **(values | {"detail_id": number, "promotion_value": 750}))
    assert [row["promotion_value"] for row in details(outsider)] == [900, 750]
    outsider.answer(f"{MISC}.common.item.detail.delete", activity_id=COMMON, detail_id=DETAIL)
    assert [row["detail_id"] for row in details(outsider)] == [number]
    outsider.answer(f"{MISC}.common.item.activity.delete", activity_id=COMMON)
    gone = refused(outsider, f"{MISC}.common.item.detail.list.get", activity_id=COMMON, page_no=1, page_size=50)
    assert gone == "isv.invalid-parameter:activity_id"


@pytest.mark.parametrize(("how", "value"), [(0, 8900), (0, 0), (1, 1000), (1, 0)])
def test_more_than_the_price_is_not_taken_off(outsider: Outsider, how: int, value: int) -> None:
    values: dict[str, Any] = {"activity_id": COMMON, "item_id": ITEM, "promotion_type": how, "promotion_value": value}
    said = outsider.refusal(f"{MISC}.common.item.detail.add", **values)
    assert said.get("sub_code") == "isv.invalid-parameter:promotion_value" or said["code"] == 41


def test_claims_limited_times_and_sets_are_listed(outsider: Outsider) -> None:
    claim = outsider.answer("taobao.promotion.activity.get")["activitys"]["activity"][0]
    assert (claim["coupon_id"], claim["status"]) == (COUPON, "enabled")
    limited = outsider.answer("taobao.promotion.limitdiscount.detail.get", limit_discount_id=7800123456)
    assert limited["item_discount_detail_list"]["limit_discount_detail"][0]["item_id"] == ITEM
    meal = outsider.answer("taobao.promotion.meal.get", meal_id=5600123)["meal_list"]["meal"][0]
    assert (meal["meal_name"], meal["status"]) == ("亲子套装", "VALID")
    assert "meal_list" not in outsider.answer("taobao.promotion.meal.get", status="INVALID")
