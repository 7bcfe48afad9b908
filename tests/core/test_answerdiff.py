"""What is different between two calls, to the last digit, and nothing that is not."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workbench import NOON
from topexplorer.core.answerdiff import Difference, Differences, answer_differences, compare, request_differences
from topexplorer.core.call import (
    Answer,
    Exchange,
    FilePart,
    Kept,
    NoAnswer,
    Outcome,
    Refusal,
    RequestDraft,
    SignedRequest,
    decode_json,
)

Rows = list[tuple[Any, ...]]
NAMES = st.sampled_from(["a", "b", "tid", "order_id", "orders", "x y", ""])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "1", "A"]), st.decimals(-2, 2, places=1)
)
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(NAMES, inner, max_size=4),
        st.lists(st.fixed_dictionaries({"tid": st.integers(0, 6), "v": inner}), max_size=5),
    ),
    max_leaves=12,
)
TURNED = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}


def exact(value: Any) -> Any:
    """The value so that two are equal only when they are the same in JSON: `true` is not 1, but 1.0 is."""
    if isinstance(value, dict):
        return {name: exact(member) for name, member in value.items()}
    if isinstance(value, list):
        return [exact(element) for element in value]
    return type(value) if isinstance(value, bool | None) else None, value


def applied(old: Any, rows: Rows) -> Any:
    """`old` after everything was done to it that the differences say; each row is the steps that are left, and it."""
    inside: dict[Any, Rows] = {}
    for steps, difference in rows:
        if not steps:
            return difference.new
        inside.setdefault(steps[0], []).append((steps[1:], difference))
    if isinstance(old, dict):
        made = dict(old)
        for step, inner in inside.items():
            if is_whole(inner, "removed"):
                del made[step.key]
            else:
                made[step.key] = applied(made.get(step.key), inner)
        return made
    return applied_to_list(old, inside) if isinstance(old, list) else old


def is_whole(rows: Rows, kind: str) -> bool:
    return not rows[0][0] and rows[0][1].kind == kind


def applied_to_list(old: list[Any], inside: dict[Any, Rows]) -> list[Any]:
    by = next((step.by for step in inside), "")
    elements = {str(element[by]) if by else str(place): element for place, element in enumerate(old)}
    order, new = list(elements), []
    for step, inner in inside.items():
        name = step.id if by else str(step.key)
        if is_whole(inner, "moved"):
            order = inner[0][1].new
        elif is_whole(inner, "added"):
            new.append((step.key, inner[0][1].new))
        elif is_whole(inner, "removed"):
            del elements[name]
        else:
            elements[name] = applied(elements[name], inner)
    made = [elements[name] for name in order if name in elements]
    for place, element in sorted(new, key=lambda row: row[0]):
        made.insert(place, element)
    return made


@given(DOCUMENTS, DOCUMENTS)
def test_the_differences_turn_one_document_into_the_other(old: Any, new: Any) -> None:
    found = compare(old, new)
    assert exact(applied(old, [(found.steps, found) for found in found.found])) == exact(new)
    assert (found.total == 0) == (exact(old) == exact(new))


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself_read_again(document: Any) -> None:
    again = json.dumps(document, default=float)
    assert compare(decode_json(again), decode_json(again)) == Differences()


@given(DOCUMENTS, DOCUMENTS)
def test_looking_from_the_other_side_tells_the_same(old: Any, new: Any) -> None:
    def facts(found: Differences, turned: bool) -> set[str]:
        rows = ((TURNED[x.kind], x.new, x.old) if turned else (x.kind, x.old, x.new) for x in found.found)
        paths = (x.path if x.steps and x.steps[-1].by else "" for x in found.found)
        return {repr((path, *row)) for path, row in zip(paths, rows, strict=True)}

    assert facts(compare(old, new), False) == facts(compare(new, old), True)


def told(old: Any, new: Any, **how: Any) -> list[tuple[str, str, Any, Any]]:
    """The differences, a tuple for each; the documents may be JSON."""
    documents = [decode_json(side) if isinstance(side, str) else side for side in (old, new)]
    return [(x.kind, x.path, x.old, x.new) for x in compare(documents[0], documents[1], **how).found]


def test_members_are_compared_by_name_in_the_order_of_the_document() -> None:
    old = '{"trade": {"tid": 1, "status": "A", "memo": "x", "odd name": 1}}'
    new = '{"trade": {"odd name": 2, "status": "B", "tid": 1, "payment": "9.00"}}'
    assert told(old, new) == [
        ("changed", "trade.status", "A", "B"),
        ("removed", "trade.memo", "x", None),
        ("changed", 'trade."odd name"', 1, 2),
        ("added", "trade.payment", None, "9.00"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "differ"),
    [
        ("3141592653589793238", "3141592653589793239", True),
        ("0.1", "0.10000000000000001", True),
        ("1", "1.0", False),
        ("10.50", "10.5", False),
        ("1", "true", True),
        ("0", "false", True),
        ("0", "null", True),
        ("1", '"1"', True),
        ("{}", "[]", True),
        ('{"a": null}', "{}", True),
        ("1" * 5000, "1" * 4999 + "2", True),
    ],
)
def test_numbers_are_compared_exactly_and_never_with_anything_else(old: str, new: str, differ: bool) -> None:
    assert bool(told(old, new)) is differ
    assert bool(told(f"[{old}]", f"[{new}]")) is differ


def orders(*rows: tuple[int, str], key: str = "order", by: str = "oid") -> str:
    return json.dumps({key: [{by: number, "num_iid": 7, "status": status} for number, status in rows]})


def test_elements_of_a_list_are_paired_by_what_identifies_them() -> None:
    old, new = orders((1, "A"), (2, "A"), (3, "A")), orders((9, "A"), (1, "A"), (3, "B"))
    assert told(old, new) == [
        ("removed", "order[oid=2]", {"oid": 2, "num_iid": 7, "status": "A"}, None),
        ("changed", "order[oid=3].status", "A", "B"),
        ("added", "order[oid=9]", None, {"oid": 9, "num_iid": 7, "status": "A"}),
    ]


def test_a_list_in_another_order_is_one_difference() -> None:
    old, new = orders((1, "A"), (2, "A"), (3, "A")), orders((3, "A"), (1, "B"), (2, "A"))
    assert told(old, new) == [
        ("moved", "order[oid]", ["1", "2", "3"], ["3", "1", "2"]),
        ("changed", "order[oid=1].status", "A", "B"),
    ]


def test_what_a_list_is_called_says_what_identifies_its_elements() -> None:
    for key in ("refund", "refunds"):
        old = {key: [{"tid": 5, "refund_id": "a b", "x": 1}]}
        new = {key: [{"tid": 5, "refund_id": "c", "x": 1}]}
        assert [row[:2] for row in told(old, new)] == [
            ("removed", f'{key}[refund_id="a b"]'),
            ("added", f"{key}[refund_id=c]"),
        ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([{"oid": 1, "v": 1}, {"oid": 1, "v": 2}], [{"oid": 1, "v": 1}, {"oid": 1, "v": 3}]),
        ([{"oid": 1, "v": 1}, {"v": 2}], [{"oid": 1, "v": 1}, {"v": 3}]),
        ([{"oid": 1, "v": 1}, 2], [{"oid": 1, "v": 1}, 3]),
        ([{"oid": None, "v": 1}, {"oid": 2}], [{"oid": None, "v": 1}, {"oid": 3}]),
        ([{"request_id": "a", "v": 1}, {"request_id": "b"}], [{"request_id": "a", "v": 1}, {"request_id": "c"}]),
    ],
)
def test_without_an_identity_elements_are_paired_by_place(old: Any, new: Any) -> None:
    ((kind, path, _old, _new),) = told(old, new)
    assert kind == "changed"
    assert path.startswith("[1]")


def test_only_so_many_differences_are_kept_and_all_are_counted() -> None:
    found = compare(list(range(5000)), list(range(1, 5001)), 10)
    assert (len(found.found), found.total) == (10, 5000)
    assert found.found[0] == Difference("changed", found.found[0].steps, 0, 1)


def test_no_nesting_is_too_deep() -> None:
    def nested(leaf: Any) -> Any:
        for _ in range(20_000):
            leaf = {"a": [leaf]}
        return leaf

    (found,) = compare(nested(1), nested(2)).found
    assert (len(found.steps), found.old, found.new) == (40_000, 1, 2)


def test_an_answer_in_xml_is_compared_by_what_its_texts_say() -> None:
    old = {"trade": {"tid": 5, "paid": True, "order": [{"oid": 1}], "price": Decimal("1.50")}}
    new = {"trade": {"tid": "5", "paid": "true", "order": {"oid": "1"}, "price": "1.5"}}
    assert told(old, new, loosely=True) == [("changed", "trade.price", Decimal("1.50"), "1.5")]
    assert len(told(old, new)) == 4


def exchange(
    params: dict[str, str] | None = None,
    outcome: Outcome | None = None,
    environment: str = "sandbox",
    files: tuple[FilePart, ...] = (),
    made_up: bool = False,
) -> Exchange:
    pairs = {"method": "taobao.x.get", "timestamp": str(id(params)), "sign": str(id(files)), **(params or {})}
    request = SignedRequest(
        RequestDraft("taobao.x.get"), environment, "", tuple(pairs.items()), files, "", (), "md5", NOON
    )
    kept = Kept("p1", made_up=made_up)
    return Exchange("x", request, outcome or NoAnswer("timeout"), NOON, 0.1, kept=kept)


def answer(payload: Any, request_id: str = "r1") -> Answer:
    body = json.dumps({"x_response": {**payload, "request_id": request_id}}).encode()
    return Answer(body, "json", "x_response", request_id)


def asked(old: Exchange, new: Exchange) -> list[tuple[str, str, Any, Any]]:
    return [(x.kind, x.path, x.old, x.new) for x in request_differences(old, new).found]


def test_a_request_differs_in_what_was_sent_and_where() -> None:
    old = exchange({"tid": "1", "page_no": "1", "fields": "tid, status"})
    new = exchange({"tid": "2", "session": "***", "fields": "status,payment"}, environment="dev")
    assert asked(old, new) == [
        ("changed", "@environment", "sandbox", "dev"),
        ("changed", "tid", "1", "2"),
        ("removed", "page_no", "1", None),
        ("removed", "fields.tid", True, None),
        ("added", "fields.payment", None, True),
        ("added", "session", None, "***"),
    ]


def test_json_in_a_parameter_is_taken_apart_where_it_is_json() -> None:
    old = exchange({"param": '{"a": 1, "b": [1]}', "note": "{"})
    new = exchange({"param": '{"b":[2],"a":1}', "note": "{}"})
    assert asked(old, new) == [("changed", "param.b[0]", 1, 2), ("changed", "note", "{", {})]


def test_a_file_is_told_by_its_name() -> None:
    old, new = (exchange(files=(FilePart("image", name, b""),)) for name in ("a.png", "b.png"))
    assert asked(old, new) == [("changed", "image", "a.png", "b.png")]


def test_the_id_of_a_request_is_no_difference_of_its_answer() -> None:
    old, new = (exchange(outcome=answer({"x": value}, str(value))) for value in (1, 2))
    found = answer_differences(old, new)
    assert found is not None
    assert [(x.path, x.old, x.new) for x in found.found] == [("x", 1, 2)]
    assert answer_differences(old, replace(old, id="y")) == Differences()


def test_refusals_are_compared_and_a_refusal_is_not_compared_with_an_answer() -> None:
    old, new = (exchange(outcome=Refusal(40, "Missing", f"isv.missing:{name}", None, name)) for name in "ab")
    found = answer_differences(old, new)
    assert found is not None
    assert [x.path for x in found.found] == ["sub_code"]
    assert answer_differences(old, exchange(outcome=answer({}))) is None
    assert answer_differences(exchange(), exchange()) is None


def test_json_and_xml_of_the_same_answer_do_not_differ() -> None:
    xml = b"<x_response><tid>5</tid><orders><order><oid>1</oid></order></orders><request_id>r</request_id></x_response>"
    old = exchange(outcome=answer({"tid": 5, "orders": {"order": [{"oid": 1}]}}))
    new = exchange(outcome=Answer(xml, "xml", "x_response", "r"))
    assert answer_differences(old, new) == Differences()


def test_an_answer_that_cannot_be_read_raises_one_error() -> None:
    good = exchange(outcome=answer({}))
    for bad in (Answer(b"{", "json", "x", None), Answer(b"{}", "json", "x", None), Answer(b"[1]", "json", "x", None)):
        with pytest.raises(ValueError, match=r"\S"):
            answer_differences(good, exchange(outcome=bad))


def test_differences_between_made_up_people_are_only_counted() -> None:
    payloads = ({"buyer_nick": name, "trade": {"receiver_mobile": name, "tid": name}} for name in "ab")
    old, new = (exchange({"buyer_nick": "x", "app_key": "1"}, answer(payload), made_up=True) for payload in payloads)
    found = answer_differences(old, new)
    assert found is not None
    assert ([x.path for x in found.found], found.total, found.made_up) == (["trade.tid"], 1, 2)
    params = {"buyer_nick": "y", "app_key": "2"}
    asked_differently = request_differences(old, exchange(params, made_up=True))
    assert ([x.path for x in asked_differently.found], asked_differently.made_up) == (["app_key"], 1)
