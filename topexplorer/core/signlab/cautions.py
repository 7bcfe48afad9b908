"""What is odd about a pasted call besides its sign: the timestamp's form and zone, the method's name, the keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from topexplorer.core.language import Message, message
from topexplorer.core.signing import SCHEMES
from topexplorer.core.signlab.pasted import Pasted
from topexplorer.core.values import DATE_FORM, GMT8

TOLERANCE = timedelta(minutes=10)
"""How far the platform lets a timestamp be off (call guide, doc 101617)."""
_QUARTER = timedelta(minutes=15)
_WIDEST_ZONE = timedelta(hours=26)


def cautions_of(pasted: Pasted, app_key: str = "", now: datetime | None = None) -> Iterator[Message]:
    """Each oddity as a sentence."""
    method = pasted.get("sign_method")
    if method is not None and method not in SCHEMES:
        yield message("signlab.caution.sign_method", method=method, known=tuple(SCHEMES))
    mine = pasted.get("app_key")
    if app_key and mine and mine != app_key:
        yield message("signlab.caution.app_key", theirs=mine, ours=app_key)
    stamp = pasted.get("timestamp")
    if stamp is not None:
        yield from _of_timestamp(stamp, now)
    if pasted.get("access_token") is not None and pasted.get("session") is None:
        yield message("signlab.caution.access_token")


def _of_timestamp(stamp: str, now: datetime | None) -> Iterator[Message]:
    moment: datetime | None = None
    if re.fullmatch(r"\d{10}", stamp, re.ASCII):
        yield message("signlab.caution.seconds", text=stamp)
        return
    try:
        if re.fullmatch(r"\d{13}", stamp, re.ASCII):
            moment = datetime.fromtimestamp(int(stamp) / 1000, GMT8)
        elif re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", stamp, re.ASCII):
            moment = datetime.strptime(stamp, DATE_FORM).replace(tzinfo=GMT8)
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        yield message("signlab.caution.timestamp_form", text=stamp[:40])
    elif now is not None:
        yield from _of_moment(moment, now, is_text="-" in stamp)


def _of_moment(moment: datetime, now: datetime, is_text: bool) -> Iterator[Message]:
    off = moment - now
    if abs(off) <= TOLERANCE:
        return
    quarters = round(off / _QUARTER)
    is_zone = is_text and quarters % 2 == 0 and abs(off - quarters * _QUARTER) < timedelta(minutes=3)
    if is_zone and abs(off) <= _WIDEST_ZONE:
        yield message("signlab.caution.zone", hours=f"{off / timedelta(hours=1):+.1f}".removesuffix(".0"))
    else:
        yield message("signlab.caution.old", minutes=f"{off / timedelta(minutes=1):+,.0f}")
