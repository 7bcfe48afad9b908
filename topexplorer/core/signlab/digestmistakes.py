"""Mistakes with the secret, the digest and its spelling."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import field
from urllib.parse import quote_plus

from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.making import ALGORITHMS, Algorithm, Change, Making, Placement

_PLACES: tuple[tuple[str, int, Placement, bool], ...] = (
    ("secret_front", 1, "front", False),
    ("secret_behind", 1, "behind", False),
    ("secret_none", 1, "none", False),
    ("secret_doubled", 3, "doubled", False),
    ("secret_wrapped", 1, "wrapped", True),
    ("key_missing", 2, "none", True),
    ("key_missing", 2, "no_key", True),
    ("key_swapped", 3, "swapped", True),
)
"""Mistake, rank, where the secret is, and whether that is a mistake of HMAC."""
_SPELLED: tuple[tuple[int, Callable[[str], str]], ...] = (
    (1, lambda secret: f"{secret}\n"),
    (1, lambda secret: f"{secret} "),
    (2, lambda secret: f" {secret}"),
    (2, lambda secret: f"{secret}\r\n"),
    (4, lambda secret: f" {secret} "),
    (5, lambda secret: f"{secret}\r"),
    (5, lambda secret: f"{secret}\t"),
)
_CASED: tuple[tuple[str, int, Callable[[str], str]], ...] = (
    ("secret_quoted", 3, lambda secret: f'"{secret}"'),
    ("secret_quoted", 3, lambda secret: f"'{secret}'"),
    ("secret_cased", 3, str.upper),
    ("secret_cased", 3, str.lower),
    ("secret_ampersand", 3, lambda secret: f"{secret}&"),
    ("secret_encoded", 4, lambda secret: quote_plus(secret, errors="replace")),
    ("secret_encoded", 4, lambda secret: base64.b64encode(secret.encode("utf-8", "replace")).decode()),
)


def placements(algorithm: Algorithm) -> Iterator[Change]:
    """The secret somewhere else than this digest wants it."""
    for mistake, rank, place, keyed in _PLACES:
        if keyed is algorithm.keyed:
            yield Change(mistake, "placement", rank, _placed(place))


def _placed(place: Placement) -> Callable[[Making], Making]:
    return lambda making: making._replace(placement=place)


def secrets(secret: str) -> Iterator[Change]:
    """Another spelling of the secret."""
    for rank, spell in _SPELLED:
        yield Change("secret_untrimmed", "secret", rank, _spelled(spell))
    if secret.strip() != secret:
        yield Change("secret_untrimmed", "secret", 1, _spelled(str.strip))
    for mistake, rank, spell in _CASED:
        if spell(secret) != secret:
            yield Change(mistake, "secret", rank, _spelled(spell))


def _spelled(spell: Callable[[str], str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(spell=spell)


def algorithms(right: Algorithm, sizes: frozenset[int]) -> Iterator[Change]:
    """Another digest that makes signs of one of these lengths."""
    for other in ALGORITHMS.values():
        if other is not right and other.size in sizes:
            rank = 1 if other.size == right.size or other.keyed == right.keyed else 2
            yield Change("other_digest", "algorithm", rank, _hashed(other), other.label)


def _hashed(other: Algorithm) -> Callable[[Making], Making]:
    return lambda making: making._replace(algorithm=other)


def twice() -> Iterator[Change]:
    """The digest's hex hashed once more."""
    ways: tuple[Callable[[str], str], ...] = (str.lower, str.upper)
    for way in ways:
        yield Change("hashed_twice", "again", 4, _again(way))


def _again(way: Callable[[str], str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(again=way)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a pasted sign may be: the sizes of digest it fits, whether one fits it, and how it is misspelled."""

    sizes: frozenset[int]
    fits: Callable[[bytes], bool] = field(repr=False)
    mistake: str = ""


def claim_of(sign: str) -> Claim | None:
    """The digest behind a sign as it was pasted; None when no digest has such a text."""
    if re.fullmatch("[0-9A-Fa-f]+", sign):
        return _hex_claim(sign)
    return _base64_claim(sign)


def _hex_claim(sign: str) -> Claim | None:
    sizes = frozenset(row.size for row in ALGORITHMS.values())
    if len(sign) % 2 == 0 and len(sign) // 2 in sizes:
        mistake = "" if sign == sign.upper() else "lower_case"
        return Claim(frozenset({len(sign) // 2}), bytes.fromhex(sign).__eq__, mistake)
    small = sign.lower()
    if len(sign) == 16:
        return Claim(frozenset({16}), lambda made: made.hex()[8:24] == small or made.hex()[:16] == small, "cut_short")
    if not 10 <= len(sign) <= 512:
        return None

    def fits(made: bytes) -> bool:
        unpadded = "".join([f"{byte:x}" for byte in made])
        extended = "".join([f"{byte:x}" if byte < 128 else f"ffffff{byte:x}" for byte in made])
        padded = "".join([f"{byte:02x}" if byte < 128 else f"ffffff{byte:x}" for byte in made])
        return small in (unpadded, made.hex().lstrip("0"), extended, padded)

    return Claim(sizes, fits, "unpadded")


def _base64_claim(sign: str) -> Claim | None:
    text = sign.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    try:
        made = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        return None
    if re.fullmatch(rb"[0-9A-Fa-f]{32,128}", made) and len(made) in (32, 40, 64, 128):
        return Claim(frozenset({len(made) // 2}), bytes.fromhex(made.decode()).__eq__, "base64_of_hex")
    if len(made) not in {row.size for row in ALGORITHMS.values()}:
        return None
    return Claim(frozenset({len(made)}), made.__eq__, "base64")
