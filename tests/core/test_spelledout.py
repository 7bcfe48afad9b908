"""What a write sends is told value by value, in the words of the spec, and never guessed."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import bundled
from topexplorer.core.spelledout import spelled_out
from topexplorer.core.taint import MASK

CREATE = bundled()["taobao.singletreasure.activity.create"]
ADD = bundled()["taobao.singletreasure.activity.item.batchadd"]


def test_json_is_taken_apart_with_a_name_for_every_member() -> None:
    sent = [("activity_info", '{"name":"双12","discount_type":2,"odd":{"deep":[1,2]}}'), ("more", "x")]
    found = [(value.path, value.title.en if value.title else "", value.text) for value in spelled_out(CREATE, sent)]
    assert found == [
        ("activity_info.name", "Name", "双12"),
        ("activity_info.discount_type", "Kind of discount", "2"),
        ("activity_info.odd.deep", "", "[1, 2]"),
        ("more", "", "x"),
    ]


def test_the_objects_of_a_list_are_counted() -> None:
    info = {"activity_id": 7, "item_detail_info": [{"item_id": 1}, {"item_id": 2, "sku_v_os": [{"sku_id": 3}]}]}
    values = list(spelled_out(ADD, [("item_detail_info", json.dumps(info))]))
    inside = "item_detail_info.item_detail_info"
    assert [value.path for value in values][1:] == [
        f"{inside}[1].item_id",
        f"{inside}[2].item_id",
        f"{inside}[2].sku_v_os[1].sku_id",
    ]
    assert [value.name for value in values] == ["activity_id", "item_id", "item_id", "sku_id"]
    assert all(value.title for value in values)


def test_what_is_masked_or_no_json_stays_as_it_is() -> None:
    for text in ("", MASK, "{", "[]", "{}", "12"):
        (value,) = spelled_out(CREATE, [("activity_info", text)])
        assert (value.path, value.text) == ("activity_info", text)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)))
def test_nothing_that_is_sent_is_left_out(document: Any) -> None:
    def leaves(value: Any) -> int:
        inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        if not inside or (isinstance(value, list) and not any(isinstance(one, dict | list) for one in inside)):
            return 1
        return sum(leaves(one) for one in inside)

    def depth(value: Any) -> int:
        inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        return 1 + max(map(depth, inside), default=0)

    found = list(spelled_out(CREATE, [("activity_info", json.dumps(document))]))
    assert len(found) == leaves(document) or depth(document) > 8
