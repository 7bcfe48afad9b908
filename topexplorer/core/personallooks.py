"""Where a text holds what looks personal, whatever it is called: mobiles, phones with an area code, id cards, mail.

A number may be joined to letters of another script, to what says that it is a phone, or to either by a hyphen. Joined
to another number or to a word it is part of an order number, a price or a time and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from topexplorer.core.fakes import check_digit
from topexplorer.core.personalnames import SPARED, Kind

_NEAR = 300
_JOINED = 24
"""Characters before a number that are looked at."""
_END = r"(?:-\d{1,6})?(?![0-9A-Za-z]|[_-]+(?!1[3-9]\d{9}(?!\d))[0-9A-Za-z])"
"""An extension, and then no word."""
_DIGITS: Mapping[Kind, re.Pattern[str]] = {
    "mobile": re.compile(rf"1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}{_END}", re.ASCII),
    "phone": re.compile(rf"0(?:\d{{2,3}}-|(?:10|2\d|[3-9]\d\d) )\d{{7,8}}{_END}", re.ASCII),
    "idcard": re.compile(
        r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\w)", re.ASCII
    ),
}
"""What looks like it, if nothing of the sort stands before it."""
_COUNTRY = re.compile(r"(?:\+|00)?86[- ]?$")
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[bfnrt])")
_ENDS_IN_ESCAPE = re.compile(rf"(?:{_ESCAPE.pattern}|%[0-9a-fA-F]{{2}})$")
_CALLED = re.compile(
    r"(?<![0-9A-Za-z])(?:tel|telephone|phone|mobile|mob|cell|cellphone|call|contact|fax|dianhua|shouji|sj|wx|vx|weixin"
    r"|wechat|alipay)$",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,10}(?!\w)", re.ASCII)


def looks(text: str) -> list[tuple[int, int, Kind]]:
    """Where something stands that looks personal, in order. In a document it is never a part of an escape."""
    found: list[tuple[int, int, Kind]] = []
    for kind, pattern in _DIGITS.items():
        last = -1
        for match in pattern.finditer(text):
            start = match.start()
            if kind == "mobile" and (country := _COUNTRY.search(text, max(0, start - 6), start)):
                start = country.start()
            if not _begins(text, start, last):
                continue
            if kind != "idcard" or check_digit(match[0][:17]) == match[0][17:].upper():
                last = match.end()
                found.append((start, last, kind))
    at = text.find("@")
    while at >= 0:
        for match in _EMAIL.finditer(text, max(0, at - 65), at + 200):
            if match.start() < at < match.end():
                escape = _ESCAPE.match(text, max(0, match.start() - 1), at)
                found.append((escape.end() if escape else match.start(), match.end(), "email"))
        at = text.find("@", at + 1)
    return sorted(found)


def _begins(text: str, start: int, last: int) -> bool:
    """Whether a number may begin there: joined to no word of ASCII, or to the number that ends `last`."""
    near = text[max(0, start - _JOINED) : start].rstrip("_.-")
    if not (near[-1:].isascii() and near[-1:].isalnum()):
        return True
    end = max(0, start - _JOINED) + len(near)
    return end == last or (_ENDS_IN_ESCAPE.search(near) or _CALLED.search(near)) is not None


def may_be_phone(text: str, at: int) -> bool:
    """Whether digits at that place of a document can be a phone number: in a text, and not under a number's name."""
    near = text[max(0, at - _NEAR) : at]
    tag, colon = near.rfind(">"), near.rfind(":")
    while colon > tag and near[:colon].rstrip()[-1:] != '"':
        colon = near.rfind(":", 0, colon)
    if colon > tag:
        named = near[:colon].rstrip()[:-1].rstrip("\\")
        return _is_in_string(near[colon:]) and SPARED.search(named[named.rfind('"') + 1 :]) is None
    if tag < 0:
        return near.rstrip(" \t\r\n-")[-1:] not in ("[", ",", "")
    return SPARED.search(near[near.rfind("<", 0, tag) + 1 : tag].partition(" ")[0]) is None


def _is_in_string(behind_key: str) -> bool:
    """Whether a string of JSON, or of JSON in a string of JSON, has begun and not ended."""
    escaped = behind_key.count('\\"')
    return escaped % 2 == 1 or (behind_key.count('"') - escaped) % 2 == 1
