"""Signing as the platform does it (call guide, doc 101617): sort by name, join name and value, digest, upper-case hex.

Pure: no clock, no I/O. `SCHEMES` is the one list of sign methods; everything else enumerates it. Pinned by vectors
that other people's SDKs made.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter

from topexplorer.core.nouns import dataclass

UNSIGNED = frozenset({"sign"})
_NAME = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Scheme:
    """One sign method: how the secret and the string become a digest."""

    name: str
    wraps: bool
    """The secret stands at both ends of the string instead of being the HMAC key."""
    digest: Callable[[bytes, bytes], str]
    length: int
    """Hex characters of a sign."""


def _md5(secret: bytes, text: bytes) -> str:
    return hashlib.md5(secret + text + secret, usedforsecurity=False).hexdigest()


def _hmac_md5(secret: bytes, text: bytes) -> str:
    return hmac.new(secret, text, hashlib.md5).hexdigest()


def _hmac_sha256(secret: bytes, text: bytes) -> str:
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("md5", True, _md5, 32),
        Scheme("hmac", False, _hmac_md5, 32),
        Scheme("hmac-sha256", False, _hmac_sha256, 64),
    )
}


def sorted_pairs(params: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pairs that are signed, in signing order: ordinal by name, `sign` left out."""
    return sorted([pair for pair in params if pair[0] not in UNSIGNED], key=_NAME)


def base_string(params: Iterable[tuple[str, str]], body: str = "") -> str:
    """Names and values with nothing between, then the body where the whole body is signed. Values are raw text."""
    return "".join([name + value for name, value in sorted_pairs(params)]) + body


def sign(scheme: str, secret: str, params: Iterable[tuple[str, str]], body: str = "") -> str:
    """The upper-case hex sign of `params` (system and business, without files). Raises KeyError for a bad scheme."""
    return SCHEMES[scheme].digest(_bytes(secret), _bytes(base_string(params, body))).upper()


def verify(scheme: str, secret: str, params: Iterable[tuple[str, str]], claimed: str, body: str = "") -> bool:
    """Whether `claimed`, in upper case, signs `params`, with or without the empty values: SDKs differ there."""
    pairs, shown = list(params), _bytes(claimed)
    if hmac.compare_digest(_bytes(sign(scheme, secret, pairs, body)), shown):
        return True
    filled = [pair for pair in pairs if pair[1]]
    return hmac.compare_digest(_bytes(sign(scheme, secret, filled, body)), shown)


def _bytes(text: str) -> bytes:
    """UTF-8 that half a character cannot make fail."""
    return text.encode("utf-8", "surrogatepass")
