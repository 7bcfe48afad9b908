"""A refusal out of whatever somebody has of it: a code, a sub code, a whole body, a line of a log.

Reads the platform's JSON and XML, JSON inside a log line with its quotes escaped or as Python prints it, the lines that
the platform's SDKs and others write, and the answers of its authorisation server. What looks like a secret is masked
before anything is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from topexplorer.core.call import NoAnswer, Refusal, decode_json
from topexplorer.core.spec import ErrorTable
from topexplorer.core.taint import MASK

LONGEST = 1_000_000
"""Characters that are read."""
_CODE = r"-?[0-9]{1,9}"
_NAMED_SECRET = (
    r"(?i)\b(access_token|refresh_token|session|sessionkey|top_session|app_?secret|sign)"
    r"(\"?'?\s*[:=]\s*\"?'?)[^\s\"'&,;}]+"
)
_TOKEN = r"\b[5-8][0-9][0-9A-Za-z]{30,}\b"
"""An access token begins with 5, 6, 7 or 8 and ends with the number of the user (authorisation guide, doc 102635)."""
_SUB_CODE = r"(?a:\b(?:isv|isp|accesscontrol|subuser)\.\w[\w.-]*(?::\w[\w.-]*)?)"
_KEYS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "errorcode", "error_code", "errcode"),
    "msg": ("msg", "message", "errormsg", "error_msg", "errmsg"),
    "sub_code": ("sub_code", "subcode", "suberrcode"),
    "sub_msg": ("sub_msg", "submsg", "suberrmsg", "sub_message"),
    "request_id": ("request_id", "requestid"),
}
"""How SDKs call the members of an error, in lower case."""
_ANY_NAME = "|".join(key.replace("_", "[ _-]?") for keys in _KEYS.values() for key in keys if key != "message")
_PYTHON_WORDS = {"None": "null", "True": "true", "False": "false"}


def refusal_in(text: str, table: ErrorTable) -> Refusal | None:
    """The refusal that `text` holds; None when nothing in it is one. An unknown code counts."""
    text = masked(text[:LONGEST].strip().removeprefix("\ufeff"))
    for document in (*_documents(text), *_elements(text)):
        if found := _from_members(document):
            return found
    return _alone(text, table) or _from_line(text, table)


def silence_in(text: str) -> NoAnswer | None:
    """A page or a message of something before the gateway, as a NoAnswer; None when `text` is no such thing."""
    start = text.lstrip("\ufeff \t\r\n")[:200].lower()
    if start.startswith(("<!doctype", "<html")):
        return NoAnswer("http", "HTML")
    if found := re.match(r"(?:http(?:/[0-9.]+)?\s*)?([45][0-9]{2})\b(?!\.)", start):
        return NoAnswer("http", f"HTTP {found[1]}") if start.startswith("http") else None
    return None


def answer_in(text: str) -> bool:
    """Whether `text` is an answer of the platform's, and no error at all."""
    return any(
        len(document) == 1 and next(iter(document)).endswith("_response") and "error_response" not in document
        for document in _documents(text[:LONGEST])
    )


def masked(text: str) -> str:
    """`text` without what looks like a session, a secret or a sign."""
    return re.sub(_TOKEN, MASK, re.sub(_NAMED_SECRET, rf"\1\2{MASK}", text))


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object in the text, the outermost ones; escaped ones and those that Python printed too."""
    if text.startswith("{"):
        try:
            document = decode_json(text)
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict):
            yield document
            for value in document.values():
                if isinstance(value, str) and "error_response" in value:
                    yield from _objects(value)
            return
    for form in dict.fromkeys((text, text.replace('\\"', '"'), _as_json(text))):
        found = list(_objects(form))
        if found:
            yield from found
            return


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder(parse_float=str)
    place, tries = text.find("{"), 0
    while place >= 0 and tries < 100:
        tries += 1
        try:
            document, place = decoder.raw_decode(text, place)
            yield document
        except (ValueError, RecursionError):
            place += 1
        place = text.find("{", place)


def _as_json(text: str) -> str:
    """What Python or PHP prints of a mapping, as JSON; good enough for the members of an error."""
    text = re.sub(r"\b(None|True|False)\b", lambda found: _PYTHON_WORDS[found[1]], text)
    return re.sub(r"u?'((?:[^'\\]|\\.)*)'", lambda found: json.dumps(found[1], ensure_ascii=False), text)


def _elements(text: str) -> Iterator[dict[str, Any]]:
    """The members of every XML error in the text."""
    for found in re.finditer(r"<(error_response|response)>(.*?)</\1>", text, re.DOTALL):
        pairs = re.findall(r"<(\w+)>(?:<!\[CDATA\[)?([^<]*?)(?:\]\]>)?</\1>", found[2])
        yield {name: _unescaped(value) for name, value in pairs}


def _unescaped(text: str) -> str:
    for written, meant in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(written, meant)
    return text


def _from_members(document: Mapping[str, Any], depth: int = 0) -> Refusal | None:
    inner = document.get("error_response", document.get("response"))
    if isinstance(inner, dict) and depth < 3:
        return _from_members(inner, depth + 1)
    lowered = {str(name).lower(): value for name, value in document.items()}
    said = {name: _member(lowered, keys) for name, keys in _KEYS.items()}
    if re.fullmatch(_CODE, said["code"]) and (said["msg"] or said["sub_code"] or said["request_id"]):
        return _refusal(int(said["code"]), said)
    if "error" in lowered and isinstance(lowered["error"], str):
        described = _member(lowered, ("error_description",))
        return Refusal(0, lowered["error"], lowered["error"], described or None)
    return None


def _member(document: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    value = next((document[key] for key in keys if key in document), None)
    return "" if value is None or isinstance(value, dict | list) else str(value)


def _refusal(code: int, said: Mapping[str, str]) -> Refusal:
    return Refusal(code, said["msg"], said["sub_code"] or None, said["sub_msg"] or None, said["request_id"] or None)


def _alone(text: str, table: ErrorTable) -> Refusal | None:
    """A code, a sub code or the platform's own words for a code, and nothing else."""
    if found := re.fullmatch(rf"(?i)(?:error(?:[ _-]?code)?|code|错误码?)?\s*[:：=#]?\s*({_CODE})", text):
        return Refusal(int(found[1]), _msg_of(int(found[1]), table))
    if re.fullmatch(_SUB_CODE, text) or any(text == row.prefix for row in table.families if len(row.prefix) > 5):
        code = _code_of(text)
        return Refusal(code, _msg_of(code, table), text)
    row = next((row for row in table.codes if row.msg and text.lower() == row.msg.lower()), None)
    return Refusal(row.code, row.msg) if row else None


def _from_line(text: str, table: ErrorTable) -> Refusal | None:
    """A line that names code and message in some way: `code=27, msg=Invalid session`, `27:Invalid session`."""
    said = {name: _after(text, keys) for name, keys in _KEYS.items()}
    sub_code = said["sub_code"] or next(iter(re.findall(_SUB_CODE, text)), "")
    if re.fullmatch(_CODE, said["code"]):
        return _refusal(int(said["code"]), said | {"sub_code": sub_code})
    named = (row for row in table.codes if row.msg)
    row = next((row for row in named if re.search(rf"\b{row.code}\b\W{{1,4}}{re.escape(row.msg)}", text, re.I)), None)
    if row is None and not sub_code:
        return None
    code = row.code if row else _code_of(sub_code)
    return _refusal(code, said | {"sub_code": sub_code, "msg": said["msg"] or _msg_of(code, table)})


def _after(text: str, keys: tuple[str, ...]) -> str:
    """What follows one of the names and a colon or an equals sign, up to the next name or the end."""
    names = "|".join(key.replace("_", "[ _-]?") for key in keys)
    found = re.search(
        rf"(?i)(?<![\w.])(?:{names})[\"'\]]*\s*(?:=>|[:=])\s*[\"']?(.*?)[\"']?\s*(?=[,;|}}\]\n]|\s\[?(?:{_ANY_NAME})\W|$)",
        text,
    )
    return found[1].strip() if found else ""


def _code_of(sub_code: str) -> int:
    """The code that a sub code usually comes with."""
    return next((code for prefix, code in _CODES.items() if sub_code.startswith(prefix)), 15)


_CODES: Mapping[str, int] = {
    "accesscontrol.": 7,
    "isv.permission-": 11,
    "subuser.": 12,
    "isv.appkey-not-exists": 29,
    "invalid-sessionkey": 27,
    "session-not-exist": 27,
    "isv.r1-": 53,
    "isv.r2-": 53,
    "isv.w1-": 53,
    "isv.w2-": 53,
}


def _msg_of(code: int, table: ErrorTable) -> str:
    return next((row.msg for row in table.codes if row.code == code), "")
