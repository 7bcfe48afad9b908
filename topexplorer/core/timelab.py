"""The timestamp lab in rows, the same for every face: how the clocks stand, and now in every way to write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

from topexplorer.core.language import Message, message
from topexplorer.core.timestamps import Skew, examples, read_timestamp, span

Look = Literal["good", "warning", "bad", "muted"]


def clocks(skews: Iterable[Skew], corrected: timedelta) -> Iterator[tuple[Look, Message]]:
    """What is known of this machine's clock beside the gateway's, and what the platform allows."""
    found = tuple(skews)
    if not found:
        yield "muted", message("lab.times.not_compared")
    for skew in found:
        key = "same" if not skew.seconds else "behind" if skew.seconds > 0 else "ahead"
        look: Look = "bad" if skew.dooms else "warning" if skew.is_remarkable else "good"
        yield look, message(f"lab.times.{key}", off=span(skew.seconds), source=message(f"stamp.source.{skew.source}"))
    if corrected:
        yield "good", message("lab.times.corrected")
    yield "muted", message("lab.times.rule")


def forms(now: datetime, corrected: timedelta) -> Iterator[tuple[bool, str, Message]]:
    """Whether the platform takes it, `now` in that form, and what is to be said of it."""
    gateways = now + corrected
    for form, text in examples(gateways):
        told = message("lab.times.accepted") if form.accepted else read_timestamp(text, gateways).sentence
        yield form.accepted, text, told
