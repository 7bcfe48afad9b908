"""Both sides of the wire of one kind of gateway, in one object, so that client and sandbox cannot drift apart.

A dialect encodes a draft and decodes a reply (the client), parses an incoming call and wraps an outgoing answer (the
sandbox). `GATEWAYS` lists the dialects; an environment names one. Pure: bytes in, nouns out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes

from topexplorer.core import envelope, signing
from topexplorer.core.call import (
    SECRET_PARAMS,
    SYSTEM_PARAMS,
    Answer,
    Credentials,
    FilePart,
    NoAnswer,
    Outcome,
    Refusal,
    RequestDraft,
    SignedRequest,
    TimestampForm,
    WireFormat,
    decode_json,
)
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.taint import Taint
from topexplorer.core.values import timestamp

_CODE = r"-?[0-9]{1,9}"
LARGE = 256 * 1024
"""Bodies above this many bytes are not decoded on arrival: only their envelope is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """All that encoding needs. `values` are wire texts."""

    draft: RequestDraft
    environment: str
    url: str
    version: str
    values: Mapping[str, str]
    files: tuple[FilePart, ...]
    credentials: Credentials
    sign_method: str
    timestamp_form: TimestampForm
    now: datetime


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A call as the far end received it: raw pairs, before anything is believed."""

    params: tuple[tuple[str, str], ...]
    file_names: tuple[str, ...] = ()
    body: str = ""
    """The raw text of a body that is signed as a whole (JSON, XML, batch); empty for forms."""

    def get(self, name: str) -> str | None:
        """The first value of that name, None when absent."""
        return next((value for key, value in self.params if key == name), None)


class Gateway(Protocol):
    """A dialect."""

    @property
    def name(self) -> str: ...

    def encode(self, call: Unsigned) -> SignedRequest: ...

    def decode(self, request: SignedRequest, status: int, body: bytes) -> Outcome: ...

    def parse(self, query: bytes, content_type: str, body: bytes) -> IncomingCall: ...

    def wrap(self, method: str, content: Mapping[str, Any], style: envelope.Style) -> bytes: ...

    def refuse(self, refusal: Refusal, style: envelope.Style) -> bytes: ...


@dataclass(frozen=True, slots=True)
class TopGateway:
    """The Taobao Open Platform: one address, `method` names the API, errors come with HTTP 200."""

    name: str = "top"

    def encode(self, call: Unsigned) -> SignedRequest:
        """The signed request for a draft. Empty values are left out; file bytes are sent but not signed."""
        draft, keys = call.draft, call.credentials
        system = {
            "method": draft.api,
            "app_key": keys.app_key,
            "timestamp": timestamp(call.now, call.timestamp_form),
            "format": draft.format,
            "v": call.version,
            "sign_method": call.sign_method,
        }
        if draft.simplify:
            system["simplify"] = "true"
        if keys.session:
            system["session"] = keys.session.reveal()
        values = {name: text for name, text in call.values.items() if name not in SYSTEM_PARAMS and text.strip()}
        pairs = [(_whole(name), _whole(text)) for name, text in (*system.items(), *values.items())]
        sign = signing.sign(call.sign_method, keys.app_secret.reveal(), pairs)
        return SignedRequest(
            draft=draft,
            url=call.url,
            params=(*pairs, ("sign", sign)),
            files=call.files,
            base_string=signing.base_string(pairs),
            left_out=tuple(self._left_out(call)),
            environment=call.environment,
            sign_method=call.sign_method,
            signed_at=call.now,
            taint=Taint((*keys.secrets(), *(text for name, text in pairs if name in SECRET_PARAMS))),
        )

    @staticmethod
    def _left_out(call: Unsigned) -> Iterator[tuple[str, Message]]:
        yield "sign", message("sign.left_out.sign")
        for part in call.files:
            yield part.name, message("sign.left_out.file")
        for name in call.draft.values:
            if name in SYSTEM_PARAMS:
                if name != "sign":
                    yield name, message("sign.left_out.system")
            elif name in call.draft.off:
                yield name, message("sign.left_out.off")
            elif not call.values.get(name, "").strip():
                yield name, message("sign.left_out.empty")

    def decode(self, request: SignedRequest, status: int, body: bytes) -> Outcome:
        """What a reply means. Anything that is neither an answer nor an error_response is a NoAnswer."""
        if status != 200 and not body.strip():
            return NoAnswer("http", f"HTTP {status}", body)
        try:
            text_form = self._format_of(body)
            if text_form == "xml":
                return self._decode_xml(body)
            return self._decode_json(body, request.draft.simplify)
        except (ValueError, RecursionError) as error:
            return NoAnswer("unreadable" if status == 200 else "http", f"HTTP {status} · {error}", body)

    @staticmethod
    def _format_of(body: bytes) -> WireFormat:
        start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start[:5].lower() == b"<html" or start[:9].lower() == b"<!doctype":
            raise ValueError("HTML")
        return "xml" if start.startswith(b"<") else "json"

    def _decode_json(self, body: bytes, simplify: bool) -> Outcome:
        if len(body) > LARGE and (answer := self._large_answer(body, simplify)):
            return answer
        document = decode_json(body)
        if not isinstance(document, dict):
            raise ValueError("not an object")
        if "error_response" in document:
            return _refusal(document["error_response"], body)
        roots = [name for name in document if name.endswith("_response")]
        if len(document) == 1 and roots and isinstance(document[roots[0]], dict):
            return Answer(body, "json", roots[0], _text(document[roots[0]].get("request_id")))
        if not simplify:
            raise ValueError("no response envelope")
        return Answer(body, "json", None, _text(document.get("request_id")))

    @staticmethod
    def _large_answer(body: bytes, simplify: bool) -> Answer | None:
        """The answer when a look at the envelope shows that it is one; what is anything else needs a full look."""
        try:
            root, request_id = envelope.peek(body.removeprefix(b"\xef\xbb\xbf"))
        except ValueError:
            return None
        if root == "error_response" or (root is None and not simplify):
            return None
        return Answer(body, "json", root, request_id)

    def _decode_xml(self, body: bytes) -> Outcome:
        from topexplorer.core.xmltree import decode_xml

        root, content = decode_xml(body)
        if root == "error_response":
            return _refusal(content, body)
        if not root.endswith("_response"):
            raise ValueError("no response envelope")
        return Answer(body, "xml", root, _text(content.get("request_id")) if isinstance(content, dict) else None)

    def parse(self, query: bytes, content_type: str, body: bytes) -> IncomingCall:
        """Query and body of a call as pairs, query first. Raises UnicodeDecodeError when they are not UTF-8.

        Urlencoded and multipart forms give pairs; any other body is signed as a whole. A name without `=` is no
        parameter: else `a=b` and `a&b` would have the same sign, because names and values are signed with nothing
        between.
        """
        pairs = form_pairs(query, bare=False)
        kind = content_type.split(";")[0].strip().lower()
        if kind == "multipart/form-data":
            fields, files = envelope.multipart(content_type, body)
            return IncomingCall((*pairs, *fields), files)
        if not kind or kind == "application/x-www-form-urlencoded":
            return IncomingCall((*pairs, *form_pairs(body, bare=False)))
        return IncomingCall(tuple(pairs), body=body.decode("utf-8"))

    def wrap(self, method: str, content: Mapping[str, Any], style: envelope.Style) -> bytes:
        """An answer in the platform's envelope. Lists in `content` already stand as the style wants them."""
        return envelope.render(envelope.response_root(method), content, style)

    def refuse(self, refusal: Refusal, style: envelope.Style) -> bytes:
        """An `error_response`."""
        parts = {
            "code": refusal.code,
            "msg": refusal.msg,
            "sub_code": refusal.sub_code,
            "sub_msg": refusal.sub_msg,
            "request_id": refusal.request_id,
        }
        content = {name: value for name, value in parts.items() if value is not None}
        return envelope.render("error_response", content, style)


MOST_PARAMETERS = 5000
SHORT = 500
"""Characters of a text that is worth remembering."""


def form_pairs(form: bytes, bare: bool = True) -> list[tuple[str, str]]:
    """The pairs of a urlencoded form, blank values too, and unless they are not wanted `bare` names without `=`. Raises
    ValueError for bytes that are not UTF-8, and for a form of more than MOST_PARAMETERS.

    As `urllib.parse.parse_qsl` reads it, in a third of the time: a gateway does this for every call.
    """
    if form.count(b"&") >= MOST_PARAMETERS:
        raise ValueError("too many parameters")
    pairs = []
    for part in form.decode("utf-8").split("&"):
        name, equals, value = part.partition("=")
        if not (equals or (part and bare)):
            continue
        if "%" in name or "+" in name:
            name = _unquoted(name)
        if "%" in value or "+" in value:
            value = _unquoted(value)
        pairs.append((name, value))
    return pairs


def _unquoted(text: str) -> str:
    return _unquoted_again(text) if len(text) < SHORT else _unquoted_first(text)


def _unquoted_first(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")


_unquoted_again = lru_cache(maxsize=500)(_unquoted_first)
"""For the texts that callers send over and over, such as `fields`."""


def _whole(text: str) -> str:
    """`text` as UTF-8 can carry it: half a character, as a broken argument holds one, becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _refusal(content: Any, body: bytes) -> Refusal:
    code = _text(content.get("code")) if isinstance(content, dict) else None
    if code is None or not re.fullmatch(_CODE, code):
        raise ValueError("error_response")
    return Refusal(
        code=int(code),
        msg=_text(content.get("msg")) or "",
        sub_code=_text(content.get("sub_code")),
        sub_msg=_text(content.get("sub_msg")),
        request_id=_text(content.get("request_id")),
        body=body,
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


GATEWAYS: Mapping[str, Gateway] = {"top": TopGateway()}
