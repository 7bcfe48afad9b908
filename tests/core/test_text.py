"""Foreign text is harmless when drawn, and a text takes the cells it is said to take."""

from __future__ import annotations

import sys
import unicodedata
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core.text import ascii_number, cell_width, clean, clean_line, fit, size_text

EVERYTHING = [chr(code) for code in range(sys.maxunicode + 1)]
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
# Marks that have a shape of their own: number signs of Arabic, Syriac and Kaithi, and joiners of hieroglyphs.
VISIBLE_FORMATS = {
    *map(chr, range(0x600, 0x606)),
    *"\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd",
    *map(chr, range(0x13430, 0x13440)),
}
BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
# What Unicode lists as invisible although it counts as a letter or mark or is not assigned yet.
INVISIBLE = {
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u3164\uffa0",
    *map(chr, (*range(0xFE00, 0xFE0E), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000))),
}


def dangers(text: str) -> list[str]:
    """The characters of `text` that a terminal acts on, or that nobody sees."""
    return [
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        or (unicodedata.category(char) == "Cf" and char not in VISIBLE_FORMATS)
        or unicodedata.bidirectional(char) in BIDI_CONTROLS
        or char in INVISIBLE
    ]


@cache
def every_danger() -> frozenset[str]:
    return frozenset(dangers("".join(EVERYTHING)))


def test_no_character_of_unicode_survives_that_acts_on_a_terminal_or_hides() -> None:
    assert [char for char in every_danger() if clean_line(char) in ("", char)] == []
    assert dangers(clean_line("".join(every_danger()))) == []
    assert set(dangers(clean("".join(every_danger())))) == {"\t", "\n"}


def test_nothing_harmless_is_changed() -> None:
    harmless = "".join(char for char in EVERYTHING if char not in every_danger())
    assert clean_line(harmless) == clean(harmless) == harmless


@given(ANY_TEXT)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean(text)) == clean_line(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", "␛[31mred␇"),
        ("\x7f\x9b2J", "␡<009B>2J"),
        ("a\rb", "a␍b"),
        ("tid\u202e321", "tid<202E>321"),
        ("a\u200bb\ufeff", "a<200B>b<FEFF>"),
        ("\ud83d", "<D83D>"),
        ("订单\t3\n备注 [red]x[/red]", "订单\t3\n备注 [red]x[/red]"),
        ("❤\ufe0f é", "❤\ufe0f é"),
    ],
)
def test_what_cannot_be_drawn_is_shown_as_a_sign(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_one_line_stays_one_line() -> None:
    assert clean_line("a\tb\nc\r\n") == "a␉b␊c␍␊"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("num_iid", 7),
        ("订单", 4),
        ("ＡＢ，。", 8),
        ("\u3000", 2),
        ("ｱｲ", 2),
        ("각", 2),
        ("e\u0301", 1),
        ("हिन्दी", 3),
        ("ก็", 1),
        ("⃝", 0),
        ("𠮷", 2),
        ("👍", 2),
        ("…", 1),
        ("\u0378", 1),
    ],
)
def test_the_width_of_a_text_is_counted_in_terminal_cells(text: str, cells: int) -> None:
    assert cell_width(text) == cells


@given(st.text(st.sampled_from("a1_ 订单，ｱ…é\u0301👍"), max_size=30), st.integers(0, 40))
def test_a_fitted_text_takes_exactly_the_cells_it_is_given(text: str, cells: int) -> None:
    fitted = fit(text, cells)
    assert cell_width(fitted) == cells
    if cell_width(text) <= cells:
        assert fitted.rstrip(" ") == text.rstrip(" ")
    elif cells:
        kept = fitted.rstrip(" ")
        assert kept.endswith("…")
        assert text.startswith(kept[:-1])


def test_a_cut_never_halves_a_wide_character() -> None:
    assert fit("订单编号", 5) == "订单…"
    assert fit("订单编号", 4) == "订… "
    assert fit("订单编号", 1) == "…"
    assert fit("订单编号", 0) == ""


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (2150, "2.1 KB"),
        (1024**2 - 1, "1.0 MB"),
        (10 * 1024**2, "10.0 MB"),
        (1024**3 - 1, "1.0 GB"),
        (3 * 1024**4, "3072.0 GB"),
    ],
)
def test_a_size_is_said_in_the_unit_that_fits(count: int, text: str) -> None:
    assert size_text(count) == text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("１２３．５", "123.5"),
        (" ４２\u3000", "42"),
        ("－３ｄ", "-3d"),
        ("＋５", "+5"),
        ("２０２６－１１－０１\u3000０８：３０", "2026-11-01 08:30"),
    ],
)
def test_numbers_of_a_chinese_input_method_become_ascii(typed: str, number: str) -> None:
    assert ascii_number(typed) == number


@pytest.mark.parametrize("typed", ["5²", "①", "½", "㊿", "٣", "Ⅳ"])
def test_a_sign_that_only_resembles_a_digit_is_not_read_as_one(typed: str) -> None:
    assert ascii_number(typed) == typed
