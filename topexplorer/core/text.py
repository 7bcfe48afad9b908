"""Text that came from elsewhere (specs, gateways, files, users) made safe and measurable before it is drawn.

`clean` is the only sanitiser: terminals act on control bytes, and stock widgets and plain `print` pass ESC and C1
through. Nothing is dropped silently: what cannot be drawn is shown as a visible sign.
"""

from __future__ import annotations

import re
import unicodedata

# C0 without tab and newline, DEL, C1, bidi controls, surrogates, and everything that Unicode lists as invisible but for
# the two signs that say whether an emoji is drawn as text or as a picture.
_UNSAFE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_UNSAFE_LINE = _UNSAFE[:-1] + "\t\n]"


def _sign(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<{code:04X}>"


def clean(text: str) -> str:
    """`text` with every control, bidi and invisible character shown as a sign; tabs and newlines stay."""
    return re.sub(_UNSAFE, _sign, text)


def clean_line(text: str) -> str:
    """`clean` for places that hold one line: tabs and newlines become signs too."""
    return re.sub(_UNSAFE_LINE, _sign, text)


def cell_width(text: str) -> int:
    """How many terminal cells `text` takes: two for wide and full-width characters, none for combining ones."""
    return len(text) if text.isascii() else sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    category = unicodedata.category(char)
    if category[0] == "M":
        return 0
    if category == "Cn":
        # Not assigned when this Python was made: newer emoji and ideographs are wide, the rest is not.
        return 2 if "\U0001f000" <= char <= "\U0003ffff" else 1
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fit(text: str, cells: int) -> str:
    """`text` cut or padded to exactly `cells` terminal cells; a cut ends in `…`."""
    width = cell_width(text)
    if width <= cells:
        return text + " " * (cells - width)
    if cells <= 0:
        return ""
    kept, used = [], 0
    for char in text:
        char_cells = _char_width(char)
        if used + char_cells > cells - 1:
            break
        kept.append(char)
        used += char_cells
    return "".join(kept) + "…" + " " * (cells - used - 1)


def size_text(count: int) -> str:
    """A byte count a person can read: `812 B`, `2.1 KB`, `10.0 MB` (1 KB is 1,024 bytes)."""
    amount = float(count)
    for unit in ("B", "KB", "MB"):
        if round(amount, 1) < 1024:
            return f"{count} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"


_FULL_WIDTH = {0x3000: " ", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}}


def ascii_number(text: str) -> str:
    """Digits and signs typed with a Chinese input method (`１２３．５`) as the ASCII ones they mean.

    Only full-width forms: a sign that merely resembles a digit (`5²`) must not become another number.
    """
    return text.translate(_FULL_WIDTH).strip()
