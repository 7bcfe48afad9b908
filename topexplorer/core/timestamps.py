"""The timestamp lab: what a timestamp is, whether the platform takes it, and how far two clocks are apart.

The platform writes `yyyy-MM-dd HH:mm:ss` in GMT+8 and allows ten minutes either way (call guide, doc 101617). Thirteen
digits of milliseconds are taken too: the platform's own Python SDK sends them. Everything else is refused with 31.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from topexplorer.core.call import Answer, Exchange
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.values import DATE_FORM, GMT8

TOLERANCE = 600.0
"""Seconds either way."""
WORTH_SHOWING = 60.0
"""Seconds from which a difference between the clocks is worth a word in a status line."""
CLOSE = 90.0
"""Seconds within which a time in another zone counts as now."""
Source = Literal["date", "time.get"]

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_HTTP_DATE = r"[A-Za-z]{3}, ([0-9]{2}) ([A-Za-z]{3}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a time. What it is called is the message `stamp.form.<name>`."""

    name: str
    pattern: str
    accepted: bool = False
    per_second: int = 0
    """Of a number: how many of its units make a second. 0: it is a text."""


FORMS: tuple[Form, ...] = (
    Form("text", rf"{_DAY} {_TIME}", accepted=True),
    Form("ms", r"[0-9]{13}", accepted=True, per_second=1000),
    Form("seconds", r"[0-9]{10}", per_second=1),
    Form("float_seconds", r"[0-9]{10}\.[0-9]+", per_second=1),
    Form("microseconds", r"[0-9]{16}", per_second=1_000_000),
    Form("nanoseconds", r"[0-9]{19}", per_second=1_000_000_000),
    Form("compact", r"[0-9]{14}"),
    Form("zoned", rf"{_DAY}[T ]{_TIME}(\.[0-9]+)?\s?(Z|[+-][0-9]{{2}}:?[0-9]{{2}})"),
    Form("iso", rf"{_DAY}T{_TIME}(\.[0-9]+)?"),
    Form("fraction", rf"{_DAY} {_TIME}\.[0-9]+"),
    Form("slashes", r"[0-9]{4}/[0-9]{1,2}/[0-9]{1,2} [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"),
    Form("encoded", rf"{_DAY}(\+|%20)[0-9]{{2}}(:|%3[Aa])[0-9]{{2}}(:|%3[Aa])[0-9]{{2}}"),
    Form("no_zeros", r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2} [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}"),
    Form("no_seconds", rf"{_DAY} [0-9]{{2}}:[0-9]{{2}}"),
    Form("date_only", _DAY),
    Form("http", _HTTP_DATE),
    Form("chinese", r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日.*"),
)
"""What is met in practice, the forms that are accepted first; the first that fits is the one meant."""
_BY_NAME: Mapping[str, Form] = {form.name: form for form in FORMS}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a timestamp turned out to be."""

    form: str
    """A name out of FORMS; empty for none of them."""
    accepted: bool
    """Whether a gateway whose clock shows `now` takes it."""
    sentence: Message
    moment: datetime | None = None
    """The time it means, in GMT+8."""
    off_by: float | None = None
    """Seconds that it is ahead of `now`."""
    zone: timezone | None = None
    """The zone whose wall clock it seems to show, where that is not GMT+8."""


def read_timestamp(text: str, now: datetime, tolerance: float = TOLERANCE) -> Reading:
    """What the platform makes of `text` at `now`, an aware time."""
    form = next((form for form in FORMS if re.fullmatch(form.pattern, text)), None)
    if form is None:
        trimmed = text.strip()
        key = "stamp.blanks" if trimmed != text and re.fullmatch(FORMS[0].pattern, trimmed) else "stamp.unknown"
        return Reading("", False, message(key if trimmed else "stamp.missing"))
    moment = _moment(form, text)
    if moment is None:
        return Reading(form.name, False, message("stamp.no_such_time"))
    off = (moment - now).total_seconds()
    right = timestamp_text(now)
    if not form.accepted:
        return Reading(form.name, False, message(f"stamp.form.{form.name}", right=right), moment, off)
    if abs(off) <= tolerance:
        key = "stamp.good" if abs(off) <= WORTH_SHOWING else "stamp.good_so_far"
        return Reading(form.name, True, message(key, off=span(off)), moment, off)
    zone = _zone(off) if form.name == "text" else None
    if zone is not None:
        sentence = message("stamp.zone", zone=zone_name(zone), right=right)
    else:
        sentence = message("stamp.behind" if off < 0 else "stamp.ahead", off=span(off), minutes=f"{tolerance / 60:g}")
    return Reading(form.name, False, sentence, moment, off, zone)


def timestamp_text(now: datetime) -> str:
    """`now` in the form that the platform documents."""
    return now.astimezone(GMT8).strftime(DATE_FORM)


def milliseconds(now: datetime) -> str:
    """`now` as 13 digits, as the platform's SDKs write it."""
    return str((now - _EPOCH) // timedelta(milliseconds=1))


def examples(now: datetime) -> tuple[tuple[Form, str], ...]:
    """`now` in every form that can be written from it: the accepted ones, then those that are met and refused."""
    here = now.astimezone(GMT8)
    since = now - _EPOCH
    written = {
        "text": here.strftime(DATE_FORM),
        "ms": milliseconds(now),
        "seconds": str(since // timedelta(seconds=1)),
        "microseconds": str(since // timedelta(microseconds=1)),
        "nanoseconds": f"{since // timedelta(microseconds=1)}000",
        "compact": here.strftime("%Y%m%d%H%M%S"),
        "zoned": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "iso": here.strftime("%Y-%m-%dT%H:%M:%S"),
        "slashes": here.strftime("%Y/%m/%d %H:%M:%S"),
        "encoded": here.strftime("%Y-%m-%d+%H%%3A%M%%3A%S"),
        "no_seconds": here.strftime("%Y-%m-%d %H:%M"),
        "date_only": here.strftime("%Y-%m-%d"),
    }
    return tuple((_BY_NAME[name], text) for name, text in written.items())


def zone_name(zone: timezone) -> str:
    """`GMT`, `GMT-5`, `GMT+5:30`."""
    minutes = round((zone.utcoffset(None) or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return "GMT" if not minutes else f"GMT{sign}{hours}" + (f":{rest:02d}" if rest else "")


def span(seconds: float) -> Message:
    """A distance in time without its sign, as a person says it."""
    whole = round(abs(seconds))
    if whole < 120:
        return message("stamp.span.seconds", n=whole)
    if whole < 7200:
        return message("stamp.span.minutes", n=whole // 60, seconds=f"{whole % 60:02d}")
    return message("stamp.span.hours", n=whole // 3600, minutes=f"{whole % 3600 // 60:02d}")


@dataclass(frozen=True, slots=True)
class Skew:
    """How far the gateway's clock is ahead of this machine's: somewhere within `within` of `seconds`."""

    seconds: float
    within: float
    source: Source

    def left_by(self, correction: float) -> Skew:
        """What remains of it for a clock that is corrected by so many seconds."""
        return Skew(self.seconds - correction, self.within, self.source)

    @property
    def is_remarkable(self) -> bool:
        """Whether a status line should show it."""
        return abs(self.seconds) - self.within > WORTH_SHOWING

    @property
    def dooms(self) -> bool:
        """Whether a call stamped by this machine's clock is refused with 31."""
        return abs(self.seconds) - self.within > TOLERANCE


def skew(exchange: Exchange) -> Skew | None:
    """By the answer's Date header, else by what taobao.time.get says. None when the exchange tells no time."""
    return next(iter(skews(exchange)), None)


def skews(exchange: Exchange) -> tuple[Skew, ...]:
    """By the answer's Date header, and by what taobao.time.get says.

    Both are whole seconds and were written somewhere between the request and the end of the answer.
    """
    stamps: list[tuple[datetime | None, Source]] = [(header_date(exchange.headers), "date")]
    if exchange.draft.api == "taobao.time.get" and isinstance(exchange.outcome, Answer):
        stamps.append((_told_time(exchange.outcome), "time.get"))
    return tuple(_apart(exchange, stamped, source) for stamped, source in stamps if stamped is not None)


def _apart(exchange: Exchange, stamped: datetime, source: Source) -> Skew:
    middle = exchange.started_at + timedelta(seconds=exchange.seconds / 2)
    ahead = (stamped + timedelta(seconds=0.5) - middle).total_seconds()
    within = 0.5 + exchange.seconds / 2
    return Skew(0.0 if abs(ahead) <= within else ahead, within, source)


def header_date(headers: Sequence[tuple[str, str]]) -> datetime | None:
    """The time of the Date header; None without one that can be read."""
    text = next((text for name, text in headers if name.lower() == "date"), "")
    found = re.match(_HTTP_DATE, text)
    if not found or found[2].lower() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[place]) for place in (1, 3, 4, 5, 6))
    return _made(year, _MONTHS.index(found[2].lower()) + 1, day, hour, minute, second, UTC)


def _told_time(answer: Answer) -> datetime | None:
    try:
        payload = answer.payload
    except (ValueError, RecursionError):
        return None
    text = payload.get("time") if isinstance(payload, dict) else None
    return _moment(FORMS[0], text) if isinstance(text, str) and re.fullmatch(FORMS[0].pattern, text) else None


def _moment(form: Form, text: str) -> datetime | None:
    """The time that a text of that form means; None for a day or an hour that does not exist."""
    if form.per_second:
        try:
            return (_EPOCH + timedelta(microseconds=int(float(text) * 1_000_000 / form.per_second))).astimezone(GMT8)
        except (OverflowError, ValueError):
            return None
    if form.name == "zoned":
        try:
            return datetime.fromisoformat(text.replace(" +", "+").replace(" Z", "Z")).astimezone(GMT8)
        except ValueError:
            return None
    if form.name == "http":
        found = header_date((("date", text),))
        return found.astimezone(GMT8) if found else None
    numbers = [int(part) for part in re.findall(r"[0-9]+", text.replace("%20", " ").replace("%3A", ":"))]
    if form.name == "compact":
        numbers = [int(text[:4]), *(int(text[place : place + 2]) for place in range(4, 14, 2))]
    year, month, day, hour, minute, second = [*numbers[:6], *[0] * (6 - len(numbers[:6]))]
    return _made(year, month, day, hour, minute, second, GMT8)


def _made(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: timezone) -> datetime | None:
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _zone(off: float) -> timezone | None:
    """The zone whose wall clock is that far from the one of GMT+8; None when no zone is."""
    quarters = round(off / 900)
    offset = timedelta(hours=8) + timedelta(minutes=15 * quarters)
    is_zone = timedelta(hours=-12) <= offset <= timedelta(hours=14) and quarters % 2 == 0
    return timezone(offset) if quarters and is_zone and abs(off - quarters * 900) <= CLOSE else None
