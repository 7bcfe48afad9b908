"""Messages become sentences in the person's language, and a faulty catalogue never takes an answer away."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core import language
from topexplorer.core.language import Language, Message, Words, language_name, message


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues of the test's own."""
    monkeypatch.setattr(language, "LOCALE_FOLDER", tmp_path)
    return tmp_path


def catalogue(folder: Path, name: str, **sentences: object) -> None:
    (folder / name).write_text(json.dumps(sentences), encoding="utf-8")


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("zh", "zh_CN"),
        ("zh-CN", "zh_CN"),
        ("zh_CN.UTF-8", "zh_CN"),
        (" ZH_TW ", "zh_CN"),
        ("en", "en"),
        ("en_GB.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
        ("中文", "en"),
    ],
)
def test_any_way_to_say_chinese_is_chinese_and_all_else_is_english(wanted: str, name: str) -> None:
    assert language_name(wanted) == name
    assert Language(wanted).name == name


def test_the_catalogues_of_every_area_are_one(folder: Path) -> None:
    catalogue(folder, "core.en.json", a="from core")
    catalogue(folder, "cli.en.json", b="from cli")
    catalogue(folder, "core.zh_CN.json", a="来自核心")
    assert [Language("en")("a"), Language("en")("b"), Language("zh")("a")] == ["from core", "from cli", "来自核心"]
    assert Language("en").has("b")
    assert not Language("zh").has("b")


def test_placeholders_are_filled_with_plain_data_and_messages(folder: Path) -> None:
    catalogue(folder, "core.en.json", outer="{what} at {place}", inner="no {thing}")
    say = Language("en")
    assert say("outer", what=message("inner", thing="key"), place=3) == "no key at 3"
    assert say.render(message("outer", what=Words(zh="甲", en="A"), place="b")) == "A at b"


def test_lists_are_joined_as_the_language_does(folder: Path) -> None:
    catalogue(folder, "core.en.json", one="one of {names}")
    catalogue(folder, "core.zh_CN.json", one="{names}之一")
    assert Language("en")("one", names=("a", "b")) == "one of a, b"
    assert Language("zh")("one", names=["a", "b"]) == "a、b之一"


def test_a_plural_is_chosen_by_n(folder: Path) -> None:
    catalogue(folder, "core.en.json", calls={"one": "{n} call", "other": "{n} calls"}, only={"other": "{n}次"})
    say = Language("en")
    assert [say("calls", n=n) for n in (0, 1, 2)] == ["0 calls", "1 call", "2 calls"]
    assert say("only", n=1) == "1次"
    assert say("calls") == "{n} calls"


@pytest.mark.parametrize(
    "sentence",
    ["{missing}", "{0}", "{", "}", "{x!q}", "{x:d}", "{x.y}", "{x[0]}", "{x[a]}", "{}", "{x:{y}}"],
)
def test_a_sentence_with_a_faulty_placeholder_is_shown_as_it_is(folder: Path, sentence: str) -> None:
    catalogue(folder, "core.en.json", bad=sentence, worse={"one": sentence})
    assert Language("en")("bad", x="") == sentence
    assert Language("en").render(Message("worse", {"x": "", "n": 5})) == sentence


def test_a_key_that_no_catalogue_has_is_shown_itself(folder: Path) -> None:
    assert Language("en")("no.such.key", x=1) == "no.such.key"


@given(st.text(), st.text())
def test_text_put_into_a_sentence_is_never_read_as_a_placeholder(text: str, other: str) -> None:
    say = Language("en")
    assert say("check.integer", text=text) == say("check.integer", text="\0").replace("\0", text)
    assert other in say("check.missing", name=other)


def test_a_value_may_have_any_name(folder: Path) -> None:
    catalogue(folder, "core.en.json", odd="{self} {key}")
    assert Language("en").render(Message("odd", {"self": 1, "key": 2})) == "1 2"


def test_words_fall_back_to_the_other_language() -> None:
    assert Language("zh").words(Words(zh="标题", en="Title")) == "标题"
    assert Language("en").words(Words(zh="标题", en="Title")) == "Title"
    assert Language("en").words(Words(zh="标题", en="")) == "标题"
    assert Language("zh").words(Words(zh="", en="Title")) == "Title"
