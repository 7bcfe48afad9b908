"""What a developer pasted, as the parameters of a call: the nouns that reading gives and the solver takes.

`reading.read` makes a `Pasted` of a URL, a form body, a raw HTTP request, a curl line, a line of an SDK's log, a dict,
array or map in Python, PHP, Java, JavaScript or C#, a JSON object, lines `name=value`, or only a sign. The order stays
as pasted. Nothing is run: an expression that is no literal is left out and named. An app secret is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from typing import Literal
from urllib.parse import unquote_plus

from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass

Pairs = tuple[tuple[str, str], ...]
Form = Literal[
    "url",
    "form",
    "http",
    "curl",
    "log",
    "python",
    "php",
    "java",
    "javascript",
    "csharp",
    "json",
    "lines",
    "sign",
    "nothing",
]
CodeLanguage = Literal["python", "php", "java", "javascript", "shell", "csharp"]
LONGEST = 1_000_000
"""Characters of a text that is still read."""
MOST_PARAMETERS = 2_000
SYSTEM_NAMES = frozenset(
    "method app_key timestamp format v sign_method sign simplify session partner_id target_app_key".split()
)


@dataclass(frozen=True, slots=True)
class Written:
    """What one reader found, before names with a meaning are taken out. `raw` holds values as they were written."""

    form: Form
    params: Pairs = field(repr=False)
    raw: Pairs = field(default=(), repr=False)
    body: str = field(default="", repr=False)
    files: Pairs = ()
    nulls: tuple[str, ...] = ()
    is_callback: bool = False
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Pasted:
    """The call that a text describes. `refused` says in one sentence why the text was not read."""

    form: Form
    params: Pairs = field(default=(), repr=False)
    """Names and values as the gateway would receive them, in the order of the text, without `sign`."""
    raw: Pairs = field(default=(), repr=False)
    """The same as they were written: percent-encoded in a URL."""
    sign: str = field(default="", repr=False)
    sign_method: str = ""
    """As the text says; a callback of the platform is always md5. Empty when it does not say."""
    body: str = field(default="", repr=False)
    """A body that is signed as a whole: JSON, XML or a batch."""
    files: Pairs = ()
    nulls: tuple[str, ...] = ()
    """Names whose value was null: most programs do not send them."""
    code: CodeLanguage | None = None
    """The language to answer in, where the text shows one."""
    warnings: tuple[Message, ...] = ()
    refused: Message | None = None

    def get(self, name: str) -> str | None:
        """The first value of that name."""
        return next((value for key, value in self.params if key == name), None)

    def with_params(self, params: Iterable[tuple[str, str]]) -> Pasted:
        """The same sign for the parameters of a draft, where the text has none of its own."""
        pairs = tuple(pair for pair in params if pair[0] != "sign")
        method = self.sign_method or dict(pairs).get("sign_method", "")
        return replace(self, params=pairs, raw=pairs, sign_method=method)


def form_pairs(form: str) -> tuple[Pairs, Pairs]:
    """The pairs of a urlencoded form, decoded, and as they were written. Bytes that are not UTF-8 become U+FFFD."""
    decoded, raw = [], []
    for part in form.split("&"):
        if part:
            name, _equals, value = part.partition("=")
            raw.append((name, value))
            decoded.append((unquote_plus(name), unquote_plus(value)))
    return tuple(decoded), tuple(raw)


def form_warnings(raw: Pairs) -> tuple[Message, ...]:
    """What is odd about the values of a form: a bare `+`, which arrives as a space; bytes that are not UTF-8."""
    broken = tuple(name for name, value in raw if "%" in value and "\ufffd" in unquote_plus(value))
    return (message("signlab.read.not_utf8", names=broken[:5]),) if broken else ()
