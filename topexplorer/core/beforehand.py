"""What a spec says about seeing beforehand what a write is about to change.

A place names a value among a write's parameters: the parameter, then dotted members where it holds JSON
(`activity_info.activity_id`). Where a list is on the way the place means one value per entry, and the entries of
several such places belong together in their order: the first ones are about one object, the second ones about the next.
"""

from __future__ import annotations

from typing import Any, Literal

from topexplorer.core.nouns import dataclass

Effect = Literal["changes", "creates", "deletes", "sends"]
"""What a write does: `sends` hands something over, such as a message or a report, and leaves no object changed."""
Unseen = Literal["no-read", "no-key"]
"""Why nothing can be read first: no API of the catalog reads the object, or the write has not the id that it needs."""
STRICT: dict[str, Any] = {"extra": "forbid", "use_attribute_docstrings": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A parameter of the read in `shows`: `of` or `text`, not both."""

    __pydantic_config__ = STRICT
    name: str
    """Dotted for a member of a JSON parameter."""
    of: str | None = None
    """The place among the write's parameters that has its value."""
    text: str | None = None
    """Its value, where it is always the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A text parameter with several values in it, and how it is taken apart."""

    __pydantic_config__ = STRICT
    param: str
    between: str
    """What stands between two entries."""
    within: str | None = None
    """What stands between the parts of an entry."""
    parts: tuple[str, ...] = ()
    """Names for the parts of an entry, in their order: they make places, `param.part`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """That a parameter has a certain value."""

    __pydantic_config__ = STRICT
    param: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Which of the objects of an answer is meant: the one whose field has the value at a place of the write.

    Two keys of one field mean two objects.
    """

    __pydantic_config__ = STRICT
    param: str
    """The place."""
    field: str
    """Inside the object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A value of a write, and the field that it takes the place of."""

    __pydantic_config__ = STRICT
    param: str
    """The place."""
    field: str
    """Dotted, inside the object. Empty: each member of the JSON at the place goes to the field of its name."""
    cents: bool = False
    """The value counts hundredths of what the field counts."""
    adds_when: When | None = None
    """When the value is added to the field's instead of replacing it."""
    at_least: int | None = None
    """What a sum below it becomes."""
    clears_when: When | None = None
    """When the field is emptied, whatever the value is."""
    unsent: str | None = None
    """What the platform puts into the field when the parameter is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """Two of the asked parameters of a read that answers in pages."""

    __pydantic_config__ = STRICT
    number: str
    """Numbers the pages; the first is 1."""
    size: str
    """How many objects a page has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shows:
    """For a write: a read that shows beforehand what it is about to change."""

    __pydantic_config__ = STRICT
    method: str
    values: tuple[Asked, ...] = ()
    object: str
    """Where the object is among the fields of the answer, dotted. Of a list, every entry is one."""
    besides: bool = False
    """Shown beside the others, where the write changes one of `fields`. Else it stands in where those before cannot."""
    other_id: bool = False
    """The write's id is of another kind than the read's, and the same only at times."""
    keys: tuple[Key, ...] = ()
    """Which entries of a list are meant; empty for all."""
    fields: tuple[Changed, ...] = ()
    """Only values that replace a field's, or add to it."""
    packed: tuple[Packed, ...] = ()
    """The write's text parameters that are taken apart."""
    paged: Paged | None = None
    """For a list of which one answer may not have everything."""
