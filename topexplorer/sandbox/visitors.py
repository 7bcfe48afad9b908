"""The sandbox's own log: who called what, and why a call was turned away. Holds no secret, sign or session."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime

from topexplorer.core.call import Refusal
from topexplorer.core.language import Message, message

KEPT = 500
LONGEST = 100
"""Characters kept of what a caller wrote: the log stays small whatever arrives."""
EXPLAINED = frozenset({3, 7, 9, 11, 12, 15, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 40, 41, 43, 47, 53})


class LogRow:
    """One call at the sandbox. `method` and `app_key` are foreign text: clean them before drawing.

    `code` is 0 for an answer, else the error code, and `reason` is why it was turned away. What is known only when the
    answer is out comes later: `seconds` (None until then), the fault rules that were `faults` of it, and whether the
    caller `left` before.
    """

    __slots__ = ("app_key", "at", "code", "faults", "left", "method", "reason", "seconds", "sub_code")

    def __init__(
        self, at: datetime, method: str, app_key: str, code: int, sub_code: str = "", reason: Message | None = None
    ) -> None:
        self.at = at
        self.method = method
        self.app_key = app_key
        self.code = code
        self.sub_code = sub_code
        self.reason = reason
        self.seconds: float | None = None
        self.faults: tuple[str, ...] = ()
        self.left = False


class Log(deque[LogRow]):
    """The last calls, newest last, and how many there were of each code in all."""

    def __init__(self, maxlen: int = KEPT) -> None:
        super().__init__(maxlen=maxlen)
        self.codes: Counter[int] = Counter()

    def append(self, row: LogRow) -> None:
        super().append(row)
        self.codes[row.code] += 1

    def clear(self) -> None:
        super().clear()
        self.codes.clear()

    def after(self, last: LogRow | None) -> list[LogRow]:
        """The rows that came after `last`, oldest first; all that are kept when `last` is gone."""
        fresh: list[LogRow] = []
        for row in reversed(self):
            if row is last:
                break
            fresh.append(row)
        return fresh[::-1]


def row(at: datetime, method: str, app_key: str, refusal: Refusal | None, reason: Message | None = None) -> LogRow:
    """The log's row for one call; the reason is the refusal's own unless a better one is known."""
    code = refusal.code if refusal else 0
    if refusal and reason is None:
        reason = _reason(refusal)
    sub_code = (refusal.sub_code or "")[:LONGEST] if refusal else ""
    return LogRow(at, method[:LONGEST], app_key[:LONGEST], code, sub_code, reason)


def _reason(refusal: Refusal) -> Message:
    key = f"sandbox.refused.{refusal.code}" if refusal.code in EXPLAINED else "sandbox.refused.other"
    name = refusal.msg.partition(":")[2]
    return message(
        key, msg=refusal.msg, name=name, sub_code=refusal.sub_code or "", sub_msg=(refusal.sub_msg or "")[:LONGEST]
    )
