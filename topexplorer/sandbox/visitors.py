"""The sandbox's own log: who called what, and why a call was turned away. Holds no secret, sign or session."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from topexplorer.core.call import Refusal
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass

KEPT = 500
LONGEST = 100
"""Characters kept of what a caller wrote: the log stays small whatever arrives."""
EXPLAINED = frozenset({3, 7, 9, 11, 15, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 40, 41, 43, 47})


@dataclass(frozen=True, slots=True)
class LogRow:
    """One call at the sandbox. `method` and `app_key` are foreign text: clean them before drawing."""

    at: datetime
    method: str
    app_key: str
    code: int
    """0 for an answer, else the error code."""
    reason: Message | None = None
    """Why it was turned away; None for an answer."""


Log = deque[LogRow]


def row(at: datetime, method: str, app_key: str, refusal: Refusal | None, reason: Message | None = None) -> LogRow:
    """The log's row for one call; the reason is the refusal's own unless a better one is known."""
    code = refusal.code if refusal else 0
    if refusal and reason is None:
        reason = _reason(refusal)
    return LogRow(at, method[:LONGEST], app_key[:LONGEST], code, reason)


def _reason(refusal: Refusal) -> Message:
    key = f"sandbox.refused.{refusal.code}" if refusal.code in EXPLAINED else "sandbox.refused.other"
    name = refusal.msg.partition(":")[2]
    return message(
        key, msg=refusal.msg, name=name, sub_code=refusal.sub_code or "", sub_msg=(refusal.sub_msg or "")[:LONGEST]
    )
