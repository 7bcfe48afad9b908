"""The documentation of an API says everything that its spec says, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.core.samples import api, bundled, field, param, words
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.manual import ManualLine, constraints, facts, limit_text, manual
from topexplorer.core.spec import ApiSpec, Choice, Field, Limit, Param, walk_fields

SAYS = {name: Language(name) for name in LANGUAGES}
METHODS = list(bundled())
CATEGORIES = sorted({entry.category for entry in bundled().entries.values()})


def lines(spec: ApiSpec, language: str) -> list[ManualLine]:
    return list(manual(spec, bundled().platform, SAYS[language]))


def page(spec: ApiSpec, language: str) -> str:
    return "\n".join(line.text for line in lines(spec, language))


def every_param(params: tuple[Param, ...]) -> Iterator[Param]:
    for one in params:
        yield one
        yield from every_param(one.children)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", CATEGORIES)
def test_everything_in_a_spec_stands_in_its_manual(category: str, language: str) -> None:
    absent = {
        method: parts
        for method, entry in bundled().entries.items()
        if entry.category == category and (parts := missing(bundled()[method], language))
    }
    assert absent == {}


def missing(spec: ApiSpec, language: str) -> list[str]:
    """What of the spec does not stand in its manual."""
    say, text = SAYS[language], page(spec, language)
    wanted = [spec.method, say.words(spec.title), say.words(spec.summary)]
    for one in every_param(spec.params):
        wanted += [one.name, say.words(one.title), constraints(one, say)]
        wanted += [say.words(one.summary)] if one.summary else []
        wanted += [choice.value for choice in one.choices]
        wanted += [say("manual.example", text=one.example)] if one.example is not None else []
    for found in walk_fields(spec.response):
        wanted += [found.name, say.words(found.title)]
    for error in spec.errors:
        wanted += [error.sub_code, say.words(error.title)]
    wanted += [*spec.related, *([spec.docs] if spec.docs else [])]
    if spec.retired:
        wanted += [say.words(spec.retired.reason), *spec.retired.instead]
    if spec.uncertain:
        wanted.append(say.words(spec.uncertain))
    return [part for part in wanted if part not in text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_of_a_manual_is_missing_a_word(language: str) -> None:
    for method in METHODS[:5]:
        text = page(bundled()[method], language)
        assert re.search(r"manual\.|rate\.|type\.|\{[a-z]+\}", text) is None


def test_the_other_language_is_another_page() -> None:
    spec = bundled()["taobao.trade.memo.add"]
    assert "Add a memo to a trade" in page(spec, "en")
    assert "添加订单备注" in page(spec, "zh_CN")
    assert "添加订单备注" not in page(spec, "en")


def test_required_parameters_come_first_and_carry_a_mark() -> None:
    spec = api(param("b"), param("a", required=True), param("c"))
    rows = [line for line in lines(spec, "en") if line.parts and line.parts[0][0].startswith("  ")]
    names = [line.parts[0][0].split() for line in rows if line.parts[0][1] == "name"]
    assert names == [["a", "*"], ["b"], ["c"]]
    assert next(line for line in rows if "*" in line.text).parts[2][1] == "accent"


def test_a_long_name_is_never_cut() -> None:
    long = "expand_card_expand_price_used_suborder"
    choice = Choice(value="TRADE_BUYER_SIGNED_AND_MORE_THAN_THIRTY_CELLS")
    spec = api(
        param(long, required=True, choices=(choice,), children=(param(long + "_child"),)),
        response=(field(long + "_answer"), field("x")),
    )
    text = page(spec, "en")
    for name in (f"{long} * ", f"{long}_child ", f"{long}_answer ", choice.value):
        assert name in text
    assert "…" not in text


def test_an_api_without_parameters_says_so() -> None:
    assert "none" in page(api(), "en")


def test_members_are_indented_below_their_object() -> None:
    inner = field("orders", "object", "Order", many=True, children=(field("oid", "integer", "Number"),))
    text = page(api(response=(field("trade", "object", "Trade", children=(inner,)),)), "en")
    rows = {row.split()[0]: len(row) - len(row.lstrip()) for row in text.splitlines() if row.strip()}
    assert (rows["trade"], rows["orders"], rows["oid"]) == (2, 4, 6)
    assert "Order []" in text


def test_a_field_for_owners_only_says_so() -> None:
    private = Field(name="buyer_nick", type="string", platform_type="String", title=words(), needs_session=True)
    assert "owner’s session only" in page(api(response=(private,)), "en")


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        (param("n", "integer", minimum=1, maximum=100, default="40"), "integer · 1–100 · default 40"),
        (param("n", "integer", minimum=1), "integer · 1–"),
        (param("n", "price", maximum=9), "price in yuan · –9"),
        (param("n", max_length=1000), "text · up to 1000 characters"),
        (param("n", "integer", many=True, max_items=20), "list of integer · up to 20 entries"),
        (param("n", "fields"), "field list"),
    ],
)
def test_limits_stand_in_one_short_line(parameter: Param, text: str) -> None:
    assert constraints(parameter, SAYS["en"]) == text


@pytest.mark.parametrize(
    ("calls", "seconds", "english", "chinese"),
    [
        (1000, 60, "1,000/min", "1,000/分"),
        (10, 1, "10/s", "10/秒"),
        (500, 3600, "500/h", "500/小时"),
        (5000, 0, "5,000/day", "5,000/天"),
        (7, 2.5, "7/2.5 s", "7/2.5 秒"),
    ],
)
def test_a_limit_is_said_shortly(calls: int, seconds: float, english: str, chinese: str) -> None:
    limit = Limit(calls=calls, seconds=seconds)
    assert limit_text(limit, SAYS["en"]).replace(" ", "") == english.replace(" ", "")
    assert limit_text(limit, SAYS["zh_CN"]).replace(" ", "") == chinese.replace(" ", "")


def test_the_facts_tell_what_matters_before_a_call() -> None:
    platform = bundled().platform
    spec = api(writes=True, session="required", access="trade")
    assert facts(spec, platform, SAYS["en"]) == ["writes", "session required", "trade 200/min"]
    unknown = api(access="no-such-class")
    assert facts(unknown, platform, SAYS["en"]) == ["reads", "no session needed", "no-such-class"]
