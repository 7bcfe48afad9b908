"""What back ends give becomes what the platform returns: typed, cut to the asked fields, lists under item names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.samples import api, field
from topexplorer.sandbox.projection import Shapes

ORDER = field(
    "orders", "object", "Order", many=True, children=(field("oid", "integer", "Number"), field("tags", many=True))
)
RESPONSE = (
    field("items", "object", "Item", many=True, children=(field("num_iid", "integer", "Number"),)),
    field("results", "object", "ResultDTO", many=True, children=(ORDER,)),
    field("trade", "object", "Trade", children=(ORDER,)),
    field("ids", "integer", "Number", many=True),
    field("total", "integer", "Number"),
)
SPEC = api(response=RESPONSE)


@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ({"items": [{"num_iid": 1}], "total": "1"}, {"items": {"item": [{"num_iid": 1}]}, "total": 1}),
        ({"results": [{"orders": [{"oid": 2}]}]}, {"results": {"result_d_t_o": [{"orders": {"order": [{"oid": 2}]}}]}}),
        ({"trade": {"orders": [{"tags": ["a"]}]}}, {"trade": {"orders": {"order": [{"tags": {"string": ["a"]}}]}}}),
        ({"ids": ["1", 2]}, {"ids": {"number": [1, 2]}}),
        ({"items": []}, {"items": {"item": []}}),
    ],
)
def test_a_list_stands_under_the_name_of_its_items(payload: dict[str, Any], named: dict[str, Any]) -> None:
    assert Shapes().shaped(SPEC, payload, None, names_items=True) == named


def test_the_same_question_with_and_without_item_names_has_two_answers() -> None:
    shapes, payload = Shapes(), {"trade": {"orders": [{"oid": 1, "tags": ["a"]}]}, "unknown": ["x"]}
    for _time in range(2):
        named = shapes.shaped(SPEC, payload, "orders.oid", names_items=True)
        assert named == {"trade": {"orders": {"order": [{"oid": 1}]}}}
        assert shapes.shaped(SPEC, payload, "orders.oid") == {"trade": {"orders": [{"oid": 1}]}}
