"""From a text to the call that it describes: finds out what kind of text it is and takes it apart. Nothing raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from topexplorer.core.language import message
from topexplorer.core.signlab.pasted import (
    LONGEST,
    MOST_PARAMETERS,
    SYSTEM_NAMES,
    CodeLanguage,
    Form,
    Pasted,
    Written,
    form_pairs,
    form_warnings,
)
from topexplorer.core.signlab.pastedcode import read_code, read_json
from topexplorer.core.signlab.pastedshell import read_curl, read_http

SECRET_NAMES = frozenset({"appsecret", "secret", "clientsecret", "secretkey", "appkeysecret"})
SIGN_SHAPE = r"[0-9A-Fa-f]{16,160}|[0-9A-Za-z+/_-]{22,88}={1,2}"
_SIGN_NAMES = ("sign", "top_sign", "signature")
_QUERY = re.compile(
    r"""
    \?([^\s"'<>#?=]+=[^\s"'<>#]*                                       # a=b&c=d, then behind a blank
    (?:[ ](?:\d\d:\d\d:\d\d[^\s"'<>#]*                                # a time of day
        |[^"'<>#?=&\r\n]{0,200}&[^\s"'<>#?=&]+=[^\s"'<>#]*))*)         # or the rest of a value and more of the query
    """,
    re.VERBOSE,
)
_CODE_OF: dict[Form, CodeLanguage] = {
    "python": "python",
    "php": "php",
    "java": "java",
    "javascript": "javascript",
    "csharp": "csharp",
    "json": "javascript",
    "url": "shell",
    "form": "shell",
    "http": "shell",
    "curl": "shell",
}


def read(text: str) -> Pasted:
    """The call in `text`. Never raises; what cannot be read at all has `refused`."""
    if len(text) > LONGEST:
        return Pasted("nothing", refused=message("signlab.read.too_long", most=LONGEST))
    text = text.strip("\ufeff\r\n\t \u00a0")
    if not text:
        return Pasted("nothing", refused=message("signlab.read.empty"))
    if re.fullmatch(SIGN_SHAPE, text):
        return Pasted("sign", sign=text)
    best: Written | None = None
    for reader in _readers(text):
        found = reader(text)
        if found and (best is None or _weight(found) > _weight(best)):
            best = found
            if _weight(found) >= 3:
                break
    if best is None or not (best.params or best.body):
        return Pasted("nothing", refused=message("signlab.read.nothing"))
    if len(best.params) > MOST_PARAMETERS:
        return Pasted(best.form, refused=message("signlab.read.too_many", most=MOST_PARAMETERS))
    pasted = _sorted_out(best, text)
    if not (pasted.params or pasted.body or pasted.sign):
        return Pasted("nothing", refused=message("signlab.read.nothing"))
    return pasted


def _weight(found: Written) -> int:
    """How much a reading looks like a call: the system parameters it has, then whether it has any at all."""
    return len(SYSTEM_NAMES & {name for name, _value in found.params}) or min(len(found.params), 1)


def _readers(text: str) -> Iterator[Callable[[str], Written | None]]:
    """The readers that may understand the text, the most particular first."""

    if re.search(r"(?:^|[\s;&|$])curl(?:\.exe)?\s", text):
        yield read_curl
    if re.match(r"(?:GET|POST|PUT) \S+", text):
        yield read_http
    if "^_^" in text:
        yield read_log
    if text[:1] in "{[":
        yield read_json
    if re.search(r"""["'`]\]?\s*(?:=>|[:,=])|\w\s*=\s*["']|\w\s*:\s*["'\d]""", text):
        yield read_code
    if re.search(r"\{\s*[\w.]+=", text):
        yield read_map
    if re.search(r"://|^[/?]", text):
        yield read_url
    if "\n" in text:
        yield read_lines
    yield read_form
    yield read_lines
    yield read_log


def _sorted_out(found: Written, text: str) -> Pasted:
    """The reading with the sign apart, secrets dropped, and what is odd about it said."""
    warnings = list(found.warnings)
    names = [name for name, _value in found.params]
    sign_name = next((name for name in _SIGN_NAMES if name in names), "")
    if not sign_name:
        sign_name = next((name for name in names if name.casefold() in _SIGN_NAMES), "")
    if sign_name and sign_name != "sign":
        warnings.append(message("signlab.read.sign_name", name=sign_name))
    signs = [value.strip() for name, value in found.params if name == sign_name] if sign_name else []
    if any(_is_secret(name) for name in names):
        warnings.append(message("signlab.read.secret_dropped"))
    twice = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice:
        warnings.append(message("signlab.read.twice", names=tuple(twice[:5])))
    kept = [at for at, name in enumerate(names) if name not in (sign_name, "sign") and not _is_secret(name)]
    params = tuple(found.params[at] for at in kept)
    raw = tuple(found.raw[at] for at in kept) if len(found.raw) == len(found.params) else params
    method = dict(params).get("sign_method", "")
    return Pasted(
        form=found.form,
        params=params,
        raw=raw,
        sign=signs[0] if signs else "",
        sign_method="md5" if found.is_callback else method,
        body=found.body,
        files=found.files,
        nulls=found.nulls,
        code=_CODE_OF.get(found.form) or _hinted(text),
        warnings=tuple(warnings),
    )


def _is_secret(name: str) -> bool:
    return re.sub(r"[^a-z]", "", name.casefold()) in SECRET_NAMES


def _hinted(text: str) -> CodeLanguage | None:
    """The language that a log line or lines of settings give away."""
    hints: tuple[tuple[str, CodeLanguage], ...] = (
        (r"com\.taobao|top-sdk-java|\.java\b|java\.", "java"),
        (r"php_sdk|sdk-php|\.php\b|PHP_OS", "php"),
        (r"taobao-sdk-python|Traceback|\.py\b", "python"),
        (r"top-sdk-net|\.cs\b|System\.", "csharp"),
        (r"node_modules|\.js\b|topsdk", "javascript"),
    )
    start = text[:20_000]
    return next((language for pattern, language in hints if re.search(pattern, start)), None)


def read_url(text: str) -> Written | None:
    """The query of the first URL, with the form after it when a second line holds one.

    A program that prints its URL before encoding it leaves blanks in, in the timestamp at least.
    """
    found = _QUERY.search(text)
    if not found:
        return None
    params, raw = form_pairs(found[1])
    rest = text[found.end() :].strip()
    if re.fullmatch(r"[\w.%-]+=[^\s]*", rest):
        more, more_raw = form_pairs(rest)
        params, raw = params + more, raw + more_raw
    return Written("url", params, raw, warnings=form_warnings(raw))


def read_form(text: str) -> Written | None:
    """One line of `a=b&c=d`."""
    if not re.match(r"[\w.%\[\]-]+=", text) or "\n" in text.strip():
        return None
    params, raw = form_pairs(text)
    return Written("form", params, raw, warnings=form_warnings(raw))


def read_lines(text: str) -> Written | None:
    """Lines `name=value` or `name: value`, values as they are; comments with # or ! are passed over."""
    found = []
    for line in text.splitlines():
        parts = re.match(r"\s*([\w.-]+)(?:\s*:[ \t]+|[ \t]*=)(.*)", line)
        if parts and line.lstrip()[:1] not in "#!":
            found.append((parts[1], parts[2].removeprefix(" ") if " =" in line[: parts.start(2)] else parts[2]))
    return Written("lines", tuple(found), tuple(found)) if found else None


def read_map(text: str) -> Written | None:
    """What Java prints for a map: `{a=b, c=d}`."""
    found = re.search(r"\{\s*([\w.]+=.*)\}", text, re.DOTALL) if "}" in text else None
    if not found:
        return None
    pairs = []
    for part in re.split(r", (?=[\w.]+=)", found[1]):
        name, _equals, value = part.partition("=")
        pairs.append((name.strip(), value))
    return Written("java", tuple(pairs), tuple(pairs))


def read_log(text: str) -> Written | None:
    """A line of a log: every URL query, map and form in it, in order, each name once.

    The Java and PHP SDKs write their error logs with `^_^` between the parts.
    """
    params: dict[str, tuple[str, str]] = {}
    for part in re.split(r"\^_\^|[\s\"'|]+", text):
        query = part.partition("?")[2] if "?" in part else part
        if re.match(r"[\w.%-]+=", query) and (("&" in query) or "sign=" in query):
            for (name, value), (_name, written) in zip(*form_pairs(query.rstrip(",;")), strict=True):
                params.setdefault(name, (value, written))
    if not params:
        return None
    pairs = tuple((name, value) for name, (value, _written) in params.items())
    raw = tuple((name, written) for name, (_value, written) in params.items())
    return Written("log", pairs, raw, warnings=form_warnings(raw))
