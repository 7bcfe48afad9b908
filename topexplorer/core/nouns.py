"""`dataclass` for frozen nouns, at a small part of what the standard one costs.

The standard decorator writes and compiles six methods for each class, nearly a millisecond each time the program
starts, and there are dozens of nouns. Here the methods are shared and read the fields when they are called. In every
other way the result is a standard dataclass: `fields`, `replace`, `asdict`, pydantic and msgspec take it as one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    Noun = TypeVar("Noun")

    def dataclass(
        *, frozen: Literal[True], slots: bool = False, kw_only: bool = False
    ) -> Callable[[type[Noun]], type[Noun]]:
        """The decorator. Only frozen classes: the standard dataclass makes the others."""

        def make(cls: type[Noun]) -> type[Noun]:
            for name, method in _METHODS.items():
                setattr(cls, name, method)
            if slots:
                # Without these, copying and pickling assign each field, which is refused.
                cls.__getstate__, cls.__setstate__ = _getstate, _setstate
            return dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)

        return make


def _init(self: Any, *values: Any, **named: Any) -> None:
    shape = _shape(self.__class__)
    if not named and shape.least <= len(values) <= len(shape.placed) == len(shape.setters):
        for put, value in zip(shape.setters, values + shape.rest[len(values) :], strict=True):
            put(self, value)
        if shape.goes_on:
            self.__post_init__()
        return
    if values:
        if len(values) > len(shape.placed):
            raise TypeError(f"{type(self).__name__}: {len(values)} values for {len(shape.placed)} fields")
        for name, value in zip(shape.placed, values, strict=False):
            if name in named:
                raise TypeError(f"{type(self).__name__}: {name} is given twice")
            named[name] = value
    content = {**shape.defaults, **named}
    if len(content) > len(shape.defaults):
        raise TypeError(f"{type(self).__name__}: no such field: {', '.join(named.keys() - shape.defaults.keys())}")
    for name, factory in shape.needed:
        if name not in named:
            if factory is dataclasses.MISSING:
                raise TypeError(f"{type(self).__name__}: {name} is missing")
            content[name] = factory()
    # `content` is in the order of the fields, whatever the order of the call was.
    for put, value in zip(shape.setters, content.values(), strict=True):
        put(self, value)
    if shape.goes_on:
        self.__post_init__()


class _Shape:
    """What making a noun of one class needs to know: who goes by place, the defaults, who has none, how to set.

    With at least `least` values by place, `rest` holds what the others are.
    """

    __slots__ = ("defaults", "goes_on", "least", "needed", "placed", "rest", "setters")

    def __init__(self, kind: Any) -> None:
        missing = dataclasses.MISSING
        taken = [field for field in kind.__dataclass_fields__.values() if field.init]
        self.placed = [field.name for field in taken if not field.kw_only]
        self.defaults = {field.name: field.default for field in taken}
        self.needed = [(field.name, field.default_factory) for field in taken if field.default is missing]
        self.rest = tuple(self.defaults.values())
        self.least = max((place for place, default in enumerate(self.rest, 1) if default is missing), default=0)
        self.setters = [_setter(kind, field.name) for field in taken]
        self.goes_on = hasattr(kind, "__post_init__")


_shape = cache(_Shape)


def _setter(kind: Any, name: str) -> Callable[[Any, Any], None]:
    slot = kind.__dict__.get(name)
    if hasattr(slot, "__set__"):
        put: Callable[[Any, Any], None] = slot.__set__
        return put
    return lambda self, value: object.__setattr__(self, name, value)


def _eq(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    names = (name for name, field in self.__dataclass_fields__.items() if field.compare)
    return all(getattr(self, name) == getattr(other, name) for name in names)


def _hash(self: Any) -> int:
    fields = self.__dataclass_fields__.items()
    names = (name for name, field in fields if (field.compare if field.hash is None else field.hash))
    return hash(tuple(getattr(self, name) for name in names))


def _repr(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name, field in self.__dataclass_fields__.items() if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _set(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__dataclass_fields__]


def _setstate(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__dataclass_fields__, state, strict=True):
        object.__setattr__(self, name, value)


def _delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


_METHODS = {
    "__init__": _init,
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _set,
    "__delattr__": _delete,
}
