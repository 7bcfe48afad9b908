"""What is typed means the same in a form, on the command line and on the wire, and no text breaks anything."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.core.samples import NOW, api, bundled, field, param, words
from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Message
from topexplorer.core.spec import ApiSpec, Choice, Param, ParamType
from topexplorer.core.values import (
    DATE_FORM,
    BadValue,
    Problem,
    check,
    check_fields,
    check_value,
    member_text,
    named_field,
    parse_datetime,
    selectable_fields,
    timestamp,
    wire,
)

TYPES: tuple[ParamType, ...] = get_args(ParamType)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
TYPED = ANY_TEXT | st.text('0123456789+-.,，１２３．－ smhdw/: Tz{}[]"', max_size=16)
CHOICES = (Choice(value="0", title=words("grey")), Choice(value="1"))


def keys(problems: object) -> list[str]:
    assert isinstance(problems, tuple | list)
    return [f"{problem.where}: {problem.what.key}" for problem in problems]


def checked(parameter: Param, text: str) -> list[str]:
    return keys(list(check_value(parameter, text, NOW)))


def converted(parameter: Param, text: str) -> str | Message:
    """The wire value, or why there is none. Nothing but BadValue is expected."""
    try:
        return wire(parameter, text, NOW)
    except BadValue as error:
        return error.problem


# From typed to sent


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("type", TYPES)
@example("\ud800")
@example("1" * 5000)
@example(" , ，")
@given(TYPED)
def test_a_text_becomes_a_wire_value_or_is_a_bad_value(type: ParamType, many: bool, text: str) -> None:
    parameter = param("p", type, many=many, minimum=0, maximum=9, max_length=3, max_items=2, choices=CHOICES)
    problems, sent = checked(parameter, text), converted(parameter, text)
    if isinstance(sent, Message):
        assert f"p: {sent.key}" in problems
    else:
        assert wire(parameter, sent, NOW) == sent


@given(st.from_regex(r"[+-]?[0-9]{1,40}", fullmatch=True), st.sampled_from(["", " ", "\u3000", "\t"]))
def test_a_whole_number_of_any_size_is_sent_digit_by_digit(digits: str, space: str) -> None:
    full_width = digits.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    for text in (digits, full_width):
        assert wire(param("tid", "integer"), space + text + space, NOW) == digits
    assert wire(param("tids", "integer", many=True), f"{digits}，{digits} , {digits}", NOW) == ",".join([digits] * 3)
    assert checked(param("tid", "integer"), digits) == []


@pytest.mark.parametrize("text", ["", "1.0", "1e3", "0x1f", "1_000", "1,000", "--1", "٣", "5²", "①", "一", "1 2"])
def test_what_is_not_a_whole_number_is_named(text: str) -> None:
    assert checked(param("tid", "integer"), text) == ["tid: check.integer"]


@pytest.mark.parametrize(
    ("type", "text", "sent"),
    [
        ("decimal", "１．５０", "1.50"),
        ("decimal", "-.5", "-.5"),
        ("decimal", "3.", "3."),
        ("price", "12.50", "12.50"),
        ("price", " ９９ ", "99"),
        ("boolean", "TRUE", "true"),
        ("boolean", "是", "true"),
        ("boolean", "１", "true"),
        ("boolean", "off", "false"),
        ("boolean", "否", "false"),
        ("string", " 两端的空格要留 ", " 两端的空格要留 "),
        ("json", ' {"a": 1} ', '{"a": 1}'),
        ("object", '\n{"a":1.10}', '{"a":1.10}'),
        ("fields", " tid， orders.oid ,,", "tid,orders.oid"),
        ("file", "a.png", "a.png"),
    ],
)
def test_a_value_is_sent_as_the_platform_writes_it(type: ParamType, text: str, sent: str) -> None:
    assert wire(param("p", type), text, NOW) == sent


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("decimal", "1.2.3"),
        ("decimal", "."),
        ("decimal", "NaN"),
        ("decimal", "1e3"),
        ("price", "-1"),
        ("price", "1.234"),
        ("price", "¥5"),
        ("price", "5元"),
        ("boolean", "maybe"),
        ("boolean", "2"),
        ("boolean", ""),
        ("datetime", "soon"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(type: ParamType, text: str) -> None:
    with pytest.raises(BadValue) as refused:
        wire(param("p", type), text, NOW)
    assert refused.value.problem.key == f"check.{type}"
    assert refused.value.problem.values == {"text": text}


def test_each_entry_of_a_list_is_converted_and_empty_entries_are_dropped() -> None:
    assert wire(param("p", "boolean", many=True), "是,no，, 1", NOW) == "true,false,true"
    assert wire(param("p", "price", many=True), "，,", NOW) == ""
    with pytest.raises(BadValue):
        wire(param("p", "integer", many=True), "1,x", NOW)


# Dates


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("now", "2026-11-21 10:30:00"),
        ("现在", "2026-11-21 10:30:00"),
        ("today", "2026-11-21 00:00:00"),
        ("今天", "2026-11-21 00:00:00"),
        ("Yesterday", "2026-11-20 00:00:00"),
        ("昨天", "2026-11-20 00:00:00"),
        ("-3d", "2026-11-18 10:30:00"),
        ("－３ｄ", "2026-11-18 10:30:00"),
        ("- 2 h", "2026-11-21 08:30:00"),
        ("+90m", "2026-11-21 12:00:00"),
        ("-1w", "2026-11-14 10:30:00"),
        ("+30S", "2026-11-21 10:30:30"),
        ("2026-11-01", "2026-11-01 00:00:00"),
        ("2026/11/01 08:30", "2026-11-01 08:30:00"),
        ("２０２６－１１－０１\u3000０８：３０：０５", "2026-11-01 08:30:05"),
        ("2026-11-01T08:30:05", "2026-11-01 08:30:05"),
        ("2026-11-01T08:30:05Z", "2026-11-01 16:30:05"),
        ("2026-11-01t08:30:05z", "2026-11-01 16:30:05"),
        ("2026-11-01T08:30:05+08:00", "2026-11-01 08:30:05"),
        ("2026-11-01 08:30:05-05:00", "2026-11-01 21:30:05"),
        ("2026-11-01 08:30:05.678", "2026-11-01 08:30:05"),
        ("1795228205123", "2026-11-21 10:30:05"),
        ("0000000000000", "1970-01-01 08:00:00"),
        ("2024-02-29", "2024-02-29 00:00:00"),
        ("0001-01-01", "0001-01-01 00:00:00"),
        ("9999-12-31 23:59:59", "9999-12-31 23:59:59"),
    ],
)
def test_a_date_may_be_typed_in_many_ways_and_means_beijing_time(typed: str, meant: str) -> None:
    assert wire(param("p", "datetime"), f" {typed} ", NOW) == meant


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "3d",
            "-3",
            "-3x",
            "-3dd",
            "2026-13-01",
            "2026-02-30",
            "2026-11-01 25:00",
            "tomorrowish",
            "12345678901234",
        ),
        *("-9999999d", "-999999w", "+999999w", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "٣"),
        *("2026-11-01 08:30:00 Asia/Shanghai", "99999999999999", "11/01/2026"),
    ],
)
def test_a_date_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(BadValue) as refused:
        parse_datetime(typed, NOW)
    assert refused.value.problem.key == "check.datetime"


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), st.integers(-14 * 60, 14 * 60))
def test_a_date_with_a_zone_is_the_same_moment(moment: datetime, minutes: int) -> None:
    there = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_datetime(there.isoformat(), NOW) == there
    assert parse_datetime(there.isoformat(" "), NOW).utcoffset() == timedelta(hours=8)


@given(st.integers(-14, 14), st.integers(0, 999_999), st.sampled_from("smhdw"))
def test_relative_dates_do_not_depend_on_the_zone_of_the_clock(hours: int, amount: int, unit: str) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=hours)))
    for typed in ("now", "today", "yesterday"):
        assert parse_datetime(typed, elsewhere) == parse_datetime(typed, NOW)
    try:
        there = parse_datetime(f"-{amount}{unit}", elsewhere)
    except BadValue:
        assert unit in "dw"
        return
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}[unit]
    assert NOW - there == timedelta(seconds=amount * seconds)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=st.timezones()))
def test_both_timestamp_forms_name_the_same_second(now: datetime) -> None:
    milliseconds = timestamp(now, "ms")
    assert abs(int(milliseconds) - now.timestamp() * 1000) <= 1
    written = datetime.strptime(timestamp(now, "text"), DATE_FORM)
    assert written == datetime(1970, 1, 1, 8) + timedelta(seconds=int(milliseconds) // 1000)


# What is wrong with a draft


def draft(**texts: str) -> RequestDraft:
    return RequestDraft("taobao.sample.get", texts)


SPEC = api(
    param("tid", "integer", required=True, minimum=1, maximum=10**19),
    param("fields", "fields", required=True),
    param("flags", "integer", many=True, choices=CHOICES, max_items=3),
    param("memo", max_length=4),
    param("image", "file"),
    response=(
        field(
            "trade",
            "object",
            "Trade",
            children=(
                field("tid", "integer", "Number"),
                field("orders", "object", "Order", many=True, children=(field("oid", "integer", "Number"),)),
            ),
        ),
        field("total", "integer", "Number"),
    ),
)


def test_a_draft_that_is_right_has_no_problems() -> None:
    asked = draft(tid="9223372036854775807", fields="tid,orders.oid", flags="0,1", memo="四个字呀")
    assert check(SPEC, asked.with_file("image", "a.png"), NOW) == ()


def test_problems_come_in_the_order_of_the_form_and_unknown_rows_last() -> None:
    wrong = draft(zzz="1", memo="五个字了吧", flags="2,0", tid="0")
    assert keys(check(SPEC, wrong, NOW)) == [
        "tid: check.minimum",
        "fields: check.missing",
        "flags: check.choice",
        "memo: check.max_length",
        "zzz: check.unknown_param",
    ]


def test_what_is_missing_is_told_from_what_is_wrong() -> None:
    problems = check(SPEC, draft(tid="x"), NOW)
    assert [(problem.where, problem.missing) for problem in problems] == [("tid", False), ("fields", True)]
    assert {problem.severity for problem in problems} == {"error"}


@pytest.mark.parametrize("text", ["", "  ", ",", " ，, "])
def test_a_blank_or_empty_list_counts_as_missing(text: str) -> None:
    asked = draft(tid="1", fields=text)
    assert check(SPEC, asked, NOW) == (Problem("fields", check(SPEC, draft(tid="1"), NOW)[0].what, missing=True),)
    numbers = api(param("ids", "integer", many=True, required=True, minimum=1, choices=CHOICES))
    assert keys(check(numbers, draft(ids=text), NOW)) == ["ids: check.missing"]
    optional = api(param("ids", "integer", many=True, minimum=1, choices=CHOICES, max_items=1))
    assert check(optional, draft(ids=text), NOW) == ()


def test_a_row_switched_off_is_missing_and_never_wrong() -> None:
    off = draft(tid="x", fields="tid").switched("tid", False)
    assert keys(check(SPEC, off, NOW)) == ["tid: check.missing"]


def test_an_unknown_row_is_a_warning_and_a_system_parameter_is_told_from_it() -> None:
    problems = check(SPEC, draft(tid="1", fields="tid", colour="red", session="x", sign="y"), NOW)
    assert keys(problems) == [
        "colour: check.unknown_param",
        "session: check.system_param",
        "sign: check.system_param",
    ]
    assert {problem.severity for problem in problems} == {"warning"}


def test_an_api_outside_the_catalog_has_no_rules_but_the_gateways() -> None:
    assert check(api(), draft(anything="x"), NOW) == ()
    assert keys(check(api(), draft(session="x"), NOW)) == ["session: check.system_param"]


def test_half_a_character_is_a_warning_wherever_it_stands() -> None:
    problems = check(SPEC, draft(tid="1", fields="tid", memo="\ud83d", other="x\udc80"), NOW)
    assert keys(problems) == ["memo: check.half_character", "other: check.unknown_param", "other: check.half_character"]


@given(st.dictionaries(st.sampled_from(["tid", "fields", "flags", "memo", "image", "x", "sign"]), TYPED))
def test_no_draft_makes_checking_fail(texts: dict[str, str]) -> None:
    for problem in check(SPEC, RequestDraft("a.b", texts, texts), NOW):
        assert problem.where
        assert problem.what.key.startswith("check.")


@pytest.mark.parametrize(
    ("parameter", "text", "problems"),
    [
        (param("n", "integer", minimum=1), "0", ["n: check.minimum"]),
        (param("n", "integer", maximum=100), "101", ["n: check.maximum"]),
        (param("n", "integer", maximum=9 * 10**18), "9" * 30, ["n: check.maximum"]),
        (param("n", "decimal", minimum=1), "0.99999999999999999999", ["n: check.minimum"]),
        (param("n", "price", maximum=100), "100.01", ["n: check.maximum"]),
        (param("n", "price", minimum=0, maximum=100), "100.00", []),
        (param("n", "integer", many=True, maximum=5), "1,6,7", ["n: check.maximum", "n: check.maximum"]),
        (param("n", many=True, max_items=2), "a,b,c", ["n: check.max_items"]),
        (param("n", many=True, max_length=1), "a,bb", ["n: check.max_length"]),
        (param("n", max_length=2), "订单号", ["n: check.max_length"]),
        (param("n", choices=CHOICES), "0", []),
        (param("n", choices=CHOICES), "0,1", ["n: check.choice"]),
        (param("n", many=True, choices=CHOICES), "0,1", []),
        (param("n", many=True, choices=CHOICES), "0,2", ["n: check.choice"]),
        (param("n", "fields"), "whatever", []),
    ],
)
def test_limits_are_checked_for_each_entry(parameter: Param, text: str, problems: list[str]) -> None:
    assert checked(parameter, text) == problems


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4), st.integers(-50, 50), st.integers(-50, 50))
def test_limits_are_exact(number: Decimal, low: int, high: int) -> None:
    found = checked(param("n", "decimal", minimum=low, maximum=high), f"{number:f}")
    assert ("n: check.minimum" in found) == (number < low)
    assert ("n: check.maximum" in found) == (number > high)


# Objects and JSON

LINE = param(
    "line",
    "object",
    children=(
        param("sku_id", "integer", required=True),
        param("price", "price"),
        param("tags", many=True, max_items=2),
        param("ids", "integer", many=True),
        param("ext", "json"),
        param("box", "object", children=(param("size", "integer", maximum=5),)),
    ),
)
LINES = Param(
    name="lines", type="object", platform_type="Line", title=words(), many=True, max_items=2, children=LINE.children
)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('{"sku_id": 3141592653589793238, "price": 1.10}', []),
        ('{"sku_id": "1", "tags": ["a", "b"], "ids": [], "ext": {"any": [1, {}]}, "box": {"size": 5}}', []),
        ("{}", ["line.sku_id: check.missing"]),
        ('{"sku_id": null}', ["line.sku_id: check.missing"]),
        ('{"sku_id": ""}', ["line.sku_id: check.missing"]),
        ('{"sku_id": 1.5}', ["line.sku_id: check.integer"]),
        ('{"sku_id": true}', ["line.sku_id: check.integer"]),
        ('{"sku_id": {"a": 1}}', ["line.sku_id: check.integer"]),
        ('{"sku_id": 1, "price": 1.234}', ["line.price: check.price"]),
        ('{"sku_id": 1, "tags": ["a", "b", "c"]}', ["line.tags: check.max_items"]),
        ('{"sku_id": 1, "ids": [1, "x"]}', ["line.ids: check.integer"]),
        (
            '{"sku_id": 1, "box": {"size": 6, "x": 1}}',
            ["line.box.size: check.maximum", "line.box.x: check.unknown_param"],
        ),
        ('{"sku_id": 1, "box": [1]}', ["line.box: check.json_object"]),
        ('{"sku_id": 1, "colour": "red"}', ["line.colour: check.unknown_param"]),
        ("[]", ["line: check.json_object"]),
        ("1", ["line: check.json_object"]),
        ("{", ["line: check.json"]),
        ("", ["line: check.json"]),
        ('{"sku_id": NaN}', ["line: check.json"]),
        ('{"sku_id": 1e99999999999999999999}', ["line: check.json"]),
    ],
)
def test_an_object_is_checked_member_by_member(text: str, problems: list[str]) -> None:
    assert checked(LINE, text) == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('[{"sku_id": 1}, {"sku_id": 2}]', []),
        ('[{"sku_id": 1}, {"price": "x"}]', ["lines[1].sku_id: check.missing", "lines[1].price: check.price"]),
        ('[{"sku_id": 1}, 2]', ["lines[1]: check.json_object"]),
        ('[{"sku_id": 1}, {"sku_id": 1}, {"sku_id": 1}]', ["lines: check.max_items"]),
        ('{"sku_id": 1}', ["lines: check.json_array"]),
        ("[]", []),
    ],
)
def test_a_list_of_objects_names_the_place_of_each_problem(text: str, problems: list[str]) -> None:
    assert checked(LINES, text) == problems


@pytest.mark.parametrize("depth", [100, 500, 900, 950, 970, 980, 5000, 100_000])
def test_deep_nesting_is_a_problem_at_most(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    for text in (deep, f'{{"sku_id": {deep}}}', f'{{"sku_id": 1, "ext": {deep}}}', f'{{"sku_id": 1, "tags": {deep}}}'):
        assert isinstance(checked(LINE, text), list)
        assert isinstance(checked(param("p", "json"), text), list)
    assert checked(param("p", "json"), "[" * 100_000) == ["p: check.json"]


JSON_TEXTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["sku_id", "price", "tags", "ids", "ext", "box", "size", "x"]), inner, max_size=4
        )
    ),
    max_leaves=10,
).map(json.dumps)


@given(JSON_TEXTS | ANY_TEXT)
def test_no_document_makes_checking_fail(text: str) -> None:
    for parameter in (LINE, LINES, param("p", "json")):
        for problem in check_value(parameter, text, NOW):
            assert problem.where.startswith(parameter.name)


def test_a_member_is_shown_as_it_would_be_typed() -> None:
    plain, listed = param("a"), param("a", many=True)
    shown: list[tuple[Param, Any, str]] = [
        (plain, "x", "x"),
        (plain, True, "true"),
        (plain, Decimal("1.10"), "1.10"),
        (plain, 3141592653589793238, "3141592653589793238"),
        (listed, ["a", 1, False], "a,1,false"),
        (LINE, {"a": [1]}, '{"a":[1]}'),
        (LINES, [{"备注": 1}], '[{"备注":1}]'),
    ]
    assert [member_text(child, value) for child, value, _text in shown] == [text for _child, _value, text in shown]


# The names that `fields` may hold


def warned(spec: ApiSpec, text: str) -> list[str]:
    problems = list(check_fields(spec, param("fields", "fields"), text))
    assert {problem.severity for problem in problems} <= {"warning"}
    return [str(problem.what.values["name"]) for problem in problems]


def test_fields_name_members_of_the_structs_in_the_answer() -> None:
    assert [path for path, _field in selectable_fields(SPEC)] == ["tid", "orders", "orders.oid"]
    assert warned(SPEC, "tid, orders ，orders.oid,,") == []
    assert warned(SPEC, "*") == []
    assert warned(SPEC, "tid,trade,total,orders.nope,Tid") == ["trade", "total", "orders.nope", "Tid"]


def test_an_answer_without_structs_offers_its_own_fields() -> None:
    flat = api(response=(field("time"), field("tags", many=True)))
    assert [path for path, _field in selectable_fields(flat)] == ["time", "tags"]
    assert warned(flat, "time,tags,string") == []
    assert warned(flat, "nope") == ["nope"]
    assert warned(api(), "anything") == []


@pytest.mark.parametrize(
    ("method", "names"),
    [
        ("taobao.item.seller.get", "sku,skus,sku.sku_id,skus.sku_id,item_img,item_img.url,item_imgs.url,prop_img"),
        ("taobao.trades.sold.get", "order.oid,orders.oid,orders,service_orders"),
        ("taobao.trade.fullinfo.get", "promotion_detail,promotion_details,promotion_detail.discount_fee,order.title"),
    ],
)
def test_a_list_may_be_named_after_its_items_as_the_documents_do(method: str, names: str) -> None:
    assert warned(bundled()[method], names) == []


def test_the_field_behind_a_name_is_found_with_its_own_path() -> None:
    spec = bundled()["taobao.item.seller.get"]
    found = named_field(spec, "sku.sku_id")
    assert found is not None
    assert found[0] == "skus.sku_id"
    assert found in selectable_fields(spec)
    assert named_field(spec, "sku.nope") is None


def test_every_name_that_can_be_picked_is_known() -> None:
    for method in ("taobao.item.seller.get", "taobao.refund.get", "taobao.logistics.trace.search"):
        spec = bundled()[method]
        for path, found in selectable_fields(spec):
            assert named_field(spec, path) == (path, found)


def test_no_parameter_with_choices_takes_a_comma_list_without_saying_so() -> None:
    """A text with several choices would be called wrong, so each such parameter must be a list."""
    listing = ("逗号", "comma", "separated")
    faults = [
        (method, parameter.name)
        for method in bundled()
        for parameter in bundled()[method].params
        if parameter.choices and not parameter.many and parameter.summary
        if any(word in f"{parameter.summary.zh} {parameter.summary.en}".lower() for word in listing)
    ]
    assert faults == []


@given(ANY_TEXT)
def test_no_list_of_field_names_makes_checking_fail(text: str) -> None:
    assume(text.strip())
    for name in warned(SPEC, text):
        assert name in text
