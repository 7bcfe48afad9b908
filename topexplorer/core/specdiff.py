"""What changed between two sets of specs, and whether callers notice: for whoever updates a catalog or the platform.

KINDS is the one table: every kind of change and whether it breaks calls that worked or code that reads the answer. The
sentence of a change is the message `contract.change.<kind>`. Words (titles, summaries, examples …) are only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Literal, NamedTuple

from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field, Param
from topexplorer.core.values import Problem, check

Weight = Literal["breaking", "compatible"]
KINDS: Mapping[str, Weight] = {
    "api.gone": "breaking",
    "api.retired": "breaking",
    "session.required": "breaking",
    "now.writes": "breaking",
    "param.gone": "breaking",
    "param.new_required": "breaking",
    "param.required": "breaking",
    "param.type": "breaking",
    "param.single": "breaking",
    "param.list": "breaking",
    "choice.gone": "breaking",
    "choice.only": "breaking",
    "limit.tighter": "breaking",
    "field.gone": "breaking",
    "field.type": "breaking",
    "field.single": "breaking",
    "field.list": "breaking",
    "field.session": "breaking",
    "api.removed": "compatible",
    "api.added": "compatible",
    "api.revived": "compatible",
    "session.looser": "compatible",
    "only.reads": "compatible",
    "access": "compatible",
    "category": "compatible",
    "param.added": "compatible",
    "param.optional": "compatible",
    "param.looser": "compatible",
    "param.many": "compatible",
    "param.default": "compatible",
    "choice.added": "compatible",
    "choice.free": "compatible",
    "limit.looser": "compatible",
    "field.added": "compatible",
    "field.reading": "compatible",
    "field.struct": "compatible",
    "field.no_session": "compatible",
    "value.added": "compatible",
    "value.gone": "compatible",
    "error.added": "compatible",
    "error.gone": "compatible",
}
_UPPER = ("maximum", "max_length", "max_items")
_NEEDS = ("none", "optional", "required")
_WIDER = {
    "string": {"integer", "decimal", "price", "boolean", "datetime", "fields", "json", "object"},
    "decimal": {"integer", "price"},
    "json": {"object"},
    "fields": {"string"},
}
"""The types whose texts a type takes as well as its own."""
_API_WORDS = ("title", "summary", "docs", "related", "uncertain", "changes", "samples", "permissions")
_PART_WORDS = ("title", "summary", "example")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of an API."""

    method: str
    where: str
    """The parameter or field, dotted; empty for the API itself."""
    kind: str
    """Its name in KINDS."""
    values: Mapping[str, object]

    @property
    def weight(self) -> Weight:
        return KINDS[self.kind]

    @property
    def sentence(self) -> Message:
        return message(f"contract.change.{self.kind}", **self.values)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every change, API by API, and how many texts differ."""

    changes: tuple[Change, ...]
    texts: int

    def of(self, weight: Weight) -> tuple[Change, ...]:
        """The changes of that weight."""
        return tuple(change for change in self.changes if change.weight == weight)


class _Text(NamedTuple):
    """A text that differs."""


_TEXT = _Text()
_Step = Change | _Text


def compare(old: Mapping[str, ApiSpec], new: Mapping[str, ApiSpec]) -> Comparison:
    """What is different in `new`. Both hold specs with their models filled in."""
    steps = [
        step for method in dict.fromkeys(chain(old, new)) for step in _api(method, old.get(method), new.get(method))
    ]
    changes = [step for step in steps if isinstance(step, Change)]
    return Comparison(tuple(changes), len(steps) - len(changes))


def new_problems(
    draft: RequestDraft, old: Mapping[str, ApiSpec], new: Mapping[str, ApiSpec], now: datetime
) -> tuple[Problem, ...]:
    """What is wrong with a saved request under `new` that was not under `old`; nothing for an API that `old` lacks."""
    before, after = old.get(draft.api), new.get(draft.api)
    if before is None:
        return ()
    if after is None:
        return () if before.retired else (Problem("", message("contract.change.api.gone")),)
    if after.retired and not before.retired:
        return (Problem("", _retirement(after)),)
    known = {(problem.where, problem.what.key) for problem in check(before, draft, now)}
    return tuple(problem for problem in check(after, draft, now) if (problem.where, problem.what.key) not in known)


def _retirement(spec: ApiSpec) -> Message:
    names = spec.retired.instead if spec.retired else ()
    instead = message("contract.instead", names=names) if names else message("contract.no_instead")
    return message("contract.change.api.retired", instead=instead)


def _api(method: str, old: ApiSpec | None, new: ApiSpec | None) -> Iterator[_Step]:
    if old is None or new is None:
        gone = "api.removed" if old and old.retired else "api.gone"
        yield Change(method, "", gone if old else "api.added", {})
        return
    if old == new:
        return
    if bool(old.retired) != bool(new.retired):
        kind = "api.retired" if new.retired else "api.revived"
        yield Change(method, "", kind, dict(_retirement(new).values) if new.retired else {})
    if old.session != new.session:
        kind = "session.required" if new.session == "required" else "session.looser"
        yield Change(method, "", kind, {"old": old.session, "new": new.session})
    if old.writes != new.writes:
        yield Change(method, "", "now.writes" if new.writes else "only.reads", {})
    for name in ("access", "category"):
        if getattr(old, name) != getattr(new, name):
            yield Change(method, "", name, {"old": getattr(old, name), "new": getattr(new, name)})
    yield from _words(old, new, _API_WORDS)
    if old.retired and new.retired and old.retired != new.retired:
        yield _TEXT
    yield from _params(method, "", old.params, new.params)
    yield from _fields(method, "", old.response, new.response)
    before, after = ({error.sub_code: error for error in spec.errors} for spec in (old, new))
    yield from _known(method, "", "error", before, after)


def _words(old: Any, new: Any, names: Iterable[str]) -> Iterator[_Step]:
    yield from (_TEXT for name in names if getattr(old, name) != getattr(new, name))


def _params(method: str, prefix: str, old: Sequence[Param], new: Sequence[Param]) -> Iterator[_Step]:
    before, after = {param.name: param for param in old}, {param.name: param for param in new}
    for name in dict.fromkeys(chain(before, after)):
        where = f"{prefix}{name}"
        if name not in after:
            yield Change(method, where, "param.gone", {})
        elif name not in before:
            yield Change(method, where, "param.new_required" if after[name].required else "param.added", {})
        elif before[name] != after[name]:
            yield from _param(method, where, before[name], after[name])
            if (before[name].type == "object") == (after[name].type == "object"):
                yield from _params(method, f"{where}.", before[name].children, after[name].children)


def _param(method: str, where: str, old: Param, new: Param) -> Iterator[_Step]:
    def change(kind: str, **values: object) -> Change:
        return Change(method, where, kind, values)

    if old.required != new.required:
        yield change("param.required" if new.required else "param.optional")
    if old.type != new.type:
        yield change(
            "param.looser" if old.type in _WIDER.get(new.type, ()) else "param.type", old=old.type, new=new.type
        )
    if old.many != new.many:
        # One value is a comma list of one entry; one object is no array.
        listed = "param.many" if new.type not in ("object", "json") else "param.list"
        yield change(listed if new.many else "param.single")
    if old.default != new.default:
        yield change("param.default", old=_shown(old.default), new=_shown(new.default))
    yield from _choices(method, where, old, new)
    for name in ("minimum", *_UPPER):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            kind = "limit.tighter" if _is_tighter(name, before, after) else "limit.looser"
            yield change(kind, name=name, old=_shown(before), new=_shown(after))
    yield from _words(old, new, _PART_WORDS)


def _choices(method: str, where: str, old: Param, new: Param) -> Iterator[_Step]:
    before = {choice.value: choice for choice in old.choices}
    after = {choice.value: choice for choice in new.choices}
    if not before or not after:
        if before:
            yield Change(method, where, "choice.free", {})
        elif after:
            yield Change(method, where, "choice.only", {"values": tuple(after)})
        return
    yield from (Change(method, where, "choice.gone", {"value": value}) for value in before if value not in after)
    yield from (Change(method, where, "choice.added", {"value": value}) for value in after if value not in before)
    yield from (_TEXT for value in before if value in after and before[value] != after[value])


def _is_tighter(name: str, old: int | None, new: int | None) -> bool:
    """Whether a limit refuses values that it let through."""
    if old is None or new is None:
        return new is not None
    return new < old if name in _UPPER else new > old


def _fields(method: str, prefix: str, old: Sequence[Field], new: Sequence[Field]) -> Iterator[_Step]:
    before, after = {field.name: field for field in old}, {field.name: field for field in new}
    for name in dict.fromkeys(chain(before, after)):
        where = f"{prefix}{name}"
        if name not in after:
            yield Change(method, where, "field.gone", {})
        elif name not in before:
            yield Change(method, where, "field.added", {})
        elif before[name] != after[name]:
            yield from _field(method, where, before[name], after[name])
            if (before[name].type == "object") == (after[name].type == "object"):
                yield from _fields(method, f"{where}.", before[name].children, after[name].children)


def _field(method: str, where: str, old: Field, new: Field) -> Iterator[_Step]:
    if (old.type, old.platform_type) != (new.type, new.platform_type):
        yield Change(method, where, _retyped(old, new), {"old": _type_name(old), "new": _type_name(new)})
    if old.many != new.many:
        yield Change(method, where, "field.list" if new.many else "field.single", {})
    if old.needs_session != new.needs_session:
        yield Change(method, where, "field.session" if new.needs_session else "field.no_session", {})
    before = {choice.value: choice for choice in old.choices}
    after = {choice.value: choice for choice in new.choices}
    yield from _known(method, where, "value", before, after)
    yield from _words(old, new, _PART_WORDS)


def _retyped(old: Field, new: Field) -> str:
    """What another type means for whoever reads the answer. The platform's own type decides the form on the wire."""
    if (old.type == "object") != (new.type == "object"):
        return "field.type"
    if old.platform_type == new.platform_type:
        return "field.reading"
    # A struct's name is seen on the wire only around the entries of a list.
    return "field.struct" if new.type == "object" and not (old.many and new.many) else "field.type"


def _known(
    method: str, where: str, what: str, before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[_Step]:
    """What a spec knows of, such as error codes. That it says nothing of them at all is a matter of words."""
    if not before or not after:
        yield from (_TEXT for _name in chain(before, after))
        return
    yield from (Change(method, where, f"{what}.gone", {"name": name}) for name in before if name not in after)
    yield from (Change(method, where, f"{what}.added", {"name": name}) for name in after if name not in before)
    yield from (_TEXT for name in before if name in after and before[name] != after[name])


def _type_name(field: Field) -> str:
    return f"{field.type} ({field.platform_type})"


def _shown(value: object) -> object:
    return message("contract.nothing") if value is None else value
