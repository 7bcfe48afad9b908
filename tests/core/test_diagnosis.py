"""Every failure is explained: by the API's own codes, else by the family of the sub code, else by the global code."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import api, bundled, exchange, words
from topexplorer.core.call import Answer, NoAnswer, NoAnswerReason, Refusal
from topexplorer.core.diagnosis import Diagnosis, ban_seconds, explain
from topexplorer.core.language import LANGUAGES, Language, Message, Words
from topexplorer.core.spec import ApiSpec, ErrorCode, ErrorTable, GlobalError, Retirement, SubCodeFamily

TABLE = bundled().errors
CODES = {row.code: row for row in TABLE.codes}
SAYS = [Language(name) for name in LANGUAGES]
SPEC = api()


def explained(refusal: Refusal, spec: ApiSpec = SPEC, table: ErrorTable = TABLE) -> Diagnosis:
    diagnosis = explain(exchange(refusal), spec, table)
    assert diagnosis is not None
    for say in SAYS:
        for part in (diagnosis.title, diagnosis.cause, diagnosis.cure, *(fix.text for fix in diagnosis.fixes)):
            said = say.render(part)
            assert said
            assert "{" not in said
            assert not isinstance(part, Message) or said != part.key
    return diagnosis


def test_an_answer_needs_no_explanation() -> None:
    assert explain(exchange(Answer(b"{}", "json", None, None)), SPEC, TABLE) is None


@pytest.mark.parametrize("row", TABLE.codes, ids=lambda row: str(row.code))
def test_each_global_code_is_explained_by_its_row(row: GlobalError) -> None:
    diagnosis = explained(Refusal(row.code, row.msg))
    assert (diagnosis.title, diagnosis.cause, diagnosis.cure) == (row.title, row.cause, row.cure)
    assert diagnosis.retry == row.retry
    assert diagnosis.evidence == (("code", str(row.code)), *((("msg", row.msg),) if row.msg else ()))


@pytest.mark.parametrize("family", TABLE.families, ids=lambda family: family.prefix)
def test_each_family_of_sub_codes_says_the_cause_under_the_title_of_the_code(family: SubCodeFamily) -> None:
    diagnosis = explained(Refusal(15, "Remote service error", f"{family.prefix}:x"))
    longest = max(
        (other for other in TABLE.families if f"{family.prefix}:x".startswith(other.prefix)),
        key=lambda other: len(other.prefix),
    )
    assert longest == family
    assert diagnosis.title == CODES[15].title
    assert (diagnosis.cause, diagnosis.cure, diagnosis.retry) == (family.title, family.cure, family.retry)


@pytest.mark.parametrize(
    ("sub_code", "prefix"),
    [
        ("isv.something-new", "isv."),
        ("isp.something-new", "isp."),
        ("isp.null-pointer-exception", "isp.null-pointer-exception"),
        ("isv.invalid-parameter:tid", "isv.invalid-parameter"),
        ("isv.permission-new-limit", "isv.permission-"),
        ("accesscontrol.something-new", "accesscontrol."),
        ("isp.top-remote-connection-timeout-tmall", "isp.top-remote-connection-timeout"),
    ],
)
def test_an_unknown_sub_code_means_what_its_family_means(sub_code: str, prefix: str) -> None:
    family = next(row for row in TABLE.families if row.prefix == prefix)
    diagnosis = explained(Refusal(15, "Remote service error", sub_code))
    assert (diagnosis.cause, diagnosis.retry) == (family.title, family.retry)


def test_a_sub_code_of_no_family_leaves_the_global_explanation() -> None:
    diagnosis = explained(Refusal(15, "Remote service error", "campaign.title.exists.error", "标题重复"))
    assert (diagnosis.cause, diagnosis.retry) == (CODES[15].cause, "by-sub-code")
    assert dict(diagnosis.evidence)["sub_msg"] == "标题重复"


@pytest.mark.parametrize("code", [501, 519, 521, 540, 550, 601, 671, 699])
def test_codes_of_old_services_are_remote_service_errors(code: int) -> None:
    assert code not in CODES
    diagnosis = explained(Refusal(code, "Remote service error", "isv.user-not-exist:invalid-nick"))
    assert diagnosis.title == CODES[15].title
    bare = explained(Refusal(code, "Remote service error"))
    assert (bare.cause, bare.cure, bare.retry) == (CODES[15].cause, CODES[15].cure, "by-sub-code")
    assert dict(bare.evidence)["code"] == str(code)


@pytest.mark.parametrize("code", [-1, 0, 1, 99, 499, 701, 999, 100_000])
def test_an_unknown_code_is_shown_as_unknown(code: int) -> None:
    diagnosis = explained(Refusal(code, "?"))
    assert Language("en").render(diagnosis.title) == f"Error {code}"
    assert diagnosis.retry == "no"


def test_without_an_error_table_everything_is_unknown_but_said() -> None:
    empty = ErrorTable(codes=(), families=())
    for code in (7, 15, 520):
        assert Language("en").render(explained(Refusal(code, "x"), table=empty).title) == f"Error {code}"


def test_an_apis_own_code_comes_before_the_family_and_the_longest_of_them_first() -> None:
    spec = api(
        errors=(
            ErrorCode(sub_code="isv.trade", title=words("short")),
            ErrorCode(sub_code="isv.trade-not-exist", title=words("gone"), cure=words("look elsewhere")),
            ErrorCode(sub_code="isv.trade-not-exist:archived", title=words("archived")),
        )
    )
    for sub_code, title in (
        ("isv.trade-not-exist", "gone"),
        ("isv.trade-not-exist:x", "gone"),
        ("isv.trade-not-exist:archived", "archived"),
        ("isv.trade:x", "short"),
    ):
        assert explained(Refusal(15, "m", sub_code), spec).cause == words(title)
    family = next(row for row in TABLE.families if row.prefix == "isv.")
    assert explained(Refusal(15, "m", "isv.trades"), spec).cause == family.title
    assert explained(Refusal(15, "m", "isv.trade-not-exist"), spec).cure == words("look elsewhere")
    not_found = next(row for row in TABLE.families if row.prefix == "isv.trade-not-exist")
    assert explained(Refusal(15, "m", "isv.trade-not-exist:archived"), spec).cure == not_found.cure


def test_every_code_that_the_bundled_apis_name_is_explained_by_them() -> None:
    for method in bundled():
        spec = bundled()[method]
        for error in spec.errors:
            assert explained(Refusal(error.code, "m", error.sub_code), spec).cause == error.title


# What to do


def fixes(refusal: Refusal, spec: ApiSpec = SPEC) -> list[tuple[str, str, int]]:
    return [(fix.kind, fix.target, fix.seconds) for fix in explained(refusal, spec).fixes]


@pytest.mark.parametrize(
    ("code", "sub_msg", "seconds"),
    [
        (7, "This ban will last for 1 more seconds", 1),
        (7, "This ban will last for 86400 more seconds", 86_400),
        (7, "ban 5 seconds", 5),
        (7, "1 second", 1),
        (7, "This ban will last for " + "9" * 40 + " more seconds", 999_999_999),
        (7, "soon", 0),
        (7, None, 0),
        (15, "This ban will last for 9 more seconds", 0),
    ],
)
def test_a_ban_lasts_as_long_as_the_gateway_says(code: int, sub_msg: str | None, seconds: int) -> None:
    refusal = Refusal(code, "App Call Limited", "accesscontrol.limited-by-api-access-count", sub_msg)
    assert ban_seconds(refusal) == seconds
    assert fixes(refusal) == ([("wait", "", seconds)] if seconds else [])


@pytest.mark.parametrize(
    ("refusal", "name"),
    [
        (Refusal(40, "Missing required arguments:phone_no_b"), "phone_no_b"),
        (Refusal(41, "Invalid arguments:cid"), "cid"),
        (Refusal(41, "Invalid arguments: item.price"), "item.price"),
        (Refusal(43, "Parameter Error:page_no"), "page_no"),
        (Refusal(15, "Remote service error", "isv.missing-parameter:tid"), "tid"),
        (Refusal(15, "Remote service error", "isv.invalid-parameter:num_iid"), "num_iid"),
    ],
)
def test_a_parameter_that_a_refusal_names_can_be_edited(refusal: Refusal, name: str) -> None:
    assert ("edit", name, 0) in fixes(refusal)


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(40, "Missing required arguments"),
        Refusal(41, "Invalid arguments:"),
        Refusal(15, "Remote service error: failed", "isv.user-not-exist:invalid-nick"),
        Refusal(15, "Remote service error", "isv.invalid-parameter"),
        Refusal(25, "Invalid signature: x"),
    ],
)
def test_nothing_is_edited_when_no_parameter_is_named(refusal: Refusal) -> None:
    assert "edit" not in [kind for kind, _target, _seconds in fixes(refusal)]


@pytest.mark.parametrize("code", sorted(CODES))
def test_keys_are_offered_where_keys_are_the_matter(code: int) -> None:
    offered = "keys" in [kind for kind, _target, _seconds in fixes(Refusal(code, "x"))]
    assert offered == (code in (26, 27, 28, 29, 44, 53))


def test_a_retired_api_leads_to_what_replaces_it() -> None:
    retired = api(
        retired=Retirement(reason=words("old"), instead=("taobao.item.seller.get", "taobao.items.onsale.get"))
    )
    assert fixes(Refusal(22, "Invalid method"), retired) == [
        ("instead", "taobao.item.seller.get", 0),
        ("instead", "taobao.items.onsale.get", 0),
    ]


# No answer at all


@pytest.mark.parametrize("reason", get_args(NoAnswerReason))
def test_each_kind_of_silence_is_explained_in_both_languages(reason: NoAnswerReason) -> None:
    diagnosis = explain(exchange(NoAnswer(reason, "[Errno 111] refused")), SPEC, TABLE)
    assert diagnosis is not None
    assert diagnosis.evidence == (("detail", "[Errno 111] refused"),)
    for part in (diagnosis.title, diagnosis.cause, diagnosis.cure):
        assert isinstance(part, Message)
        assert all(say.has(part.key) for say in SAYS)
    assert diagnosis.retry == ("yes" if reason in ("timeout", "connect") else "no")
    plain = explain(exchange(NoAnswer(reason)), SPEC, TABLE)
    assert plain is not None
    assert plain.evidence == ()


@given(st.integers(-10, 1000), st.text(), st.none() | st.text(), st.none() | st.text())
def test_any_refusal_is_explained(code: int, msg: str, sub_code: str | None, sub_msg: str | None) -> None:
    diagnosis = explain(exchange(Refusal(code, msg, sub_code, sub_msg)), SPEC, TABLE)
    assert diagnosis is not None
    assert isinstance(diagnosis.title, Message | Words)
    quoted = dict(diagnosis.evidence)
    assert quoted["code"] == str(code)
    assert quoted.get("msg", "") == msg
    assert quoted.get("sub_msg", "") == (sub_msg or "")
