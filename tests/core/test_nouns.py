"""A frozen noun behaves as the standard dataclass does in everything that anybody relies on."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import field
from typing import Any

import pytest

from topexplorer.core.nouns import dataclass


@dataclass(frozen=True, slots=True)
class Noun:
    name: str
    count: int = 3
    tags: list[str] = field(default_factory=list)
    hidden: str = field(default="h", repr=False)
    aside: str = field(default="a", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    name: str
    count: int = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Standard:
    name: str
    count: int = 3
    tags: list[str] = field(default_factory=list)
    hidden: str = field(default="h", repr=False)
    aside: str = field(default="a", compare=False)


def test_it_is_made_as_a_standard_dataclass_is_made() -> None:
    for made in (Noun("a"), Noun(name="a"), Noun("a", 3, []), Noun("a", tags=[], count=3)):
        assert dataclasses.astuple(made) == dataclasses.astuple(Standard("a"))
        assert repr(made) == repr(Standard("a")).replace("Standard", "Noun")
    assert Noun("a").tags is not Noun("a").tags
    assert Keyed(name="a").count == 3


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("a", 1, [], "h", "a", "more"), {}), (("a",), {"name": "b"}), (("a",), {"nope": 1})],
)
def test_a_call_that_a_standard_dataclass_refuses_is_refused(
    values: tuple[object, ...], named: dict[str, object]
) -> None:
    kinds: list[Any] = [Noun, Standard]
    for kind in kinds:
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_what_is_named_only_cannot_be_given_by_place() -> None:
    kind: Any = Keyed
    with pytest.raises(TypeError):
        kind("a")


def test_nothing_can_be_assigned_deleted_or_added() -> None:
    noun: Any = Noun("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        noun.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        noun.new = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        del noun.name
    assert not hasattr(noun, "__dict__")


def test_nouns_are_equal_by_what_is_compared() -> None:
    assert Noun("a", aside="x") == Noun("a", aside="y")
    assert Noun("a") != Noun("a", hidden="x")
    other: object = Standard("a")
    assert Noun("a") != other
    assert {Keyed(name="a"), Keyed(name="a"), Keyed(name="b")} == {Keyed(name="a"), Keyed(name="b")}
    with pytest.raises(TypeError):
        hash(Noun("a"))


def test_it_can_be_replaced_listed_copied_and_pickled() -> None:
    noun = Noun("a", 1, ["x"])
    assert dataclasses.replace(noun, count=2) == Noun("a", 2, ["x"])
    assert dataclasses.asdict(noun) == {"name": "a", "count": 1, "tags": ["x"], "hidden": "h", "aside": "a"}
    assert copy.deepcopy(noun) == copy.copy(noun) == pickle.loads(pickle.dumps(noun)) == noun  # noqa: S301
