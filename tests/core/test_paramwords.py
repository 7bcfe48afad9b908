"""What a form says about a parameter, in both languages and always safe to draw."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.samples import NOW, field, param, words
from topexplorer.core.language import Language
from topexplorer.core.paramwords import help_text, hint, meaning, placeholder
from topexplorer.core.spec import Choice, field_paths

EN, ZH = Language("en"), Language("zh_CN")
STATUS = param("status", choices=(Choice(value="A", title=words("Open")), Choice(value="B")))


def test_an_empty_field_shows_its_default_and_else_an_example() -> None:
    assert placeholder(EN, param("x", default="40", example="7")) == "default 40"
    assert placeholder(ZH, param("x", example="7")) == "例 7"
    assert placeholder(EN, param("x", "file")) == "file"
    assert placeholder(EN, param("x", max_length=9)) == "text · up to 9 characters"
    assert placeholder(EN, param("x")) == ""


def test_the_default_moves_to_the_hint_once_something_is_typed() -> None:
    size = param("size", "integer", minimum=1, maximum=100, default="40")
    assert hint(EN, size, "") == "integer · 1–100"
    assert hint(EN, size, "5") == "integer · 1–100 · default 40"
    assert hint(EN, STATUS, "").endswith("one of 2")


@pytest.mark.parametrize(
    ("shown", "text", "said"),
    [
        (param("x", "datetime"), "now", "= 2026-11-21 10:30:00 GMT+8"),
        (param("x", "datetime"), "soon", ""),
        (param("x", "integer"), "１２", "= 12"),
        (param("x", "integer"), "12", ""),
        (param("x", "boolean"), "是", "= true"),
        (STATUS, "A", "= Open"),
        (STATUS, "B", ""),
        (param("x", many=True), "a,b,", "2 entries"),
        (param("x", many=True, max_items=20), "a", "1 of 20"),
        (param("x", "object"), '{"a":1}', "1 member"),
        (param("x", "json"), "[1,2]", "2 entries"),
        (param("x", "json"), "{", ""),
        (param("x", "json"), "7", ""),
        (param("x"), "  ", ""),
    ],
)
def test_what_a_text_stands_for(shown: Any, text: str, said: str) -> None:
    assert meaning(EN, shown, text, NOW) == said


def test_chosen_fields_are_counted_with_the_members_they_bring() -> None:
    order = field("orders", "object", "Order", many=True, children=(field("oid"), field("title")))
    fields = tuple(field_paths((field("tid"), order)))
    assert meaning(EN, param("fields", "fields"), "order,zz", NOW, fields) == "3 of 4 chosen"
    assert meaning(EN, param("fields", "fields"), "order", NOW) == ""


def test_help_tells_all_that_is_known() -> None:
    shown = param(
        "when",
        "datetime",
        platform_type="Date",
        summary=words("Why."),
        required=True,
        example="now",
        children=(STATUS,),
    )
    text = help_text(EN, shown, ["^F pick"])
    for part in (
        "when · when · required",
        "Why.",
        "platform type Date",
        "e.g. now",
        "-3d",
        "  status  status",
        "^F pick",
    ):
        assert part in text
    assert "  A  Open\n  B" in help_text(EN, STATUS)


def test_nothing_said_carries_control_characters() -> None:
    nasty = param("a\x1b", default="\x9b", example="\x1b", summary=words("\x07"), choices=(Choice(value="\x1b"),))
    said = [placeholder(ZH, nasty), hint(ZH, nasty, "x"), meaning(ZH, nasty, "\x1b", NOW), help_text(ZH, nasty)]
    assert not {"\x1b", "\x9b", "\x07"} & set("".join(said))
