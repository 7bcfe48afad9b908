"""Calls of the history as lines and as data: when, where, how they ended. Times are the platform's, GMT+8."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.core.language import Language
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import cell_width, clean_line, fit, size_text
from topexplorer.core.timestamps import timestamp_text
from topexplorer.core.values import GMT8

KINDS = {"s": "sandbox", "d": "dev", "p": "prod"}
"""The kind of environment that a call was sent in, by the letter of its id."""
COLUMNS = ("id", "time", "environment", "state", "method", "ms", "size", "seller")
_METHOD = COLUMNS.index("method")
_NUMBERS = tuple(COLUMNS.index(name) for name in ("ms", "size"))
_PREFIX = "taobao."


def table(calls: Sequence[PastCall], now: datetime, console: Console) -> list[str]:
    """A line for each call under a line of titles. In a terminal that is too narrow methods go without `taobao.`,
    as they may in every command, and then lines are cut.
    """
    say = console.say
    rows = [[say(f"history.cli.column.{name}") for name in COLUMNS]]
    rows += [_row(past, now, say) for past in calls]
    if not any(past.seller for past in calls):
        rows = [row[:-1] for row in rows]
    for place in _NUMBERS:
        width = max(cell_width(row[place]) for row in rows)
        for row in rows:
            row[place] = " " * (width - cell_width(row[place])) + row[place]
    lines = columns(rows)
    width = console.width
    if not console.is_terminal or max(map(cell_width, lines)) <= width:
        return lines
    for row in rows:
        row[_METHOD] = row[_METHOD].removeprefix(_PREFIX)
    return [fit(line, width).rstrip() for line in columns(rows)]


def header(past: PastCall, url: str, say: Language) -> list[str]:
    """Where a call went, when, and as whom."""
    kind = say(f"cli.env.kind.{KINDS[past.id[0]]}")
    parts = [past.id, f"{timestamp_text(past.at)} GMT+8", past.seller and say("history.cli.as", seller=past.seller)]
    where = " · ".join((kind, past.environment, url, past.api))
    return [clean_line(where), clean_line(" · ".join(filter(None, parts)))]


def when(at: datetime, now: datetime) -> str:
    """The time of today, the day before that, with the year only where it is another."""
    then, today = at.astimezone(GMT8), now.astimezone(GMT8)
    if then.date() == today.date():
        return f"{then:%H:%M:%S}"
    return f"{then:%m-%d %H:%M}" if then.year == today.year else f"{then:%Y-%m-%d}"


def status_text(past: PastCall, say: Language) -> str:
    """How a call ended, in a word: the code of a refusal."""
    if past.state == "ok":
        return say("history.cli.ok")
    reason = past.reason.partition(" ")[0]
    key = f"history.cli.reason.{reason}"
    return say(key) if past.state == "silent" and say.has(key) else reason


def call_data(past: PastCall) -> dict[str, object]:
    """A line of the history as JSON data."""
    return {
        "id": past.id,
        "at": past.at.astimezone(GMT8).isoformat(timespec="milliseconds"),
        "environment": past.environment,
        "kind": KINDS[past.id[0]],
        "method": past.api,
        "seller": past.seller or None,
        "state": past.state,
        "reason": past.reason or None,
        "ms": round(past.seconds * 1000, 1),
        "size": past.size,
    }


def _row(past: PastCall, now: datetime, say: Language) -> list[str]:
    ended = (status_text(past, say), past.api, f"{past.seconds * 1000:.0f}", size_text(past.size))
    cells = (past.id, when(past.at, now), past.environment, *ended, past.seller)
    return [clean_line(cell) for cell in cells]
