"""What a write would change is told from the spec and the object as it was read, and never guessed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import bundled
from topexplorer.core.plannedwrite import MOST_READS, Lookup, Present, lookups_of, present
from topexplorer.core.spec import ApiSpec

CATALOG = bundled()
MEMO, ITEM, SKU = (CATALOG[f"taobao.{name}"] for name in ("trade.memo.update", "item.update", "item.sku.update"))
AGREE, STOCK, PICTURES = (
    CATALOG[f"taobao.{name}"] for name in ("rp.refunds.agree", "skus.quantity.update", "picture.changecategory")
)
CAMPAIGN = CATALOG["taobao.singletreasure.activity.update"]
CAMPAIGN_ITEMS = CATALOG["taobao.singletreasure.activity.item.batchupdate"]
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["item", "num", "price"]), inner),
    max_leaves=12,
)


def lookup_of(spec: ApiSpec, values: dict[str, str]) -> Lookup:
    """The one read that these values need."""
    (lookup,), unread = lookups_of(spec, values)
    assert unread == 0
    return lookup


def asked(lookup: Lookup) -> dict[str, str]:
    return dict(lookup.draft(CATALOG[lookup.shows.method]).values)


def seen(spec: ApiSpec, values: dict[str, str], payload: Any, veiled: Any = None) -> list[tuple[Present, ...]]:
    """The objects of an answer; nothing for one that the answer has not."""
    lookup = lookup_of(spec, values)
    return [one.fields for one in present(lookup, CATALOG[lookup.shows.method], payload, veiled)]


def changed(rows: tuple[Present, ...]) -> list[tuple[str, str, str | None]]:
    return [(row.name, row.text, row.becomes) for row in rows if row.becomes is not None]


def test_the_read_gets_its_values_from_the_write() -> None:
    lookup = lookup_of(MEMO, {"tid": "1", "memo": "x"})
    assert lookup.shows.method == "taobao.trade.fullinfo.get"
    assert asked(lookup)["tid"] == "1"
    assert {"seller_memo", "seller_flag"} <= set(asked(lookup)["fields"].split(","))


def test_without_the_value_that_names_the_object_nothing_is_read() -> None:
    for spec, values in (
        (MEMO, {"memo": "x"}),
        (CATALOG["taobao.trade.get"], {"tid": "1"}),
        (AGREE, {"refund_infos": " , "}),
        (CAMPAIGN, {"activity_info": '{"name":"x"}'}),
        (CAMPAIGN, {"activity_info": "not JSON"}),
    ):
        assert lookups_of(spec, values) == ((), 0)


def test_fields_that_change_come_first_with_what_they_become() -> None:
    payload = {"trade": {"status": "PAID", "seller_memo": "old", "seller_flag": 1, "orders": {"order": []}}}
    (rows,) = seen(MEMO, {"tid": "1", "memo": "new", "flag": "1"}, payload)
    assert changed(rows) == [("seller_memo", "old", "new"), ("seller_flag", "1", "1")]
    assert [row.differs for row in rows] == [True, False, False]
    assert rows[2].name == "status"


def test_a_field_that_is_empty_is_left_out_of_the_answer_and_shown_all_the_same() -> None:
    (rows,) = seen(MEMO, {"tid": "1", "memo": "new", "flag": "1"}, {"trade": {"status": "PAID"}})
    assert changed(rows) == [("seller_memo", "", "new"), ("seller_flag", "", "1")]


def test_what_the_platform_does_by_itself_is_shown_as_well() -> None:
    trade = {"trade": {"seller_memo": "old", "seller_flag": 3}}
    (rows,) = seen(MEMO, {"tid": "1", "memo": "new"}, trade)
    assert changed(rows) == [("seller_memo", "old", "new"), ("seller_flag", "3", "0")], "the flag goes back to grey"
    (rows,) = seen(MEMO, {"tid": "1", "memo": "new", "reset": "true"}, trade)
    assert changed(rows)[0] == ("seller_memo", "old", "")
    address = CATALOG["taobao.trade.shippingaddress.update"]
    (rows,) = seen(address, {"tid": "1", "receiver_phone": "-1"}, {"trade": {"receiver_phone": "0571-1"}})
    assert changed(rows) == [("receiver_phone", "0571-1", "")]


def test_what_a_write_changes_besides_is_read_too() -> None:
    (sku,), _unread = lookups_of(SKU, {"num_iid": "1", "properties": "a", "price": "9"})
    (again, item), unread = lookups_of(SKU, {"num_iid": "1", "properties": "a", "price": "9", "item_price": "9"})
    assert (again.shows, unread) == (sku.shows, 0)
    (found,) = present(item, CATALOG["taobao.item.seller.get"], {"item": {"num_iid": 1, "price": "5.00"}})
    assert changed(found.fields) == [("price", "5.00", "9")]


def test_a_full_page_may_have_another_behind_it() -> None:
    delete = CATALOG["taobao.promotionmisc.common.item.detail.delete"]
    lookup = lookup_of(delete, {"activity_id": "1", "detail_id": "7"})
    read = CATALOG[lookup.shows.method]
    rows = [{"detail_id": number} for number in range(100, 150)]
    assert lookup.goes_on(read, {"detail_list": {"common_item_detail": rows}})
    assert not lookup.goes_on(read, {"detail_list": rows[1:]})
    assert asked(lookup.page(2, lookup.named)) == asked(lookup) | {"page_no": "2"}
    assert not lookup_of(MEMO, {"tid": "1"}).goes_on(CATALOG["taobao.trade.fullinfo.get"], {"trade": {}})


def test_an_equal_number_written_otherwise_is_no_change() -> None:
    payload = {"item": {"num_iid": 1, "price": "5.00", "num": 3}}
    (rows,) = seen(ITEM, {"num_iid": "1", "price": "5", "num": "4"}, payload)
    assert {row.name: row.differs for row in rows} == {"num_iid": False, "price": False, "num": True}


def test_of_a_list_only_the_object_that_is_meant_is_shown() -> None:
    payload = {"skus": {"sku": [{"sku_id": 1, "properties": "a", "price": "5.00"}, {"sku_id": 2, "properties": "b"}]}}
    (rows,) = seen(SKU, {"num_iid": "1", "properties": "a", "price": "9"}, payload)
    assert changed(rows) == [("price", "5.00", "9")]
    assert seen(SKU, {"num_iid": "1", "properties": "c", "price": "9"}, payload) == [()]
    add = CATALOG["taobao.item.sku.add"]
    assert len(seen(add, {"num_iid": "1", "properties": "c"}, payload)) == 2


def test_a_text_with_several_objects_in_it_is_taken_apart_and_each_is_read() -> None:
    infos = ",".join(f"{number}|5900|7|onsale" for number in range(1, 8))
    lookups, unread = lookups_of(AGREE, {"refund_infos": infos})
    assert [asked(lookup)["refund_id"] for lookup in lookups] == ["1", "2", "3", "4", "5"]
    assert (len(lookups), unread) == (MOST_READS, 2)
    (found,) = present(lookups[1], CATALOG["taobao.refund.get"], {"refund": {"refund_id": 2, "refund_fee": "89.00"}})
    assert found.named.label == (("refund_id", "2"),)
    assert changed(found.fields) == [("refund_fee", "89.00", "59.00")], "the amount is in cents"


def test_one_answer_shows_every_object_of_a_list_that_it_has() -> None:
    info = '{"activity_id":7,"item_detail_info":[{"item_id":1,"limit_check":3},{"item_id":2,"limit_check":5}]}'
    lookup = lookup_of(CAMPAIGN_ITEMS, {"item_detail_info": info})
    assert asked(lookup)["activity_id"] == "7"
    payload = {"result": {"data_list": {"item": [{"item_id": 1, "limit_check": -1}, {"item_id": 3, "limit_check": 1}]}}}
    first, second = present(lookup, CATALOG[lookup.shows.method], payload)
    assert changed(first.fields) == [("limit_check", "-1", "3")]
    assert (second.named.label, second.fields) == ((("item_id", "2"),), ())


def test_a_read_that_wants_json_gets_its_ids_inside() -> None:
    lookup = lookup_of(CAMPAIGN, {"activity_info": '{"activity_id":10086012345,"name":"x"}'})
    query = json.loads(asked(lookup)["query"])
    assert query == {"page_size": 20, "page_number": 1, "query": {"activity_id": 10086012345}}
    plan = CATALOG["taobao.inventory.plan.invalid"]
    stop = '{"item_id":1,"item_type":1,"sku_id":0,"plan_detail_list":[{"plan_order_id":"P1","operate_code":"O"}]}'
    (wanted,) = json.loads(asked(lookup_of(plan, {"plan_stop_top": stop}))["param"])["plan_query_list"]
    assert wanted == {"item_id": 1, "sku_id": 0, "item_type": 1, "plan_order_id": "P1"}


def test_json_in_place_of_json_is_told_member_by_member() -> None:
    update = CATALOG["taobao.ump.activity.update"]
    values = {"act_id": "1", "content": '{"name":"new","rate":9}'}
    (rows,) = seen(update, values, {"content": '{"name":"old","rate":9,"since":"today"}'})
    assert changed(rows) == [("name", "old", "new"), ("rate", "9", "9")]
    assert rows[2].text == "today", "nobody says that what is left out is gone"
    (rows,) = seen(update, {"act_id": "1", "content": "no JSON"}, {"content": '{"name":"old"}'})
    assert changed(rows) == []


def test_what_adds_shows_the_sum_and_what_is_added() -> None:
    payload = {"skus": {"sku": [{"sku_id": 1, "quantity": 8, "outer_id": "A"}]}}
    more = {"num_iid": "9", "skuid_quantities": "1:-3", "type": "2"}
    (rows,) = seen(STOCK, more, payload)
    assert (rows[0].text, rows[0].becomes, rows[0].adds) == ("8", "5", "-3")
    (rows,) = seen(STOCK, more | {"skuid_quantities": "1:-9"}, payload)
    assert (rows[0].becomes, rows[0].adds) == ("0", "-9"), "the stock stops at none"
    (rows,) = seen(STOCK, more | {"type": "1"}, payload)
    assert (rows[0].becomes, rows[0].adds) == ("-3", "")
    by_code = {"num_iid": "9", "outerid_quantities": "A:3", "type": "2"}
    (rows,) = seen(STOCK, by_code, payload)
    assert (rows[0].becomes, rows[0].adds) == ("11", "+3")


def test_lists_that_belong_together_go_by_their_order() -> None:
    grades = CATALOG["taobao.crm.grade.set"]
    rows = [{"cur_grade": "1", "discount": 980}, {"cur_grade": "2", "discount": 950}]
    found = seen(grades, {"grade": "2,1", "discount": "900", "hierarchy": "true"}, {"grade_promotions": rows})
    assert [changed(fields) for fields in found] == [[("discount", "950", "900")], []], "a list that nothing wraps, too"


def test_what_changes_is_shown_as_it_is_and_the_rest_without_personal_data() -> None:
    real = {"trade": {"seller_memo": "for Anna", "title": "Anna's shop"}}
    veiled = {"trade": {"seller_memo": "*", "title": "*"}}
    (rows,) = seen(MEMO, {"tid": "1", "memo": "x", "reset": "false", "flag": "0"}, real, veiled)
    assert [(row.name, row.text) for row in rows] == [("seller_memo", "for Anna"), ("seller_flag", ""), ("title", "*")]


@given(JSON)
def test_whatever_comes_back_is_shown_or_not_and_breaks_nothing(payload: Any) -> None:
    for rows in seen(ITEM, {"num_iid": "1", "num": "2"}, payload):
        assert all(isinstance(row.text, str) for row in rows)


@given(st.sampled_from([AGREE, STOCK, PICTURES, CAMPAIGN, CAMPAIGN_ITEMS]), st.data())
def test_whatever_is_sent_is_looked_up_or_not_and_breaks_nothing(spec: ApiSpec, data: st.DataObject) -> None:
    texts = st.text('1|,:;{}[]"ab', max_size=30) | JSON.map(json.dumps)
    values = {param.name: data.draw(texts) for param in spec.params}
    lookups, unread = lookups_of(spec, values)
    assert len(lookups) <= MOST_READS
    assert unread >= 0
    for lookup in lookups:
        assert all(asked(lookup).values())


def test_every_write_says_what_it_does_and_how_to_see_it_or_why_nobody_can() -> None:
    writes = [spec for method in CATALOG if (spec := CATALOG[method]).writes and not spec.retired]
    assert all(spec.effect for spec in writes)
    assert sum(bool(spec.shows) for spec in writes) >= 135
    untold = [spec.method for spec in writes if spec.effect in ("changes", "deletes") and not spec.shows]
    assert len(untold) <= 20
    assert all(CATALOG[method].unseen for method in untold)
