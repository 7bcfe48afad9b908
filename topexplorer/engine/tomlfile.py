"""Reading the TOML files that people edit: a broken one is named with its place and the reason, never a traceback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from topexplorer.core.errors import ConfigError
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line

MAX_BYTES = 4 * 1024 * 1024
_LONG_KEY = r"""(?<![\w-])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[\w-]++)[ \t]*+\.[ \t]*+){20}"""
"""No key of ours has more than three parts, and the parser takes minutes for thousands of them."""
_PLACE = r"(?s:(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\))"


_FAULTS = (
    ("Invalid statement", "statement"),
    ("Expected newline or end of document.*", "line_end"),
    ("Cannot (declare|overwrite|mutate|redefine).*|Duplicate inline table key.*|There is no nest.*", "twice"),
    (r"Expected '\]{1,2}'.*", "bracket"),
    ("Expected '='.*", "equals"),
    ("Invalid initial character.*", "key"),
    ("Unclosed array", "array"),
    ("Unclosed inline table", "table"),
    ("Unescaped.*|Invalid hex value|Escaped character.*", "escape"),
    ("Unterminated string|Expected [^=]*", "string"),
    ("(Found invalid|Illegal) character.*", "character"),
    ("Invalid date.*", "date"),
    ("Invalid value", "value"),
)
"""What the parser says, and the end of the message that says it in the person's language."""


class Unfit(ValueError):
    """A value that its key cannot take. `where` is the path below the key."""

    def __init__(self, reason: Message, where: str = "") -> None:
        super().__init__(reason.key)
        self.reason = reason
        self.where = where


def read_text(path: Path) -> str:
    """The text of the file, line ends as they are. Raises FileNotFoundError, or ConfigError saying what is wrong."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(broken(path, None, message("toml.too_large", limit=MAX_BYTES // 2**20)))
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise
    except UnicodeDecodeError:
        raise ConfigError(broken(path, None, message("toml.not_utf8"))) from None
    except OSError as error:
        reason = message("toml.unreadable", detail=error.strerror or str(error))
        raise ConfigError(broken(path, None, reason)) from None


def parse_toml(path: Path, text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """`text`, the content of `path`, as a document. Raises ConfigError naming the file, the place and the reason."""
    import tomllib

    if re.search(_LONG_KEY, text):
        raise ConfigError(broken(path, None, message("toml.too_deep")))
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except RecursionError:
        raise ConfigError(broken(path, None, message("toml.too_deep"))) from None
    except tomllib.TOMLDecodeError as error:
        what, where = str(error), None
        if place := re.fullmatch(_PLACE, what):
            what = place["what"]
            where = message("toml.end")
            if place["line"]:
                where = message("toml.place", line=place["line"], column=place["column"])
        raise ConfigError(broken(path, where, message("toml.invalid", detail=_fault(what)))) from None
    except ValueError:  # Python reads no decimal number of so many digits
        raise ConfigError(broken(path, None, message("toml.long_number"))) from None


def _fault(said: str) -> Message | str:
    """What the parser found wrong; in its own words where it is a parser that says something else."""
    key = next((key for pattern, key in _FAULTS if re.fullmatch(pattern, said, re.DOTALL)), None)
    return message(f"toml.fault.{key}") if key else clean_line(said)


def broken(path: Path, where: Message | str | None, reason: Message) -> Message:
    """The sentence about a file of the user's that cannot be used: file, place (if there is one), reason."""
    file = clean_line(str(path))
    if where is None:
        return message("file.broken", file=file, reason=reason)
    place = clean_line(where) if isinstance(where, str) else where
    return message("file.broken_at", file=file, where=place, reason=reason)


def unknown_key(key: str, known: Iterable[str]) -> Message:
    """Says that a file has no such key, and which one was probably meant."""
    from difflib import get_close_matches

    name, names = clean_line(key), tuple(known)
    if near := get_close_matches(key, names, 1):
        return message("config.unknown_key_near", name=name, near=near[0])
    return message("config.unknown_key", name=name, known=names)


def one_of(value: object, choices: Iterable[str]) -> str:
    """`value` when it is one of these texts. Raises Unfit."""
    allowed = tuple(choices)
    if not isinstance(value, str) or value not in allowed:
        raise Unfit(message("config.choice", choices=allowed))
    return value
