"""Bodies of HTTP answers, unpacked as they come in and never further than a limit: a small answer that unpacks to
gigabytes costs the memory of the limit. For the gateway's answers and the document site's.
"""

from __future__ import annotations

import zlib

PACKINGS = frozenset({"gzip", "x-gzip", "deflate", "compress", "br", "zstd"})
"""Content codings that change bytes. Another word in that header, such as a charset, is a mistake that changes none."""


class Unpackable(ValueError):
    """The body is packed in a way that was not asked for, is damaged, or broke off."""


class TooLarge(ValueError):
    """More than the limit came, packed or unpacked."""


class Body:
    """One body of at most `most` bytes. Raises Unpackable when its coding is neither gzip nor none."""

    __slots__ = ("_came", "_most", "_unpacker", "content")

    def __init__(self, encoding: str, most: int) -> None:
        names = [name for name in encoding.lower().replace(" ", "").split(",") if name in PACKINGS]
        if names and names not in (["gzip"], ["x-gzip"]):
            raise Unpackable(encoding)
        self._unpacker = zlib.decompressobj(31) if names else None
        self._most = most
        self._came = 0
        self.content = bytearray()
        """What has come so far, unpacked."""

    def take(self, chunk: bytes) -> None:
        """One more piece. Raises TooLarge, and Unpackable for what is damaged."""
        self._came += len(chunk)
        room = self._most + 1 - len(self.content)
        if self._unpacker:
            try:
                chunk = self._unpacker.decompress(chunk, room)
            except zlib.error as error:
                raise Unpackable(str(error)) from None
        self.content += chunk[:room]
        if max(len(self.content), self._came) > self._most:
            raise TooLarge

    def close(self) -> None:
        """No more comes. Raises Unpackable when a packed body ends too early."""
        if self._unpacker and not self._unpacker.eof and self._came:
            raise Unpackable("gzip")
