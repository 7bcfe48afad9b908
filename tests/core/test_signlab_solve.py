"""A wrong sign is named by its mistake, a right one is never accused, and no secret is seen on the way."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core import wrong_signs
from tests.core.test_signing import SIGNS
from tests.core.wrong_signs import MISTAKES, WrongSign, call, correct, doubles, singles
from topexplorer.core.call import Secret
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.signing import SCHEMES, sign
from topexplorer.core.signlab.fixes import KINDS
from topexplorer.core.signlab.pasted import Pasted
from topexplorer.core.signlab.search import BUDGET
from topexplorer.core.signlab.solve import Verdict, solve

NOW = datetime(2024, 5, 1, 4, 0, tzinfo=UTC)
PARAMS = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "6100canary5e551on",
    "timestamp": "2024-05-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
    "fields": "num_iid,title",
    "nick": "商家测试帐号17",
}
SECRET = "canary5ecret0f1e2d3c"


def pasted(params: dict[str, str], claimed: str, body: str = "") -> Pasted:
    pairs = tuple(params.items())
    return Pasted("json", params=pairs, raw=pairs, sign=claimed, sign_method=params.get("sign_method", ""), body=body)


def judged(case: WrongSign) -> Verdict:
    program = case.program
    method = dict(program.sent)["sign_method"]
    paste = Pasted(
        "json",
        params=program.sent,
        raw=program.sent,
        sign=case.sign,
        sign_method=method,
        body=program.body,
        files=program.files,
    )
    return solve(paste, Secret(program.secret))


def wrongly_named(cases: Iterable[WrongSign]) -> tuple[int, list[str]]:
    """How many there were, and those whose mistakes were not named, nor others that make the same string."""
    count, wrong = 0, []
    for case in cases:
        count += 1
        named = tuple(finding.mistake for finding in judged(case).findings)
        if sorted(named) == sorted(case.mistakes):
            continue
        if not named or len(named) > len(case.mistakes) or not wrong_signs.explains(case.program, named, case.sign):
            wrong.append(f"{case.mistakes} about {case.about}: {named or 'nothing found'}")
    return count, wrong


def test_ninety_nine_of_a_hundred_wrong_signs_are_named_by_their_mistakes() -> None:
    one, wrong_one = wrongly_named(singles(random.Random(20240501), 2))
    two, wrong_two = wrongly_named(list(doubles(random.Random(20240502), 1))[::4])
    wrong = wrong_one + wrong_two
    assert one >= 100
    assert two >= 100
    assert len(wrong_one) <= one / 200, "\n".join(wrong_one)
    assert len(wrong) <= (one + two) / 100, "\n".join(wrong)


def test_the_generator_makes_every_mistake() -> None:
    made = {case.mistakes[0] for case in singles(random.Random(1), 1)}
    assert made == set(MISTAKES)
    assert len(made) >= 50


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_a_right_sign_is_never_accused(seed: int) -> None:
    program = call(random.Random(seed))
    verdict = judged(WrongSign(program, program.sign(), (), ()))
    assert verdict.kind == "correct"
    assert not verdict.findings + verdict.also
    assert not verdict.fixes


TEXTS = st.text(max_size=30)
NAMES = st.text("abcdefgz_AZ09", min_size=1, max_size=10).filter(lambda name: name not in ("sign", "sign_method"))


@given(st.sampled_from(sorted(SCHEMES)), st.dictionaries(NAMES, TEXTS, max_size=8), TEXTS, st.text(min_size=1))
def test_no_right_sign_of_any_texts_is_accused(method: str, params: dict[str, str], body: str, secret: str) -> None:
    params = {**params, "sign_method": method}
    verdict = solve(pasted(params, sign(method, secret, params.items(), body), body), Secret(secret))
    assert verdict.kind == "correct"


@pytest.mark.parametrize("vector", SIGNS, ids=lambda vector: vector["id"])
def test_a_sign_that_other_sdks_made_is_right(vector: dict[str, Any]) -> None:
    paste = replace(pasted(vector["params"], vector["sign"], vector.get("body", "")), sign_method=vector["method"])
    assert solve(paste, Secret(vector["secret"])).kind == "correct"


def test_a_sign_without_the_empty_values_is_doubtful_and_no_mistake() -> None:
    params = {**PARAMS, "memo": ""}
    claimed = sign("md5", SECRET, PARAMS.items())
    verdict = solve(pasted(params, claimed), Secret(SECRET))
    assert (verdict.kind, [finding.target for finding in verdict.findings]) == ("doubtful", ["memo"])


@pytest.mark.parametrize("at", range(3))
def test_another_secret_is_said_to_be_one(at: int) -> None:
    params = {**PARAMS, "sign_method": sorted(SCHEMES)[at]}
    verdict = solve(pasted(params, sign(params["sign_method"], "another", params.items())), Secret(SECRET))
    assert verdict.kind == "unexplained"
    assert verdict.sentence.key == "signlab.said.unexplained"
    assert verdict.tried > 1000
    assert verdict.right.reveal() == sign(params["sign_method"], SECRET, params.items())


def test_a_sign_made_without_naming_its_method_says_that_the_method_is_missing() -> None:
    params = {name: text for name, text in PARAMS.items() if name != "sign_method"}
    for method in SCHEMES:
        verdict = solve(pasted(params, sign(method, SECRET, params.items())), Secret(SECRET))
        assert [finding.mistake for finding in verdict.findings] == ["sign_method_missing"]
    both = solve(pasted(params, sign("md5", SECRET, PARAMS.items())), Secret(SECRET))
    assert [(finding.mistake, finding.target) for finding in both.findings] == [("not_sent", "sign_method")]


def test_what_the_draft_has_may_have_been_signed_and_not_sent() -> None:
    sent = {name: text for name, text in PARAMS.items() if name not in ("session", "nick")}
    known = tuple(PARAMS.items())
    for missing in ("session", "nick"):
        params = {**sent, missing: PARAMS[missing]}
        verdict = solve(pasted(sent, sign("md5", SECRET, params.items())), Secret(SECRET), known=known)
        assert [(finding.mistake, finding.target) for finding in verdict.findings] == [("not_sent", missing)]


def test_a_sign_alone_is_judged_with_the_parameters_of_the_draft() -> None:
    claimed = sign("md5", SECRET, PARAMS.items()).lower()
    alone = Pasted("sign", sign=claimed)
    assert solve(alone, Secret(SECRET)).sentence.key == "signlab.said.no_params"
    verdict = solve(alone.with_params(PARAMS.items()), Secret(SECRET))
    assert [finding.mistake for finding in verdict.findings] == ["lower_case"]


@pytest.mark.parametrize(
    ("paste", "secret", "key"),
    [
        (pasted(PARAMS, ""), SECRET, "signlab.said.no_sign"),
        (pasted(PARAMS, "hello"), SECRET, "signlab.said.no_digest"),
        (pasted({}, "A" * 32), SECRET, "signlab.said.no_params"),
        (pasted(PARAMS, "A" * 32), "", "signlab.said.no_secret"),
    ],
)
def test_what_cannot_be_judged_says_what_is_missing(paste: Pasted, secret: str, key: str) -> None:
    verdict = solve(paste, Secret(secret))
    assert (verdict.kind, verdict.sentence.key) == ("unreadable", key)


def test_the_evidence_shows_both_texts_and_where_they_part_with_every_secret_masked() -> None:
    unsorted = correct(tuple(PARAMS.items()), SECRET, "md5")
    case = next(made for _about, made in wrong_signs.wrong(unsorted, "unsorted"))
    evidence = solve(pasted(PARAMS, case.sign()), Secret(SECRET)).evidence
    assert evidence
    assert evidence.hashed.startswith("******methodtaobao.item.seller.getapp_key")
    assert evidence.right.startswith("******app_key12345678fields")
    assert evidence.hashed[: evidence.differs_at] == evidence.right[: evidence.differs_at] == "******"
    assert "session******" in evidence.hashed


def everything(verdict: Verdict) -> str:
    languages = [Language(name) for name in LANGUAGES]
    said = [say.render(message) for say in languages for message in (verdict.sentence, *verdict.cautions)]
    said += [say.render(row.what) for say in languages for row in (*verdict.findings, *verdict.also)]
    return "\n".join([repr(verdict), *said, *(fix.line for fix in verdict.fixes)])


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_no_answer_holds_a_secret_whatever_the_mistake(mistake: str) -> None:
    program = correct((*PARAMS.items(), ("memo", f"about {SECRET} and 1.50 +x"), ("on", "true")), SECRET, "md5")
    for _about, made in islice(wrong_signs.wrong(program, mistake), 4):
        verdict = solve(pasted(dict(program.sent), made.sign()), Secret(SECRET))
        shown = everything(verdict)
        for secret in (SECRET, PARAMS["session"], SECRET.upper(), verdict.right.reveal()):
            assert not secret or secret not in shown, mistake


def test_every_mistake_that_can_be_named_has_its_sentence_and_a_fixed_line() -> None:
    say = Language("en")
    assert set(MISTAKES) <= KINDS
    assert not [kind for kind in KINDS if not say.has(f"signlab.mistake.{kind}")]


@pytest.mark.parametrize(
    ("stamp", "now", "key"),
    [
        ("2024-05-01 12:00:00", NOW, None),
        ("2024-05-01 12:09:00", NOW, None),
        ("1714536000000", NOW, None),
        ("2024-05-01 04:00:02", NOW, "signlab.caution.zone"),
        ("2024-05-01 13:00:00", NOW, "signlab.caution.zone"),
        ("2024-05-01 12:20:00", NOW, "signlab.caution.old"),
        ("1714546800000", NOW, "signlab.caution.old"),
        ("1714536000", NOW, "signlab.caution.seconds"),
        ("2024-05-01T12:00:00", NOW, "signlab.caution.timestamp_form"),
        ("2024-13-01 12:00:00", None, "signlab.caution.timestamp_form"),
    ],
)
def test_a_timestamp_in_a_wrong_form_or_zone_is_pointed_out(stamp: str, now: datetime | None, key: str | None) -> None:
    params = {**PARAMS, "timestamp": stamp}
    verdict = solve(pasted(params, sign("md5", SECRET, params.items())), Secret(SECRET), now=now)
    assert verdict.kind == "correct"
    assert [caution.key for caution in verdict.cautions] == ([key] if key else [])


def test_a_key_that_is_not_the_secrets_and_a_method_in_capitals_are_pointed_out() -> None:
    params = {**PARAMS, "sign_method": "MD5"}
    verdict = solve(pasted(params, sign("md5", SECRET, params.items())), Secret(SECRET), app_key="87654321")
    assert [caution.key for caution in verdict.cautions] == ["signlab.caution.sign_method", "signlab.caution.app_key"]


@settings(max_examples=30, deadline=None)
@example([("", "")], "0" * 32, "", "\ud800")
@example([("timestamp", "9999-12-31 23:59:59"), ("v", "1" * 25 + ".0")], "A" * 64, "{}", "s")
@given(
    st.lists(st.tuples(st.text(max_size=6), st.text(st.characters(exclude_categories=()), max_size=12)), max_size=6),
    st.one_of(st.text(max_size=40), st.from_regex(r"[0-9A-F]{32}|[0-9a-f]{16,70}", fullmatch=True)),
    st.text(max_size=20),
    st.text(st.characters(exclude_categories=()), max_size=12),
)
def test_no_paste_makes_the_search_fail(pairs: list[tuple[str, str]], claimed: str, body: str, secret: str) -> None:
    paste = Pasted("json", params=tuple(pairs), raw=tuple(pairs), sign=claimed, sign_method="hmac", body=body)
    assert solve(paste, Secret(secret), now=NOW).kind in ("unreadable", "unexplained", "mistake", "correct", "doubtful")


def test_the_work_for_one_sign_is_bounded_whatever_its_size() -> None:
    small = solve(pasted(PARAMS, "A" * 32), Secret(SECRET))
    large = solve(pasted({**PARAMS, "memo": "长" * 200_000}, "A" * 32), Secret(SECRET))
    assert 1000 < small.tried < BUDGET
    assert large.tried < small.tried / 20


def test_a_time_zone_off_by_days_is_old_and_no_zone() -> None:
    params = {**PARAMS, "timestamp": f"{NOW + timedelta(days=3, hours=8):%Y-%m-%d %H:%M:%S}"}
    verdict = solve(pasted(params, sign("md5", SECRET, params.items())), Secret(SECRET), now=NOW)
    assert [caution.key for caution in verdict.cautions] == ["signlab.caution.old"]
