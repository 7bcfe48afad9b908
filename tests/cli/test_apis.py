"""`list` and `show` tell what is in the catalog."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from topexplorer.core.text import cell_width


def test_list_names_every_api_with_its_marks(topexplorer: Command) -> None:
    ran = topexplorer("list")
    rows = {line.split()[0]: line.split()[1:3] for line in ran.out.splitlines()}
    assert ran.code == 0
    assert set(rows) == set(topexplorer.bench.catalog)
    assert rows["taobao.trade.memo.update"] == ["W", "S"]
    assert rows["taobao.time.get"] == ["R", "-"]


def test_titles_stand_in_one_column_in_either_language(topexplorer: Command) -> None:
    for language in ("en", "zh"):
        lines = topexplorer("list", "--lang", language).out.splitlines()
        width = max(len(line.split()[0]) for line in lines)
        assert all(line[width + 2] in "RW" and line[width + 5] in "Ss-" for line in lines)


def test_words_find_an_api_by_its_chinese_title(topexplorer: Command) -> None:
    ran = topexplorer("list", "订单", "备注", "--lang", "zh")
    assert ran.out.splitlines()[0].startswith("taobao.trade.memo.")


def test_a_retired_api_is_marked(topexplorer: Command) -> None:
    line = next(line for line in topexplorer("list").out.splitlines() if line.startswith("taobao.item.get "))
    assert line.endswith("(retired)")


def test_filters_narrow_the_list(topexplorer: Command) -> None:
    ran = topexplorer("list", "--category", "refund", "--reads", "--json")
    rows = json.loads(ran.out)
    assert {row["method"] for row in rows} >= {"taobao.refunds.receive.get"}
    assert all(row["category"] == "refund" and not row["writes"] for row in rows)
    assert rows[0]["title"].keys() == {"zh", "en"}


def test_an_unknown_category_is_refused_with_those_there_are(topexplorer: Command) -> None:
    ran = topexplorer("list", "--category", "bogus")
    assert ran.code == 2
    assert ran.err.startswith("error: --category cannot be “bogus”; choose from trade, refund, rate")


def test_nothing_found_is_said_and_is_no_failure(topexplorer: Command) -> None:
    ran = topexplorer("list", "qqqqqqqq")
    assert (ran.code, ran.out, ran.err) == (0, "", "nothing matches; try fewer or shorter words\n")


def test_a_legend_is_for_a_person_only(topexplorer: Command) -> None:
    assert topexplorer("list").err == ""
    topexplorer.terminal = True
    assert "S needs a session" in topexplorer("list").err
    assert topexplorer("list", "--quiet").err == ""


def test_a_broken_spec_file_is_named_with_place_and_reason_and_stops_nothing(topexplorer: Command) -> None:
    apis = topexplorer.paths.data / "specs" / "top" / "apis" / "tool"
    apis.mkdir(parents=True)
    (apis / "my.broken.get.json").write_text('{"method": "my.broken.get", "colour": 1}', encoding="utf-8")
    ran = topexplorer("list", "time")
    assert ran.code == 0
    assert "taobao.time.get" in ran.out
    assert "my.broken.get.json $.colour: unknown key; remove it or check its spelling" in ran.err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_explains_an_api(topexplorer: Command, language: str) -> None:
    ran = topexplorer("show", "taobao.trade.fullinfo.get", "--lang", language)
    assert ran.code == 0
    title = topexplorer.bench.catalog["taobao.trade.fullinfo.get"].title
    assert getattr(title, language) in ran.out.splitlines()[0]
    for part in ("fields", "tid", "include_oaid", "orders", "oid", "https://open.taobao.com/"):
        assert part in ran.out
    names = ("https://", "_")
    assert all(cell_width(line) <= 102 or any(name in line for name in names) for line in ran.out.splitlines())


def test_the_prefix_of_a_name_may_be_left_out(topexplorer: Command) -> None:
    assert topexplorer("show", "time.get").out == topexplorer("show", "taobao.time.get").out


def test_show_says_what_to_call_instead_of_a_retired_api(topexplorer: Command) -> None:
    ran = topexplorer("show", "taobao.item.get")
    assert "taobao.item.seller.get" in ran.out


def test_show_gives_the_spec_as_its_file_says_it(topexplorer: Command) -> None:
    spec = json.loads(topexplorer("show", "taobao.time.get", "--json").out)
    file = Path(topexplorer.bench.catalog.entries["taobao.time.get"].path)
    assert spec == {key: value for key, value in json.loads(file.read_text("utf-8")).items() if key != "$schema"}


def test_an_unknown_method_gets_the_nearest_names(topexplorer: Command) -> None:
    ran = topexplorer("show", "taobao.trade.fulinfo.get")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean taobao.trade.fullinfo.get" in ran.err
    assert ran.err.endswith(" · “topexplorer list WORDS” finds it\n")


def test_what_is_no_method_name_is_said_to_be_none(topexplorer: Command) -> None:
    assert (
        topexplorer("show", "订单").err
        == "error: “订单” is not the name of an API · “topexplorer list WORDS” finds it\n"
    )
