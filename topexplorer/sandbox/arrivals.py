"""What comes to the gateway's address and what leaves it: raw requests read into calls, within bounds.

Nothing is believed but the bytes that came, and reading them never takes seconds.
"""

from __future__ import annotations

from topexplorer.core.gateway import GATEWAYS, IncomingCall
from topexplorer.core.nouns import dataclass

BODY_LIMIT = 32 * 1024 * 1024
LONGEST_FORM = 2 * 1024 * 1024
"""Bytes of a urlencoded form; files travel in multipart forms, which may be longer."""
MOST_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request at the gateway's address, as the wire carried it."""

    verb: str
    query: bytes
    content_type: str
    body: bytes
    caller: str = ""

    @property
    def kind(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.content_type.partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Reply:
    """A document, the content type it goes out with, and the API it answers (empty when none was understood)."""

    body: bytes
    content_type: str
    method: str = ""


class TooLarge(Exception):
    """The body is longer than the gateway reads."""


class UnknownCoding(Exception):
    """The body is packed in a way the gateway cannot unpack, or not packed in the way that was announced."""


def unpacked(coding: str, body: bytes) -> bytes:
    """The body under its `Content-Encoding`. Raises TooLarge before it grows over the limit, and UnknownCoding."""
    name = coding.strip().lower()
    if name in ("", "identity"):
        return body
    if name not in ("gzip", "x-gzip"):
        raise UnknownCoding
    import zlib

    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = stream.decompress(body, BODY_LIMIT + 1)
    except zlib.error:
        raise UnknownCoding from None
    if len(plain) > BODY_LIMIT:
        raise TooLarge
    if not stream.eof or stream.unused_data:
        raise UnknownCoding
    return plain


def incoming(arrival: Arrival) -> IncomingCall:
    """The call in these bytes. Raises ValueError when there is none, or when reading it would take seconds."""
    kind, body = arrival.kind, arrival.body
    if kind in ("", "application/x-www-form-urlencoded"):
        body = bounded(body)
    elif kind == "multipart/form-data" and body.lower().count(b"content-disposition:") > MOST_PARTS:
        raise ValueError("too many parts")
    return GATEWAYS["top"].parse(bounded(arrival.query), arrival.content_type, body)


def bounded(form: bytes) -> bytes:
    """The form. Raises ValueError for one that would take long to read."""
    if len(form) > LONGEST_FORM:
        raise ValueError("too long a form")
    return form
