"""Every failure is explained: by the API's own codes, else by the family of the sub code, else by the global code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import APP_SECRET, NOW, SESSION, api, bundled, encoded, exchange, param, words
from topexplorer.core.call import Answer, Exchange, NoAnswer, NoAnswerReason, Refusal, RequestDraft
from topexplorer.core.diagnosis import (
    Diagnosis,
    Surroundings,
    ban_seconds,
    explain,
    explain_refusal,
    family_of,
    global_row,
)
from topexplorer.core.errorbodies import refusal_in
from topexplorer.core.fixes import Fix, FixKind
from topexplorer.core.language import LANGUAGES, Language, Message, Words
from topexplorer.core.spec import ApiSpec, ErrorCode, ErrorTable, GlobalError, Retirement, SubCodeFamily

TABLE = bundled().errors
CODES = {row.code: row for row in TABLE.codes}
SAYS = [Language(name) for name in LANGUAGES]
SPEC = api()


def parts_of(diagnosis: Diagnosis) -> list[Message | Words]:
    """Everything in a diagnosis that a person reads in their language."""
    fixes = [fix.text for fix in diagnosis.fixes]
    return [diagnosis.title, diagnosis.cause, diagnosis.cure, *fixes, *diagnosis.proofs, *diagnosis.notes]


def explained(refusal: Refusal, spec: ApiSpec = SPEC, table: ErrorTable = TABLE) -> Diagnosis:
    diagnosis = explain(exchange(refusal), spec, table)
    assert diagnosis is not None
    for say in SAYS:
        for part in parts_of(diagnosis):
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
    waits = [fix for fix in fixes(refusal) if fix[0] == "wait"]
    assert waits == ([("wait", "", seconds)] if seconds else [])


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
    keys = {24: "app_secret", 25: "app_secret", 28: "app_key", 29: "app_key"}
    keys |= dict.fromkeys((26, 27, 42, 44, 53), "session")
    offered = [target for kind, target, _seconds in fixes(Refusal(code, "x")) if kind == "keys"]
    assert offered == ([keys[code]] if code in keys else [])


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


# What only this exchange shows


def refused(
    refusal: Refusal, *, headers: tuple[tuple[str, str], ...] = (), spec: ApiSpec = SPEC, **parts: Any
) -> Diagnosis:
    request = encoded(RequestDraft("taobao.sample.get", parts.pop("values", {}), off=parts.pop("off", frozenset())))
    call = Exchange("call-1", request, refusal, NOW, 0.2, 200, headers)
    diagnosis = explain(call, spec, TABLE, Surroundings(**parts))
    assert diagnosis is not None
    return diagnosis


def said(diagnosis: Diagnosis) -> str:
    return "\n".join(Language("en").render(proof) for proof in diagnosis.proofs)


def test_a_wrong_sign_shows_how_this_call_was_signed() -> None:
    diagnosis = refused(Refusal(25, "Invalid signature"), values={"nick": "a"})
    assert "hmac-sha256 as app 12345678" in said(diagnosis)
    assert "nick" in said(diagnosis)
    assert [fix.target for fix in diagnosis.fixes if fix.kind == "sign_method"] == ["md5", "hmac"]


def test_a_refused_timestamp_is_held_against_the_date_header() -> None:
    date = (("Date", "Sat, 21 Nov 2026 02:45:00 GMT"),)
    diagnosis = refused(Refusal(31, "Invalid timestamp"), headers=date)
    assert "timestamp 2026-11-21 10:30:00" in said(diagnosis)
    assert "15 min 00 s behind" in said(diagnosis)
    assert diagnosis.fixes[0] == Fix("timestamp", diagnosis.fixes[0].text, "gateway", 900)
    assert ("timestamp", "ms") in [(fix.kind, fix.target) for fix in diagnosis.fixes]
    blind = refused(Refusal(31, "Invalid timestamp"))
    assert "no Date header" in said(blind)
    assert "gateway" not in [fix.target for fix in blind.fixes]
    in_step = refused(Refusal(31, "x"), headers=(("date", "Sat, 21 Nov 2026 02:30:00 GMT"),))
    assert "the clocks agree" in said(in_step)


def test_a_session_refusal_says_whether_one_was_sent_and_whose() -> None:
    assert "whose it is cannot be seen" in said(refused(Refusal(27, "Invalid session")))
    assert "the session of 童装小铺" in said(refused(Refusal(27, "Invalid session"), seller="童装小铺"))


def test_an_allow_list_refusal_shows_both_addresses() -> None:
    told = "The appkey 1 is only allowed to call from 203.0.113.*,198.51.100.7, but your ip is 192.0.2.9"
    diagnosis = refused(Refusal(11, "m", "isv.permission-ip-whitelist-limit", told))
    assert "192.0.2.9" in said(diagnosis)
    assert "203.0.113.*, 198.51.100.7" in said(diagnosis)
    assert [(fix.kind, fix.target) for fix in diagnosis.fixes] == [("ip", "192.0.2.9")]
    known = refused(Refusal(11, "m", "isv.permission-ip-whitelist-limit"), address="192.0.2.10")
    assert known.fixes[0].target == "192.0.2.10"


def test_a_missing_package_leads_to_its_page() -> None:
    spec = api(docs="https://open.taobao.com/api.htm?docId=46&docType=2")
    refusal = Refusal(11, "m", "isv.permission-api-package-limit", "scope ids is 11655 381")
    fix = refused(refusal, spec=spec).fixes[0]
    assert (fix.kind, fix.target) == ("permission", "11655,381")
    assert fix.link == "https://open.taobao.com/api.htm?docId=46&docType=2&scopeId=11655"
    behind = refused(Refusal(11, "m", "isv.permission-api-package-empty"), behind=api(permissions=("订单管理",)))
    assert behind.fixes[0].target == "订单管理"
    assert "订单管理" in said(behind)


def test_a_named_parameter_is_quoted_as_it_was_sent() -> None:
    refusal = Refusal(41, "Invalid arguments:page_size")
    assert "page_size = 5000" in said(refused(refusal, values={"page_size": "5000"}))
    assert "page_size was not sent" in said(refused(refusal))
    off = refused(refusal, values={"page_size": "1"}, off=frozenset({"page_size"}))
    assert "page_size was switched off" in said(off)


def test_what_an_sdk_found_is_told_from_what_the_gateway_said() -> None:
    assert "never saw the call" in said(refused(Refusal(40, "client-error:Missing required arguments:num_iid")))


@pytest.mark.parametrize("code", [*sorted(CODES), 0, 999])
def test_no_secret_is_in_any_part(code: int) -> None:
    for sub_code in ("isv.permission-ip-whitelist-limit", "isv.invalid-parameter:session", "x"):
        diagnosis = refused(Refusal(code, "m:session", sub_code), values={"session": SESSION, "nick": SESSION})
        shown = "\n".join(say.render(part) for say in SAYS for part in parts_of(diagnosis))
        shown += repr(diagnosis)
        assert APP_SECRET not in shown
        assert SESSION not in shown


def test_codes_of_an_imported_spec_count_behind_the_apis_own() -> None:
    behind = api(errors=(ErrorCode(sub_code="9100", title=words("limited")), ErrorCode(sub_code="x", title=words("b"))))
    spec = api(errors=(ErrorCode(sub_code="x", title=words("own")),))
    taken = explain_refusal(Refusal(15, "m", "9100"), spec, TABLE, Surroundings(behind=behind))
    assert (taken.cause, taken.source) == (words("limited"), "import")
    own = explain_refusal(Refusal(15, "m", "x"), spec, TABLE, Surroundings(behind=behind))
    assert (own.cause, own.source) == (words("own"), "api")


def test_what_does_not_exist_can_be_edited_where_the_api_takes_it() -> None:
    spec = api(param("nick"), param("tid", "integer"))
    assert ("edit", "tid", 0) in fixes(Refusal(15, "m", "isv.trade-not-exist"), spec)
    assert "edit" not in [kind for kind, _target, _seconds in fixes(Refusal(15, "m", "isv.trade-not-exist"))]


def test_every_kind_of_fix_is_offered_somewhere() -> None:
    old = Retirement(reason=words("old"), instead=("taobao.x.get",))
    specs = [api(param("file", "file"), docs="https://x"), api(retired=old)]
    date = (("Date", "Sat, 21 Nov 2026 02:45:00 GMT"),)
    refusals = [Refusal(code, "m:tid") for code in CODES]
    refusals += [Refusal(11, "m", "isv.permission-ip-whitelist-limit"), Refusal(7, "m", None, "9 more seconds")]
    found = [refused(refusal, headers=date, spec=spec) for refusal in refusals for spec in specs]
    offered = {fix.kind for diagnosis in found for fix in diagnosis.fixes}
    assert offered == set(get_args(FixKind)) - {"fields", "environment", "seller", "anyway", "private"}


# Real bodies

BODIES = json.loads((Path(__file__).parent / "error_bodies.json").read_text(encoding="utf-8"))


def test_there_are_enough_real_bodies() -> None:
    assert len(BODIES) >= 60
    assert len({row["name"] for row in BODIES}) == len(BODIES)


@pytest.mark.parametrize("row", BODIES, ids=lambda row: row["name"])
def test_a_real_body_is_explained_by_its_cause(row: dict[str, Any]) -> None:
    refusal = refusal_in(row["body"], TABLE)
    assert refusal is not None
    spec = bundled()[row["method"]] if "method" in row else SPEC
    diagnosis = explain_refusal(refusal, spec, TABLE)
    kind, _blank, name = row["cause"].partition(" ")
    if kind == "code":
        known = global_row(int(name), TABLE)
        assert known is not None
        assert diagnosis.cause == known.cause
    elif kind == "family":
        family = family_of(refusal.sub_code or "", TABLE)
        assert family is not None
        assert (family.prefix, diagnosis.cause) == (name, family.title)
    else:
        assert diagnosis.cause == next(error.title for error in spec.errors if error.sub_code == name)
    assert diagnosis.pitfall == row["pitfall"]
    offered = [f"{fix.kind} {fix.target or fix.seconds or ''}".strip() for fix in diagnosis.fixes]
    assert set(row["fixes"]) <= {*offered, *(fix.kind for fix in diagnosis.fixes)}
    assert parts_of(diagnosis) == [part for part in parts_of(diagnosis) if Language("zh").render(part)]
