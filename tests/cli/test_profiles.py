"""`profile` keeps requests without secrets, and sends them again."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.cli.conftest import Command
from tests.workbench import TID

SAVE = ("profile", "save", "发货前检查", "trade.fullinfo.get", f"tid={TID}", "fields=tid,status")


@pytest.fixture
def saved(topexplorer: Command) -> Command:
    """The command of a person who has one profile."""
    assert topexplorer(*SAVE).code == 0
    return topexplorer


def test_a_saved_request_is_listed(saved: Command) -> None:
    assert saved("profile", "list").out.split() == ["发货前检查", "taobao.trade.fullinfo.get"]
    (row,) = json.loads(saved("profile", "list", "--json").out)
    assert row["values"] == {"tid": TID, "fields": "tid,status"}


def test_an_empty_list_says_to_a_person_how_to_begin(topexplorer: Command) -> None:
    assert topexplorer("profile", "list").err == ""
    assert "topexplorer profile save NAME METHOD" in topexplorer("profile", "list", "--verbose").err


def test_show_gives_the_command_that_makes_the_same_call(saved: Command) -> None:
    ran = saved("profile", "show", "发货前检查")
    command = shlex.split(ran.out.splitlines()[-1])
    words = command[command.index("topexplorer") + 1 :]
    assert json.loads(saved(*words).out)["trade_fullinfo_get_response"]["trade"]["tid"] == int(TID)


def test_run_sends_it_with_what_the_command_line_says_on_top(saved: Command) -> None:
    plain = json.loads(saved("profile", "run", "发货前检查").out)
    assert set(plain["trade_fullinfo_get_response"]["trade"]) == {"tid", "status"}
    changed = json.loads(saved("profile", "run", "发货前检查", "fields=tid", "--simplify").out)
    assert changed["trade"] == {"tid": int(TID)}


def test_run_goes_where_the_profile_says_unless_told_otherwise(topexplorer: Command) -> None:
    topexplorer(*SAVE, "--env", "dev")
    assert topexplorer("profile", "run", "发货前检查").code == 5
    assert topexplorer("profile", "run", "发货前检查", "--env", "sandbox").code == 0


def test_no_profile_leads_to_production_by_itself(topexplorer: Command) -> None:
    topexplorer(*SAVE, "--env", "prod")
    for words in (("profile", "run", "发货前检查"), ("call", "trade.fullinfo.get", "--profile", "发货前检查")):
        refused = topexplorer(*words, "--dry-run")
        assert refused.code == 2
        assert "--env prod" in refused.err
        assert topexplorer(*words, "--dry-run", "--env", "prod").code == 0


def test_run_can_be_dry(saved: Command) -> None:
    request = json.loads(saved("profile", "run", "发货前检查", "--dry-run", "--json").out)
    assert request["params"]["tid"] == TID


def test_a_wrong_draft_is_kept_and_its_problems_are_said(topexplorer: Command) -> None:
    ran = topexplorer("profile", "save", "draft", "trade.fullinfo.get", "tid=abc")
    assert ran.code == 0
    assert "“abc” is not a whole number" in ran.err
    assert topexplorer("profile", "show", "draft", "--json").code == 0


def test_delete_deletes(saved: Command) -> None:
    assert saved("profile", "delete", "发货前检查", "-v").err == "deleted 发货前检查\n"
    assert saved("profile", "list").out == ""


@pytest.mark.parametrize("verb", ["show", "run", "delete"])
def test_an_unknown_profile_ends_with_2(saved: Command, verb: str) -> None:
    ran = saved("profile", verb, "发货检查")
    assert (ran.code, ran.out) == (2, "")
    assert "发货前检查" in ran.err


def test_a_secret_never_reaches_a_profile(topexplorer: Command, canary: dict[str, str]) -> None:
    topexplorer.environ = {f"TOPEXPLORER_PROD_{key}": text for key, text in canary.items()}
    ran = topexplorer("profile", "save", "leak", "time.get", f"note=x{canary['SESSION']}y")
    assert ran.code == 8
    assert canary["SESSION"] not in ran.err
    assert not topexplorer.paths.profiles_folder.exists() or not list(topexplorer.paths.profiles_folder.iterdir())


def test_a_broken_profile_is_named_and_hides_no_other(saved: Command) -> None:
    saved.paths.profiles_folder.joinpath("bad.toml").write_text("name = ", encoding="utf-8")
    ran = saved("profile", "list")
    assert ran.code == 0
    assert "发货前检查" in ran.out
    assert "bad.toml" in ran.err
    assert saved("profile", "run", "bad").code == 8


def test_a_folder_that_cannot_be_written_ends_with_8(topexplorer: Command) -> None:
    topexplorer.root.joinpath("data").write_text("in the way", encoding="utf-8")
    ran = topexplorer(*SAVE)
    assert ran.code == 8
    assert "error: " in ran.err
