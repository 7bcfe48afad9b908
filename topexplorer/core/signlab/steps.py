"""How a sign comes about, one step after the other, as a person can follow it with pencil and paper.

Nothing here shows a secret: the app secret and the session are masked, and the sign itself is a `Secret` that a face
may show where the keys are made up. Sources: the platform's call guide (doc 101617), the batch guide (doc 104350), and
for callbacks and TMC what the platform's own Java SDK does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Literal
from urllib.parse import unquote_plus

from topexplorer.core import signing
from topexplorer.core.call import MASK, SECRET_PARAMS, Secret
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.evidence import masked, spellings
from topexplorer.core.signlab.making import OF_METHOD
from topexplorer.core.signlab.pasted import Pairs, form_pairs
from topexplorer.core.signlab.pastedshell import signed_headers

Dialect = Literal["call", "body", "batch", "callback", "tmc"]
FIRST_BYTES = 16
_SIGNED_WHOLE = ("application/json", "text/xml", "application/xml", "text/plain")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: what, and what comes out, as rows of a name and a text. Texts are foreign."""

    name: str
    what: Message
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """All the steps to one sign, in order. `assumed` says what no public source states."""

    dialect: Dialect
    method: str
    steps: tuple[Step, ...]
    left_out: tuple[tuple[str, Message], ...]
    text: str
    """What is digested, masked, with the masked secret where md5 puts it."""
    byte_count: int
    """Of the text without the secret, in the charset that is signed."""
    sign: Secret = field(repr=False)
    assumed: tuple[Message, ...] = ()

    def step(self, name: str) -> Step:
        """The step of that name: sorted, left_out, body, joined, bytes, digest. Raises StopIteration."""
        return next(step for step in self.steps if step.name == name)


@dataclass(frozen=True, slots=True)
class Callback:
    """What the platform sends to a seller's own address. Names of `headers` may be in any case."""

    query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content_type: str = ""
    body: str = field(default="", repr=False)


def call_steps(
    method: str,
    secret: Secret,
    params: Iterable[tuple[str, str]],
    *,
    files: Iterable[str] = (),
    body: str = "",
    batch: bool = False,
) -> Steps:
    """A call, with the body that is signed behind its parameters for JSON, XML and batches.

    Raises KeyError for a sign method that the platform does not have.
    """
    pairs = tuple(params)
    left_out = [
        (name, message("sign.left_out.sign")) for name in dict.fromkeys(name for name, _ in pairs) if name == "sign"
    ]
    left_out += [(name, message("sign.left_out.file")) for name in files]
    left_out += [(name, message("signlab.left_out.empty_kept")) for name, value in pairs if not value]
    dialect: Dialect = "batch" if batch else "body" if body else "call"
    return _steps(dialect, method, secret, pairs, body, tuple(left_out))


def callback_steps(secret: Secret, callback: Callback) -> Steps:
    """How the receiver of a callback computes the sign that stands in the query: always md5.

    `top-sign-list` names headers that are signed too; forms join the parameters, other texts are signed whole, and the
    charset is that of the Content-Type.
    """
    headers = {name.lower(): value for name, value in callback.headers.items()}
    kind = callback.content_type.split(";")[0].strip().lower()
    charset = _charset_of(callback.content_type)
    signed = signed_headers(headers)
    query, _raw = form_pairs(callback.query)
    form: Pairs = form_pairs(callback.body)[0] if kind == _FORM else ()
    body = callback.body if kind in _SIGNED_WHOLE else ""
    left_out = [("sign", message("sign.left_out.sign"))] if any(name == "sign" for name, _value in query) else []
    if callback.body and not form and not body:
        left_out.append(("body", message("signlab.left_out.body", kind=kind)))
    assumed = () if charset == "utf-8" else (message("signlab.assumed.charset", charset=charset),)
    merged = {**dict(signed), **dict(query), **dict(form)}
    return _steps("callback", "md5", secret, tuple(merged.items()), body, tuple(left_out), charset, assumed)


def tmc_steps(secret: Secret, app_key: str, group_name: str, timestamp: str) -> Steps:
    """The sign of a TMC connection: md5 over the app key, the group and 13-digit milliseconds, and nothing else."""
    pairs = (("app_key", app_key), ("group_name", group_name), ("timestamp", timestamp))
    assumed = (message("signlab.assumed.tmc"),)
    return _steps("tmc", "md5", secret, pairs, "", (), "utf-8", assumed)


def callback_sign(callback: Callback) -> str:
    """The sign that came with a callback; empty when there is none."""
    found = re.search(r"(?:^|&)sign=([^&]*)", callback.query)
    return unquote_plus(found[1]) if found else ""


def _steps(
    dialect: Dialect,
    method: str,
    secret: Secret,
    pairs: Pairs,
    body: str,
    left_out: tuple[tuple[str, Message], ...],
    charset: str = "utf-8",
    assumed: tuple[Message, ...] = (),
) -> Steps:
    scheme = signing.SCHEMES[method]
    hidden = spellings([secret.reveal(), *(value for name, value in pairs if name in SECRET_PARAMS)])
    ordered = signing.sorted_pairs(pairs)
    text = signing.base_string(pairs, body)
    data = _encoded(text, charset)
    shown = masked(text, hidden)
    shown = f"{MASK}{shown}{MASK}" if scheme.wraps else shown
    sign = scheme.digest(_encoded(secret.reveal(), charset), data).upper()
    rows = tuple((name, MASK if name in SECRET_PARAMS and value else masked(value, hidden)) for name, value in ordered)
    first = masked_bytes(data, hidden, charset)
    steps = [Step("sorted", message("signlab.step.sorted", n=len(rows)), rows)]
    if body:
        kind = "batch" if dialect == "batch" else "whole"
        steps.append(Step("body", message(f"signlab.step.body.{kind}"), (("body", masked(body, hidden)),)))
    around = "wraps" if scheme.wraps else "key"
    steps += [
        Step("joined", message(f"signlab.step.joined.{around}"), (("text", shown),)),
        Step("bytes", message("signlab.step.bytes", n=len(data), charset=charset.upper()), (("hex", first),)),
        Step("digest", message(f"signlab.step.digest.{around}", digest=OF_METHOD[method].label, n=scheme.length)),
    ]
    return Steps(dialect, method, tuple(steps), left_out, shown, len(data), Secret(sign), assumed)


def masked_bytes(data: bytes, hidden: Iterable[str], charset: str) -> str:
    """The first bytes in hex; stars from where something begins that must not be seen."""
    ends = [at for text in hidden if (at := data.find(_encoded(text, charset))) >= 0]
    end = min([FIRST_BYTES, *ends])
    return data[:end].hex(" ") + (" …" if len(data) > end else "")


def _charset_of(content_type: str) -> str:
    """UTF-8, or GBK where the content type says GB2312, GBK or GB18030."""
    found = re.search(r"charset\s*=\s*\"?([\w-]+)", content_type, re.IGNORECASE)
    return "gbk" if found and found[1].lower().startswith("gb") else "utf-8"


def _encoded(text: str, charset: str) -> bytes:
    return text.encode("utf-8", "surrogatepass") if charset == "utf-8" else text.encode(charset, "replace")
