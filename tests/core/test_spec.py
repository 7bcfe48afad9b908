"""The nouns of the catalog: how list items are named on the wire, and how a field is found by what people call it."""

from __future__ import annotations

import pytest

from tests.core.samples import PLATFORM, api, bundled, field, param
from topexplorer.core.spec import Platform, RateClass, field_paths, find_field, item_name, walk_fields

SKU = field(
    "skus", "object", "Sku", many=True, children=(field("sku_id", "integer", "Number"), field("price", "price"))
)
ITEM = (
    field("num_iid", "integer", "Number"),
    SKU,
    field("item_imgs", "object", "ItemImg", many=True, children=(field("url"),)),
    field("location", "object", "Location", children=(field("city"),)),
    field("tags", many=True),
)


@pytest.mark.parametrize(
    ("platform_type", "name"),
    [
        ("Item", "item"),
        ("NTbkItem", "n_tbk_item"),
        ("TmcMessage", "tmc_message"),
        ("ResultDTO", "result_d_t_o"),
        ("TopProductDO", "top_product_d_o"),
        ("OAPIFormDataReqVO", "o_a_p_i_form_data_req_v_o"),
        ("String", "string"),
        ("Number", "number"),
        ("Json", "json"),
        ("Boolean", "boolean"),
        ("", ""),
    ],
)
def test_list_items_are_named_after_their_type(platform_type: str, name: str) -> None:
    assert item_name(platform_type) == name


def test_fields_are_walked_parents_before_children() -> None:
    assert [found.name for found in walk_fields((SKU,))] == ["skus", "sku_id", "price"]
    assert [path for path, _field in field_paths((SKU, ITEM[0]))] == ["skus", "skus.sku_id", "skus.price", "num_iid"]


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("num_iid", "num_iid"),
        ("skus", "skus"),
        ("sku", "skus"),
        ("sku.sku_id", "skus.sku_id"),
        ("skus.price", "skus.price"),
        ("item_img", "item_imgs"),
        ("item_img.url", "item_imgs.url"),
        ("location.city", "location.city"),
    ],
)
def test_a_field_is_found_by_its_path_and_a_list_by_the_name_of_its_items_too(named: str, path: str) -> None:
    found = find_field(ITEM, named)
    assert found is not None
    assert found[0] == path
    assert (path, found[1]) in list(field_paths(ITEM))


@pytest.mark.parametrize("named", ["", ".", "skuz", "sku.", "sku.nope", ".sku", "Sku", "num_iid.x", "Location.city"])
def test_a_path_that_leads_nowhere_finds_nothing(named: str) -> None:
    assert find_field(ITEM, named) is None


def test_a_field_of_that_very_name_comes_before_a_list_of_such_items() -> None:
    own = field("sku", "string")
    found = find_field((SKU, own), "sku")
    assert found == ("sku", own)


@pytest.mark.parametrize("method", ["taobao.item.seller.get", "taobao.refund.get", "taobao.logistics.trace.search"])
def test_every_field_is_found_by_its_own_path(method: str) -> None:
    response = bundled()[method].response
    paths = list(field_paths(response))
    assert [find_field(response, path) for path, _field in paths] == paths


def test_a_parameter_and_a_rate_class_are_found_by_name() -> None:
    spec = api(param("tid"), param("memo"))
    assert spec.param("memo") == param("memo")
    assert spec.param("session") is None
    basic = RateClass(name="basic", title=spec.title, limits=())
    platform = Platform(**{**PLATFORM, "rate_classes": (basic,)})
    assert platform.rate_class("basic") == basic
    assert platform.rate_class("trade") is None
