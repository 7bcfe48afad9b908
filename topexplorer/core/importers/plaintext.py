"""Foreign text made plain: HTML to text, control and invisible characters out, blanks in order.

Takes time in proportion to the length of the text, whatever it holds. (The standard HTML parser does not: on text
that opens thousands of tags and closes none, it looks for each end anew.)
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from topexplorer.core.text import clean

_BREAKS = frozenset(
    "address article aside blockquote br dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p "
    "pre section table tbody tfoot thead tr ul".split()
)
_HIDDEN = frozenset("iframe noscript object script style template title".split())
_INLINE = frozenset(
    "a abbr b big body button center cite code col colgroup del em embed font head html i img input ins kbd label "
    "link mark meta option q s samp select small span strike strong sub sup textarea tt u var wbr".split()
)
_BESIDE = frozenset({"td", "th"})
_TOKEN = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>=]*=[^<>]*|\s*/?)>")
_BLANKS = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def plain(text: str) -> str:
    """`text` without markup: tags dropped, `<br>` and blocks as line breaks, scripts and styles left out.

    What only resembles markup (`List<String>`, `a < b`) stays.
    """
    if "<" in text:
        text = "".join(_visible(text))
    if "&" in text:
        text = _unescaped(text)
    text = _BLANKS.sub(" ", raw(text))
    if "\n" in text:
        text = _EMPTY_LINES.sub("\n\n", "\n".join(line.strip() for line in text.split("\n")))
    return text.strip()


def one_line(text: str) -> str:
    """`plain` text on one line."""
    return " ".join(plain(text).split())


def raw(text: str) -> str:
    """`text` as it stands, without characters that would act on a terminal or cannot be seen; line ends are `\\n`."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if clean(text) == text:
        return text
    return "".join(char for char in text if _is_drawn(char))


def is_chinese(text: str) -> bool:
    """Whether the text has Chinese characters."""
    return _HAN.search(text) is not None


@lru_cache(1024)
def _is_drawn(char: str) -> bool:
    return clean(char) == char


def _visible(text: str) -> list[str]:
    """The pieces of `text` that a browser would show."""
    pieces: list[str] = []
    end, hidden = 0, ""
    for found in _TOKEN.finditer(text):
        if found.start() < end:
            continue
        if not hidden:
            pieces.append(text[end : found.start()])
        name = (found[2] or "").lower()
        if hidden:
            if found[1] and name == hidden:
                hidden = ""
        elif not name:
            close = text.find("-->", found.end())
            end = len(text) if close < 0 else close + 3
            continue
        elif name in _HIDDEN:
            hidden = "" if found[1] else name
        elif name in _BREAKS:
            pieces.append("\n")
        elif name in _BESIDE:
            pieces.append(" ")
        elif name not in _INLINE:
            pieces.append(found[0])
        end = found.end()
    if not hidden:
        pieces.append(text[end:])
    return pieces


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:
        # A reference to a character with thousands of digits.
        return text
