"""What of a word that somebody typed may be said back: a name, and nothing that may be a secret in the wrong place."""

from __future__ import annotations

import re

UNNAMED = "…"
"""What stands where a word is not repeated."""
LONGEST_NAME = 40
_NAME = r"[A-Za-z][a-z]{0,15}(?:[._-][A-Za-z]?[a-z]{0,15}){0,6}[0-9]{0,3}"
"""Short words of letters, joined, with a small number at most: `dev2`, `sign-method`, `taobao.time.get`."""
_LIKE_SECRET = r"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])[0-9A-Za-z]{28,}"
_SECRET = r"secret|session|token|passw|passphrase|pwd|credential"


def is_name(word: str) -> bool:
    """Whether `word` looks like a name, or is a word of another script. No key of the platform does or is, and no
    address with a login.
    """
    is_foreign = word.isalpha() and not any(letter.isascii() for letter in word)
    return len(word) <= LONGEST_NAME and (is_foreign or re.fullmatch(_NAME, word) is not None)


def said_back(word: str) -> str:
    """`word` if it looks like a name, else a sign in its place."""
    return word if is_name(word) else UNNAMED


def looks_secret(word: str) -> bool:
    """Whether `word` may be an app secret or a session: letters and digits mixed, in one piece, longer than a name."""
    return re.fullmatch(_LIKE_SECRET, word) is not None


def names_secret(word: str) -> bool:
    """Whether what has this name is a secret."""
    return re.search(_SECRET, word, re.IGNORECASE) is not None
