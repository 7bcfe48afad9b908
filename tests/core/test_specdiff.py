"""What another version of a spec breaks, and that nothing is said of what did not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW, api, bundled, field, param, words
from topexplorer.core.call import RequestDraft
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.spec import ApiSpec, Choice, ErrorCode, Field, Param, Retirement
from topexplorer.core.specdiff import KINDS, Change, compare, new_problems

METHOD = "taobao.sample.get"
RETIRED = Retirement(reason=words("Gone"), instead=("taobao.other.get",))


def choices(*values: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value) for value in values)


def one_param(**parts: Any) -> ApiSpec:
    return api(param("p", **parts))


def one_field(**parts: Any) -> ApiSpec:
    return api(response=(field("f", **parts),))


def errors(*codes: str) -> ApiSpec:
    return api(errors=tuple(ErrorCode(sub_code=code, title=words(code)) for code in codes))


def struct(*members: Param) -> ApiSpec:
    return api(param("o", "object", children=members))


def answer(*members: Field, **parts: Any) -> ApiSpec:
    return api(response=(field("o", "object", children=members, **parts),))


A, B = param("a"), param("b")
NEEDED = param("b", required=True)
# What the change is called, from what to what, and where it is.
CHANGES: list[tuple[str, ApiSpec | None, ApiSpec | None, str]] = [
    ("api.gone", api(), None, ""),
    ("api.removed", api(retired=RETIRED), None, ""),
    ("api.added", None, api(), ""),
    ("api.retired", api(), api(retired=RETIRED), ""),
    ("api.retired", api(), api(retired=replace(RETIRED, instead=())), ""),
    ("api.revived", api(retired=RETIRED), api(), ""),
    ("session.required", api(), api(session="required"), ""),
    ("session.required", api(session="optional"), api(session="required"), ""),
    ("session.looser", api(session="required"), api(session="optional"), ""),
    ("session.looser", api(), api(session="optional"), ""),
    ("now.writes", api(), api(writes=True), ""),
    ("only.reads", api(writes=True), api(), ""),
    ("access", api(), api(access="trade"), ""),
    ("category", api(), api(category="trade"), ""),
    ("param.gone", api(A, B), api(A), "b"),
    ("param.gone", struct(A, B), struct(A), "o.b"),
    ("param.new_required", api(A), api(A, NEEDED), "b"),
    ("param.new_required", struct(A), struct(A, NEEDED), "o.b"),
    ("param.added", api(A), api(A, B), "b"),
    ("param.required", api(B), api(NEEDED), "b"),
    ("param.optional", api(NEEDED), api(B), "b"),
    ("param.type", one_param(type="string"), one_param(type="integer"), "p"),
    ("param.looser", one_param(type="integer"), one_param(type="string"), "p"),
    ("param.looser", one_param(type="integer"), one_param(type="decimal"), "p"),
    ("param.single", one_param(many=True), one_param(), "p"),
    ("param.many", one_param(), one_param(many=True), "p"),
    ("param.list", struct(A), api(param("o", "object", children=(A,), many=True)), "o"),
    ("param.default", one_param(), one_param(default="1"), "p"),
    ("choice.gone", one_param(choices=choices("a", "b")), one_param(choices=choices("a")), "p"),
    ("choice.added", one_param(choices=choices("a")), one_param(choices=choices("a", "b")), "p"),
    ("choice.only", one_param(), one_param(choices=choices("a")), "p"),
    ("choice.free", one_param(choices=choices("a")), one_param(), "p"),
    ("limit.tighter", one_param(maximum=9), one_param(maximum=8), "p"),
    ("limit.tighter", one_param(), one_param(max_items=8), "p"),
    ("limit.tighter", one_param(minimum=1), one_param(minimum=2), "p"),
    ("limit.tighter", one_param(max_length=20), one_param(max_length=10), "p"),
    ("limit.looser", one_param(maximum=8), one_param(maximum=9), "p"),
    ("limit.looser", one_param(minimum=2), one_param(minimum=1), "p"),
    ("limit.looser", one_param(minimum=2), one_param(), "p"),
    ("field.gone", answer(field("a"), field("b")), answer(field("a")), "o.b"),
    ("field.added", answer(field("a")), answer(field("a"), field("b")), "o.b"),
    ("field.type", one_field(type="integer", platform_type="Number"), one_field(), "f"),
    ("field.type", one_field(type="object", children=(field("a"),)), one_field(), "f"),
    ("field.type", answer(many=True, platform_type="Trade"), answer(many=True, platform_type="Order"), "o"),
    ("field.struct", answer(platform_type="Trade"), answer(platform_type="Order"), "o"),
    ("field.reading", one_field(type="price"), one_field(), "f"),
    ("field.list", one_field(), one_field(many=True), "f"),
    ("field.single", one_field(many=True), one_field(), "f"),
    ("field.session", one_field(), one_field(needs_session=True), "f"),
    ("field.no_session", one_field(needs_session=True), one_field(), "f"),
    ("value.added", one_field(choices=choices("a")), one_field(choices=choices("a", "b")), "f"),
    ("value.gone", one_field(choices=choices("a", "b")), one_field(choices=choices("a")), "f"),
    ("error.added", errors("isv.a"), errors("isv.a", "isv.b"), ""),
    ("error.gone", errors("isv.a", "isv.b"), errors("isv.a"), ""),
]


def found(old: ApiSpec | None, new: ApiSpec | None) -> tuple[Change, ...]:
    return compare({METHOD: old} if old else {}, {METHOD: new} if new else {}).changes


@pytest.mark.parametrize(
    ("kind", "old", "new", "where"), CHANGES, ids=[f"{n}-{row[0]}" for n, row in enumerate(CHANGES)]
)
def test_a_change_is_named_once_with_its_place(kind: str, old: ApiSpec | None, new: ApiSpec | None, where: str) -> None:
    assert [(change.kind, change.method, change.where) for change in found(old, new)] == [(kind, METHOD, where)]


def test_every_kind_of_change_has_an_example() -> None:
    assert {kind for kind, *_rest in CHANGES} == KINDS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_whole_in_both_languages(language: str) -> None:
    say = Language(language)
    for _kind, old, new, _where in CHANGES:
        for change in found(old, new):
            assert not set("{}") & set(say.render(change.sentence))
            assert "contract." not in say.render(change.sentence)


def test_a_catalog_has_no_difference_from_itself() -> None:
    comparison = compare(bundled(), bundled())
    assert (comparison.changes, comparison.texts) == ((), 0)


def drawn(parts: dict[str, Any]) -> Param:
    return param(**parts)


PARTS = st.fixed_dictionaries(
    {"name": st.sampled_from("abc"), "type": st.sampled_from(["string", "integer", "price"])},
    optional={
        "required": st.booleans(),
        "many": st.booleans(),
        "maximum": st.integers(0, 9),
        "choices": st.sets(st.sampled_from("xyz")).map(lambda values: choices(*sorted(values))),
    },
).map(drawn)
SPECS = st.lists(PARTS, max_size=3, unique_by=lambda part: part.name).map(lambda parts: api(*parts))


@given(SPECS)
def test_a_spec_has_no_difference_from_itself(spec: ApiSpec) -> None:
    again = replace(spec, params=tuple(replace(part) for part in spec.params))
    comparison = compare({METHOD: spec}, {METHOD: again})
    assert (comparison.changes, comparison.texts) == ((), 0)


@given(SPECS, SPECS)
def test_specs_that_differ_are_told_apart_in_both_directions(old: ApiSpec, new: ApiSpec) -> None:
    there, back = found(old, new), found(new, old)
    same = {part.name: part for part in old.params} == {part.name: part for part in new.params}
    assert bool(there) == bool(back) == (not same)
    gone = {change.where for change in there if change.kind == "param.gone"}
    assert gone == {change.where for change in back if change.kind in ("param.added", "param.new_required")}


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        (api(), api(title=words("Other"), summary=words("Other words.")), 2),
        (one_param(), one_param(example="1", summary=words("Words.")), 2),
        (api(), api(docs="https://open.taobao.com"), 1),
        (api(retired=RETIRED), api(retired=replace(RETIRED, reason=words("Other"))), 1),
        (errors("isv.a", "isv.b"), api(), 2),
        (one_field(choices=choices("a")), one_field(choices=(Choice(value="a", title=words("A")),)), 1),
    ],
)
def test_words_are_only_counted(old: ApiSpec, new: ApiSpec, texts: int) -> None:
    comparison = compare({METHOD: old}, {METHOD: new})
    assert (comparison.changes, comparison.texts) == ((), texts)


def test_the_weights_share_the_changes_between_them() -> None:
    comparison = compare({METHOD: api(A)}, {METHOD: api(NEEDED)})
    assert [change.kind for change in comparison.of("breaking")] == ["param.gone", "param.new_required"]
    assert comparison.of("compatible") == ()


def keys(values: dict[str, str], old: ApiSpec | None, new: ApiSpec | None) -> list[tuple[str, str]]:
    """Place and message of what is newly wrong with a request that sends `values`."""
    sides = [{METHOD: spec} if spec else {} for spec in (old, new)]
    problems = new_problems(RequestDraft(METHOD, values), sides[0], sides[1], NOW)
    return [(problem.where, problem.what.key) for problem in problems]


@pytest.mark.parametrize(
    ("values", "spoil", "expected"),
    [
        ({"a": "1"}, lambda spec: None, [("", "contract.change.api.gone")]),
        ({"a": "1"}, lambda spec: replace(spec, retired=RETIRED), [("", "contract.change.api.retired")]),
        ({"a": "1"}, lambda spec: replace(spec, params=(B,)), [("a", "check.unknown_param")]),
        ({"a": "1"}, lambda spec: replace(spec, params=(A, NEEDED)), [("b", "check.missing")]),
        ({"a": "1"}, lambda spec: replace(spec, params=(param("a", choices=choices("2")),)), [("a", "check.choice")]),
        ({"a": "1"}, lambda spec: replace(spec, title=words("Other")), []),
        ({"a": " "}, lambda spec: replace(spec, params=(param("a", choices=choices("2")),)), []),
    ],
)
def test_a_saved_request_breaks_when_a_problem_is_new(
    values: dict[str, str], spoil: Callable[[ApiSpec], ApiSpec | None], expected: list[tuple[str, str]]
) -> None:
    assert keys(values, api(A), spoil(api(A))) == expected


def test_a_problem_that_was_there_before_breaks_nothing() -> None:
    old, new = (one_param(type="integer", maximum=limit) for limit in (5, 4))
    assert keys({"p": "9"}, old, new) == []
    assert keys({"p": "5"}, old, new) == [("p", "check.maximum")]


def test_an_api_that_only_one_side_knows_or_that_was_retired_before_breaks_nothing() -> None:
    assert keys({"a": "1"}, None, api(NEEDED)) == []
    assert keys({"a": "1"}, api(A, retired=RETIRED), None) == []
    assert keys({"a": "1"}, api(A, retired=RETIRED), api(A, retired=RETIRED)) == []


def test_a_fields_list_that_names_a_field_gone_since_breaks() -> None:
    listed = param("p", "fields")
    old, new = (
        api(listed, response=(field("o", "object", children=fields),))
        for fields in ((field("x"), field("y")), (field("y"),))
    )
    assert keys({"p": "x,y"}, old, new) == [("p", "check.unknown_field")]
