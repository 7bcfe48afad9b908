"""`env` shows environments in words and never a secret, and keeps the one to use."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Command


def test_list_marks_the_active_environment_and_says_its_kind_in_words(topexplorer: Command) -> None:
    rows = [line.split() for line in topexplorer("env", "list").out.splitlines()]
    assert rows[0][:3] == ["*", "sandbox", "SANDBOX"]
    assert [row[0] for row in rows[1:]] == ["dev", "prod"]
    assert "正式" in topexplorer("env", "list", "--lang", "zh").out
    assert "* prod" in topexplorer("env", "list", "--env", "prod").out


def test_show_tells_which_keys_are_there_and_never_what_they_are(topexplorer: Command, canary: dict[str, str]) -> None:
    topexplorer.environ = {f"TOPEXPLORER_DEV_{key}": text for key, text in canary.items()}
    ran = topexplorer("env", "show", "dev")
    rows = dict(line.split("  ", 1) for line in ran.out.splitlines())
    assert rows["keys"].strip() == "app 23456789, session"
    assert "TOPEXPLORER_DEV_APP_SECRET" in ran.out
    assert canary["APP_SECRET"] not in ran.out
    facts = json.loads(topexplorer("env", "show", "dev", "--json").out)
    assert (facts["app_key"], facts["has_secret"], facts["has_session"]) == ("23456789", True, True)


def test_show_without_a_name_is_about_the_active_one(topexplorer: Command) -> None:
    assert topexplorer("env", "show").out.splitlines()[0].split() == ["name", "sandbox"]
    assert topexplorer("env", "show", "--env", "prod").out.splitlines()[0].split() == ["name", "prod"]


def test_settings_of_the_file_are_shown(topexplorer: Command) -> None:
    topexplorer.configure(
        '[environments.dev]\nsign_method = "hmac-sha256"\ntimestamp = "ms"\nover_limit = "wait"\n'
        'limits = { trade = ["50/min"], basic = [] }\n'
    )
    out = topexplorer("env", "show", "dev").out
    for text in ("hmac-sha256", "milliseconds, 13 digits", "wait, at most 60 s", "trade: 50/min", "basic: none"):
        assert text in out


def test_the_environment_of_choice_is_remembered(topexplorer: Command) -> None:
    assert topexplorer("env", "use", "dev", "--verbose").err.startswith("from now on: dev, https://")
    assert "* dev" in topexplorer("env", "list").out
    assert topexplorer("env", "use", "sandbox").code == 0
    assert "* sandbox" in topexplorer("env", "list").out


def test_production_is_never_remembered(topexplorer: Command) -> None:
    ran = topexplorer("env", "use", "prod")
    assert (ran.code, ran.err) == (
        2,
        "error: prod is production and is never kept as the default · name it on each command: --env prod\n",
    )
    assert "* sandbox" in topexplorer("env", "list").out


@pytest.mark.parametrize("verb", ["show", "use"])
def test_an_unknown_environment_is_refused(topexplorer: Command, verb: str) -> None:
    ran = topexplorer("env", verb, "staging")
    assert (ran.code, ran.out) == (2, "")
    assert "staging" in ran.err


def test_a_choice_that_cannot_be_written_is_said_and_ends_with_8(topexplorer: Command) -> None:
    topexplorer.root.joinpath("state").write_text("in the way", encoding="utf-8")
    ran = topexplorer("env", "use", "dev")
    assert ran.code == 8
    assert str(topexplorer.paths.preferences_file) in ran.err


def test_a_broken_config_is_named_and_the_list_still_comes(topexplorer: Command) -> None:
    topexplorer.configure("[environments.dev]\ncolour = 1\n")
    ran = topexplorer("env", "list")
    assert ran.code == 0
    assert "environments.dev.colour" in ran.err
