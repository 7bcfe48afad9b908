"""The table of verbs and the modules behind it agree."""

from __future__ import annotations

from importlib import import_module

import pytest

from topexplorer.cli.verbs import VERBS, find, named


def test_every_verb_is_in_its_module_and_no_module_has_more() -> None:
    offered = {name for module in set(VERBS.values()) for name in import_module(f"topexplorer.cli.{module}").VERBS}
    assert offered == set(VERBS)


@pytest.mark.parametrize("name", list(VERBS))
def test_a_verb_declares_and_runs(name: str) -> None:
    verb = find(name)
    assert callable(verb.declare)
    assert callable(verb.run)


def test_a_verb_of_two_words_is_found_before_one_of_one() -> None:
    assert named(["env", "show", "dev"]) == ("env show", ["dev"])
    assert named(["show", "env"]) == ("show", ["env"])
    assert named(["env"]) == (None, ["env"])
    assert named([]) == (None, [])
