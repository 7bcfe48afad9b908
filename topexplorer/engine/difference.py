"""What changed between two descriptions of the same API, as far as a caller notices: names, types, required flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field, Param


@dataclass(frozen=True, slots=True)
class Shape:
    """The names of an API, dotted where they are nested, each with its type."""

    params: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, by dotted names in alphabetical order. All empty: only texts, samples or limits did."""

    params_added: tuple[str, ...] = ()
    params_removed: tuple[str, ...] = ()
    now_required: tuple[str, ...] = ()
    now_optional: tuple[str, ...] = ()
    params_retyped: tuple[str, ...] = ()
    fields_added: tuple[str, ...] = ()
    fields_removed: tuple[str, ...] = ()
    fields_retyped: tuple[str, ...] = ()


def shape_of(spec: ApiSpec) -> Shape:
    """What `difference` compares."""
    params, fields = dict[str, str](), dict[str, str]()
    required = set[str]()
    waiting: list[tuple[str, Iterable[Param]]] = [("", spec.params)]
    while waiting:
        prefix, row = waiting.pop()
        for param in row:
            name = prefix + param.name
            params[name] = _type(param)
            required |= {name} if param.required else set()
            waiting.append((f"{name}.", param.children))
    answers: list[tuple[str, Iterable[Field]]] = [("", spec.response)]
    while answers:
        prefix, line = answers.pop()
        for part in line:
            fields[prefix + part.name] = _type(part)
            answers.append((f"{prefix}{part.name}.", part.children))
    return Shape(params, fields, frozenset(required))


def difference(before: Shape, after: Shape) -> Difference:
    """What is different in `after`."""
    in_both = before.params.keys() & after.params.keys()
    return Difference(
        params_added=_sorted(after.params.keys() - before.params.keys()),
        params_removed=_sorted(before.params.keys() - after.params.keys()),
        now_required=_sorted((after.required - before.required) & in_both),
        now_optional=_sorted((before.required - after.required) & in_both),
        params_retyped=_retyped(before.params, after.params),
        fields_added=_sorted(after.fields.keys() - before.fields.keys()),
        fields_removed=_sorted(before.fields.keys() - after.fields.keys()),
        fields_retyped=_retyped(before.fields, after.fields),
    )


def _type(part: Param | Field) -> str:
    return f"{part.platform_type}[]" if part.many else part.platform_type


def _retyped(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return _sorted(name for name in before.keys() & after.keys() if before[name] != after[name])


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
