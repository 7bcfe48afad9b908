"""A spec with its shared models filled in: the fields of a model become the children of whatever names it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from topexplorer.core.spec import ApiSpec, Field, Model, Param

MAX_DEPTH = 10
Models = Callable[[str], Model | None]


def resolved(spec: ApiSpec, models: Models) -> ApiSpec:
    """`spec` with the children of its parameters and fields; a model that `models` does not know has none."""
    return replace(
        spec,
        params=tuple(_param(param, models, ()) for param in spec.params),
        response=tuple(_field(field, models, ()) for field in spec.response),
    )


def _member_model(name: str | None, models: Models, within: tuple[str, ...]) -> Model | None:
    """The model of a member; None inside itself, because a struct that contains itself has no end."""
    return models(name) if name and name not in within and len(within) < MAX_DEPTH else None


def _param(param: Param, models: Models, within: tuple[str, ...]) -> Param:
    model = _member_model(param.model, models, within)
    children = tuple(_as_param(field) for field in model.fields) if model else param.children
    inside = (*within, model.name) if model else within
    return replace(param, children=tuple(_param(child, models, inside) for child in children))


def _field(field: Field, models: Models, within: tuple[str, ...]) -> Field:
    model = _member_model(field.model, models, within)
    children = model.fields if model else field.children
    if not children:
        return field
    inside = (*within, model.name) if model else within
    whole = tuple(_field(child, models, inside) for child in children)
    return replace(field, children=_only(whole, field.only) if field.only else whole)


def _as_param(field: Field) -> Param:
    return Param(
        name=field.name,
        type=field.type,
        platform_type=field.platform_type,
        title=field.title,
        summary=field.summary,
        many=field.many,
        choices=field.choices,
        children=tuple(_as_param(child) for child in field.children),
        model=field.model,
    )


def _only(fields: Iterable[Field], names: Iterable[str]) -> tuple[Field, ...]:
    inside: dict[str, list[str]] = {}
    for name in names:
        first, _dot, rest = name.partition(".")
        inside.setdefault(first, []).extend([rest] if rest else [])
    kept = []
    for field in fields:
        if nested := inside.get(field.name):
            kept.append(replace(field, children=_only(field.children, nested)))
        elif field.name in inside:
            kept.append(field)
    return tuple(kept)
