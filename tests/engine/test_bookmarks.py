"""Favourites and recents are kept between runs, in the order a person expects."""

from __future__ import annotations

from pathlib import Path

import pytest

from topexplorer.core.bookmarks import MOST_RECENT, Bookmarks
from topexplorer.engine.bookmarks import read_bookmarks, write_bookmarks


def test_a_favourite_is_chosen_and_dropped_by_the_same_key() -> None:
    marks = Bookmarks().toggled("a").toggled("b")
    assert marks.favourites == ("a", "b")
    assert marks.toggled("a").favourites == ("b",)


def test_the_latest_api_comes_first_and_stands_once() -> None:
    marks = Bookmarks()
    for method in "abcab":
        marks = marks.visited(method)
    assert marks.recents == ("b", "a", "c")
    for number in range(50):
        marks = marks.visited(str(number))
    assert len(marks.recents) == MOST_RECENT
    assert marks.recents[0] == "49"


def test_bookmarks_are_the_same_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "bookmarks.json"
    marks = Bookmarks(("taobao.a", "taobao.订单"), ("taobao.b",))
    assert read_bookmarks(path) == Bookmarks()
    write_bookmarks(path, marks)
    assert read_bookmarks(path) == marks
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"favourites": 1, "recents": []}', '{"favourites": [], "recents": null}', "[" * 100_000]
)
def test_a_broken_file_has_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bookmarks.json"
    path.write_text(text)
    assert read_bookmarks(path) == Bookmarks()
