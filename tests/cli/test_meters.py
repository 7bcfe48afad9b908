"""`quota` prints what the ledger counts."""

from __future__ import annotations

import json

from tests.cli.conftest import Command


def test_a_call_moves_its_meters_and_no_other(topexplorer: Command) -> None:
    before = {
        (row["name"], row["window_seconds"]): row["used"] for row in json.loads(topexplorer("quota", "--json").out)
    }
    assert set(before.values()) == {0}
    topexplorer("call", "time.get")
    after = {
        (row["name"], row["window_seconds"]): row["used"] for row in json.loads(topexplorer("quota", "--json").out)
    }
    assert after == {**before, ("app", 1): 1, ("app", 0): 1, ("basic", 60): 1}


def test_what_is_left_and_when_it_comes_back_are_told(topexplorer: Command) -> None:
    topexplorer("call", "time.get")
    row = next(row for row in json.loads(topexplorer("quota", "--json").out) if row["name"] == "basic")
    assert (row["limit"], row["remaining"], row["resets_in_seconds"], row["banned_for_seconds"]) == (1000, 999, 60, 0)


def test_the_table_has_a_row_per_limit_in_either_language(topexplorer: Command) -> None:
    topexplorer("call", "time.get")
    lines = topexplorer("quota").out.splitlines()
    assert lines[0].split() == ["class", "used", "limit", "resets"]
    assert any(line.split()[:2] == ["trade", "0"] and "200/min" in line for line in lines)
    assert any("1,000/min" in line and line.split()[1] == "1" for line in lines)
    assert topexplorer("quota", "--lang", "zh").out.splitlines()[0].split() == ["类别", "已用", "限额", "恢复"]


def test_environments_are_counted_apart(topexplorer: Command) -> None:
    topexplorer("call", "time.get")
    rows = json.loads(topexplorer("quota", "--json", "--env", "prod").out)
    assert all(row["used"] == 0 for row in rows)


def test_limits_of_the_config_file_are_the_ones_shown(topexplorer: Command) -> None:
    topexplorer.configure('[environments.sandbox]\nlimits = { trade = ["7/min"] }\n')
    row = next(row for row in json.loads(topexplorer("quota", "--json").out) if row["name"] == "trade")
    assert row["limit"] == 7
