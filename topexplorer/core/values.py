"""Between the text in a form and the text on the wire: one meaning for form, command line and sandbox.

`wire` turns what was typed into what is sent; `check` lists what is wrong with a draft. Nothing here refuses to send:
an explorer must be able to make a wrong call. Numbers stay text, so 19 digits are never rounded. Dates are GMT+8,
whatever zone the machine is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from topexplorer.core.call import SYSTEM_PARAMS, RequestDraft, TimestampForm, decode_json
from topexplorer.core.fieldchoice import parts_of
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field, Param, field_paths, find_field
from topexplorer.core.text import ascii_number

GMT8 = timezone(timedelta(hours=8), "GMT+8")
_EPOCH = datetime(1970, 1, 1, 8, tzinfo=GMT8)
_MILLISECOND = timedelta(milliseconds=1)
DATE_FORM = "%Y-%m-%d %H:%M:%S"
YES = frozenset({"true", "yes", "y", "1", "on", "是", "对"})
NO = frozenset({"false", "no", "n", "0", "off", "否", "不"})
_RELATIVE = r"(?a:([+-])\s*(\d{1,6})\s*([smhdw]))"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_INTEGER = r"[+-]?[0-9]+"
_DECIMAL = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_HALF_CHARACTER = "[\ud800-\udfff]"
_PRICE = r"[0-9]+(\.[0-9]{1,2})?"
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a draft: inline in a form, printed by the command line, an error code in the sandbox."""

    where: str
    """The parameter, dotted and indexed inside objects: `items[2].price`."""
    what: Message
    severity: Severity = "error"
    missing: bool = False
    """Required and not there; otherwise it is there and wrong."""


class BadValue(ValueError):
    """A text that cannot become a wire value; `problem` says why."""

    def __init__(self, problem: Message) -> None:
        super().__init__(problem.key)
        self.problem = problem


def timestamp(now: datetime, form: TimestampForm) -> str:
    """`now` as the system parameter: `yyyy-MM-dd HH:mm:ss` in GMT+8, or 13-digit milliseconds."""
    # Whole numbers throughout: as a float, the last microseconds of a second round up to the next one.
    return str((now - _EPOCH) // _MILLISECOND) if form == "ms" else now.astimezone(GMT8).strftime(DATE_FORM)


def wire(param: Param, text: str, now: datetime) -> str:
    """What is sent for `text`. Raises BadValue. `now` anchors relative dates such as `-3d`."""
    if param.type == "object" or param.type == "json":
        return text.strip()
    if param.type == "fields" or param.many:
        return ",".join(_convert(param, part, now) for part in parts_of(text))
    return _convert(param, text, now)


def _convert(param: Param, text: str, now: datetime) -> str:
    return _CONVERT.get(param.type, _string)(text, now)


def _string(text: str, now: datetime) -> str:
    return text


def _matching(pattern: str, key: str) -> Callable[[str, datetime], str]:
    def convert(text: str, now: datetime) -> str:
        number = ascii_number(text)
        if not re.fullmatch(pattern, number):
            raise BadValue(message(key, text=text))
        return number

    return convert


def _boolean(text: str, now: datetime) -> str:
    word = ascii_number(text).lower()
    if word in YES:
        return "true"
    if word in NO:
        return "false"
    raise BadValue(message("check.boolean", text=text))


def parse_datetime(text: str, now: datetime) -> datetime:
    """A moment from what a person types, in GMT+8 unless it names a zone. Raises BadValue.

    `now`, `today`, `yesterday`; `-3d`, `+2h`, `-30m` from now; `2026-11-01`, `2026-11-01 08:30[:00]`; ISO 8601 with a
    zone; 13-digit milliseconds.
    """
    typed = ascii_number(text).lower()
    here = now.astimezone(GMT8).replace(microsecond=0)
    midnight = here.replace(hour=0, minute=0, second=0)
    words = {"now": here, "现在": here, "today": midnight, "今天": midnight}
    words["yesterday"] = words["昨天"] = midnight - timedelta(days=1)
    if typed in words:
        return words[typed]
    try:
        if relative := re.fullmatch(_RELATIVE, typed):
            distance = timedelta(**{_UNITS[relative[3]]: int(relative[2])})
            return here - distance if relative[1] == "-" else here + distance
        if re.fullmatch(r"[0-9]{13}", typed):
            return datetime.fromtimestamp(int(typed) / 1000, GMT8)
        moment = datetime.fromisoformat(typed.replace("/", "-").upper())
        return moment.astimezone(GMT8) if moment.tzinfo else moment.replace(tzinfo=GMT8)
    except (ValueError, OverflowError):
        raise BadValue(message("check.datetime", text=text)) from None


def _datetime(text: str, now: datetime) -> str:
    # Not strftime: it writes the year 1 without zeros.
    return parse_datetime(text, now).replace(tzinfo=None).isoformat(" ", "seconds")


_CONVERT: dict[str, Callable[[str, datetime], str]] = {
    "integer": _matching(_INTEGER, "check.integer"),
    "decimal": _matching(_DECIMAL, "check.decimal"),
    "price": _matching(_PRICE, "check.price"),
    "boolean": _boolean,
    "datetime": _datetime,
}


def check(spec: ApiSpec, draft: RequestDraft, now: datetime) -> tuple[Problem, ...]:
    """Everything wrong with `draft`, in the order of the form. An API outside the catalog has no rules to break."""
    values = draft.sent_values()
    problems = list(_check_lacking(spec, draft))
    for param in spec.params:
        if param.name in draft.lacking:
            continue
        text = draft.sent_files().get(param.name) if param.type == "file" else values.get(param.name)
        if text and param.type == "fields" and parts_of(text):
            problems.extend(check_fields(spec, param, text))
        else:
            problems.extend(_check_param(param, text, now))
    known = {param.name for param in spec.params}
    for name, text in values.items():
        if name in SYSTEM_PARAMS:
            problems.append(Problem(name, message("check.system_param", name=name), "warning"))
        elif name not in known and (spec.params or spec.response):
            problems.append(Problem(name, message("check.unknown_param", name=name), "warning"))
        if re.search(_HALF_CHARACTER, text):
            problems.append(Problem(name, message("check.half_character"), "warning"))
    return tuple(problems)


def errors(spec: ApiSpec, values: Mapping[str, str], files: Collection[str], now: datetime) -> list[Problem]:
    """What a gateway refuses in these values and the names of files: what `check` finds, without the warnings."""
    problems: list[Problem] = []
    for param in spec.params:
        name = param.name
        text = (name if name in files else "") if param.type == "file" else values.get(name, "")
        if not text.strip():
            problems.extend(_check_absence(param, param.name))
        elif param.type != "fields" or not parts_of(text):
            problems.extend(problem for problem in check_value(param, text, now) if problem.severity == "error")
    return problems


def _check_param(param: Param, text: str | None, now: datetime) -> Iterator[Problem]:
    return _check_absence(param, param.name) if text is None else check_value(param, text, now)


def _check_lacking(spec: ApiSpec, draft: RequestDraft) -> Iterator[Problem]:
    """Without a row that it had, a write would be another one."""
    for name in draft.lacking:
        param = spec.param(name)
        severity: Severity = "error" if spec.writes or (param and param.required) else "warning"
        yield Problem(name, message("check.left_out"), severity)


def _check_absence(param: Param, where: str) -> Iterator[Problem]:
    if param.required:
        yield Problem(where, message("check.missing", name=where), missing=True)


def check_value(param: Param, text: str, now: datetime, where: str | None = None) -> Iterator[Problem]:
    """What is wrong with one typed value."""
    where = where or param.name
    if param.type in ("object", "json"):
        yield from _check_document(param, text, now, where)
        return
    try:
        sent = wire(param, text, now)
    except BadValue as error:
        yield Problem(where, error.problem)
        return
    listed = param.many or param.type == "fields"
    if listed and not sent:
        yield from _check_absence(param, where)
        return
    parts = sent.split(",") if listed else [sent]
    if param.max_items is not None and len(parts) > param.max_items:
        yield Problem(where, message("check.max_items", limit=param.max_items, count=len(parts)))
    for part in parts:
        yield from _check_limits(param, part, where)


def _check_limits(param: Param, text: str, where: str) -> Iterator[Problem]:
    if param.max_length is not None and len(text) > param.max_length:
        yield Problem(where, message("check.max_length", limit=param.max_length, count=len(text)))
    if param.choices and text not in {choice.value for choice in param.choices}:
        allowed = [choice.value for choice in param.choices]
        yield Problem(where, message("check.choice", text=text, choices=tuple(allowed[:8])))
    bounded = param.minimum is not None or param.maximum is not None
    if bounded and param.type in ("integer", "decimal", "price"):
        from decimal import Decimal

        number = Decimal(text)
        if param.minimum is not None and number < param.minimum:
            yield Problem(where, message("check.minimum", limit=param.minimum))
        if param.maximum is not None and number > param.maximum:
            yield Problem(where, message("check.maximum", limit=param.maximum))


def _check_document(param: Param, text: str, now: datetime, where: str) -> Iterator[Problem]:
    try:
        yield from tuple(_document_problems(param, decode_json(text), now, where))
    except (ValueError, RecursionError) as error:
        yield Problem(where, message("check.json", detail=str(error)))


def _document_problems(param: Param, document: Any, now: datetime, where: str) -> Iterator[Problem]:
    if param.type == "json":
        return
    if param.many:
        if not isinstance(document, list):
            yield Problem(where, message("check.json_array"))
            return
        if param.max_items is not None and len(document) > param.max_items:
            yield Problem(where, message("check.max_items", limit=param.max_items, count=len(document)))
        for index, entry in enumerate(document):
            yield from _check_object(param, entry, now, f"{where}[{index}]")
    else:
        yield from _check_object(param, document, now, where)


def _check_object(param: Param, document: Any, now: datetime, where: str) -> Iterator[Problem]:
    if not isinstance(document, dict):
        yield Problem(where, message("check.json_object"))
        return
    for child in param.children:
        place = f"{where}.{child.name}"
        value = document.get(child.name)
        if value is None or value == "":
            yield from _check_absence(child, place)
        else:
            yield from check_value(child, member_text(child, value), now, place)
    known = {child.name for child in param.children}
    for name in document if known else ():
        if name not in known:
            yield Problem(f"{where}.{name}", message("check.unknown_param", name=name), "warning")


def member_text(child: Param, value: Any) -> str:
    """The text a form shows for a member of an object: plain for scalars, JSON for objects, commas for lists."""
    import json

    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and child.type not in ("object", "json"):
        return ",".join(member_text(child, entry) for entry in value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return str(value)


def selectable_fields(spec: ApiSpec) -> tuple[tuple[str, Field], ...]:
    """What a `fields` parameter may name, dotted for nested structs: the members of the structs in the answer."""
    roots = tuple(field for field in spec.response if field.children)
    if not roots:
        return tuple(field_paths(spec.response))
    seen: dict[str, Field] = {}
    for root in roots:
        for path, field in field_paths(root.children):
            seen.setdefault(path, field)
    return tuple(seen.items())


def named_field(spec: ApiSpec, name: str) -> tuple[str, Field] | None:
    """The field that a `fields` parameter means by `name`, as `selectable_fields` has it; None when there is none."""
    roots = [field.children for field in spec.response if field.children] or [spec.response]
    return next((found for fields in roots if (found := find_field(fields, name))), None)


def check_fields(spec: ApiSpec, param: Param, text: str) -> Iterator[Problem]:
    """Field names the answer does not know: the gateway ignores some and refuses others, so this is a warning."""
    for name in parts_of(text) if spec.response else ():
        if name != "*" and not named_field(spec, name):
            yield Problem(param.name, message("check.unknown_field", name=name), "warning")
