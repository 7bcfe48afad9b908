"""Signs that go the other way: what the platform sends to a seller's own address, and the TMC message connection.

Sources: what the platform's own Java SDK does with a callback (`SpiUtils`), and three public TMC clients.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from urllib.parse import unquote_plus

from topexplorer.core.call import Secret
from topexplorer.core.language import message
from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.pasted import Pairs, form_pairs
from topexplorer.core.signlab.pastedshell import signed_headers
from topexplorer.core.signlab.steps import Steps, outline

_SIGNED_WHOLE = ("application/json", "text/xml", "application/xml", "text/plain")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Callback:
    """What the platform sends to a seller's own address. Names of `headers` may be in any case."""

    query: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content_type: str = ""
    body: str = field(default="", repr=False)


def read_callback(text: str, body: str = "") -> Callback:
    """A callback from a whole HTTP request, or from its address or query alone with the `body` beside it.

    Without a Content-Type the body is taken for JSON or XML by how it begins, else for a form.
    """
    head, _blank, rest = text.strip("\ufeff\r\n\t ").replace("\r\n", "\n").partition("\n\n")
    if "\r\n\r\n" in text:
        rest = text.partition("\r\n\r\n")[2]
    first, *lines = head.split("\n")
    found = re.match(r"(?:GET|POST|PUT)\s+(\S+)", first)
    address = found[1] if found else first.strip()
    query = (address.partition("?")[2] if "?" in address else address).partition("#")[0]
    headers = {name.strip(): value.strip() for name, _colon, value in (line.partition(":") for line in lines) if value}
    body = body or rest
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    guessed = {"{": "application/json", "[": "application/json", "<": "text/xml"}.get(body.lstrip()[:1], _FORM)
    return Callback(query, headers, kind or (guessed if body else ""), body)


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
    return outline("callback", "md5", secret, tuple(merged.items()), body, tuple(left_out), charset, assumed)


def callback_sign(callback: Callback) -> str:
    """The sign that came with a callback; empty when there is none."""
    found = re.search(r"(?:^|&)sign=([^&]*)", callback.query)
    return unquote_plus(found[1]) if found else ""


def tmc_steps(secret: Secret, app_key: str, group_name: str, timestamp: str) -> Steps:
    """The sign of a TMC connection: md5 over the app key, the group and 13-digit milliseconds, and nothing else."""
    pairs = (("app_key", app_key), ("group_name", group_name), ("timestamp", timestamp))
    return outline("tmc", "md5", secret, pairs, assumed=(message("signlab.assumed.tmc"),))


def _charset_of(content_type: str) -> str:
    """UTF-8, or GBK where the content type says GB2312, GBK or GB18030."""
    found = re.search(r"charset\s*=\s*\"?([\w-]+)", content_type, re.IGNORECASE)
    return "gbk" if found and found[1].lower().startswith("gb") else "utf-8"
