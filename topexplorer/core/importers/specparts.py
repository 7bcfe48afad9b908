"""What every importer needs to make an API: names that are safe, words in the right language, types, limits.

A `Part` is a parameter or a field as a foreign document has it; `as_param` and `as_field` make the spec's own nouns of
it. A `Budget` ends documents that are too large or too deep to be an API.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple

from topexplorer.core.importers.outcome import Unusable
from topexplorer.core.importers.plaintext import is_chinese, one_line, plain
from topexplorer.core.language import Words, message
from topexplorer.core.spec import Choice, Field, Param, ParamType
from topexplorer.core.specfiles import MAX_DIGITS
from topexplorer.core.text import clean_line
from topexplorer.core.values import GMT8, check_value

MAX_PARTS = 20_000
MAX_ALL_PARTS = 5_000_000
"""For one import: the whole platform has a tenth of it."""
MAX_DEPTH = 30
MAX_TITLE = 200
SHORT_TITLE = {True: 24, False: 60}
"""The longest first clause that is taken as a title: of Chinese text, of other text."""
_METHOD = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,127}")
_NAME = re.compile(r"[\w$*@.:\-]{1,128}")
_TYPE = re.compile(r"[\w.$]{1,128}(\[\])*")
_CLAUSE = re.compile(r"(.+?)(?:[，。；：！？,;:!?\n(（\[【<]|\.\s|$)")
_LONG_AGO = datetime(2000, 1, 1, tzinfo=GMT8)
_KINDS: dict[str, ParamType] = {
    "String": "string",
    "Number": "integer",
    "BigDecimal": "decimal",
    "Price": "price",
    "Boolean": "boolean",
    "Date": "datetime",
    "Json": "json",
    "byte[]": "file",
}
_SPACES = frozenset({"taobao", "tmall", "alibaba", "cainiao", "alipay", "aliexpress", "alitrip", "yunos"})
_ACCESS = {"trade": "trade", "tbtrade": "trade", "logistic": "logistics", "tblogistics": "logistics"}


class Part(NamedTuple):
    """A parameter or a field as a foreign document describes it. `text` is plain."""

    name: str
    platform_type: str
    many: bool = False
    text: str = ""
    required: bool = False
    default: str = ""
    example: str = ""
    limits: tuple[tuple[str, int], ...] = ()
    choices: tuple[Choice, ...] = ()
    children: tuple[Part, ...] = ()


class Budget:
    """Counts the parts of one API, and of all that one import makes of structs that are named many times.

    Raises Unusable when there are too many, or they are nested too deeply.
    """

    def __init__(self, limit: int = MAX_PARTS, within: Budget | None = None) -> None:
        self._limit = self._left = limit
        self._within = within

    def take(self, where: str, depth: int) -> None:
        """One more part, `depth` parts deep."""
        self._left -= 1
        if self._left < 0:
            raise Unusable(where, message("import.too_many_parts", limit=self._limit))
        if self._within:
            self._within.take(where, depth)
        if depth > MAX_DEPTH:
            raise Unusable(where, message("import.too_deep"))


def method_name(value: Any, where: str) -> str:
    """`value` as the name of an API. Raises Unusable."""
    if not isinstance(value, str):
        raise Unusable(where, message("import.no_method"))
    name = value.strip()
    if not _METHOD.fullmatch(name):
        raise Unusable(where, message("import.bad_method", name=shown(name)))
    return name


def part_name(value: Any, where: str) -> str:
    """`value` as the name of a parameter or field. Raises Unusable."""
    name = value.strip() if isinstance(value, str) else ""
    if not _NAME.fullmatch(name) or clean_line(name) != name:
        raise Unusable(where, message("import.bad_name", name=shown(value)))
    return name


def type_name(value: Any, where: str, *, has_children: bool) -> tuple[str, bool]:
    """A written type (`Number []`) as the type's own name and whether it is a list of it. Raises Unusable."""
    written = "".join(value.split()) if isinstance(value, str) else value
    if written is None or written == "":
        return ("Object" if has_children else "String"), False
    if not isinstance(written, str) or not _TYPE.fullmatch(written) or clean_line(written) != written:
        raise Unusable(where, message("import.bad_type", name=shown(value)))
    many = written.endswith("[]") and written != "byte[]"
    return (written.removesuffix("[]") if many else written), many


def shown(value: Any) -> str:
    """The beginning of a foreign value, safe to draw, for a sentence about it."""
    text = clean_line(value if isinstance(value, str) else str(value)[:60])
    return text if len(text) <= 60 else f"{text[:60]}…"


def text_of(value: Any) -> str:
    """The text of a scalar, however it is written; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else ""


def whole_number(value: Any) -> int | None:
    """A limit, written as a number or as text; None for what is none, or too long to be one."""
    if value is None or isinstance(value, bool):
        return None
    text = text_of(value).strip()
    return int(text) if re.fullmatch(r"-?[0-9]+", text, re.ASCII) and len(text) <= MAX_DIGITS else None


def words(text: str) -> Words:
    """The text in its own language; a Language falls back to it."""
    return Words(zh=text, en="") if is_chinese(text) else Words(zh="", en=text)


def title_words(text: str, otherwise: str) -> Words:
    """A title on one line; `otherwise` where there is none."""
    title = one_line(text) or otherwise
    return words(title if len(title) <= MAX_TITLE else f"{title[: MAX_TITLE - 1]}…")


def as_param(part: Part, *, can_choose_fields: bool = False) -> Param:
    """The parameter. An example is kept only when it would pass the checks of a form."""
    title, summary = _title_and_summary(part)
    kind: ParamType = _kind(part, "json")
    if can_choose_fields and part.name == "fields" and kind == "string":
        kind = "fields"
    limits: dict[str, Any] = dict(part.limits)
    param = Param(
        name=part.name,
        type=kind,
        platform_type=part.platform_type,
        title=title,
        summary=summary,
        many=part.many,
        required=part.required,
        default=part.default or None,
        choices=part.choices,
        children=tuple([as_param(child) for child in part.children]),
        **limits,
    )
    if not part.example or any(check_value(param, part.example, _LONG_AGO)):
        return param
    from dataclasses import replace

    return replace(param, example=part.example)


def as_field(part: Part) -> Field:
    """The field of an answer."""
    title, summary = _title_and_summary(part)
    return Field(
        name=part.name,
        type=_kind(part, "object"),
        platform_type=part.platform_type,
        title=title,
        summary=summary,
        many=part.many,
        choices=part.choices,
        example=part.example or None,
        children=tuple([as_field(child) for child in part.children]),
    )


def package_of(method: str) -> str:
    """The package that a method's name suggests: `tbk` for `taobao.tbk.item.get`."""
    first, _dot, rest = method.partition(".")
    second = rest.partition(".")[0]
    return (second if first in _SPACES and "." in rest else first) or method


def package_name(value: Any) -> str:
    """`value` as the id of a package; empty when it cannot be one."""
    name = text_of(value).strip()
    return name if _NAME.fullmatch(name) and clean_line(name) == name else ""


def access_of(package: str) -> str:
    """The rate class of a package's APIs."""
    return _ACCESS.get(package, "basic")


def foreign_text(value: Any) -> str:
    """A description as plain text; empty for anything but text."""
    return plain(value) if isinstance(value, str) else ""


def _title_and_summary(part: Part) -> tuple[Words, Words | None]:
    """The first clause of the text, if it is short enough to be a title, and the text when it says more.

    A clause that begins with a digit explains the first of the allowed values.
    """
    text = part.text
    if not text:
        return words(part.name), None
    clause = _CLAUSE.match(text)
    title = clause[1].strip() if clause else ""
    if not title or title[0].isdigit() or len(title) > SHORT_TITLE[is_chinese(title)]:
        title = part.name
    return words(title), words(text) if text != title else None


def _kind(part: Part, struct: ParamType) -> ParamType:
    """How a part is edited and checked; a struct without members as `struct`."""
    if part.children:
        return "object"
    kind = _KINDS.get(part.platform_type, struct)
    if kind == "integer" and re.fullmatch(r"-?[0-9]+\.[0-9]+", part.example or part.default):
        return "decimal"
    return kind
