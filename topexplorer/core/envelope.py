"""How the platform writes documents: root names, `simplify`, JSON and XML, multipart forms (response guide)."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from typing import Any

from topexplorer.core.call import WireFormat
from topexplorer.core.nouns import dataclass

CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Style:
    """How the caller wants the document written."""

    format: WireFormat = "xml"
    simplify: bool = False
    host: str = ""
    """Names the serving machine in a comment after XML."""

    @property
    def names_items(self) -> bool:
        """Whether a list stands under the name of its items; only simplified JSON has it plain."""
        return not (self.simplify and self.format == "json")


def response_root(method: str) -> str:
    """`taobao.item.seller.get` gives `item_seller_get_response`; only that prefix is dropped."""
    return method.removeprefix("taobao.").replace(".", "_") + "_response"


_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=str)
"""An exact fraction becomes text, as the platform writes prices."""


def render(root: str, content: Mapping[str, Any], style: Style) -> bytes:
    """The document's bytes in UTF-8."""
    if style.format == "json":
        plain = style.simplify and root != "error_response"
        document = content if plain else {root: content}
        return _JSON.encode(document).encode("utf-8", "replace")
    comment = f"<!--{style.host}-->" if style.host else ""
    text = f'<?xml version="1.0" encoding="utf-8" ?>{_element(root, content)}{comment}'
    return text.encode("utf-8", "replace")


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, entry) for entry in value)
    if isinstance(value, Mapping):
        parts = (_element(key, part) for key, part in value.items() if part is not None)
        return f"<{name}>{''.join(parts)}</{name}>"
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    return f"<{name}>{_escaped(text)}</{name}>"


_NOT_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"


def _escaped(text: str) -> str:
    """`text` for an element. Characters that XML 1.0 cannot hold become question marks.

    Written out here because `xml.sax.saxutils` loads an HTTP client and an SSL library.
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A bare carriage return would be read back as a line feed.
    text = text.replace("\r", "&#13;")
    return re.sub(_NOT_XML, "?", text)


def peek(body: bytes) -> tuple[str | None, str | None]:
    """The envelope's key and the request_id of a large JSON document, without building its content.

    The key is `error_response` wherever that stands, else the only key when it is a `…_response` with members, else
    None. Raises ValueError for what is no JSON object in UTF-8, and for the little that only a full decoder can read.
    """
    import msgspec

    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(body), CHUNK):
            decoder.decode(body[start : start + CHUNK])
        document = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if "error_response" in document:
            return "error_response", None
        root, members = None, document
        if len(document) == 1:
            ((key, content),) = document.items()
            if key.endswith("_response") and memoryview(content)[0] == ord("{"):
                root, members = key, msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        found = msgspec.json.decode(members["request_id"]) if "request_id" in members else None
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from None
    return root, None if found is None else str(found)


def multipart(content_type: str, body: bytes) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Text parts as pairs and the names of file parts. Raises ValueError when the form is malformed."""
    from io import BytesIO

    from python_multipart import FormParser
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import parse_options_header

    _kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise ValueError("no boundary")
    fields: list[tuple[str, str]] = []
    files: list[str] = []

    def on_field(part: Any) -> None:
        fields.append(((part.field_name or b"").decode("utf-8"), (part.value or b"").decode("utf-8")))

    def on_file(part: Any) -> None:
        files.append((part.field_name or b"").decode("utf-8"))
        part.close()

    try:
        # Files stay in memory: their names are all that is wanted, and core writes nothing.
        in_memory = {"MAX_MEMORY_FILE_SIZE": float("inf")}
        parser = FormParser("multipart/form-data", on_field, on_file, boundary=boundary, config=in_memory)
        stream = BytesIO(body)
        while chunk := stream.read(1 << 16):
            parser.write(chunk)
        parser.finalize()
    except FormParserError as error:
        raise ValueError(str(error)) from None
    return fields, tuple(files)
