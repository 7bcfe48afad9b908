"""How a sign is made, as one noun: the right way is the default, and a `Change` of it is one mistake."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import Any, Literal, NamedTuple

from topexplorer.core.call import Secret
from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.pasted import Pairs

Axis = Literal["value", "order", "join", "ends", "charset", "algorithm", "placement", "secret", "again"]
Placement = Literal["right", "front", "behind", "none", "doubled", "wrapped", "no_key", "swapped"]
NAME = itemgetter(0)


class Algorithm(NamedTuple):
    """A digest. `keyed` ones take the secret as HMAC key, the others have it at both ends of the text."""

    label: str
    name: str
    keyed: bool
    size: int
    hash: Callable[[bytes], Any]


def _plain(name: str) -> Callable[[bytes], Any]:
    # md5 is what the platform asks for; it protects nothing here.
    return partial(getattr(hashlib, name), usedforsecurity=False)


ALGORITHMS: Mapping[str, Algorithm] = {
    row.label: row
    for row in (
        Algorithm("MD5", "md5", False, 16, _plain("md5")),
        Algorithm("HMAC-MD5", "md5", True, 16, _plain("md5")),
        Algorithm("SHA-1", "sha1", False, 20, _plain("sha1")),
        Algorithm("HMAC-SHA1", "sha1", True, 20, _plain("sha1")),
        Algorithm("SHA-256", "sha256", False, 32, _plain("sha256")),
        Algorithm("HMAC-SHA256", "sha256", True, 32, _plain("sha256")),
        Algorithm("SHA-512", "sha512", False, 64, _plain("sha512")),
        Algorithm("HMAC-SHA512", "sha512", True, 64, _plain("sha512")),
    )
}
OF_METHOD: Mapping[str, Algorithm] = {
    "md5": ALGORITHMS["MD5"],
    "hmac": ALGORITHMS["HMAC-MD5"],
    "hmac-sha256": ALGORITHMS["HMAC-SHA256"],
}
"""What each `sign_method` means (call guide, doc 101617)."""


def in_order(pairs: Pairs) -> Pairs:
    """Sorted by name, ordinal: the right order."""
    return tuple(sorted(pairs, key=NAME))


def with_nothing_between(pairs: Pairs) -> str:
    return "".join(chain.from_iterable(pairs))


def utf8(text: str) -> bytes:
    """UTF-8 that half a character cannot make fail."""
    return text.encode("utf-8", "surrogatepass")


def as_it_is(text: str) -> str:
    return text


class Making(NamedTuple):
    """One way to make a sign from parameters. Holds no secret; `pairs` may hold a session, so it is not shown."""

    pairs: Pairs
    body: str
    algorithm: Algorithm
    placement: Placement = "right"
    order: Callable[[Pairs], Pairs] = in_order
    join: Callable[[Pairs], str] = with_nothing_between
    ends: tuple[str, str] = ("", "")
    charset: Callable[[str], bytes] = utf8
    spell: Callable[[str], str] = as_it_is
    again: Callable[[str], str] | None = None
    """The digest's hex is hashed once more, spelled so."""

    def __repr__(self) -> str:
        return f"Making({self.algorithm.label})"

    def text(self) -> str:
        """What the digest is taken of, without the secret."""
        return self.ends[0] + self.join(self.order(self.pairs)) + self.body + self.ends[1]

    def data(self) -> bytes:
        """The text as the program encodes it."""
        return self.charset(self.text())

    def digest(self, secret: str, data: bytes | None = None) -> bytes:
        """The bytes of the sign. `data` saves encoding the text once more."""
        key = self.charset(self.spell(secret))
        made = _digest(self.algorithm, self.placement, key, self.data() if data is None else data)
        return self.algorithm.hash(self.again(made.hex()).encode()).digest() if self.again else made


def _digest(algorithm: Algorithm, placement: Placement, key: bytes, data: bytes) -> bytes:
    if algorithm.keyed:
        if placement == "right":
            return hmac.digest(key, data, algorithm.name)
        if placement == "swapped":
            return hmac.digest(data, key, algorithm.name)
        kept = b"" if placement in ("none", "no_key") else key
        wrapped = key + data + key if placement in ("wrapped", "no_key") else data
        return hmac.digest(kept, wrapped, algorithm.name)
    before, behind = _SIDES.get(placement, (1, 1))
    made: bytes = algorithm.hash(key * before + data + key * behind).digest()
    return made


_SIDES: Mapping[Placement, tuple[int, int]] = {"front": (1, 0), "behind": (0, 1), "none": (0, 0), "doubled": (2, 2)}


@dataclass(frozen=True, slots=True)
class Change:
    """One mistake that may have been made in this case. `rank` from 1, the most likely, to 6."""

    mistake: str
    axis: Axis
    rank: int
    apply: Callable[[Making], Making]
    target: str = ""
    """The parameter or the spelling that the sentence names."""
    stage: int = 0
    """Of two changes of values, the one with the lower stage happens first."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known about a wrong sign before anything is tried."""

    params: Pairs = field(repr=False)
    raw: Pairs = field(repr=False)
    body: str = field(repr=False)
    files: Pairs
    nulls: tuple[str, ...]
    secret: Secret
    known: Pairs = field(default=(), repr=False)
    """What else may have been signed: the rows and the session of a draft."""
    right: str = field(default="", repr=False)
    """The right sign, which a program that signs twice has among its parameters."""

    def has(self, name: str) -> bool:
        return any(name == key for key, _value in self.params)


Finder = Callable[[Case], Iterator[Change]]
