"""The text that was hashed and the one that should have been, both with every secret masked."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from topexplorer.core.call import SECRET_PARAMS, Secret
from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.making import Making, Placement
from topexplorer.core.signlab.pasted import Pasted
from topexplorer.core.taint import MASK

_AROUND: dict[Placement, tuple[str, str]] = {
    "front": (MASK, ""),
    "behind": ("", MASK),
    "none": ("", ""),
    "doubled": (MASK * 2, MASK * 2),
    "wrapped": (MASK, MASK),
    "no_key": (MASK, MASK),
}
LONGEST = 4_000
"""Characters of a text that are shown, around the place where the two begin to differ."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """`hashed` made the pasted sign, `right` makes the right one; they agree up to `differs_at`.

    Equal texts mean that the mistake lies in bytes, key or digest.
    """

    hashed: str
    right: str
    differs_at: int
    digest: str
    """What was computed, such as HMAC-MD5."""
    byte_count: int
    """How many bytes the hashed text has, without the secret."""


def evidence_of(making: Making, base: Making, secret: Secret, pasted: Pasted) -> Evidence:
    """Both texts of a solved sign, masked and cut to a readable length."""
    hidden = _hidden(making, base, secret, pasted)
    hashed, right = (_shown(one, hidden) for one in (making, base))
    differs = next((at for at, (a, b) in enumerate(zip(hashed, right, strict=False)) if a != b), None)
    at = min(len(hashed), len(right)) if differs is None else differs
    start = max(0, at - LONGEST // 2) if max(len(hashed), len(right)) > LONGEST else 0
    hashed, right = (_cut(text, start) for text in (hashed, right))
    lead = len("…") if start else 0
    return Evidence(hashed, right, at - start + lead, making.algorithm.label, len(making.charset(making.text())))


def _cut(text: str, start: int) -> str:
    end = start + LONGEST
    return ("…" if start else "") + text[start:end] + ("…" if len(text) > end else "")


def _shown(making: Making, hidden: list[str]) -> str:
    text = masked(making.text(), hidden)
    around = ("", "") if making.algorithm.keyed else (MASK, MASK)
    if making.placement in _AROUND:
        around = _AROUND[making.placement]
        if making.algorithm.keyed and making.placement == "none":
            around = ("", "")
    return around[0] + text + around[1]


def _hidden(making: Making, base: Making, secret: Secret, pasted: Pasted) -> list[str]:
    """Every spelling of everything that must not be seen, the longest first."""
    texts = {secret.reveal(), secret.reveal().strip(), making.spell(secret.reveal()), pasted.sign}
    for one in (making, base):
        texts |= {value for name, value in one.pairs if name in SECRET_PARAMS and value not in ("", "null", "None")}
    return spellings(texts)


def spellings(texts: Iterable[str]) -> list[str]:
    """Each text as it is and percent-encoded, the longest first: what contains another must not be left in pieces."""
    kept = [text for text in texts if text]
    spelled = {
        form for text in kept for form in (text, *(way(text, "", errors="replace") for way in (quote, quote_plus)))
    }
    return sorted(spelled, key=len, reverse=True)


def masked(text: str, hidden: list[str]) -> str:
    """`text` with each of those replaced."""
    for secret in hidden:
        text = text.replace(secret, MASK)
    return text
