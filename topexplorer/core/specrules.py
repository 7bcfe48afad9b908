"""What a spec file must keep beyond its schema: the rules that one API, one model or one table is held to.

Each function yields a `Note` per fault, with the JSON path inside the file and the values of the rule's sentence.
Rules look at a file as it is written; where a shared model matters, at what becomes of it in the catalog.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from topexplorer.core.call import SYSTEM_PARAMS
from topexplorer.core.catalog import Catalog
from topexplorer.core.language import Words
from topexplorer.core.resolving import resolved
from topexplorer.core.spec import ApiSpec, Choice, ErrorTable, Field, Model, Param, Platform
from topexplorer.core.values import GMT8, check_fields, check_value

ANY_DAY = datetime(2026, 1, 1, tzinfo=GMT8)
"""What `-3d` in an example is counted from; whether it passes does not depend on it."""
METHOD = r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+"
_NAME = r"[^\s,，=]+"
_HAN = "[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
_LATIN_RUN = r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){3}"
_MARKUP = re.compile(
    r"</?(?:a|b|br|div|em|font|i|img|li|ol|p|span|strong|table|td|th|tr|u|ul)\b[^<>]*>|&(?:amp|gt|lt|nbsp|quot);",
    re.IGNORECASE,
)
_FILLERS = frozenset("a an and api by for from in interface of one or some that the this to with".split())
_ZH_FILLERS = re.compile("[\\s\\W]|的|接口|参数|字段|api", re.IGNORECASE)
_NUMBERS = frozenset({"integer", "decimal", "price"})


class Note(NamedTuple):
    """A rule that is broken."""

    rule: str
    where: str
    values: Mapping[str, object]


def note(rule: str, where: str, **values: object) -> Note:
    """Shorthand for a Note."""
    return Note(rule, where, values)


def api_notes(spec: ApiSpec, catalog: Catalog) -> Iterator[Note]:
    """What is wrong with an API, as its file has it."""
    if not re.fullmatch(METHOD, spec.method):
        yield note("bad-method", "$.method", text=spec.method)
    whole = resolved(spec, catalog.model)
    yield from _documented(spec)
    yield from _parts(spec.params, "$.params", catalog)
    yield from _top_params(spec)
    yield from _values(spec.params, whole.params, "$.params", whole)
    yield from _parts(spec.response, "$.response", catalog)
    yield from _changes(spec)
    yield from _relations(spec, catalog)
    yield from twice([error.sub_code for error in spec.errors], "$.errors")
    yield from _wording(spec, "$")


def model_notes(model: Model, catalog: Catalog) -> Iterator[Note]:
    """What is wrong with a shared model."""
    yield from _parts(model.fields, "$.fields", catalog)
    yield from _wording(model, "$")


def platform_notes(platform: Platform, catalog: Catalog) -> Iterator[Note]:
    """What is wrong with a platform.json."""
    for name in ("gateways", "rate_classes", "categories"):
        yield from twice([row.name for row in getattr(platform, name)], f"$.{name}")
    yield from _parts(platform.system_params, "$.system_params", catalog)
    nothing = ApiSpec(
        method="", title=platform.title, summary=platform.title, category="", session="none", access="", writes=False
    )
    yield from _values(platform.system_params, platform.system_params, "$.system_params", nothing)
    yield from _wording(platform, "$")


def error_notes(table: ErrorTable) -> Iterator[Note]:
    """What is wrong with an errors.json."""
    yield from twice([str(row.code) for row in table.codes], "$.codes")
    yield from twice([row.prefix for row in table.families], "$.families")
    yield from _wording(table, "$")


def _documented(spec: ApiSpec) -> Iterator[Note]:
    if spec.method.casefold() in (spec.title.zh.strip().casefold(), spec.title.en.strip().casefold()):
        yield note("title-is-method", "$.title")
    elif _repeats_name(spec.summary, spec.method):
        yield note("repeats", "$.summary")
    if spec.docs is None and spec.retired is None:
        yield note("no-docs", "$.docs")
    elif spec.docs is not None and not re.match(r"https?://[^\s/]+", spec.docs):
        yield note("bad-docs", "$.docs", text=spec.docs)


def _top_params(spec: ApiSpec) -> Iterator[Note]:
    for place, param in enumerate(spec.params):
        where = f"$.params[{place}]"
        if param.name in SYSTEM_PARAMS:
            yield note("system-parameter", f"{where}.name", name=param.name)
        if param.required and param.example is None and param.type != "file":
            yield note("no-example", where, name=param.name)


def _parts(parts: Sequence[Param | Field], where: str, catalog: Catalog) -> Iterator[Note]:
    """Parameters or fields, with their members."""
    yield from twice([part.name for part in parts], where)
    for place, part in enumerate(parts):
        inside = f"{where}[{place}]"
        if not re.fullmatch(_NAME, part.name):
            yield note("bad-name", f"{inside}.name", text=part.name)
        if isinstance(part, Param) and part.summary is None:
            yield note("no-summary", inside, name=part.name)
        yield from _choices(part.choices, f"{inside}.choices")
        yield from _members(part, inside, catalog)
        if isinstance(part, Field):
            yield from _only(part, f"{inside}.only", catalog)
            yield from _field_example(part, f"{inside}.example")
        yield from _parts(part.children, f"{inside}.children", catalog)


def _choices(choices: Sequence[Choice], where: str) -> Iterator[Note]:
    yield from twice([choice.value for choice in choices], where)
    if len({choice.title is None for choice in choices}) > 1:
        bare = next(choice for choice in choices if choice.title is None)
        yield note("untitled-choices", where, value=bare.value)


def _members(part: Param | Field, where: str, catalog: Catalog) -> Iterator[Note]:
    if part.model and catalog.model(part.model) is None:
        yield note("unknown-model", f"{where}.model", name=part.model)
    if part.model and part.children:
        yield note("model-and-children", f"{where}.children", name=part.name, model=part.model)
    if part.type == "object" and not (part.model or part.children):
        yield note("no-members", where, name=part.name)
    elif part.type != "object" and (part.model or part.children):
        yield note("members-of-a-scalar", f"{where}.type", name=part.name, type=part.type)


def _only(field: Field, where: str, catalog: Catalog) -> Iterator[Note]:
    yield from twice(field.only, where)
    model = catalog.model(field.model) if field.model else None
    if field.model and model is None:
        return
    for place, name in enumerate(field.only):
        if not _is_member(name, model.fields if model else field.children, catalog):
            yield note("unknown-only", f"{where}[{place}]", name=name, model=field.model or field.name)


def _is_member(path: str, known: Iterable[Field], catalog: Catalog) -> bool:
    head, dot, rest = path.partition(".")
    field = next((field for field in known if field.name == head), None)
    if field is None or not dot:
        return field is not None
    model = catalog.model(field.model) if field.model else None
    return _is_member(rest, model.fields if model else field.children, catalog)


def _field_example(field: Field, where: str) -> Iterator[Note]:
    if field.example is None:
        return
    alike = Param(
        name=field.name,
        type=field.type,
        platform_type=field.platform_type,
        title=field.title,
        many=field.many,
        choices=field.choices,
    )
    for problem in check_value(alike, field.example, ANY_DAY):
        yield note("bad-example", where, text=field.example, reason=problem.what)


def _values(params: Sequence[Param], whole: Sequence[Param], where: str, api: ApiSpec) -> Iterator[Note]:
    """Examples, defaults and limits. `whole` are the same parameters with their models' members."""
    for place, (param, full) in enumerate(zip(params, whole, strict=True)):
        inside = f"{where}[{place}]"
        yield from _limits(param, inside)
        for name in ("example", "default"):
            text = getattr(param, name)
            if text is not None:
                yield from _value(full, text, f"{inside}.{name}", f"bad-{name}", api)
        if not param.model:
            yield from _values(param.children, full.children, f"{inside}.children", api)


def _value(param: Param, text: str, where: str, rule: str, api: ApiSpec) -> Iterator[Note]:
    for problem in check_value(param, text, ANY_DAY):
        yield note(rule, where, text=text, reason=problem.what)
    if param.type == "fields":
        for problem in check_fields(api, param, text):
            yield note("unknown-field", where, name=problem.what.values["name"])


def _limits(param: Param, where: str) -> Iterator[Note]:
    if param.minimum is not None and param.maximum is not None and param.minimum > param.maximum:
        yield note("crossed-limits", f"{where}.minimum", minimum=param.minimum, maximum=param.maximum)
    for name in ("max_length", "max_items"):
        limit = getattr(param, name)
        if limit is not None and limit < 1:
            yield note("bad-limit", f"{where}.{name}", name=name, limit=limit)
    for name, counts in (
        ("minimum", param.type in _NUMBERS),
        ("maximum", param.type in _NUMBERS),
        ("max_items", param.many or param.type == "fields"),
    ):
        if getattr(param, name) is not None and not counts:
            yield note("idle-limit", f"{where}.{name}", name=name, type=param.type)


def _changes(spec: ApiSpec) -> Iterator[Note]:
    yield from twice(spec.changes, "$.changes")
    for place, name in enumerate(spec.changes):
        if spec.param(name) is None:
            yield note("unknown-change", f"$.changes[{place}]", name=name)
    if spec.changes and not spec.writes:
        yield note("changes-of-a-read", "$.changes")
    elif spec.writes and spec.params and not spec.changes:
        yield note("no-changes", "$.changes")


def _relations(spec: ApiSpec, catalog: Catalog) -> Iterator[Note]:
    """What is named beside this API. A method outside the catalog may be named: the platform has thousands."""
    entries = catalog.entries
    instead = spec.retired.instead if spec.retired else ()
    for where, names in (("$.related", spec.related), ("$.retired.instead", instead)):
        yield from twice(names, where)
        for place, name in enumerate(names):
            inside = f"{where}[{place}]"
            if name == spec.method:
                yield note("names-itself", inside)
            elif name not in entries and not re.fullmatch(METHOD, name):
                yield note("bad-related", inside, text=name)
            elif names is spec.related and not spec.retired and name in entries and entries[name].retired:
                yield note("related-retired", inside, name=name)
    if spec.retired and not any(name in entries and not entries[name].retired for name in instead):
        yield note("dead-end", "$.retired.instead")


def twice(names: Sequence[str], where: str) -> Iterator[Note]:
    """What stands a second time in a list of names."""
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name in seen:
            yield note("duplicate", f"{where}[{place}]", name=name)
        seen.add(name)


def _wording(noun: Any, where: str) -> Iterator[Note]:
    """Every text in both languages, of this noun and all that is in it."""
    texts: dict[str, Words] = {}
    for name in _attributes(noun.__class__):
        value = getattr(noun, name)
        if isinstance(value, Words):
            texts[name] = value
            yield from _written(value, f"{where}.{name}")
        elif isinstance(value, tuple):
            for place, entry in enumerate(value):
                if hasattr(entry, "__dataclass_fields__"):
                    yield from _wording(entry, f"{where}.{name}[{place}]")
        elif hasattr(value, "__dataclass_fields__"):
            yield from _wording(value, f"{where}.{name}")
    title = texts.pop("title", None)
    for name, text in texts.items() if title else ():
        if title and _repeats(text, title):
            yield note("repeats", f"{where}.{name}")


@cache
def _attributes(shape: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(shape))


def _written(words: Words, where: str) -> Iterator[Note]:
    if not words.zh.strip() or not words.en.strip():
        yield note("missing-language", where, language="zh" if not words.zh.strip() else "en")
        return
    zh_is_foreign = not re.search(_HAN, words.zh) and bool(re.search(_LATIN_RUN, words.zh))
    en_is_foreign = len(re.findall(_HAN, words.en)) > len(re.findall("[A-Za-z]", words.en))
    if zh_is_foreign or en_is_foreign:
        yield note("wrong-language", where, language="zh" if zh_is_foreign else "en")
    if found := _MARKUP.search(f"{words.zh}\n{words.en}"):
        yield note("markup", where, text=found[0])


def _repeats(text: Words, title: Words) -> bool:
    """Whether the text, in one of the languages, says nothing that the title does not say."""
    chinese = _ZH_FILLERS.sub("", text.zh)
    return bool(chinese and chinese == _ZH_FILLERS.sub("", title.zh)) or _says_no_more(text.en, title.en)


def _repeats_name(summary: Words, method: str) -> bool:
    return _says_no_more(summary.en, method)


def _says_no_more(text: str, known: str) -> bool:
    said = _stems(text)
    return bool(said) and said <= _stems(known)


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return {word.removesuffix("s") for word in words if word not in _FILLERS}
