"""What a write would change is told from the spec and the object as it was read, and never guessed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import bundled
from topexplorer.core.plannedwrite import Present, lookup_of, present

CATALOG = bundled()
MEMO, ITEM, SKU = (CATALOG[f"taobao.{name}"] for name in ("trade.memo.update", "item.update", "item.sku.update"))
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["item", "num", "price"]), inner),
    max_leaves=12,
)


def changed(rows: tuple[Present, ...]) -> list[tuple[str, str, str | None]]:
    return [(row.name, row.text, row.becomes) for row in rows if row.becomes is not None]


def test_the_read_gets_its_values_from_the_write() -> None:
    lookup = lookup_of(MEMO, {"tid": "1", "memo": "x"})
    assert lookup is not None
    assert (lookup.api, lookup.values["tid"]) == ("taobao.trade.fullinfo.get", "1")
    assert {"seller_memo", "seller_flag"} <= set(lookup.values["fields"].split(","))


def test_without_the_value_that_names_the_object_nothing_is_read() -> None:
    assert lookup_of(MEMO, {"memo": "x"}) is None
    assert lookup_of(CATALOG["taobao.trade.get"], {"tid": "1"}) is None


def test_fields_that_change_come_first_with_what_they_become() -> None:
    payload = {"trade": {"status": "PAID", "seller_memo": "old", "seller_flag": 1, "orders": {"order": []}}}
    (rows,) = present(MEMO, CATALOG["taobao.trade.fullinfo.get"], payload, {"tid": "1", "memo": "new", "flag": "1"})
    assert changed(rows) == [("seller_memo", "old", "new"), ("seller_flag", "1", "1")]
    assert [row.differs for row in rows] == [True, False, False]
    assert rows[2].name == "status"


def test_a_field_that_is_empty_is_left_out_of_the_answer_and_shown_all_the_same() -> None:
    (rows,) = present(MEMO, CATALOG["taobao.trade.fullinfo.get"], {"trade": {"status": "PAID"}}, {"memo": "new"})
    assert changed(rows) == [("seller_memo", "", "new")]


def test_an_equal_number_written_otherwise_is_no_change() -> None:
    payload = {"item": {"num_iid": 1, "price": "5.00", "num": 3}}
    (rows,) = present(ITEM, CATALOG["taobao.item.seller.get"], payload, {"num_iid": "1", "price": "5", "num": "4"})
    assert {row.name: row.differs for row in rows} == {"num_iid": False, "price": False, "num": True}


def test_every_object_of_a_list_is_shown_and_none_is_said_to_change() -> None:
    payload = {"skus": {"sku": [{"sku_id": 1, "price": "5.00"}, {"sku_id": 2, "price": "6.00"}]}}
    found = present(SKU, CATALOG["taobao.item.skus.get"], payload, {"num_iid": "1", "price": "9"})
    assert [[row.text for row in rows] for rows in found] == [["1", "5.00"], ["2", "6.00"]]
    assert not any(changed(rows) for rows in found)


@given(JSON)
def test_whatever_comes_back_is_shown_or_not_and_breaks_nothing(payload: Any) -> None:
    read = CATALOG["taobao.item.seller.get"]
    for rows in present(ITEM, read, payload, {"num_iid": "1", "num": "2"}):
        assert all(isinstance(row.text, str) for row in rows)


def test_the_most_used_writes_say_how_to_see_what_they_change() -> None:
    shown = [method for method in CATALOG if CATALOG[method].shows]
    assert len(shown) >= 40
    for name in ("item.update", "item.update.delisting", "item.quantity.update", "skus.quantity.update", "trade.close"):
        assert f"taobao.{name}" in shown
    for name in ("trade.memo.update", "logistics.offline.send", "refund.refuse", "rp.returngoods.agree"):
        assert f"taobao.{name}" in shown
