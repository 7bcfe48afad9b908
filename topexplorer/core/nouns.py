"""`dataclass` for frozen nouns, at a small part of what the standard one costs.

The standard decorator writes and compiles six methods for each class, nearly a millisecond each time the program
starts, and there are dozens of nouns. Here the methods are shared and read the fields when they are called. In every
other way the result is a standard dataclass: `fields`, `replace`, `asdict`, pydantic and msgspec take it as one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
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
    waiting = iter(values)
    missing = dataclasses.MISSING
    for name, field in self.__dataclass_fields__.items():
        if not field.init:
            continue
        value = missing if field.kw_only else next(waiting, missing)
        if value is missing:
            value = named.pop(name, field.default)
        if value is missing:
            if field.default_factory is missing:
                raise TypeError(f"{type(self).__name__}: {name} is missing")
            value = field.default_factory()
        object.__setattr__(self, name, value)
    if named or next(waiting, missing) is not missing:
        raise TypeError(f"{type(self).__name__}: more than its fields: {', '.join(named) or len(values)}")
    if hasattr(self, "__post_init__"):
        self.__post_init__()


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
