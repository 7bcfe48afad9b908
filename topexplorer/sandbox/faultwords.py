"""The words of a fault rule: each turns the text behind its `=` into fields of `FaultRule`, or says what is wrong.

Adding a fault is a row in WORDS, a field of `FaultRule`, and what `outgoing` does about it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import Limit
from topexplorer.sandbox.limits import KINDS, MIDNIGHT

Fields = dict[str, Any]
FOREVER = math.inf
LONGEST_WAIT = 600.0
"""Seconds of a latency, a time-out, and a body that trickles before it is cut off."""
DAY = 86400.0
MOST_BYTES = 1_000_000_000
MOST_CALLS = 100_000
BODIES = ("truncated", "notjson", "empty")
_TIME = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([kmg]?i?b)", re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


class WrongWord(Exception):
    """A word that cannot be read. `reason` is the sentence."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.key)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Word:
    """How a word is written, and how its value is read; `alone` when it may stand without one.

    What it means is the message `fault.word.<name>`.
    """

    example: str
    read: Callable[[str], Fields]
    alone: bool = False


def _seconds(text: str, most: float, example: str) -> float:
    found = _TIME.fullmatch(text)
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= most:
        raise WrongWord(message("fault.time", text=text, example=example, most=f"{most:g}"))
    return seconds


def _number(word: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise WrongWord(message("fault.number", word=word, text=text, least=least, most=most))
    return int(text)


def _choice(word: str, text: str, choices: tuple[str, ...]) -> str:
    if text not in choices:
        raise WrongWord(message("fault.choice", word=word, text=text, choices=choices))
    return text


def _bytes(text: str, example: str) -> float:
    found = _SIZE.fullmatch(text)
    size = 0.0
    if found:
        unit = found[2].lower()
        size = float(found[1]) * (1024 if "i" in unit else 1000) ** _POWERS[unit.rstrip("b").rstrip("i")]
    if not 1 <= size <= MOST_BYTES:
        raise WrongWord(message("fault.size", text=text, example=example))
    return size


def _latency(text: str) -> Fields:
    base, spread_given, spread = text.replace("+-", "±").partition("±")
    seconds = _seconds(base, LONGEST_WAIT, "300ms")
    if not spread_given:
        return {"latency": seconds}
    unit = re.sub(r"[0-9.]+", "", base)
    jitter = _seconds(spread + unit if spread[-1:].isdigit() else spread, LONGEST_WAIT, "300ms±100")
    return {"latency": seconds, "jitter": jitter}


def _timeout(text: str) -> Fields:
    return {"timeout": _seconds(text, LONGEST_WAIT, "5s") if text else FOREVER}


def _body(text: str) -> Fields:
    if text[:1].isdigit():
        return {"size": int(_bytes(text, "50MB"))}
    return {"body": _choice("body", text, (*BODIES, "50MB"))}


def _drip(text: str) -> Fields:
    if not text.endswith("/s"):
        raise WrongWord(message("fault.size", text=text, example="1kB/s"))
    return {"drip": _bytes(text.removesuffix("/s"), "1kB/s")}


def _ban(text: str) -> Fields:
    return {"ban": MIDNIGHT if text == "midnight" else _seconds(text, DAY, "120s")}


def _quota(text: str) -> Fields:
    calls, _slash, window = text.partition("/")
    number = _number("quota", calls, 0, MOST_CALLS)
    window = window if window[:1].isdigit() else f"1{window}"
    seconds = MIDNIGHT if window in ("1day", "1d") else _seconds(window, DAY, "20/60s")
    return {"quota": Limit(calls=number, seconds=seconds)}


def _clock(text: str) -> Fields:
    sign = -1 if text.startswith("-") else 1
    return {"skew": timedelta(seconds=sign * _seconds(text.lstrip("+-"), 365 * DAY, "+15m"))}


def _rate(text: str) -> Fields:
    percent = text.removesuffix("%")
    if not (text.endswith("%") and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?", percent) and 0 < float(percent) <= 100):
        raise WrongWord(message("fault.rate", text=text))
    return {"rate": float(percent) / 100}


WORDS: Mapping[str, Word] = {
    "latency": Word("latency=300ms±100", _latency),
    "timeout": Word("timeout=5s", _timeout, alone=True),
    "code": Word("code=15", lambda text: {"code": _number("code", text, 1, 9999)}),
    "sub_code": Word("sub_code=isp.top-remote-service-unavailable", lambda text: {"sub_code": text}),
    "msg": Word('msg="Remote service error"', lambda text: {"msg": text}),
    "sub_msg": Word('sub_msg="服务暂不可用"', lambda text: {"sub_msg": text}),
    "status": Word("status=502", lambda text: {"status": _number("status", text, 400, 599)}),
    "body": Word("body=truncated", _body),
    "gzip": Word("gzip=lie", lambda text: {"gzip": _choice("gzip", text, ("lie",))}),
    "drop": Word("drop=half", lambda text: {"drop": _choice("drop", text, ("half", "head"))}),
    "drip": Word("drip=1kB/s", _drip),
    "ban": Word("ban=120s", _ban),
    "quota": Word("quota=20/60s", _quota),
    "kind": Word("kind=api", lambda text: {"kind": _choice("kind", text, tuple(KINDS))}),
    "clock": Word("clock=+15m", _clock),
    "off": Word("off", lambda _text: {"off": True}, alone=True),
    "rate": Word("rate=10%", _rate),
    "after": Word("after=3", lambda text: {"after": _number("after", text, 1, MOST_CALLS)}),
    "times": Word("times=2", lambda text: {"times": _number("times", text, 1, MOST_CALLS)}),
}
COUNTING = frozenset({"rate", "after", "times"})
EXCLUSIVE: Mapping[str, frozenset[str]] = {
    "off": frozenset(),
    "clock": frozenset(),
    "quota": frozenset({"kind"}),
    "ban": frozenset({"kind", "latency", *COUNTING}),
    "timeout": frozenset({*COUNTING}),
}
"""Words that go only with these others."""
