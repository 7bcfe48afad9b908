"""The calls of the history as rows: found by words, grouped by day. Times are the platform's, GMT+8."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from topexplorer.core.call import Exchange
from topexplorer.core.language import Language
from topexplorer.core.pastcall import PastCall
from topexplorer.core.text import clean_line
from topexplorer.core.values import GMT8


@dataclass(frozen=True, slots=True)
class Day:
    """What stands above the calls of a day."""

    title: str
    count: int


PastRow = Day | PastCall


def found_calls(calls: Iterable[PastCall], titles: Mapping[str, str], query: str) -> list[PastCall]:
    """The calls that have every word of `query` in them, in their id or in the title of their API.

    `titles` are in lower case, by method.
    """
    left = list(calls)
    for word in query.lower().split():
        named = {api for api, title in titles.items() if word in title}
        left = [call for call in left if word in call.words or call.api in named or word == call.id]
    return left


def day_rows(calls: Iterable[PastCall], now: datetime, say: Language) -> Iterator[PastRow]:
    """The calls, which must be in order, under their days."""
    today = now.astimezone(GMT8).date()
    for day, group in groupby(calls, lambda call: call.at.astimezone(GMT8).date()):
        of_day = tuple(group)
        yield Day(day_text(day, today, say), len(of_day))
        yield from of_day


def day_text(day: date, today: date, say: Language) -> str:
    """`Today`, `Yesterday`, `21 Nov`, and with the year where that is another one."""
    if day == today:
        return say("history.tui.today")
    return say("history.tui.yesterday") if day == today - timedelta(days=1) else date_text(day, today, say)


def date_text(day: date, today: date, say: Language) -> str:
    """`21 Nov`, and with the year where that is not today's."""
    if day.year != today.year:
        return day.isoformat()
    return say("history.tui.date", day=day.day, month=say("history.tui.months").split()[day.month - 1])


def time_text(at: datetime) -> str:
    """`10:31`."""
    return f"{at.astimezone(GMT8):%H:%M}"


def when_text(at: datetime, now: datetime, say: Language) -> str:
    """`21 Nov 10:31`."""
    return f"{date_text(at.astimezone(GMT8).date(), now.astimezone(GMT8).date(), say)} {time_text(at)}"


def past_text(exchange: Exchange, now: datetime, say: Language) -> str:
    """Where an exchange is from that was not made in this run, and what of it is not there; empty for others."""
    if exchange.kept is None:
        return ""
    when = when_text(exchange.started_at, now, say)
    text = say("history.tui.from", when=when, environment=exchange.environment, id=exchange.kept.entry)
    if exchange.kept.left_out:
        text += " · " + say("history.tui.left_out", names=exchange.kept.left_out)
    return clean_line(text)
