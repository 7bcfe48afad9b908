"""How programs spell one value differently: JSON, numbers, truth, time, escapes. Each gives texts that differ."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from topexplorer.core.values import DATE_FORM, GMT8

LONGEST_JSON = 100_000
SMALL_JSON = 10_000
_NUMBER = "\x00number:"
_NUMBER_WRITTEN = re.compile(r'"\\u0000number:([^"]*)"')
_LAYOUTS: tuple[tuple[str, tuple[str, str], int | str | None], ...] = (
    ("compact", (",", ":"), None),
    ("spaced", (", ", ": "), None),
    ("half-spaced", (",", ": "), None),
    ("indented-2", (",", ": "), 2),
    ("indented-4", (",", ": "), 4),
    ("indented-tab", (",", ": "), "\t"),
)
_HTML_SAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "=": "\\u003d", "'": "\\u0027"}


def json_spellings(text: str) -> Iterator[tuple[str, str]]:
    """`text` as other programs write the same JSON, each with its marks: spaced, sorted, escaped, slashes, indented.

    Numbers stay as they were written, and several marks may give one text. Nothing for what is no object or list.
    """
    if text[:1] not in ("{", "[") or len(text) > LONGEST_JSON:
        return
    try:
        value = json.loads(text, parse_float=_number, parse_int=_number)
        yield from _json_written(value, _LAYOUTS if len(text) < SMALL_JSON else _LAYOUTS[:2])
        yield repr(json.loads(text)), "repr"
    except (ValueError, RecursionError):
        return


def _number(digits: str) -> str:
    return _NUMBER + digits


def _json_written(
    value: Any, layouts: tuple[tuple[str, tuple[str, str], int | str | None], ...]
) -> Iterator[tuple[str, str]]:
    for sort in (False, True):
        for layout, separators, indent in layouts:
            for ascii_only in (False, True):
                made = json.dumps(value, ensure_ascii=ascii_only, sort_keys=sort, separators=separators, indent=indent)
                made = _NUMBER_WRITTEN.sub(r"\1", made)
                marks = "+".join(filter(None, (layout, "sorted" * sort, "escaped" * ascii_only)))
                yield made, marks
                yield made.replace("/", "\\/"), f"{marks}+slashes"
                if ascii_only:
                    yield re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), made), f"{marks}+upper"
                yield re.sub("[<>&=']", lambda found: _HTML_SAFE[found[0]], made), f"{marks}+html"


def _as_number(form: Callable[[Decimal], str], pattern: str) -> Callable[[str], str]:
    return lambda text: form(Decimal(text)) if re.fullmatch(pattern, text, re.ASCII) else text


def _float(number: Decimal) -> str:
    return repr(float(number))


_DECIMAL, _WHOLE = r"-?\d{1,20}\.\d{1,10}", r"-?\d{1,15}"
DECIMAL_FORMS: tuple[Callable[[str], str], ...] = (
    _as_number(_float, _DECIMAL),
    _as_number(lambda number: f"{number.normalize():f}", _DECIMAL),
    _as_number(lambda number: f"{number:.2f}", _DECIMAL),
    _as_number(lambda number: f"{number:.1f}", _DECIMAL),
    _as_number(lambda number: str(number.normalize()), _DECIMAL),
    _as_number(lambda number: str(int(number)), _DECIMAL),
    _as_number(lambda number: f"{number:.4f}", _DECIMAL),
    _as_number(lambda number: f"{number:.6f}", _DECIMAL),
    _as_number(lambda number: f"{number:,}", _DECIMAL),
)
"""A decimal as other types print it: 10.00 as 10.0, 10, 10.00, 10.0, 1E+1, 10 …"""
WHOLE_FORMS: tuple[Callable[[str], str], ...] = (
    _as_number(_float, _WHOLE),
    _as_number(lambda number: f"{number:.2f}", _WHOLE),
    _as_number(lambda number: f"{float(number):.6e}", _WHOLE),
    _as_number(lambda number: f"{number:,}", _WHOLE),
)


TRUTH_FORMS: tuple[Mapping[str, str], ...] = (
    {"true": "True", "false": "False"},
    {"True": "true", "False": "false"},
    {"true": "1", "false": ""},
    {"true": "1", "false": "0"},
    {"True": "1", "False": "0"},
    {"true": "TRUE", "false": "FALSE"},
    {"true": "yes", "false": "no"},
)
"""Truth values as Python, JavaScript, PHP, databases and people write them."""
BIT_FORMS: tuple[Mapping[str, str], ...] = ({"1": "true", "0": "false"}, {"1": "True", "0": "False"}, {"0": ""})


def time_spellings(text: str) -> Iterator[tuple[str, str]]:
    """A timestamp as another form or another moment of the same second, each with a name for the difference."""
    if re.fullmatch(r"\d{13}", text, re.ASCII):
        moment = datetime.fromtimestamp(int(text) / 1000, GMT8)
        yield moment.strftime(DATE_FORM), "text"
        yield text[:10], "seconds"
        for step in range(1, 21):
            yield str(int(text) + step), "moment"
            yield str(int(text) - step), "moment"
        return
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text, re.ASCII):
        return
    try:
        moment = datetime.strptime(text, DATE_FORM).replace(tzinfo=GMT8)
        seconds = int(moment.timestamp())
        for step in (-1, 1, -2, 2, -3, 3):
            yield (moment + timedelta(seconds=step)).strftime(DATE_FORM), "moment"
        yield (moment - timedelta(hours=8)).strftime(DATE_FORM), "zone"
        yield (moment + timedelta(hours=8)).strftime(DATE_FORM), "zone"
    except (ValueError, OverflowError):
        return
    yield f"{seconds}000", "ms"
    yield str(seconds), "seconds"
    yield text.replace(" ", "T"), "iso"


def _upper_escapes(text: str) -> str:
    return re.sub("[\u0080-\U0010ffff]", lambda found: _utf16_escape(found[0]), text)


def _utf16_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def _quoted(safe: str) -> Callable[[str], str]:
    return lambda text: quote(text, safe=safe, errors="replace")


def _small_hex(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quote_plus(text, errors="replace"))


URL_ENCODINGS: tuple[Callable[[str], str], ...] = (
    lambda text: quote_plus(text, errors="replace"),
    _quoted(""),
    _quoted("/"),
    _quoted("!'()*"),
    lambda text: quote_plus(text, safe="*", errors="replace").replace("~", "%7E"),
    lambda text: quote_plus(text, safe="!()*", errors="replace").replace("~", "%7E"),
    _small_hex,
    _quoted(";,/?:@&=+$-_.!~*'()#"),
)
"""Python's quote_plus and quote, JavaScript's encodeURIComponent, Java's and .NET's encoders, encodeURI."""


def url_decoded(text: str) -> str:
    """A value that still holds `%E6` as what that stands for; anything else as it is."""
    return unquote_plus(text, errors="replace") if re.search("%[0-9a-fA-F]{2}", text) else text


def html_escaped(text: str) -> str:
    """As PHP's htmlspecialchars and Java's template engines do."""
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(char, entity)
    return text


def backslashed(text: str) -> str:
    """As PHP's addslashes does."""
    return re.sub(r"([\\'\"])", r"\\\1", text)


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def compatible(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def without_emoji(text: str) -> str:
    return re.sub("[\U00010000-\U0010ffff]", "", text)


def unicode_escaped(text: str) -> str:
    """Everything beyond ASCII as `\\uXXXX`."""
    return text if text.isascii() else _upper_escapes(text)


def camel(name: str) -> str:
    """`num_iid` as `numIid`."""
    return re.sub(r"_+([a-zA-Z0-9])", lambda found: found[1].upper(), name)


def doubled_emoji(text: str) -> str:
    """Each character beyond the first plane as two that no charset has."""
    return re.sub("[\U00010000-\U0010ffff]", "\ufffe\ufffe", text)


def halved_emoji(text: str) -> str:
    """Each character beyond the first plane as its two UTF-16 halves."""
    return re.sub("[\U00010000-\U0010ffff]", lambda found: _halves(found[0]), text)


def _halves(char: str) -> str:
    code = ord(char) - 0x10000
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))
