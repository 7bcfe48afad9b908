"""What fits into the clipboard of a terminal.

A program reaches it by the sequence OSC 52. Terminals cut or ignore one of more than 100,000 bytes, and do not say so:
8 of them are its frame, and 99,992 are the base64 of 74,994 bytes.
"""

from __future__ import annotations

MOST_BYTES = 74_994


def fits(text: str) -> bool:
    """Whether every terminal that has a clipboard takes it whole."""
    return len(text) <= MOST_BYTES and len(text.encode("utf-8", "replace")) <= MOST_BYTES
