"""Item discount campaigns, marketing tools and membership grades: what is written as JSON or as lists is read back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.wire import ITEM, OTHER_ITEM, OTHER_SELLER, Outsider

TREASURE, UMP = "taobao.singletreasure.activity", "taobao.ump"
CAMPAIGN, ACTIVITY, DETAIL, SHELVED = 10086012345, 8700123456, 9800123456, 662017493058
NEW = {"name": "双12", "description": "特惠", "discount_type": 2, "promotion_level": 1}
SPAN = {"start_time": "2026-12-01 00:00:00", "end_time": "2026-12-07 23:59:59"}


def campaigns(outsider: Outsider, **query: Any) -> list[Any]:
    asked = json.dumps({"page_size": 20, "page_number": 1, "query": query})
    found = outsider.answer(f"{TREASURE}.query", query=asked)["result"]
    return list(next(iter(found.get("data_list", {}).values()), ()))


def items(outsider: Outsider, activity: int = CAMPAIGN, **page: Any) -> dict[int, int]:
    asked = {"activity_id": activity, "page_size": 20, "page_number": 1} | page
    found = outsider.answer(f"{TREASURE}.item.query", **asked)["result"]
    rows = next(iter(found.get("data_list", {}).values()), ())
    return {row["item_id"]: row["discount"] for row in rows}


def detail_info(*rows: dict[str, Any], activity: int = CAMPAIGN) -> str:
    return json.dumps({"activity_id": activity, "item_detail_info": list(rows)})


def test_a_campaign_is_made_changed_and_ended(outsider: Outsider) -> None:
    made = outsider.answer(f"{TREASURE}.create", activity_info=json.dumps(NEW | SPAN))["result"]
    number = int(made["data"])
    change = json.dumps({"activity_id": number, "name": "双12返场"})
    outsider.answer(f"{TREASURE}.update", activity_info=change)
    (row,) = campaigns(outsider, activity_id=number)
    assert (row["name"], row["description"], row["end_time"]) == ("双12返场", "特惠", SPAN["end_time"])
    assert len(campaigns(outsider)) == 2
    outsider.answer(f"{TREASURE}.delete", activity_id=number)
    assert campaigns(outsider, activity_id=number) == []


def test_the_items_of_a_campaign_come_go_and_change(outsider: Outsider) -> None:
    assert items(outsider) == {ITEM: 900, SHELVED: 850}
    outsider.answer(f"{TREASURE}.item.delete", activity_id=CAMPAIGN, item_id=ITEM)
    assert items(outsider) == {SHELVED: 850}
    outsider.answer(f"{TREASURE}.item.batchadd", item_detail_info=detail_info({"item_id": ITEM, "discount": 800}))
    both = detail_info({"item_id": ITEM, "discount": 700}, {"item_id": SHELVED, "discount": 710})
    outsider.answer(f"{TREASURE}.item.batchupdate", item_detail_info=both)
    assert items(outsider) == {ITEM: 700, SHELVED: 710}
    assert items(outsider, page_size=1, page_number=2) == {ITEM: 700}


@pytest.mark.parametrize(
    ("api", "values", "code"),
    [
        (
            "create",
            {"activity_info": json.dumps(NEW | SPAN | {"end_time": "2026-11-30 00:00:00"})},
            "invalid-parameter",
        ),
        ("update", {"activity_info": '{"activity_id":7}'}, "invalid-parameter:activity_id"),
        ("item.batchadd", {"item_detail_info": detail_info({"item_id": ITEM, "discount": 0})}, "invalid-parameter"),
        ("item.batchadd", {"item_detail_info": detail_info({"item_id": OTHER_ITEM, "discount": 1})}, "permission"),
        ("item.batchupdate", {"item_detail_info": detail_info({"item_id": ITEM, "discount": 1000})}, "discount"),
        ("item.delete", {"activity_id": CAMPAIGN, "item_id": 7}, "isv.item-not-exist"),
    ],
)
def test_what_breaks_a_rule_of_campaigns_is_refused(
    outsider: Outsider, api: str, values: dict[str, Any], code: str
) -> None:
    assert code in outsider.refusal(f"{TREASURE}.{api}", **values)["sub_code"]
    assert items(outsider) == {ITEM: 900, SHELVED: 850}


def test_what_a_tool_writes_comes_back_as_it_was_written(outsider: Outsider) -> None:
    text = '{"name": "双11特惠", "more":[1,2]}'
    number = outsider.answer(f"{UMP}.activity.add", tool_id=7, content=text)["act_id"]
    assert outsider.answer(f"{UMP}.activity.get", act_id=number)["content"] == text
    outsider.answer(f"{UMP}.activity.update", act_id=ACTIVITY, content='{"name":"x"}')
    assert outsider.answer(f"{UMP}.activity.get", act_id=ACTIVITY)["content"] == '{"name":"x"}'
    assert outsider.answer(f"{UMP}.activities.get", tool_id=7, page_no=1, page_size=5)["total_count"] == 1
    outsider.answer(f"{UMP}.activity.delete", act_id=ACTIVITY)
    assert "detail_id" in outsider.refusal(f"{UMP}.detail.get", detail_id=DETAIL)["sub_code"]


def test_details_and_ranges_belong_to_their_activity(outsider: Outsider) -> None:
    made = outsider.answer(f"{UMP}.detail.list.add", act_id=ACTIVITY, details=json.dumps(['{"a":1}', '{"b":2}']))
    first = next(iter(made["detail_id_list"].values()))[0]
    outsider.answer(f"{UMP}.detail.update", detail_id=first, content='{"a":2}')
    assert outsider.answer(f"{UMP}.detail.get", detail_id=first)["content"] == '{"a":2}'
    assert outsider.answer(f"{UMP}.details.get", act_id=ACTIVITY, page_no=1, page_size=5)["total_count"] == 3
    outsider.answer(f"{UMP}.detail.delete", detail_id=first)
    outsider.answer(f"{UMP}.range.add", act_id=ACTIVITY, type=1, ids=f"{ITEM},{SHELVED}")
    outsider.answer(f"{UMP}.range.delete", act_id=ACTIVITY, type=1, ids=str(ITEM))
    (row,) = next(iter(outsider.answer(f"{UMP}.range.get", act_id=ACTIVITY)["ranges"].values()))
    assert row == {"participate_id": SHELVED, "participate_type": 1}
    for api, values in (("detail.add", {"content": "[]"}), ("detail.list.add", {"details": "{}"})):
        assert "invalid-parameter" in outsider.refusal(f"{UMP}.{api}", act_id=ACTIVITY, **values)["sub_code"]


def test_another_seller_reaches_neither_campaigns_nor_tools(outsider: Outsider) -> None:
    for api, values in (
        (f"{UMP}.activity.delete", {"act_id": ACTIVITY}),
        (f"{UMP}.detail.get", {"detail_id": DETAIL}),
        (f"{TREASURE}.delete", {"activity_id": CAMPAIGN}),
    ):
        assert "permission" in outsider.refusal(api, seller=OTHER_SELLER, **values)["sub_code"]
    assert campaigns(outsider)


def test_the_discounts_of_grades_are_set_in_their_order(outsider: Outsider) -> None:
    def discounts() -> list[int]:
        rows = next(iter(outsider.answer("taobao.crm.grade.get")["grade_promotions"].values()))
        return [row["discount"] for row in rows]

    before = discounts()
    values: dict[str, Any] = {"grade": "1,2,3,4", "hierarchy": "true,true,true,true", "amount": "100,200"}
    outsider.answer("taobao.crm.grade.set", discount="950,900,850,800", **values)
    assert discounts() == [before[0], 950, 900, 850, 800]
    for wrong in ("950,900", "900,950,850,800", "950,900,850,600"):
        assert "invalid-parameter" in outsider.refusal("taobao.crm.grade.set", discount=wrong, **values)["sub_code"]
    outsider.answer("taobao.crm.shopvip.cancel")
    assert set(discounts()) == {1000}
