"""The arithmetic of comma lists with dotted names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import field
from topexplorer.core.fieldchoice import FieldChoice, ListChoice, SingleChoice, parts_of
from topexplorer.core.spec import field_paths

PATHS = ["tid", "orders", "orders.oid", "orders.sku", "orders.sku.id", "orders.sku.name", "ordersum"]


@pytest.mark.parametrize(
    ("typed", "toggled", "text", "count"),
    [
        ("", "tid", "tid", 1),
        ("tid", "tid", "", 0),
        ("ordersum,orders.sku.id", "orders", "orders,ordersum", 6),
        ("orders", "orders.oid", "orders.sku", 3),
        ("orders", "orders.sku.id", "orders.oid,orders.sku.name", 2),
        ("orders.sku", "orders.sku.id", "orders.sku.name", 1),
        ("zz，tid,zz", "orders.oid", "tid,orders.oid,zz", 2),
    ],
)
def test_toggling_a_name(typed: str, toggled: str, text: str, count: int) -> None:
    choice = FieldChoice(PATHS, typed)
    choice.toggle(toggled)
    assert (choice.text, choice.count) == (text, count)


@given(st.lists(st.sampled_from(PATHS)), st.sampled_from(PATHS))
def test_toggling_changes_whether_that_name_is_in_and_no_sibling(typed: list[str], toggled: str) -> None:
    choice = FieldChoice(PATHS, ",".join(typed))
    before = {path: choice.has(path) for path in PATHS}
    choice.toggle(toggled)
    assert choice.has(toggled) is not before[toggled]
    untouched = [p for p in PATHS if not p.startswith(f"{toggled}.") and not toggled.startswith(f"{p}.")]
    assert all(choice.has(path) == before[path] for path in untouched if path != toggled)
    assert FieldChoice(PATHS, choice.text).text == choice.text


def test_the_whole_top_level_and_back() -> None:
    choice = FieldChoice(PATHS, "orders.oid,mine")
    choice.choose_top()
    assert choice.text == "tid,orders,ordersum,mine"
    choice.choose_top()
    assert choice.text == "mine"


def test_a_list_named_after_its_items_is_ticked_and_keeps_its_spelling() -> None:
    sku = field("skus", "object", "Sku", many=True, children=(field("sku_id"), field("price")))
    fields = tuple(field_paths((field("num_iid"), sku)))
    choice = FieldChoice.of(fields, "sku.sku_id,num_iid,nothing")
    assert (choice.chosen, choice.text) == ({"num_iid", "skus.sku_id"}, "num_iid,sku.sku_id,nothing")


def test_one_of_several_values() -> None:
    choice = SingleChoice(["a", "a.b"], "a.b")
    choice.toggle("a")
    assert choice.text == "a"
    assert SingleChoice(["a", "b"], "a,b").text == ""


def test_values_with_dots_do_not_cover_each_other() -> None:
    choice = ListChoice(["a", "a.b"], "a,x")
    choice.toggle("a.b")
    assert (choice.text, choice.count) == ("a,a.b,x", 2)
    choice.toggle("a")
    assert choice.text == "a.b,x"
    choice.choose_top()
    assert choice.text == "a,a.b,x"


def test_parts_of_a_comma_list() -> None:
    assert parts_of(" a , b，,c ") == ["a", "b", "c"]
